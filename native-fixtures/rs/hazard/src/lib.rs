//! Declarations of the fixture library.
use std::ffi::c_void;
use std::os::raw::{c_char, c_int};

#[repr(C)]
pub struct FxBox {
    _opaque: [u8; 0],
}
#[repr(C)]
pub struct FxArena {
    _opaque: [u8; 0],
}
#[repr(C)]
pub struct FxRecord {
    pub kind: u8,
    pub count: u32,
    pub tag: u16,
    pub weight: f64,
}
pub type Callback = extern "C" fn(c_int, *mut c_void) -> c_int;

extern "C" {
    pub fn fx_hazard_run(name: *const c_char) -> c_int;
    pub fn fx_label_new(text: *const c_char) -> *mut c_char;
    pub fn fx_label_free(label: *mut c_char);
    pub fn fx_arena_new(capacity: usize) -> *mut FxArena;
    pub fn fx_arena_alloc(arena: *mut FxArena, n: usize) -> *mut c_void;
    pub fn fx_arena_free(arena: *mut FxArena);
    pub fn fx_box_new(value: c_int) -> *mut FxBox;
    pub fn fx_box_get(b: *const FxBox) -> c_int;
    pub fn fx_box_free(b: *mut FxBox);
    pub fn fx_box_peek(b: *mut FxBox) -> *mut c_int;
    pub fn fx_parse(text: *const c_char, error: *mut *mut c_char) -> c_int;
    pub fn fx_hold(buf: *const u8, n: usize);
    pub fn fx_held_sum() -> c_int;
    pub fn fx_release();
    pub fn fx_local_address() -> *mut c_int;
    pub fn fx_on_event(callback: Option<Callback>, user: *mut c_void);
    pub fn fx_fire(value: c_int) -> c_int;
    pub fn fx_fill(buf: *mut u8, n: usize, byte: c_int);
    pub fn fx_text_length(text: *const c_char) -> usize;
    pub fn fx_copy_slice(dst: *mut u8, cap: usize, src: *const u8, from: i32, to: i32) -> c_int;
    pub fn fx_find(name: *const c_char) -> *mut FxBox;
    pub fn fx_measure(want: c_int, out: *mut c_int) -> c_int;
    pub fn fx_record_digest(record: *const FxRecord) -> i64;
    pub fn fx_wide(a: i64, b: i64) -> i64;
    pub fn fx_unsigned_max() -> u32;
    pub fn fx_utf8_points(text: *const c_char) -> usize;
    pub fn fx_mean(a: f64, b: f32, n: c_int) -> f64;
    pub fn fx_may_throw(really: c_int) -> c_int;
    pub fn fx_open_missing() -> c_int;
    pub fn fx_count() -> c_int;
    pub fn fx_count_locked() -> c_int;
    pub fn fx_worker_start(locked: c_int, times: c_int);
    pub fn fx_worker_join();
    pub fn fx_scribble_start(cell: *mut c_int, times: c_int);
    pub fn fx_scribble_join();
    pub fn fx_open_self() -> c_int;
    pub fn fx_close(fd: c_int) -> c_int;
    pub fn free(p: *mut c_void);
    pub fn malloc(n: usize) -> *mut c_void;
}
