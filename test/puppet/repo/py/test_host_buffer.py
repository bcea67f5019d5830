"""The library writes past a block of the interpreter's own heap, which pymalloc would hide."""

import ctypes

from library import lib


def test_host_buffer():
    buffer = ctypes.create_string_buffer(64)
    lib.puppet_fill(buffer, 65)
