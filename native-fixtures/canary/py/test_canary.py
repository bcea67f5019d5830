"""The ctypes lanes' canaries. `noop` does nothing wrong: what a gate says about it is the lane's own noise."""

import ctypes
import os


def canary(name):
    library = ctypes.CDLL(os.path.join(os.environ["FFI_GATES_TARGET_CANARY"], "libfficanary.so"))
    return getattr(library, "canary_" + name)()


def test_noop():
    assert canary("noop") == 42


def test_heap():
    canary("heap")


def test_uaf():
    canary("uaf")


def test_leak():
    canary("leak")


def test_uninit():
    canary("uninit")


def test_race():
    canary("race")


def test_lockorder():
    canary("lockorder")


def test_ub():
    canary("ub")


def test_segv():
    canary("segv")


def test_pydebug():
    make = ctypes.CDLL(None).PyMem_Malloc  # CDLL drops the GIL around the call
    make.restype = ctypes.c_void_p
    made = make(16)  #~ canary_pydebug: pydebug = threading/gil-not-held
    ctypes.pythonapi.PyMem_Free(ctypes.c_void_p(made))
