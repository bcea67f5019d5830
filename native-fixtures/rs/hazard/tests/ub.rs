//! Undefined behaviour of Rust's own, without a foreign call: for Miri.
#![allow(non_snake_case)]
use std::hint::black_box;
use std::mem::transmute;

#[test]
fn ub_rust_dangling() {
    let b = Box::new(5);
    let p: *const i32 = &*b;
    drop(b);
    black_box(unsafe { *p }); //~ ub_rust_dangling: miri = ub/rust-dangling
}

#[test]
fn ub_rust_aliasing() {
    let mut x = 5;
    let p: *mut i32 = &mut x;
    let r = unsafe { &mut *p };
    unsafe { *p = 6 };
    *r = 7; //~ ub_rust_aliasing: miri = ub/rust-aliasing
    black_box(x);
}

#[test]
fn ub_rust_invalid_value() {
    black_box(unsafe { transmute::<u8, bool>(black_box(3)) }); //~ ub_rust_invalid_value: miri = ub/rust-invalid-value
}

#[test]
fn ub_rust_alignment() {
    let words = [0u32; 2];
    let p = unsafe { words.as_ptr().cast::<u8>().add(1) }.cast::<u32>();
    black_box(unsafe { p.read() }); //~ ub_rust_alignment: miri = ub/rust-alignment
}

struct Shared(*mut i32);
unsafe impl Send for Shared {}

fn bump(s: Shared) {
    unsafe { *s.0 += 1 } //~ ub_rust_data_race: miri = ub/rust-data-race
}

/// Both threads hold copies of one raw pointer: two borrows would break the aliasing rules before the race.
#[test]
fn ub_rust_data_race() {
    let mut x = 0;
    let p: *mut i32 = &mut x;
    let (a, b) = (Shared(p), Shared(p));
    std::thread::scope(|scope| {
        scope.spawn(move || bump(a));
        scope.spawn(move || bump(b));
    });
    black_box(x);
}
