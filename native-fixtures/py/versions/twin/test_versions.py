"""Each version declared as it is, and one that the library need not have."""

from ctypes import CFUNCTYPE, c_double, c_int, c_int64

from versions import lib, version


def test_abi_symbol():
    scale = lib["fx_scale"]
    scale.restype, scale.argtypes = c_int64, [c_int64, c_double]
    assert scale(2, 3.0) == 6
    assert not hasattr(lib, "fx_scale_all")


def test_abi_symbol__old():
    scale = CFUNCTYPE(c_int, c_int)(version("fx_scale", "FX_1"))
    assert scale(2) == 20
