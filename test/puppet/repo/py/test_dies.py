"""The C library says why it aborts, and the interpreter says so again with a stack: one death."""

from library import lib


def test_dies():
    lib.puppet_double_free()


def test_lives():
    assert lib.puppet_sum(2, 3) == 5
