//! Bugs on Rust's side of the boundary.
#![allow(non_snake_case)]
use fixture::*;
use std::ffi::{c_void, CString};
use std::os::raw::c_int;
use std::hint::black_box;
use std::ptr::null_mut;

#[test]
fn ownership_double_free__host() {
    unsafe {
        let label = fx_label_new(c"label".as_ptr());
        fx_label_free(label);
        fx_label_free(label); //~ ownership_double_free__host: asan memcheck = ownership/double-free
    }
}

#[test]
fn ownership_invalid_free__interior() {
    unsafe {
        let arena = fx_arena_new(64);
        fx_arena_alloc(arena, 8);
        free(fx_arena_alloc(arena, 8)); //~ ownership_invalid_free__interior: asan memcheck = ownership/invalid-free
        fx_arena_free(arena);
    }
}

#[test]
fn ownership_allocator_mismatch__box() {
    unsafe {
        let b = fx_box_new(7);
        drop(Box::from_raw(b.cast::<c_int>())); //~ ownership_allocator_mismatch__box: blind = ownership/allocator-mismatch
    }
}

#[test]
fn ownership_use_after_free__handle() {
    unsafe {
        let b = fx_box_new(7);
        fx_box_free(b);
        black_box(fx_box_get(b)); //~ ownership_use_after_free__handle: asan memcheck = ownership/use-after-free
    }
}

#[test]
fn ownership_use_after_free__host_read() {
    unsafe {
        let b = fx_box_new(7);
        let value = black_box(fx_box_peek(b));
        fx_box_free(b);
        black_box(*value); //~ ownership_use_after_free__host_read: rsasan memcheck = ownership/use-after-free
    }
}

#[test]
fn ownership_leak__label() {
    unsafe { black_box(fx_label_new(c"never freed".as_ptr())) }; //~ ownership_leak__label: asan memcheck = ownership/leak
}

#[test]
fn ownership_leak__boxed() {
    black_box(Box::into_raw(Box::new([7u8; 48]))); //~ ownership_leak__boxed: asan rsasan memcheck = ownership/leak
}

#[test]
fn ownership_leak__cstring() {
    let text = CString::new("never freed").unwrap();
    black_box(unsafe { fx_text_length(text.into_raw()) }); //~ ownership_leak__cstring: asan rsasan memcheck = ownership/leak
}

#[test]
fn ownership_leak_on_error_path__host() {
    let mut problem = null_mut();
    unsafe { fx_parse(c"seven".as_ptr(), &mut problem) }; //~ ownership_leak_on_error_path__host: asan memcheck = ownership/leak
    black_box(&problem);
}

#[test]
fn lifetime_stack_escape__host() {
    unsafe { black_box(*fx_local_address()) }; //~ lifetime_stack_escape__host: rsasan = lifetime/stack-escape
}

#[test]
fn lifetime_host_buffer_freed() {
    unsafe {
        fx_hold(CString::new("a temporary").unwrap().as_ptr().cast(), 11); //~ lifetime_host_buffer_freed: asan memcheck = ownership/use-after-free
        black_box(fx_held_sum());
        fx_release();
    }
}

extern "C" fn add(value: c_int, user: *mut c_void) -> c_int {
    unsafe { value + *user.cast::<c_int>() }
}

#[test]
fn lifetime_callback_collected() {
    unsafe {
        let state = Box::into_raw(Box::new(3));
        fx_on_event(Some(add), state.cast());
        drop(Box::from_raw(state));
        black_box(fx_fire(1)); //~ lifetime_callback_collected: rsasan memcheck = ownership/use-after-free
        fx_on_event(None, null_mut());
    }
}

extern "C" fn fire_again(value: c_int, _: *mut c_void) -> c_int {
    if value == 0 {
        unsafe { fx_fire(1) } //~ threading_reentrancy: callguard = threading/reentrancy
    } else {
        value
    }
}

#[test]
fn threading_reentrancy() {
    unsafe {
        fx_on_event(Some(fire_again), null_mut());
        black_box(fx_fire(0));
        fx_on_event(None, null_mut());
    }
}

#[test]
fn bounds_host_buffer_too_small() {
    let mut buffer = vec![0u8; 16];
    unsafe { fx_fill(buffer.as_mut_ptr(), 24, 1) }; //~ bounds_host_buffer_too_small: asan memcheck = bounds/heap-overflow
    black_box(buffer);
}

#[test]
fn bounds_missing_terminator__host() {
    let text = vec![b'x'; 16];
    black_box(unsafe { fx_text_length(text.as_ptr().cast()) }); //~ bounds_missing_terminator__host: asan memcheck = bounds/heap-overread
}

#[test]
fn bounds_length_arithmetic__host() {
    let (from, mut to) = (vec![0u8; 32], vec![0u8; 32]);
    unsafe { fx_copy_slice(to.as_mut_ptr(), 32, from.as_ptr(), 8, 4) }; //~ bounds_length_arithmetic__host: asan = bounds/length-arithmetic
}

#[test]
fn null_dereference__host() {
    black_box(unsafe { fx_box_get(fx_find(c"two".as_ptr())) }); //~ null_dereference__host: asan memcheck = null/dereference
}

#[test]
fn init_uninitialised_out_parameter() {
    unsafe {
        let out = malloc(4).cast::<c_int>();
        fx_measure(0, out);
        if black_box(*out) > 5 { //~ init_uninitialised_out_parameter: memcheck = init/uninitialised-read
            println!("large");
        }
        free(out.cast());
    }
}

extern "C" fn panics(_value: c_int, _user: *mut c_void) -> c_int {
    panic!("out of a callback") //~ unwind_panic: plain = unwind/panic
}

#[test]
fn unwind_panic() {
    unsafe {
        fx_on_event(Some(panics), null_mut());
        fx_fire(1);
    }
}

#[test]
fn unwind_foreign_exception__host() {
    unsafe { fx_may_throw(1) }; //~ unwind_foreign_exception__host: plain = unwind/foreign-exception
}

#[test]
fn unwind_error_ignored() {
    let mut problem = null_mut();
    black_box(unsafe { fx_parse(c"7".as_ptr(), &mut problem) } + 1); //~ unwind_error_ignored: errors = unwind/error-ignored
    unsafe { free(problem.cast()) };
}

#[test]
fn errno_clobbered() {
    unsafe { fx_open_missing() };
    let _ = std::fs::read_dir("/proc/self/nothing");
    black_box(std::io::Error::last_os_error()); //~ errno_clobbered: declared = errno/clobbered
}

#[test]
fn threading_data_race__caller() {
    unsafe {
        fx_worker_start(0, 2000);
        for _ in 0..2000 {
            fx_count(); //~ threading_data_race__caller: tsan = threading/data-race
        }
        fx_worker_join();
    }
}

/// Few enough rounds that TSan's history still holds the other side: a race whose second stack is lost is not reported.
#[test]
fn threading_host_memory_race() {
    let mut cell = Box::new(0);
    let p: *mut c_int = &mut *cell;
    unsafe {
        fx_scribble_start(p, 2_000);
        for _ in 0..2_000 {
            black_box(*p); //~ threading_host_memory_race: rstsan = threading/data-race
        }
        fx_scribble_join();
    }
}

#[test]
fn resource_handle_leak__host() {
    black_box(unsafe { fx_open_self() }); //~ resource_handle_leak__host: fdguard = resource/handle-leak
}
