"""A Python caller that breaks the ownership and lifetime contracts."""

import ctypes
import gc

from fixture import CALLBACK, lib


def test_ownership_leak__result():
    for _ in range(8):
        lib.fx_label_new(b"nobody frees me")  #~ ownership_leak__result: asan memcheck = ownership/leak


def test_ownership_leak_on_error_path__message():
    for _ in range(8):
        error = ctypes.c_void_p()
        lib.fx_parse(b"x", ctypes.byref(error))  #~ ownership_leak_on_error_path__message: asan = ownership/leak


def test_ownership_double_free__handle():
    box = lib.fx_box_new(1)
    lib.fx_box_free(box)
    lib.fx_box_free(box)  #~ ownership_double_free__handle: asan memcheck = ownership/double-free


def test_ownership_invalid_free__arena():
    arena = lib.fx_arena_new(256)
    lib.fx_arena_alloc(arena, 16)
    lib.fx_label_free(lib.fx_arena_alloc(arena, 16))  #~ ownership_invalid_free__arena: asan = ownership/invalid-free
    lib.fx_arena_free(arena)


def test_ownership_use_after_free__handle():
    box = lib.fx_box_new(1)
    lib.fx_box_free(box)
    lib.fx_box_get(box)  #~ ownership_use_after_free__handle: asan = ownership/use-after-free


def test_ownership_use_after_free__borrowed():
    box = lib.fx_box_new(1)
    value = lib.fx_box_peek(box)
    lib.fx_box_free(box)
    value[0] + 1  #~ ownership_use_after_free__borrowed: blind = ownership/use-after-free


def test_ownership_allocator_mismatch__pymem():
    label = lib.fx_label_new(b"made by malloc")
    free = ctypes.pythonapi.PyMem_Free
    free.argtypes = [ctypes.c_void_p]
    free(label)  #~ ownership_allocator_mismatch__pymem: pydebug = ownership/allocator-mismatch


def test_lifetime_host_buffer_freed():
    lib.fx_hold((ctypes.c_ubyte * 64)(), 64)
    gc.collect()
    lib.fx_held_sum()  #~ lifetime_host_buffer_freed: asan = ownership/use-after-free
    lib.fx_release()


def test_lifetime_callback_collected():
    lib.fx_on_event(ctypes.cast(CALLBACK(lambda value, _: value), ctypes.c_void_p), None)
    gc.collect()
    lib.fx_fire(1)  #~ lifetime_callback_collected: ctguard = lifetime/callback-collected
    lib.fx_on_event(None, None)


def test_lifetime_stack_escape__host():
    lib.fx_local_address()[0] + 1  #~ lifetime_stack_escape__host: blind = lifetime/stack-escape
