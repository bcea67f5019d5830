//! Declarations that compile and are wrong.
#![allow(non_snake_case)]
use std::os::raw::{c_char, c_int, c_void};
use std::hint::black_box;

mod ffi_gates_values;
mod lints;
use ffi_gates_values::{check, Stop, Value};
#[allow(unused_imports)]
use fixture as _;

/// Forgets the tag.
#[repr(C)]
struct Record {
    kind: u8,
    count: u32,
    weight: f64,
    room: [u64; 2],
}

#[allow(clashing_extern_declarations)]
extern "C" {
    fn fx_wide(a: c_int, b: c_int) -> c_int; //~ abi_wrong_width: declared = abi/wrong-width
    fn fx_unsigned_max() -> i32; //~ abi_wrong_signedness: declared = abi/wrong-signedness
    fn fx_record_digest(record: *const Record) -> i64; //~ abi_struct_layout: declared = abi/struct-layout
    fn fx_mean(a: f64, b: f32) -> f64; //~ abi_arity: declared = abi/arity
    fn fx_utf8_points(text: *const c_char) -> usize;
    fn fx_version() -> c_int; //~ abi_truncated_pointer: declared = abi/truncated-pointer
    fn fx_fill(buf: *mut u8, n: f64, byte: c_int); //~ abi_calling_convention: declared = abi/calling-convention
    fn fx_measure(want: c_int, out: *mut i16) -> c_int; //~ abi_pointee_size: declared = abi/pointee-size
    fn fx_on_event(back: Option<extern "C" fn(c_int, *mut c_void)>, user: *mut c_void); //~ abi_no_result: declared = abi/no-result
}

#[test]
fn abi_truncated_pointer() {
    black_box(unsafe { fx_version() });
}

#[test]
fn abi_calling_convention() {
    let mut none = [0; 64];
    // The length is in the register for bytes.
    unsafe { fx_fill(none.as_mut_ptr(), 1.0, 0) };
}

#[test]
fn abi_pointee_size() {
    let mut out = [0; 2];
    // Nothing is written where nothing is wanted.
    black_box(unsafe { fx_measure(0, out.as_mut_ptr()) });
}

#[test]
fn abi_no_result() {
    unsafe { fx_on_event(None, std::ptr::null_mut()) };
}

#[test]
fn abi_wrong_width() {
    black_box(unsafe { fx_wide(i32::MAX, 1) });
}

#[test]
fn abi_wrong_signedness() {
    black_box(unsafe { fx_unsigned_max() });
}

#[test]
fn abi_struct_layout() {
    let r = Record { kind: 1, count: 2, weight: 4.0, room: [0; 2] };
    black_box(unsafe { fx_record_digest(&r) });
}

#[test]
fn abi_arity() {
    black_box(unsafe { fx_mean(1.0, 2.0) });
}

#[test]
fn abi_encoding__bytes() {
    black_box(unsafe { fx_utf8_points(c"caf\xe9".as_ptr()) }); //~ abi_encoding__bytes: blind = abi/encoding
}

pub mod wide {
    #[allow(non_camel_case_types)]
    pub type wchar_t = i32;

    #[allow(clashing_extern_declarations)]
    extern "C" {
        pub fn fx_utf8_points(text: *const wchar_t) -> usize; //~ abi_encoding: declared = abi/encoding
    }
}

#[test]
fn abi_encoding() {
    let text = [0x63, 0x61, 0x66, 0xe9, 0];
    black_box(unsafe { wide::fx_utf8_points(text.as_ptr()) });
}

// Boundary values through wrappers that pass others on, held against C.

fn digest(a: &[Value]) -> Result<i64, Stop> {
    let r = Record { kind: a[0].int()?, count: a[1].int()?, weight: a[3].f64()?, room: [0; 2] };
    Ok(unsafe { fx_record_digest(&r) })
}

