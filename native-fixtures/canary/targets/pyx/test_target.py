"""The planted bug with which a lane of properties proves itself armed."""

from ffi_canary_target import unpack
from hypothesis import given
from hypothesis import strategies as st


@given(st.binary())
def test_canary_target(data):
    unpack(b"FF" + data)  #~ canary_target: fuzz = bounds/heap-overflow
