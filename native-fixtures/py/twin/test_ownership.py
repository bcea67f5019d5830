"""A Python caller that keeps the ownership and lifetime contracts."""

import ctypes
import gc

from fixture import CALLBACK, lib


def test_ownership_leak__result():
    for _ in range(8):
        lib.fx_label_free(lib.fx_label_new(b"the caller frees me"))


def test_ownership_leak_on_error_path__message():
    for _ in range(8):
        error = ctypes.c_void_p()
        try:
            assert lib.fx_parse(b"x", ctypes.byref(error)) == -1
        finally:
            lib.fx_label_free(error)


def test_ownership_double_free__handle():
    box = lib.fx_box_new(1)
    lib.fx_box_free(box)
    box = None
    lib.fx_box_free(box)


def test_ownership_invalid_free__arena():
    arena = lib.fx_arena_new(256)
    assert lib.fx_arena_alloc(arena, 16)
    assert lib.fx_arena_alloc(arena, 16)
    lib.fx_arena_free(arena)


def test_ownership_use_after_free__handle():
    box = lib.fx_box_new(1)
    assert lib.fx_box_get(box) == 1
    lib.fx_box_free(box)


def test_ownership_use_after_free__borrowed():
    box = lib.fx_box_new(1)
    assert lib.fx_box_peek(box)[0] == 1
    lib.fx_box_free(box)


def test_ownership_allocator_mismatch__pymem():
    make, free = ctypes.pythonapi.PyMem_Malloc, ctypes.pythonapi.PyMem_Free
    make.restype, make.argtypes = ctypes.c_void_p, [ctypes.c_size_t]
    free.restype, free.argtypes = None, [ctypes.c_void_p]
    free(make(16))


def test_lifetime_host_buffer_freed():
    buffer = (ctypes.c_ubyte * 64)()
    lib.fx_hold(buffer, 64)
    gc.collect()
    assert lib.fx_held_sum() == 0
    lib.fx_release()


def test_lifetime_callback_collected():
    callback = CALLBACK(lambda value, _: value)
    lib.fx_on_event(ctypes.cast(callback, ctypes.c_void_p), None)
    gc.collect()
    assert lib.fx_fire(1) == 1
    lib.fx_on_event(None, None)


def test_lifetime_stack_escape__host():
    box = lib.fx_box_new(42)
    assert lib.fx_box_peek(box)[0] == 42
    lib.fx_box_free(box)
