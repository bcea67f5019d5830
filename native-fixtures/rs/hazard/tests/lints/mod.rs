//! What the compiler already knows to be wrong. None of it needs to run.
use super::Record;
use fixture::*;
use std::ffi::{c_void, CStr, CString};
use std::hint::black_box;
use std::os::raw::{c_char, c_int};

/// No layout that C knows.
pub struct Loose {
    kind: u8,
    count: u32,
}

pub mod one {
    extern "C" {
        pub fn fx_copy_slice(dst: *mut u8, cap: usize, src: *const u8, from: i32, to: i32) -> i32;
        pub fn fx_fill(buf: *mut u8, n: usize, byte: i32);
    }
}

pub mod two {
    extern "C" {
        pub fn fx_text_length(text: &str) -> usize; //~ abi_arity__text: rslint = abi/arity
        pub fn fx_copy_slice(dst: *mut u8, cap: usize, src: *const u8, from: i32) -> i32; //~ abi_arity__clash: rslint = abi/arity
        pub fn fx_fill(buf: *mut u8, n: u32, byte: i32); //~ abi_wrong_width__clash: rslint = abi/wrong-width
        pub fn fx_measure(want: char, out: *mut c_int) -> c_int; //~ abi_wrong_width__letter: rslint = abi/wrong-width
        pub fn fx_on_event(callback: fn(c_int, *mut c_void) -> c_int, user: *mut c_void); //~ abi_calling_convention__callback: rslint = abi/calling-convention
    }
    use super::*;
}

pub extern "C" fn take_loose(r: Loose) -> u32 { //~ abi_struct_layout__value: rslint = abi/struct-layout
    u32::from(r.kind) + r.count
}

/// Ends the process instead of telling C.
pub extern "C" fn panics(value: c_int, _user: *mut c_void) -> c_int {
    if value < 0 {
        panic!("no such event"); //~ unwind_panic__callback: rslint = unwind/panic
    }
    value
}

#[test]
fn unwind_panic__callback() {
    unsafe { fx_on_event(Some(panics), std::ptr::null_mut()) };
}

#[test]
fn ownership_use_after_free__temporary() {
    let text: *const c_char = CString::new("gone").unwrap().as_ptr(); //~ ownership_use_after_free__temporary: rslint = ownership/use-after-free
    black_box(text);
}

fn local() -> *const c_int {
    let value: c_int = 5;
    &value //~ lifetime_stack_escape__local: rslint = lifetime/stack-escape
}

#[test]
fn lifetime_stack_escape__local() {
    black_box(local());
}

#[test]
fn ownership_allocator_mismatch__void() {
    let p: *mut c_void = Box::into_raw(Box::new([0u64; 4])).cast();
    if black_box(false) {
        drop(unsafe { Box::from_raw(p) }); //~ ownership_allocator_mismatch__void: rslint = ownership/allocator-mismatch
    }
}

#[test]
fn bounds_other__slice() {
    let bytes = [1u8; 8];
    let all: *const [u8] = &bytes[..];
    black_box(all as *const [u32]); //~ bounds_other__slice: rslint = bounds/other
}

#[test]
fn bounds_length_arithmetic__elements() {
    let from = [1u32; 4];
    let mut to = [0u32; 4];
    if black_box(false) {
        unsafe { std::ptr::copy_nonoverlapping(from.as_ptr(), to.as_mut_ptr(), 4 * std::mem::size_of::<u32>()) }; //~ bounds_length_arithmetic__elements: rslint = bounds/length-arithmetic
    }
    black_box(to);
}

#[test]
fn init_uninitialised_read__buffer() {
    let mut buffer: Vec<u8> = Vec::with_capacity(64); //~ init_uninitialised_read__buffer: rslint = init/uninitialised-read
    unsafe { buffer.set_len(64) };
    unsafe { fx_fill(buffer.as_mut_ptr(), buffer.len(), 1) };
    black_box(buffer);
}

#[repr(C)]
struct Hooks {
    fire: extern "C" fn(c_int) -> c_int,
    user: *mut c_void,
}

#[test]
fn ub_rust_invalid_value__hooks() {
    if black_box(false) {
        let hooks: Hooks = unsafe { std::mem::zeroed() }; //~ ub_rust_invalid_value__hooks: rslint = ub/rust-invalid-value
        black_box((hooks.fire, hooks.user));
    }
}

#[test]
fn abi_truncated_pointer__function() {
    black_box(panics as extern "C" fn(c_int, *mut c_void) -> c_int as u16); //~ abi_truncated_pointer__function: rslint = abi/truncated-pointer
}

#[test]
fn abi_arity__text() {
    black_box(two::fx_text_length as *const ());
}

#[test]
fn abi_arity__clash() {
    black_box((one::fx_copy_slice as *const (), two::fx_copy_slice as *const ()));
}

#[test]
fn abi_wrong_width__clash() {
    black_box((one::fx_fill as *const (), two::fx_fill as *const ()));
}

#[test]
fn abi_wrong_width__letter() {
    black_box(two::fx_measure as *const ());
}

#[test]
fn abi_calling_convention__callback() {
    black_box(two::fx_on_event as *const ());
}

#[test]
fn abi_struct_layout__value() {
    black_box(take_loose(Loose { kind: 1, count: 2 }));
    let record = Record { kind: 1, count: 2, weight: 4.0, room: [0; 2] };
    black_box((&record, unsafe { CStr::from_ptr(c"x".as_ptr()) }));
}
