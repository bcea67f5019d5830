//! Bugs in Rust itself, without a foreign call: for rustc's sanitizers and Miri.
use std::hint::black_box;
use std::sync::Barrier;

#[test]
fn canary_rust_noop() {
    assert_eq!(black_box(1) + 1, 2);
}

#[test]
fn canary_rust_uaf() {
    let b = Box::new(5);
    let p: *const i32 = black_box(&*b);
    drop(b);
    black_box(unsafe { *p }); //~ canary_rust_uaf: rsasan = ownership/use-after-free
}

#[test]
fn canary_miri() {
    let mut x = 5;
    let p: *mut i32 = &mut x;
    let r = unsafe { &mut *p };
    unsafe { *p = 6 };
    *r = 7; //~ canary_miri: miri = ub/rust-aliasing
    black_box(x);
}

struct Shared(*mut i32);
unsafe impl Send for Shared {}

/// Begins when both threads are there: one that ended before the other began would be ordered before it.
fn bump(s: Shared, both: &Barrier) {
    both.wait();
    for _ in 0..1000 {
        unsafe { s.0.write_volatile(s.0.read_volatile() + 1) } //~ canary_rust_race: rstsan = threading/data-race
    }
}

#[test]
fn canary_rust_race() {
    let mut x = 0;
    let p: *mut i32 = &mut x;
    let (a, b) = (Shared(p), Shared(p));
    let both = &Barrier::new(2);
    std::thread::scope(|scope| {
        scope.spawn(move || bump(a, both));
        scope.spawn(move || bump(b, both));
    });
}