/// Takes a double where C takes a float.
fn mean(a: &[Value]) -> Result<f64, Stop> {
    type Wrong = unsafe extern "C" fn(f64, f64, c_int) -> f64;
    let wrong: Wrong = unsafe { std::mem::transmute(fixture::fx_mean as *const ()) };
    Ok(unsafe { wrong(a[0].f64()?, a[1].f64()?, a[2].int()?) })
}

fn points(mut text: Vec<u8>) -> usize {
    text.push(0);
    unsafe { fx_utf8_points(text.as_ptr().cast()) }
}

fn sum(data: &[u8]) -> c_int {
    unsafe { fixture::fx_sum(data.as_ptr(), data.len() as u16 as usize) }
}

fn boxed(value: c_int) -> c_int {
    unsafe { fixture::fx_box_get(fixture::fx_box_new(value) as usize as u32 as usize as *const _) }
}

fn slice(from: i32, to: i32) -> c_int {
    let (src, mut dst) = (vec![0u8; 64], vec![0u8; 64]);
    unsafe { fixture::fx_copy_slice(dst.as_mut_ptr(), 64, src.as_ptr(), from, to) }
}

#[test]
fn abi_wrong_width__value() {
    check("fx_wide", |a| Ok(unsafe { fixture::fx_wide(a[0].int()?, a[1].int()?) } as i32)); //~ abi_wrong_width__value: values = abi/wrong-width
}

#[test]
fn abi_wrong_width__argument() {
    check("fx_wide", |a| Ok(unsafe { fixture::fx_wide(a[0].int::<i64>()? as i32 as i64, a[1].int()?) })); //~ abi_wrong_width__argument: values = abi/wrong-width
}

#[test]
fn abi_arity__value() {
    check("fx_wide", |a| Ok(unsafe { fixture::fx_wide(a[0].int()?, 0) })); //~ abi_arity__value: values = abi/arity
}

#[test]
fn abi_wrong_signedness__value() {
    check("fx_unsigned_max", |_| Ok(unsafe { fx_unsigned_max() })); //~ abi_wrong_signedness__value: values = abi/wrong-signedness
}

#[test]
fn abi_struct_layout__value() {
    check("fx_record_digest", digest); //~ abi_struct_layout__value: values = abi/struct-layout
}

#[test]
fn abi_calling_convention__value() {
    check("fx_mean", mean); //~ abi_calling_convention__value: values = abi/calling-convention
}

#[test]
fn abi_encoding__value() {
    check("fx_utf8_points", |a| Ok(points(a[0].string()?.chars().map(|c| c as u8).collect()))); //~ abi_encoding__value: values = abi/encoding
}

#[test]
fn abi_encoding__nul() {
    check("fx_utf8_points", |a| Ok(points(a[0].string()?.into_bytes()))); //~ abi_encoding__nul: values = abi/encoding
}

#[test]
fn bounds_length_arithmetic__value() {
    check("fx_sum", |a| Ok(sum(&a[0].bytes()?))); //~ bounds_length_arithmetic__value: values = bounds/length-arithmetic
}

#[test]
fn abi_truncated_pointer__value() {
    check("fx_box", |a| Ok(boxed(a[0].int()?))); //~ abi_truncated_pointer__value: values = crash/signal
}

#[test]
fn trust_validation_gap__value() {
    check("fx_slice", |a| Ok(slice(a[0].int()?, a[1].int()?))); //~ trust_validation_gap__value: values fuzz = trust/validation-gap
}

fn measured(want: i32) -> i32 {
    let mut out = 0;
    unsafe { fixture::fx_measure(want, &mut out) };
    out
}

#[test]
fn init_uninitialised_out_parameter__value() {
    check("fx_measure", |a| Ok(measured(a[0].int()?))); //~ init_uninitialised_out_parameter__value: values fuzz = init/uninitialised-out-parameter
}

#[test]
fn trust_validation_gap__code() {
    check("fx_double", |a| Ok(measured(a[0].int()?))); //~ trust_validation_gap__code: values fuzz = trust/validation-gap
}
