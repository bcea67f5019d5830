"""Calls the extension's corrected functions."""

import fixture_extension as extension
import pytest
from extension_tests import extension_tests

globals().update(extension_tests("twin"))


def test_rules_python_exception_set():
    with pytest.raises(ValueError):
        extension.twin_exception_set()
