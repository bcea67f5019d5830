"""The library's own cases, see native/src/hazard: one test each, for every suite that is written in Python."""

CASES = """
    ownership_leak ownership_leak_on_error_path ownership_leak_on_error_path__allocation ownership_double_free ownership_invalid_free ownership_use_after_free
    ownership_allocator_mismatch lifetime_stack_escape bounds_heap_overflow bounds_heap_overread bounds_stack_overflow
    bounds_global_overflow bounds_missing_terminator bounds_length_arithmetic bounds_length_arithmetic__product
    bounds_redzone_jump null_dereference null_dereference__allocation init_uninitialised_read threading_data_race threading_lock_order
    threading_lock_misuse threading_lock_misuse__error_path threading_thread_leak unwind_foreign_exception resource_handle_leak
    resource_handle_leak__map resource_handle_leak__temporary ub_integer_overflow
    ub_shift ub_misaligned ub_invalid_enum_or_bool ub_vla_bound ub_array_index ub_division_by_zero ub_null_argument
    ub_pointer_overflow ub_function_type ub_unreachable
""".split()


def library_tests(run):
    """Test functions by name; `run` takes the name of a case and returns 0 when the library has it."""
    return {"test_" + case: _test(run, case) for case in CASES}


def _test(run, case):
    def test():
        assert run(case) == 0  #~ calls native/src/

    return test
