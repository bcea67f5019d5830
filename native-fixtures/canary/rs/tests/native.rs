//! Bugs inside the canary library.

#[test]
fn canary_noop() {
    assert_eq!(unsafe { fficanary::canary_noop() }, 42);
}

#[test]
fn canary_heap() {
    unsafe { fficanary::canary_heap() };
}

#[test]
fn canary_uaf() {
    unsafe { fficanary::canary_uaf() };
}

#[test]
fn canary_leak() {
    unsafe { fficanary::canary_leak() };
}

#[test]
fn canary_uninit() {
    unsafe { fficanary::canary_uninit() };
}

#[test]
fn canary_race() {
    unsafe { fficanary::canary_race() };
}

#[test]
fn canary_errorcode() {
    unsafe { fficanary::canary_errorcode() };
}

#[test]
fn canary_reentry() {
    unsafe { fficanary::canary_reentry(0) };
}

#[test]
fn canary_errorpath() {
    unsafe { fficanary::canary_errorpath() };
}

#[test]
fn canary_handle() {
    unsafe { fficanary::canary_handle() };
}

#[test]
fn canary_segv() {
    unsafe { fficanary::canary_segv() };
}

#[test]
fn canary_ub() {
    unsafe { fficanary::canary_ub() };
}

#[test]
fn canary_lockorder() {
    unsafe { fficanary::canary_lockorder() };
}
