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
fn abi_encoding() {
    unsafe {
        assert_eq!(fx_utf8_points(c"café".as_ptr()), 4);
    }
}
