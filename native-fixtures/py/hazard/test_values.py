"""Each wrong declaration of this library by what comes of it: boundary values through a wrapper, held against C."""

import ctypes

from ffi_gates_values import check
from fixture import Record, bare, lib
from test_bounds import PackedRecord


def test_abi_wrong_width__value():
    wide = bare().fx_wide
    wide.argtypes = [ctypes.c_int64, ctypes.c_int64]
    check("fx_wide", wide)  #~ abi_wrong_width__value: values = abi/wrong-width


def test_abi_wrong_width__argument():
    wide = bare().fx_wide
    wide.argtypes, wide.restype = [ctypes.c_int64, ctypes.c_int64], ctypes.c_int64
    narrow = lambda a, b: wide(ctypes.c_int(a).value, b)
    check("fx_wide", narrow)  #~ abi_wrong_width__argument: values = abi/wrong-width


def test_abi_arity__value():
    wide = bare().fx_wide
    wide.argtypes, wide.restype = [ctypes.c_int64, ctypes.c_int64], ctypes.c_int64
    check("fx_wide", lambda a, b: wide(a, 0))  #~ abi_arity__value: values = abi/arity


def test_abi_wrong_width__range():
    check("fx_wide", lib.fx_wide)  #~ abi_wrong_width__range: values = abi/wrong-width


def test_abi_wrong_signedness__value():
    check("fx_unsigned_max", bare().fx_unsigned_max)  #~ abi_wrong_signedness__value: values = abi/wrong-signedness


def packed(kind, count, tag, weight):
    return lib.fx_record_digest(ctypes.byref(PackedRecord(kind, count, tag, weight)))


def test_abi_struct_layout__value():
    check("fx_record_digest", packed)  #~ abi_struct_layout__value: values = abi/struct-layout


def test_abi_calling_convention__value():
    mean = bare().fx_mean
    mean.restype = ctypes.c_double
    double = lambda a, b, n: mean(ctypes.c_double(a), ctypes.c_double(b), n)
    check("fx_mean", double)  #~ abi_calling_convention__value: values = abi/calling-convention


def test_abi_encoding__value():
    latin1 = lambda text: lib.fx_utf8_points(text.encode("latin-1"))
    check("fx_utf8_points", latin1)  #~ abi_encoding__value: values = abi/encoding


def test_abi_encoding__nul():
    utf8 = lambda text: lib.fx_utf8_points(text.encode())
    check("fx_utf8_points", utf8)  #~ abi_encoding__nul: values = abi/encoding


def test_bounds_length_arithmetic__value():
    short = lambda data: lib.fx_sum(data, len(data) & 0xFFFF)
    check("fx_sum", short)  #~ bounds_length_arithmetic__value: values = bounds/length-arithmetic


def test_abi_truncated_pointer__value():
    loose = bare()
    box = lambda value: loose.fx_box_get(loose.fx_box_new(ctypes.c_int(value)) & 0xFFFFFFFF)
    check("fx_box", box)  #~ abi_truncated_pointer__value: values = crash/signal


def test_trust_validation_gap__value():
    at, to = (ctypes.c_ubyte * 64)(), (ctypes.c_ubyte * 64)()
    trusting = lambda start, end: lib.fx_copy_slice(to, 64, at, start, end)
    check("fx_slice", trusting)  #~ trust_validation_gap__value: values fuzz = trust/validation-gap


def double(want):
    out = ctypes.c_int()
    lib.fx_measure(want, ctypes.byref(out))
    return out.value


def test_init_uninitialised_out_parameter__value():
    check("fx_measure", double)  #~ init_uninitialised_out_parameter__value: values fuzz = init/uninitialised-out-parameter


def test_trust_validation_gap__code():
    check("fx_double", double)  #~ trust_validation_gap__code: values fuzz = trust/validation-gap
