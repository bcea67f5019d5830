//! Declarations of the canary library that compile and are wrong, for the gate that compares them.
#![allow(clashing_extern_declarations)]
use fficanary as _;
use std::hint::black_box;
use std::os::raw::{c_char, c_int, c_long};

mod ffi_gates_values;

/// Packed here, padded there.
#[repr(C, packed)]
struct Packed {
    kind: c_char,
    weight: f64,
}

extern "C" {
    fn canary_pointer() -> c_int; //~ canary_declared_pointer: declared = abi/truncated-pointer
    fn canary_wide(value: i64) -> c_int; //~ canary_declared_width: declared = abi/wrong-width
    fn canary_unsigned() -> c_int; //~ canary_declared_sign: declared = abi/wrong-signedness
    fn canary_mean(a: f64) -> f64; //~ canary_declared_arity: declared = abi/arity
    fn canary_slot(at: c_int) -> c_int;
    fn canary_weigh(record: *const Packed) -> c_int; //~ canary_declared_layout: declared = abi/struct-layout
    fn canary_call(back: extern "C" fn(i64)) -> c_int; //~ canary_declared_callback: declared = abi/no-result
}

mod register {
    extern "C" {
        pub fn canary_mean(a: f64, b: super::c_long) -> f64; //~ canary_declared_register: declared = abi/calling-convention
    }
}

#[test]
fn canary_declared_pointer() {
    black_box(unsafe { canary_pointer() });
}

#[test]
fn canary_declared_width() {
    black_box(unsafe { canary_wide(1) });
}

#[test]
fn canary_declared_sign() {
    black_box(unsafe { canary_unsigned() });
}

#[test]
fn canary_declared_arity() {
    black_box(unsafe { canary_mean(1.0) });
}

#[test]
fn canary_declared_register() {
    black_box(unsafe { register::canary_mean(1.0, 2) });
}

#[test]
fn canary_declared_layout() {
    // Longer than the library reads.
    let records = [Packed { kind: 1, weight: 2.0 }, Packed { kind: 1, weight: 2.0 }];
    black_box(unsafe { canary_weigh(records.as_ptr()) });
}

extern "C" fn ignore(value: i64) {
    black_box(value);
}

#[test]
fn canary_declared_callback() {
    black_box(unsafe { canary_call(ignore) });
}

#[test]
fn canary_values_width() {
    ffi_gates_values::check("canary_wide", |a| Ok(unsafe { canary_wide(a[0].int()?) })); //~ canary_values_width: values = abi/wrong-width
}

#[test]
fn canary_values_sign() {
    ffi_gates_values::check("canary_unsigned", |_| Ok(unsafe { canary_unsigned() })); //~ canary_values_sign: values = abi/wrong-signedness
}

#[test]
fn canary_fuzz() {
    ffi_gates_values::check("canary_slot", |a| Ok(unsafe { canary_slot(a[0].int()?) })); //~ canary_fuzz: fuzz = trust/validation-gap
}

#[test]
fn canary_lint() {
    let text: *const c_char = std::ffi::CString::new("gone").unwrap().as_ptr(); //~ canary_lint: rslint = ownership/use-after-free
    black_box(text);
}
