//! The small bugs with which a lane of Rust tests proves itself armed.
use std::ffi::c_int;

unsafe extern "C" {
    pub fn ffi_canary_noop() -> c_int;
    pub fn ffi_canary_heap();
    pub fn ffi_canary_uaf();
    pub fn ffi_canary_leak();
    pub fn ffi_canary_uninit();
    pub fn ffi_canary_race();
    pub fn ffi_canary_segv();
    pub fn ffi_canary_ub();
    pub fn ffi_canary_lockorder();
}
