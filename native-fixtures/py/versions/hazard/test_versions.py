"""Functions that are declared as another version of them is."""

from ctypes import CFUNCTYPE, c_double, c_int, c_int64

from versions import lib, version


def test_abi_symbol():
    scale = lib["fx_scale"]
    scale.restype, scale.argtypes = c_int, [c_int]  #~ abi_symbol: declared = abi/symbol
    scale(2)


def test_abi_symbol__old():
    scale = CFUNCTYPE(c_int64, c_int64, c_double)(version("fx_scale", "FX_1"))  #~ abi_symbol__old: declared = abi/symbol
    scale(2, 3.0)
