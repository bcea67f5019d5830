"""A reader of records from anywhere that does not look at the number."""

import ctypes
import os

from hypothesis import given
from hypothesis import strategies as st

ROOM = 16
library = ctypes.CDLL(os.path.join(os.environ["FFI_GATES_TARGET_FIXTURE"], "libfixture.so"))
library.fx_unpack.argtypes = [ctypes.c_char_p, ctypes.c_size_t, ctypes.c_size_t]


def unpack(record):
    """The sum of a record. None if it is none."""
    if len(record) < 3:
        return None
    total = library.fx_unpack(record, len(record), ROOM)  #~ calls bounds_heap_overflow__target
    return None if total < 0 else total


@given(st.binary(max_size=64))
def test_bounds_heap_overflow__target(data):
    record = b"FX" + data
    assert unpack(record) in (None, sum(record[3 : 3 + record[2]] if len(record) > 2 else b""))
