"""A Python caller that derives lengths from buffers, declares what the header says and looks at results."""

import ctypes

from fixture import CALLBACK, Record, bare, lib


def test_bounds_host_buffer_too_small():
    buffer = (ctypes.c_ubyte * 616)()
    lib.fx_fill(buffer, len(buffer), 1)
    assert sum(buffer) == 616


def test_bounds_missing_terminator__argument():
    text = ctypes.create_string_buffer(b"x" * 600)
    assert lib.fx_text_length(ctypes.addressof(text)) == 600


def test_bounds_length_arithmetic__slice():
    to, source = (ctypes.c_ubyte * 16)(), (ctypes.c_ubyte * 16)()
    assert lib.fx_copy_slice(to, 16, source, 8, 12) == 4


def test_null_dereference__unchecked():
    box = lib.fx_find(b"two")
    assert box is None


def test_init_uninitialised_out_parameter():
    out = ctypes.c_int(0)
    assert lib.fx_measure(0, ctypes.byref(out)) == -1
    assert lib.fx_measure(3, ctypes.byref(out)) == 0 and out.value == 6


def test_abi_truncated_pointer():
    box = lib.fx_box_new(1)
    assert lib.fx_box_get(box) == 1
    lib.fx_box_free(box)


def test_abi_wrong_width():
    assert lib.fx_wide(2**31 - 1, 2**31 - 1) == 2**32 - 2


def test_abi_wrong_signedness():
    assert lib.fx_unsigned_max() == 0xFFFFFFFF


def test_abi_struct_layout():
    assert lib.fx_record_digest(ctypes.byref(Record(1, 2, 3, 0.5))) == 821


def test_abi_arity():
    assert lib.fx_count_locked() >= 1


def test_abi_calling_convention():
    assert lib.fx_mean(1, 2, 3) == 1


def test_abi_no_result():
    exact = bare()
    exact.fx_on_event.restype = None
    callback = CALLBACK(lambda value, _: value + 1)
    exact.fx_on_event(callback, None)
    assert lib.fx_fire(1) == 2
    lib.fx_on_event(None, None)


def test_abi_encoding__bytes():
    assert lib.fx_utf8_points("café".encode("utf-8")) == 4


def test_abi_encoding():
    assert lib.fx_utf8_points("café".encode("utf-8")) == 4


class Box(ctypes.Structure):
    """A handle as a structure of one field."""

    _fields_ = [("address", ctypes.c_void_p)]


class Arena(ctypes.Structure):
    """What only the library knows."""


class Head(ctypes.Structure):
    _fields_ = [("kind", ctypes.c_uint8), ("count", ctypes.c_uint32)]


class Newer(ctypes.Structure):
    """Nested here, flat there, and with a last field of a newer header."""

    _fields_ = [("head", Head), ("tag", ctypes.c_uint16), ("weight", ctypes.c_double), ("added", ctypes.c_long)]


class Older(ctypes.Structure):
    """An older header's: the library's own is longer."""

    _fields_ = [("kind", ctypes.c_uint8), ("count", ctypes.c_uint32), ("tag", ctypes.c_uint16)]


def test_abi_unusual():
    unusual = bare()
    unusual.fx_box_new.restype = Box
    unusual.fx_box_get.argtypes = unusual.fx_box_free.argtypes = [Box]
    box = unusual.fx_box_new(7)
    assert unusual.fx_box_get(box) == 7
    unusual.fx_box_free(box)
    unusual.fx_arena_new.restype = ctypes.POINTER(Arena)
    unusual.fx_arena_new.argtypes = [ctypes.c_size_t]
    unusual.fx_arena_free.argtypes = [ctypes.c_void_p]
    unusual.fx_arena_free(unusual.fx_arena_new(16))
    unusual.fx_record_digest.restype = ctypes.c_int64
    unusual.fx_record_digest.argtypes = [ctypes.POINTER(Newer)]
    assert unusual.fx_record_digest(Newer(Head(1, 2), 3, 0.5)) == 821
    unusual.fx_record_sample.restype = ctypes.POINTER(Older)
    assert unusual.fx_record_sample()[0].count == 2
    unusual.fx_may_throw.argtypes, unusual.fx_may_throw.restype = [ctypes.c_bool], ctypes.c_bool
    assert unusual.fx_may_throw(False) is False
    unusual.fx_fire.argtypes = [ctypes.c_long]
    assert unusual.fx_fire(1) == -1
