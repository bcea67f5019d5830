"""Collected it ends pytest with status 2; asked by name the other file passes."""

import module_that_nobody_has  # noqa: F401


def test_never_collected():
    assert False
