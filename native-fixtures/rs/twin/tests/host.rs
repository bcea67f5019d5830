//! The same jobs as in the hazard suite, done by the contract.
#![allow(non_snake_case)]
use fixture::*;
use std::ffi::{c_void, CString};
use std::os::raw::c_int;
use std::hint::black_box;
use std::ptr::null_mut;

#[test]
fn ownership_double_free__host() {
    unsafe {
        fx_label_free(fx_label_new(c"label".as_ptr()));
    }
}

#[test]
fn ownership_invalid_free__interior() {
    unsafe {
        let arena = fx_arena_new(64);
        black_box(fx_arena_alloc(arena, 8));
        fx_arena_free(arena);
    }
}

#[test]
fn ownership_allocator_mismatch__box() {
    unsafe {
        fx_box_free(fx_box_new(7));
    }
}

#[test]
fn ownership_use_after_free__handle() {
    unsafe {
        let b = fx_box_new(7);
        black_box(fx_box_get(b));
        fx_box_free(b);
    }
}

#[test]
fn ownership_use_after_free__host_read() {
    unsafe {
        let b = fx_box_new(7);
        black_box(*fx_box_peek(b));
        fx_box_free(b);
    }
}

#[test]
fn ownership_leak__label() {
    unsafe {
        fx_label_free(fx_label_new(c"freed".as_ptr()));
    }
}

#[test]
fn ownership_leak__boxed() {
    let raw = black_box(Box::into_raw(Box::new([7u8; 48])));
    drop(unsafe { Box::from_raw(raw) });
}

#[test]
fn ownership_leak__cstring() {
    let raw = CString::new("freed").unwrap().into_raw();
    unsafe {
        black_box(fx_text_length(raw));
        drop(CString::from_raw(raw));
    }
}

#[test]
fn ownership_leak_on_error_path__host() {
    unsafe {
        let mut problem = null_mut();
        fx_parse(c"seven".as_ptr(), &mut problem);
        free(problem.cast());
    }
}

#[test]
fn lifetime_stack_escape__host() {
    unsafe {
        let b = fx_box_new(42);
        black_box(*fx_box_peek(b));
        fx_box_free(b);
    }
}

#[test]
fn lifetime_host_buffer_freed() {
    unsafe {
        let text = CString::new("kept alive").unwrap();
        fx_hold(text.as_ptr().cast(), 10);
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
        black_box(fx_fire(1));
        fx_on_event(None, null_mut());
        drop(Box::from_raw(state));
    }
}

extern "C" fn queue(value: c_int, user: *mut c_void) -> c_int {
    unsafe { *user.cast::<c_int>() = value + 1 };
    value
}

#[test]
fn threading_reentrancy() {
    let mut queued = 0;
    unsafe {
        fx_on_event(Some(queue), (&mut queued as *mut c_int).cast());
        fx_fire(0);
        fx_on_event(None, null_mut());
    }
    assert_eq!(queued, 1);
}

#[test]
fn bounds_host_buffer_too_small() {
    unsafe {
        let mut buffer = [0u8; 16];
        fx_fill(buffer.as_mut_ptr(), buffer.len(), 1);
        black_box(buffer);
    }
}

#[test]
fn bounds_missing_terminator__host() {
    unsafe {
        black_box(fx_text_length(c"terminated".as_ptr()));
    }
}

#[test]
fn bounds_length_arithmetic__host() {
    unsafe {
        let (from, mut to) = (vec![0u8; 32], vec![0u8; 32]);
        fx_copy_slice(to.as_mut_ptr(), 32, from.as_ptr(), 4, 8);
    }
}

#[test]
fn null_dereference__host() {
    unsafe {
        let b = fx_find(c"two".as_ptr());
        if !b.is_null() {
            black_box(fx_box_get(b));
            fx_box_free(b);
        }
    }
}

#[test]
fn init_uninitialised_out_parameter() {
    unsafe {
        let out = malloc(4).cast::<c_int>();
        if fx_measure(0, out) == 0 && *out > 5 {
            println!("large");
        }
        free(out.cast());
    }
}

extern "C" fn catches(_value: c_int, _user: *mut c_void) -> c_int {
    std::panic::catch_unwind(|| panic!("stays inside")).map_or(-1, |()| 0)
}

#[test]
fn unwind_panic() {
    unsafe {
        fx_on_event(Some(catches), null_mut());
        assert_eq!(fx_fire(1), -1);
        fx_on_event(None, null_mut());
    }
}

#[test]
fn unwind_foreign_exception__host() {
    unsafe {
        assert_eq!(fx_may_throw(0), 0);
    }
}

#[test]
fn unwind_error_ignored() {
    unsafe {
        let mut problem = null_mut();
        assert_eq!(fx_parse(c"7".as_ptr(), &mut problem), 7);
        assert_eq!(fx_parse(c"seven".as_ptr(), &mut problem), -1);
        free(problem.cast());
    }
}

#[test]
fn errno_clobbered() {
    unsafe {
        assert_eq!(fx_open_missing(), -1);
        assert_eq!(std::io::Error::last_os_error().raw_os_error(), Some(2));
    }
}

#[test]
fn threading_data_race__caller() {
    unsafe {
        fx_worker_start(1, 2000);
        for _ in 0..2000 {
            fx_count_locked();
        }
        fx_worker_join();
    }
}

#[test]
fn threading_host_memory_race() {
    unsafe {
        let cell = Box::into_raw(Box::new(0));
        fx_scribble_start(cell, 200_000);
        fx_scribble_join();
        black_box(cell.read());
        drop(Box::from_raw(cell));
    }
}

#[test]
fn resource_handle_leak__host() {
    unsafe {
        fx_close(fx_open_self());
    }
}
