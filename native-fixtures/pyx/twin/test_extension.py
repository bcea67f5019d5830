"""Calls the extension's corrected functions."""

import pytest

import fixture_extension as extension


def test_ownership_leak__result():
    for _ in range(8):
        extension.twin_leak()


def test_ownership_leak_on_error_path__message():
    for _ in range(8):
        extension.twin_leak_on_error()


def test_ownership_leak__pymem():
    for _ in range(8):
        extension.twin_pymem()


def test_ownership_leak__new_reference():
    for _ in range(8):
        extension.twin_new_reference()


def test_ownership_leak__slot():
    for _ in range(8):
        extension.twin_slot()


def test_ownership_double_free__handle():
    extension.twin_double_free()


def test_ownership_use_after_free__handle():
    extension.twin_use_after_free()


def test_ownership_allocator_mismatch__pymem():
    extension.twin_allocator()


def test_bounds_host_buffer_too_small():
    extension.twin_buffer()


def test_lifetime_host_buffer_freed():
    extension.twin_hold()


def test_null_dereference__unchecked():
    extension.twin_null()


def test_init_uninitialised_out_parameter():
    extension.twin_out_parameter()


def test_threading_gil_not_held():
    extension.twin_gil()


def test_threading_gil_not_released():
    extension.twin_blocking()


def test_resource_python_refcount_leak():
    for _ in range(8):
        extension.twin_refcount_leak()


def test_resource_python_refcount_underflow():
    extension.twin_refcount_underflow()


def test_rules_python_exception_set():
    with pytest.raises(ValueError):
        extension.twin_exception_set()


def test_resource_handle_leak__descriptor():
    extension.twin_descriptor()
