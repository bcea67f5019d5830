"""The ctypes lanes' canaries. `noop` does nothing wrong: what a gate says about it is the lane's own noise."""

import ctypes
import gc
import os
import subprocess

from ffi_gates_values import check


def library():
    return ctypes.CDLL(os.path.join(os.environ["FFI_GATES_TARGET_CANARY"], "libfficanary.so"))


def canary(name, *args):
    return getattr(library(), "canary_" + name)(*args)


def test_noop():
    assert canary("noop") == 42


def test_heap():
    canary("heap")


def test_uaf():
    canary("uaf")


def test_leak():
    canary("leak")


def test_handle():
    canary("handle")


def test_errorcode():
    canary("errorcode")


def test_reentry():
    canary("reentry", 0)


def test_errorpath():
    assert canary("errorpath") == 0


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


def test_ctguard_callback():
    back = ctypes.CFUNCTYPE(ctypes.c_int64, ctypes.c_int64)
    address = ctypes.cast(back(lambda value: 7), ctypes.c_void_p)
    kept = ctypes.c_void_p(address.value)
    del address
    gc.collect()
    library().canary_call(kept)  #~ canary_ctguard_callback: ctguard = lifetime/callback-collected


def test_ctguard_errno():
    library().canary_errno()
    ctypes.get_errno()  #~ canary_ctguard_errno: ctguard = errno/clobbered


def test_pyrefs():
    lost = ctypes.py_object(["nobody releases me"])
    ctypes.pythonapi.Py_IncRef(lost)  #~ canary_pyrefs: pyrefs = resource/python-refcount-leak


def test_declared_pointer():
    library().canary_pointer()  #~ canary_declared_pointer: declared = abi/truncated-pointer


def test_declared_width():
    wide = library().canary_wide
    wide.restype = ctypes.c_int  #~ canary_declared_width: declared = abi/wrong-width
    wide(ctypes.c_int64(1))


def test_declared_sign():
    sign = library().canary_unsigned
    sign.restype = ctypes.c_int  #~ canary_declared_sign: declared = abi/wrong-signedness
    sign()


def test_declared_arity():
    mean = library().canary_mean
    mean.restype = ctypes.c_double
    mean(ctypes.c_double(1))  #~ canary_declared_arity: declared = abi/arity


def test_declared_register():
    mean = library().canary_mean
    mean.restype = ctypes.c_double
    mean.argtypes = [ctypes.c_double, ctypes.c_long]  #~ canary_declared_register: declared = abi/calling-convention
    mean(1, 2)


class Packed(ctypes.Structure):
    _pack_ = 1
    _fields_ = [("kind", ctypes.c_char), ("weight", ctypes.c_double)]


def test_declared_layout():
    weigh = library().canary_weigh
    weigh.argtypes = [ctypes.POINTER(Packed)]  #~ canary_declared_layout: declared = abi/struct-layout
    # Longer than the library reads.
    weigh(ctypes.cast((Packed * 2)(), ctypes.POINTER(Packed)))


def test_declared_callback():
    back = ctypes.CFUNCTYPE(None, ctypes.c_int64)(lambda value: None)
    library().canary_call(back)  #~ canary_declared_callback: declared = abi/no-result


def test_declared_errno():
    library().canary_errno()
    ctypes.get_errno()  #~ canary_declared_errno: declared = errno/clobbered


def test_contain():
    worker = subprocess.Popen(["cat"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    answer, _ = worker.communicate(b"7")
    if answer != b"7":
        os._exit(1)  #~ canary_contain: contain = trust/crash-not-contained


def test_values_width():
    wide = library().canary_wide
    wide.argtypes, wide.restype = [ctypes.c_int64], ctypes.c_int
    check("canary_wide", wide)  #~ canary_values_width: values = abi/wrong-width


def test_values_sign():
    check("canary_unsigned", library().canary_unsigned)  #~ canary_values_sign: values = abi/wrong-signedness


def test_fuzz():
    slot = library().canary_slot
    slot.argtypes = [ctypes.c_int]
    check("canary_slot", slot)  #~ canary_fuzz: fuzz = trust/validation-gap
