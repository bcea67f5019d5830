"""A Python caller that checks errors, captures errno, orders threads, keeps the GIL and closes descriptors."""

import ctypes
import errno

from fixture import CALLBACK, declared, lib


def test_unwind_foreign_exception__call():
    assert lib.fx_may_throw(0) == 0


def test_unwind_error_ignored():
    error = ctypes.c_void_p()
    assert lib.fx_parse(b"7", ctypes.byref(error)) == 7
    assert lib.fx_parse(b"x", ctypes.byref(error)) == -1
    lib.fx_label_free(error)


def test_errno_clobbered():
    assert declared(use_errno=True).fx_open_missing() == -1
    assert ctypes.get_errno() == errno.ENOENT


def test_threading_data_race__worker():
    lib.fx_worker_start(1, 20000)
    for _ in range(2000):
        lib.fx_count_locked()
    lib.fx_worker_join()


def test_threading_host_memory_race():
    cell = ctypes.c_int(0)
    lib.fx_scribble_start(ctypes.byref(cell), 20000)
    lib.fx_scribble_join()
    assert cell.value == 20000


def test_threading_reentrancy():
    queued = []

    def queue(value, _):
        queued.append(value)
        return value

    callback = CALLBACK(queue)
    lib.fx_on_event(ctypes.cast(callback, ctypes.c_void_p), None)
    lib.fx_fire(0)
    lib.fx_on_event(None, None)
    assert queued == [0]


def test_threading_gil_not_held():
    make = ctypes.pythonapi.PyMem_Malloc
    make.restype, make.argtypes = ctypes.c_void_p, [ctypes.c_size_t]
    ctypes.pythonapi.PyMem_Free(ctypes.c_void_p(make(16)))


def test_resource_python_refcount_leak():
    kept = ctypes.py_object([0] * 8)
    ctypes.pythonapi.Py_IncRef(kept)
    ctypes.pythonapi.Py_DecRef(kept)


def test_resource_handle_leak__descriptor():
    fd = lib.fx_open_self()
    assert fd >= 0 and lib.fx_close(fd) == 0
