"""Wrappers that take what C takes and refuse the rest, and so agree with it for every value."""

import ctypes

from ffi_gates_values import check
from fixture import Record, lib


def within(n, bits, signed=True):
    least = -(1 << bits - 1) if signed else 0
    if not least <= n < least + (1 << bits):
        raise OverflowError("%d has no %d bits" % (n, bits))
    return n


def wide(a, b):
    return lib.fx_wide(within(a, 64), within(b, 64))


def mean(a, b, n):
    return lib.fx_mean(a, b, within(n, 32))


def digest(kind, count, tag, weight):
    record = Record(within(kind, 8, False), within(count, 32, False), within(tag, 16, False), weight)
    return lib.fx_record_digest(ctypes.byref(record))


def points(text):
    if "\0" in text:
        raise ValueError("text of C ends at NUL")
    return lib.fx_utf8_points(text.encode())


def box(value):
    made = lib.fx_box_new(within(value, 32))
    try:
        return lib.fx_box_get(made)
    finally:
        lib.fx_box_free(made)


def test_abi_wrong_width__value():
    check("fx_wide", wide)


def test_abi_arity__value():
    check("fx_wide", wide)


def test_abi_wrong_signedness__value():
    check("fx_unsigned_max", lib.fx_unsigned_max)


def test_abi_struct_layout__value():
    check("fx_record_digest", digest)


def test_abi_calling_convention__value():
    check("fx_mean", mean)


def test_abi_encoding__value():
    check("fx_utf8_points", points)


def test_abi_truncated_pointer__value():
    check("fx_box", box)


def test_bounds_length_arithmetic__value():
    check("fx_sum", lambda data: lib.fx_sum(data, len(data)))


def slice_within(start, end):
    if not 0 <= start <= end <= 64:
        raise ValueError("no slice of 64 bytes")
    at, to = (ctypes.c_ubyte * 64)(), (ctypes.c_ubyte * 64)()
    return lib.fx_copy_slice(to, 64, at, start, end)


def test_trust_validation_gap__value():
    check("fx_slice", slice_within)


def double(want):
    out = ctypes.c_int()
    if want > 0x3FFFFFFF or lib.fx_measure(within(want, 32), ctypes.byref(out)) != 0:
        raise ValueError("no measure")
    return out.value


def test_init_uninitialised_out_parameter__value():
    check("fx_measure", double)


def test_trust_validation_gap__code():
    check("fx_double", double)
