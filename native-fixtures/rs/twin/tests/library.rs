//! The cases inside the library itself, driven from Rust.
#![allow(non_snake_case)]
use fixture_twin::fx_twin_run;
use std::ffi::CString;

fn in_library(name: &str) {
    let text = CString::new(name).unwrap();
    assert_eq!(unsafe { fx_twin_run(text.as_ptr()) }, 0, "the library has no case {name}");
}

#[test]
fn ownership_allocator_mismatch() {
    in_library("ownership_allocator_mismatch");
}

#[test]
fn bounds_heap_overflow() {
    in_library("bounds_heap_overflow");
}

#[test]
fn bounds_heap_overread() {
    in_library("bounds_heap_overread");
}

#[test]
fn bounds_stack_overflow() {
    in_library("bounds_stack_overflow");
}

#[test]
fn bounds_global_overflow() {
    in_library("bounds_global_overflow");
}

#[test]
fn bounds_missing_terminator() {
    in_library("bounds_missing_terminator");
}

#[test]
fn bounds_length_arithmetic() {
    in_library("bounds_length_arithmetic");
}

#[test]
fn bounds_length_arithmetic__product() {
    in_library("bounds_length_arithmetic__product");
}

#[test]
fn bounds_redzone_jump() {
    in_library("bounds_redzone_jump");
}

#[test]
fn lifetime_stack_escape() {
    in_library("lifetime_stack_escape");
}

#[test]
fn ownership_leak() {
    in_library("ownership_leak");
}

#[test]
fn ownership_leak_on_error_path() {
    in_library("ownership_leak_on_error_path");
}

#[test]
fn ownership_double_free() {
    in_library("ownership_double_free");
}

#[test]
fn ownership_invalid_free() {
    in_library("ownership_invalid_free");
}

#[test]
fn ownership_use_after_free() {
    in_library("ownership_use_after_free");
}

#[test]
fn resource_handle_leak() {
    in_library("resource_handle_leak");
}

#[test]
fn threading_data_race() {
    in_library("threading_data_race");
}

#[test]
fn threading_lock_order() {
    in_library("threading_lock_order");
}

#[test]
fn threading_lock_misuse() {
    in_library("threading_lock_misuse");
}

#[test]
fn threading_thread_leak() {
    in_library("threading_thread_leak");
}

#[test]
fn ub_integer_overflow() {
    in_library("ub_integer_overflow");
}

#[test]
fn ub_shift() {
    in_library("ub_shift");
}

#[test]
fn ub_misaligned() {
    in_library("ub_misaligned");
}

#[test]
fn ub_invalid_enum_or_bool() {
    in_library("ub_invalid_enum_or_bool");
}

#[test]
fn ub_vla_bound() {
    in_library("ub_vla_bound");
}

#[test]
fn ub_array_index() {
    in_library("ub_array_index");
}

#[test]
fn ub_division_by_zero() {
    in_library("ub_division_by_zero");
}

#[test]
fn ub_null_argument() {
    in_library("ub_null_argument");
}

#[test]
fn ub_pointer_overflow() {
    in_library("ub_pointer_overflow");
}

#[test]
fn ub_function_type() {
    in_library("ub_function_type");
}

#[test]
fn ub_unreachable() {
    in_library("ub_unreachable");
}

#[test]
fn unwind_foreign_exception() {
    in_library("unwind_foreign_exception");
}

#[test]
fn null_dereference() {
    in_library("null_dereference");
}

#[test]
fn init_uninitialised_read() {
    in_library("init_uninitialised_read");
}
