//! Declarations that compile and are wrong.
#![allow(non_snake_case)]
use std::os::raw::{c_char, c_int};
use std::hint::black_box;
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
