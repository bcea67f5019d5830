"""A failed test and a leak: LeakSanitizer's exit status replaces pytest's."""

from library import lib


def test_leaks():
    lib.puppet_leak()


def test_fails():
    assert lib.puppet_sum(2, 3) == 6
