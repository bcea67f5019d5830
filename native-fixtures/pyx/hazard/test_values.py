"""Each wrong conversion of the extension by what comes of it: boundary values, held against C."""

import fixture_extension as extension
from ffi_gates_values import check


def test_abi_wrong_width__value():
    check("fx_wide", extension.hazard_wide)  #~ abi_wrong_width__value: values = abi/wrong-width


def test_abi_wrong_signedness__value():
    check("fx_unsigned_max", extension.hazard_unsigned_max)  #~ abi_wrong_signedness__value: values = abi/wrong-signedness


def test_abi_encoding__value():
    check("fx_utf8_points", extension.hazard_points)  #~ abi_encoding__value: values = abi/encoding


def test_abi_encoding__nul():
    check("fx_utf8_points", extension.hazard_points_to_nul)  #~ abi_encoding__nul: values = abi/encoding


def test_bounds_length_arithmetic__value():
    check("fx_sum", extension.hazard_sum)  #~ bounds_length_arithmetic__value: values = bounds/length-arithmetic


def test_abi_arity__value():
    check("fx_wide", extension.hazard_alone)  #~ abi_arity__value: values = abi/arity


def test_abi_struct_layout__value():
    check("fx_record_digest", extension.hazard_digest)  #~ abi_struct_layout__value: values = abi/struct-layout


def test_abi_calling_convention__value():
    check("fx_mean", extension.hazard_mean)  #~ abi_calling_convention__value: values = abi/calling-convention


def test_abi_truncated_pointer__value():
    check("fx_box", extension.hazard_box)  #~ abi_truncated_pointer__value: values = crash/signal


def test_trust_validation_gap__value():
    check("fx_slice", extension.hazard_slice)  #~ trust_validation_gap__value: values fuzz = trust/validation-gap


def test_init_uninitialised_out_parameter__value():
    check("fx_measure", extension.hazard_double)  #~ init_uninitialised_out_parameter__value: values fuzz = init/uninitialised-out-parameter


def test_trust_validation_gap__code():
    check("fx_double", extension.hazard_double)  #~ trust_validation_gap__code: values fuzz = trust/validation-gap
