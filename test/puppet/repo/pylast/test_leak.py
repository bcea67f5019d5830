"""A leak of the library alone."""

from library import lib


def test_leaks():
    lib.puppet_leak()
