"""A library that has two versions of one function: ctypes gives the newest, dlvsym any."""

import ctypes
import os

lib = ctypes.CDLL(os.path.join(os.environ["FFI_GATES_TARGET_VERSIONS"], "libfxversions.so"))
_dlvsym = ctypes.CDLL(None).dlvsym
_dlvsym.argtypes, _dlvsym.restype = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_char_p], ctypes.c_void_p


def version(name, version):
    """The address of one version of a function."""
    return _dlvsym(lib._handle, name.encode(), version.encode())
