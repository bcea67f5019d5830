//! The declarations as the header has them.
#![allow(non_snake_case)]
use fixture::*;
use std::os::raw::c_int;

mod ffi_gates_values;
mod lints;
use ffi_gates_values::{check, Stop, Value};

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
fn abi_truncated_pointer() {
    unsafe {
        assert!(!fx_version().is_null());
    }
}

#[test]
fn abi_calling_convention() {
    unsafe {
        assert_eq!(fx_mean(1.0, 2.0, 3), 1.0);
    }
}

#[test]
fn abi_pointee_size() {
    unsafe {
        let mut out = 0;
        assert_eq!(fx_measure(3, &mut out), 0);
        assert_eq!(out, 6);
    }
}

extern "C" fn add(value: c_int, _: *mut std::ffi::c_void) -> c_int {
    value + 1
}

#[test]
fn abi_no_result() {
    unsafe {
        fx_on_event(Some(add), std::ptr::null_mut());
        assert_eq!(fx_fire(2), 3);
        fx_on_event(None, std::ptr::null_mut());
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

    /// With a last field of a newer header.
    #[repr(C)]
    pub struct Newer {
        pub record: Record,
        pub added: u64,
    }

    /// An older header's: the library's own is longer.
    #[repr(C)]
    pub struct Older {
        pub kind: u8,
        pub count: u32,
        pub tag: u16,
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
        #[link_name = "fx_record_digest"]
        pub fn digest_newer(record: &Newer) -> i64;
        pub fn fx_record_sample() -> *const Older;
        // A flag.
        pub fn fx_may_throw(really: bool) -> c_int;
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
        let newer = unusual::Newer { record: unusual::record(1, 2, 3, 4.0), added: 0 };
        assert_eq!(unusual::digest_newer(&newer), 4321);
        assert_eq!((*unusual::fx_record_sample()).count, 2);
        assert_eq!(unusual::fx_may_throw(false), 0);
        assert_eq!(unusual::fx_fire(1), -1);
        assert_eq!(unusual::fx_sum_varargs(2, 3 as std::os::raw::c_int, 4 as std::os::raw::c_int), 7);
        assert_eq!(unusual::sum(1 << 40, 1), (1 << 40) + 1);
    }
}

// The same values, through wrappers that take what C takes and refuse the rest.

fn digest(a: &[Value]) -> Result<i64, Stop> {
    let r = FxRecord { kind: a[0].int()?, count: a[1].int()?, tag: a[2].int()?, weight: a[3].f64()? };
    Ok(unsafe { fx_record_digest(&r) })
}

fn points(a: &[Value]) -> Result<usize, Stop> {
    let text = std::ffi::CString::new(a[0].string()?)?;
    Ok(unsafe { fx_utf8_points(text.as_ptr()) })
}

fn sum(data: &[u8]) -> c_int {
    unsafe { fx_sum(data.as_ptr(), data.len()) }
}

fn boxed(value: c_int) -> c_int {
    unsafe {
        let made = fx_box_new(value);
        let got = fx_box_get(made);
        fx_box_free(made);
        got
    }
}

fn slice(from: i32, to: i32) -> Result<c_int, std::num::TryFromIntError> {
    let (src, mut dst) = (vec![0u8; 64], vec![0u8; 64]);
    let within = |n: i32| u8::try_from(n).and_then(|n| u8::try_from(64 - i32::from(n)).map(|_| i32::from(n)));
    let (from, to) = (within(from)?, within(to)?);
    u8::try_from(to - from)?;
    Ok(unsafe { fx_copy_slice(dst.as_mut_ptr(), 64, src.as_ptr(), from, to) })
}

#[test]
fn abi_wrong_width__value() {
    check("fx_wide", |a| Ok(unsafe { fx_wide(a[0].int()?, a[1].int()?) }));
}

#[test]
fn abi_wrong_width__argument() {
    check("fx_wide", |a| Ok(unsafe { fx_wide(a[0].int()?, a[1].int()?) }));
}

#[test]
fn abi_arity__value() {
    check("fx_wide", |a| Ok(unsafe { fx_wide(a[0].int()?, a[1].int()?) }));
}

#[test]
fn abi_wrong_signedness__value() {
    check("fx_unsigned_max", |_| Ok(unsafe { fx_unsigned_max() }));
}

#[test]
fn abi_struct_layout__value() {
    check("fx_record_digest", digest);
}

#[test]
fn abi_calling_convention__value() {
    check("fx_mean", |a| Ok(unsafe { fx_mean(a[0].f64()?, a[1].f32()?, a[2].int()?) }));
}

#[test]
fn abi_encoding__value() {
    check("fx_utf8_points", points);
}

#[test]
fn abi_encoding__nul() {
    check("fx_utf8_points", points);
}

#[test]
fn bounds_length_arithmetic__value() {
    check("fx_sum", |a| Ok(sum(&a[0].bytes()?)));
}

#[test]
fn abi_truncated_pointer__value() {
    check("fx_box", |a| Ok(boxed(a[0].int()?)));
}

#[test]
fn trust_validation_gap__value() {
    check("fx_slice", |a| Ok(slice(a[0].int()?, a[1].int()?)?));
}

fn measured(want: i32) -> Result<i32, Stop> {
    let mut out = 0;
    if want > i32::MAX / 2 || unsafe { fx_measure(want, &mut out) } != 0 {
        return Err(Stop::Threw("no measure".to_string()));
    }
    Ok(out)
}

#[test]
fn init_uninitialised_out_parameter__value() {
    check("fx_measure", |a| measured(a[0].int()?));
}

#[test]
fn trust_validation_gap__code() {
    check("fx_double", |a| measured(a[0].int()?));
}
