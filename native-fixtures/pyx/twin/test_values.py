"""Conversions that lose nothing, and refuse what C cannot hold."""

import fixture_extension as extension
from ffi_gates_values import check


def test_abi_wrong_width__value():
    check("fx_wide", extension.twin_wide)


def test_abi_wrong_signedness__value():
    check("fx_unsigned_max", extension.twin_unsigned_max)


def test_abi_encoding__value():
    check("fx_utf8_points", extension.twin_points)


def test_bounds_length_arithmetic__value():
    check("fx_sum", extension.twin_sum)


def test_abi_arity__value():
    check("fx_wide", extension.twin_wide)


def test_abi_struct_layout__value():
    check("fx_record_digest", extension.twin_digest)


def test_abi_calling_convention__value():
    check("fx_mean", extension.twin_mean)


def test_abi_truncated_pointer__value():
    check("fx_box", extension.twin_box)


def test_trust_validation_gap__value():
    check("fx_slice", extension.twin_slice)


def test_init_uninitialised_out_parameter__value():
    check("fx_measure", extension.twin_double)


def test_trust_validation_gap__code():
    check("fx_double", extension.twin_double)
