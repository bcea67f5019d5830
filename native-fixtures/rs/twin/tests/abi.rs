//! The declarations as the header has them.
#![allow(non_snake_case)]
use fixture::*;

#[test]
fn abi_wrong_width() {
    unsafe {
        assert_eq!(fx_wide(1 << 40, 1), (1 << 40) + 1);
    }
}

#[test]
fn abi_wrong_signedness() {
    unsafe {
        assert_eq!(fx_unsigned_max(), u32::MAX);
    }
}

#[test]
fn abi_struct_layout() {
    unsafe {
        let r = FxRecord { kind: 1, count: 2, tag: 3, weight: 4.0 };
        assert_eq!(fx_record_digest(&r), 4321);
    }
}

#[test]
fn abi_arity() {
    unsafe {
        assert_eq!(fx_mean(1.0, 3.0, 2), 2.0);
    }
}

#[test]
fn abi_encoding__bytes() {
    unsafe {
        assert_eq!(fx_utf8_points(c"caf\xc3\xa9".as_ptr()), 4);
    }
}

#[test]
fn abi_encoding() {
    unsafe {
        assert_eq!(fx_utf8_points(c"café".as_ptr()), 4);
    }
}

/// Declarations that are not the header's and yet right: the gate that compares them must be silent.
mod unusual {
    use std::os::raw::{c_int, c_void};
    use std::ptr::NonNull;

    /// A handle in a struct of its own travels like the pointer.
    #[repr(C)]
    #[derive(Clone, Copy)]
    pub struct Handle(*mut c_void);

    #[repr(transparent)]
    pub struct Capacity(pub usize);

    #[repr(C)]
    pub struct Head {
        pub kind: u8,
        pub count: u32,
    }

    /// Nested here, flat there; what is never used is only reserved.
    #[repr(C)]
    pub struct Record {
        pub head: Head,
        pub tag: u16,
        pub reserved: [u8; 6],
        pub weight: f64,
        end: [u64; 0],
    }

    pub fn record(kind: u8, count: u32, tag: u16, weight: f64) -> Record {
        Record { head: Head { kind, count }, tag, reserved: [0; 6], weight, end: [] }
    }

    /// A type without values, for what only the library knows.
    pub enum Arena {}

    #[allow(clashing_extern_declarations)]
    extern "C" {
        pub fn fx_box_new(value: c_int) -> Handle;
        pub fn fx_box_get(handle: Handle) -> c_int;
        pub fn fx_box_free(handle: Handle);
        pub fn fx_arena_new(capacity: Capacity) -> Option<NonNull<Arena>>;
        pub fn fx_measure(want: c_int, out: &mut c_int) -> c_int;
        pub fn fx_record_digest(record: &Record) -> i64;
        // Wider than the library reads.
        pub fn fx_fire(value: i64) -> c_int;
        pub fn fx_sum_varargs(n: c_int, ...) -> c_int;
        #[link_name = "fx_wide"]
        pub fn sum(a: i64, b: i64) -> i64;
    }
}

#[test]
fn abi_unusual() {
    unsafe {
        let handle = unusual::fx_box_new(7);
        assert_eq!(unusual::fx_box_get(handle), 7);
        unusual::fx_box_free(handle);
        let arena = unusual::fx_arena_new(unusual::Capacity(16)).expect("an arena");
        fx_arena_free(arena.as_ptr().cast());
        let mut out = 0;
        assert_eq!(unusual::fx_measure(1, &mut out), 0);
        assert_eq!(unusual::fx_record_digest(&unusual::record(1, 2, 3, 4.0)), 4321);
        assert_eq!(unusual::fx_fire(1), -1);
        assert_eq!(unusual::fx_sum_varargs(2, 3 as std::os::raw::c_int, 4 as std::os::raw::c_int), 7);
        assert_eq!(unusual::sum(1 << 40, 1), (1 << 40) + 1);
    }
}
