//! The small bugs with which a lane of Rust tests proves itself armed.
use std::os::raw::c_int;

extern "C" {
    pub fn canary_noop() -> c_int;
    pub fn canary_heap();
    pub fn canary_uaf();
    pub fn canary_leak();
    pub fn canary_uninit();
    pub fn canary_race();
    pub fn canary_segv();
    pub fn canary_handle();
    pub fn canary_errorcode() -> c_int;
    pub fn canary_reentry(again: c_int);
    pub fn canary_errorpath() -> c_int;
    pub fn canary_ub();
    pub fn canary_lockorder();
}
