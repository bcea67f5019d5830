//! The same without a fault that the compiler knows.
use fixture::*;
use std::ffi::{c_void, CString};
use std::hint::black_box;
use std::mem::MaybeUninit;
use std::os::raw::{c_char, c_int};
use std::panic::catch_unwind;

#[repr(C)]
pub struct Tight {
    kind: u8,
    count: u32,
}

/// A handle of Rust's, of which C knows nothing but the address.
pub struct Handle {
    names: Vec<String>,
}

pub mod one {
    extern "C" {
        pub fn fx_copy_slice(dst: *mut u8, cap: usize, src: *const u8, from: i32, to: i32) -> i32;
        pub fn fx_fill(buf: *mut u8, n: usize, byte: i32);
    }
}

pub mod two {
    use std::os::raw::{c_char, c_int, c_void};
    // C only passes the handle back.
    #[allow(improper_ctypes)]
    extern "C" {
        pub fn fx_text_length(text: *const c_char) -> usize;
        pub fn fx_copy_slice(dst: *mut u8, cap: usize, src: *const u8, from: c_int, to: c_int) -> c_int;
        pub fn fx_fill(buf: *mut u8, n: usize, byte: c_int);
        pub fn fx_measure(want: c_int, out: *mut c_int) -> c_int;
        pub fn fx_on_event(callback: extern "C" fn(c_int, *mut super::Handle) -> c_int, user: *mut super::Handle);
    }
    pub type Void = c_void;
}

pub extern "C" fn take_loose(r: Tight) -> u32 {
    u32::from(r.kind) + r.count
}

/// Tells C.
pub extern "C" fn returns(value: c_int, _user: *mut c_void) -> c_int {
    catch_unwind(|| {
        if value < 0 {
            panic!("no such event");
        }
        value
    })
    .unwrap_or(-1)
}

#[test]
fn unwind_panic__callback() {
    unsafe { fx_on_event(Some(returns), std::ptr::null_mut()) };
    assert_eq!(unsafe { fx_fire(-5) }, -1);
    unsafe { fx_on_event(None, std::ptr::null_mut()) };
}

#[test]
fn ownership_use_after_free__temporary() {
    let owner = CString::new("here").unwrap();
    let text: *const c_char = owner.as_ptr();
    assert_eq!(unsafe { fx_text_length(text) }, 4);
}

fn local() -> Box<c_int> {
    Box::new(5)
}

#[test]
fn lifetime_stack_escape__local() {
    let value = local();
    let p: *const c_int = &*value;
    assert_eq!(unsafe { *p }, 5);
}

#[test]
fn ownership_allocator_mismatch__void() {
    let p: *mut c_void = Box::into_raw(Box::new([0u64; 4])).cast();
    drop(unsafe { Box::from_raw(p.cast::<[u64; 4]>()) });
}

#[test]
fn bounds_other__slice() {
    let words = [1u32; 2];
    let all: *const [u32] = &words[..];
    black_box(std::ptr::slice_from_raw_parts(all.cast::<u8>(), 8));
}

#[test]
fn bounds_length_arithmetic__elements() {
    let from = [1u32; 4];
    let mut to = [0u32; 4];
    unsafe { std::ptr::copy_nonoverlapping(from.as_ptr(), to.as_mut_ptr(), 4) };
    assert_eq!(to, from);
}

#[test]
fn init_uninitialised_read__buffer() {
    let mut buffer: Vec<MaybeUninit<u8>> = Vec::with_capacity(64);
    unsafe { buffer.set_len(64) };
    unsafe { fx_fill(buffer.as_mut_ptr().cast(), buffer.len(), 1) };
    black_box(buffer);
}

#[repr(C)]
struct Hooks {
    fire: Option<extern "C" fn(c_int) -> c_int>,
    user: *mut c_void,
}

#[test]
fn ub_rust_invalid_value__hooks() {
    let hooks: Hooks = unsafe { std::mem::zeroed() };
    black_box((hooks.fire, hooks.user));
}

#[test]
fn abi_truncated_pointer__function() {
    black_box(returns as extern "C" fn(c_int, *mut c_void) -> c_int as usize);
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
    black_box((two::fx_measure as *const (), std::ptr::null::<two::Void>()));
}

extern "C" fn counts(value: c_int, user: *mut Handle) -> c_int {
    unsafe { user.as_mut() }.map_or(value, |h| h.names.len() as c_int)
}

#[test]
fn abi_calling_convention__callback() {
    let mut handle = Handle { names: vec![] };
    unsafe { two::fx_on_event(counts, &mut handle) };
    assert_eq!(unsafe { fx_fire(3) }, 0);
    unsafe { fx_on_event(None, std::ptr::null_mut()) };
}

#[test]
fn abi_struct_layout__value() {
    assert_eq!(take_loose(Tight { kind: 1, count: 2 }), 3);
}
