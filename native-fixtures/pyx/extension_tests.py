"""The tests of both suites, which call functions of extension.c: `hazard_…` or `twin_…`."""

import fixture_extension as extension

FUNCTIONS = {
    "ownership_leak__result": "leak",
    "ownership_leak_on_error_path__message": "leak_on_error",
    "ownership_leak__pymem": "pymem",
    "ownership_leak__new_reference": "new_reference",
    "ownership_leak__slot": "slot",
    "ownership_double_free__handle": "double_free",
    "ownership_use_after_free__handle": "use_after_free",
    "ownership_allocator_mismatch__pymem": "allocator",
    "bounds_host_buffer_too_small": "buffer",
    "lifetime_host_buffer_freed": "hold",
    "null_dereference__unchecked": "null",
    "init_uninitialised_out_parameter": "out_parameter",
    "unwind_error_ignored": "error_ignored",
    "threading_gil_not_held": "gil",
    "threading_gil_not_released": "blocking",  #~ threading_gil_not_released: pyguard = threading/gil-not-released
    "threading_reentrancy": "reentrancy",
    "resource_python_refcount_leak": "refcount_leak",  #~ resource_python_refcount_leak: pyrefs = resource/python-refcount-leak
    "resource_python_refcount_underflow": "refcount_underflow",
    "rules_python_exception_set": "exception_set",
    "resource_handle_leak__descriptor": "descriptor",
}

# One leak may hide behind a pointer that happens to be left somewhere.
LEAKS = {"leak", "leak_on_error", "pymem", "new_reference", "slot", "refcount_leak"}


def extension_tests(side):
    """Test functions by name, for a side: `hazard` or `twin`."""
    return {"test_" + case: _test(side, function) for case, function in FUNCTIONS.items()}


def _test(side, function):
    call = getattr(extension, side + "_" + function)

    def test():
        for _ in range(8 if function in LEAKS else 1):
            call()  #~ calls pyx/extension.c

    return test
