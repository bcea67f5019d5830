//! The same jobs as in the hazard suite, within the language's rules.
#![allow(non_snake_case)]
use std::hint::black_box;
use std::sync::atomic::{AtomicI32, Ordering};

#[test]
fn ub_rust_dangling() {
    let b = Box::new(5);
    let p: *const i32 = &*b;
    black_box(unsafe { *p });
    drop(b);
}

#[test]
fn ub_rust_aliasing() {
    let mut x = 5;
    let p: *mut i32 = &mut x;
    unsafe { *p = 6 };
    let r = unsafe { &mut *p };
    *r = 7;
    black_box(x);
}

#[test]
fn ub_rust_invalid_value() {
    black_box(black_box(3u8) != 0);
}

#[test]
fn ub_rust_alignment() {
    let words = [0u32; 2];
    let p = unsafe { words.as_ptr().cast::<u8>().add(1) }.cast::<u32>();
    black_box(unsafe { p.read_unaligned() });
}

#[test]
fn ub_rust_data_race() {
    let x = AtomicI32::new(0);
    std::thread::scope(|scope| {
        scope.spawn(|| x.fetch_add(1, Ordering::Relaxed));
        scope.spawn(|| x.fetch_add(1, Ordering::Relaxed));
    });
}
