"""The planted bug with which a lane of properties proves itself armed."""

import ctypes
import os

from hypothesis import given
from hypothesis import strategies as st

library = ctypes.CDLL(os.path.join(os.environ["FFI_GATES_TARGET_CANARY"], "libfficanary.so"))
library.canary_unpack.argtypes = [ctypes.c_char_p, ctypes.c_size_t]


@given(st.binary())
def test_canary_target(data):
    library.canary_unpack(b"FF" + data, len(data) + 2)  #~ canary_target: fuzz = bounds/heap-overflow
