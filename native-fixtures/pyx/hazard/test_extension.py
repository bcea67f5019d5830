"""Calls the extension's mistakes: the guilty lines are in extension.c."""

import fixture_extension as extension


def test_ownership_leak__result():
    for _ in range(8):
        extension.hazard_leak()


def test_ownership_leak_on_error_path__message():
    for _ in range(8):
        extension.hazard_leak_on_error()


def test_ownership_leak__pymem():
    for _ in range(8):
        extension.hazard_pymem()


def test_ownership_leak__new_reference():
    for _ in range(8):
        extension.hazard_new_reference()


def test_ownership_leak__slot():
    for _ in range(8):
        extension.hazard_slot()


def test_ownership_double_free__handle():
    extension.hazard_double_free()


def test_ownership_use_after_free__handle():
    extension.hazard_use_after_free()


def test_ownership_allocator_mismatch__pymem():
    extension.hazard_allocator()


def test_bounds_host_buffer_too_small():
    extension.hazard_buffer()


def test_lifetime_host_buffer_freed():
    extension.hazard_hold()


def test_null_dereference__unchecked():
    extension.hazard_null()


def test_init_uninitialised_out_parameter():
    extension.hazard_out_parameter()


def test_threading_gil_not_held():
    extension.hazard_gil()


def test_threading_gil_not_released():
    extension.hazard_blocking()


def test_resource_python_refcount_leak():
    for _ in range(8):
        extension.hazard_refcount_leak()


def test_resource_python_refcount_underflow():
    extension.hazard_refcount_underflow()


def test_rules_python_exception_set():
    extension.hazard_exception_set()


def test_resource_handle_leak__descriptor():
    extension.hazard_descriptor()
