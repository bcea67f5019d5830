//! Bugs inside the canary library.

#[test]
fn canary_noop() {
    assert_eq!(unsafe { fficanary::ffi_canary_noop() }, 0);
}

#[test]
fn canary_heap() {
    unsafe { fficanary::ffi_canary_heap() };
}

#[test]
fn canary_uaf() {
    unsafe { fficanary::ffi_canary_uaf() };
}

#[test]
fn canary_leak() {
    unsafe { fficanary::ffi_canary_leak() };
}

#[test]
fn canary_uninit() {
    unsafe { fficanary::ffi_canary_uninit() };
}

#[test]
fn canary_race() {
    unsafe { fficanary::ffi_canary_race() };
}

#[test]
fn canary_segv() {
    unsafe { fficanary::ffi_canary_segv() };
}

#[test]
fn canary_ub() {
    unsafe { fficanary::ffi_canary_ub() };
}

#[test]
fn canary_lockorder() {
    unsafe { fficanary::ffi_canary_lockorder() };
}
