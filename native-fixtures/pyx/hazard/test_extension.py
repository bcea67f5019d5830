"""Calls the extension's mistakes: the guilty lines are in extension.c."""

from extension_tests import extension_tests

globals().update(extension_tests("hazard"))
