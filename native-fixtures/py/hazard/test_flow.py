"""A Python caller that mistreats errors, errno, threads, the interpreter's rules and descriptors."""

import ctypes
import errno

from fixture import CALLBACK, lib


def test_unwind_foreign_exception__call():
    lib.fx_may_throw(1)  #~ unwind_foreign_exception__call: plain = unwind/foreign-exception


def test_unwind_error_ignored():
    error = ctypes.c_void_p()
    value = lib.fx_parse(b"7", ctypes.byref(error))
    value * 10  #~ unwind_error_ignored: errors = unwind/error-ignored
    lib.fx_label_free(error)


def test_errno_clobbered():
    lib.fx_open_missing()
    ctypes.get_errno() == errno.ENOENT  #~ errno_clobbered: ctguard declared = errno/clobbered


def test_threading_data_race__worker():
    lib.fx_worker_start(0, 200000)  #~ threading_data_race__worker: tsan = threading/data-race
    for _ in range(20000):
        lib.fx_count()  #~ threading_data_race__worker: tsan = threading/data-race
    lib.fx_worker_join()


def test_threading_host_memory_race():
    cell = ctypes.c_int(0)
    lib.fx_scribble_start(ctypes.byref(cell), 20000)
    for _ in range(2000):
        cell.value  #~ threading_host_memory_race: helgrind = threading/data-race
    lib.fx_scribble_join()


def test_threading_reentrancy():
    def again(value, _):
        return lib.fx_fire(1) if value == 0 else value  #~ threading_reentrancy: callguard = threading/reentrancy

    callback = CALLBACK(again)
    lib.fx_on_event(ctypes.cast(callback, ctypes.c_void_p), None)
    lib.fx_fire(0)
    lib.fx_on_event(None, None)


def test_threading_gil_not_held():
    make = ctypes.CDLL(None).PyMem_Malloc  # CDLL drops the GIL around the call; pythonapi would keep it
    make.restype = ctypes.c_void_p
    made = make(16)  #~ threading_gil_not_held: pydebug = threading/gil-not-held
    ctypes.pythonapi.PyMem_Free(ctypes.c_void_p(made))


def test_resource_python_refcount_leak():
    ctypes.pythonapi.Py_IncRef(ctypes.py_object([0] * 8))  #~ resource_python_refcount_leak: pyrefs = resource/python-refcount-leak


def test_resource_handle_leak__descriptor():
    lib.fx_open_self()  #~ resource_handle_leak__descriptor: fdguard = resource/handle-leak
