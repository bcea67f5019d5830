"""A Python caller that lies about lengths and declarations, or takes results without a look."""

import ctypes

from fixture import Record, bare, lib


def test_bounds_host_buffer_too_small():
    lib.fx_fill((ctypes.c_ubyte * 600)(), 616, 1)  #~ bounds_host_buffer_too_small: asan = bounds/heap-overflow


def test_bounds_missing_terminator__argument():
    text = (ctypes.c_char * 600).from_buffer_copy(b"x" * 600)
    lib.fx_text_length(ctypes.addressof(text))  #~ bounds_missing_terminator__argument: asan = bounds/heap-overread


def test_bounds_length_arithmetic__slice():
    to, source = (ctypes.c_ubyte * 16)(), (ctypes.c_ubyte * 16)()
    lib.fx_copy_slice(to, 16, source, 12, 8)  #~ bounds_length_arithmetic__slice: asan = bounds/length-arithmetic


def test_null_dereference__unchecked():
    lib.fx_box_get(lib.fx_find(b"two"))  #~ null_dereference__unchecked: asan memcheck = null/dereference


def test_init_uninitialised_out_parameter():
    box = lib.fx_label_new(b"")  # one byte written, three not: malloc'd memory as a caller's buffer
    out = ctypes.cast(box, ctypes.POINTER(ctypes.c_int))
    lib.fx_measure(0, out)
    assert out[0] != 7  #~ init_uninitialised_out_parameter: blind = init/uninitialised-out-parameter
    lib.fx_label_free(box)


def test_abi_truncated_pointer():
    loose = bare()
    box = loose.fx_box_new(1)  #~ abi_truncated_pointer: declared = abi/truncated-pointer
    loose.fx_box_get(box & 0xFFFFFFFF)


def test_abi_wrong_width():
    loose = bare()
    loose.fx_wide(2**31 - 1, 2**31 - 1)  #~ abi_wrong_width: declared = abi/wrong-width


def test_abi_wrong_signedness():
    bare().fx_unsigned_max()  #~ abi_wrong_signedness: declared = abi/wrong-signedness


class PackedRecord(ctypes.Structure):
    _pack_ = 1
    _fields_ = Record._fields_ + [("room", ctypes.c_ubyte * 16)]


def test_abi_struct_layout():
    record = PackedRecord(1, 2, 3, 0.5)
    lib.fx_record_digest(ctypes.byref(record))  #~ abi_struct_layout: declared = abi/struct-layout


def test_abi_arity():
    bare().fx_count_locked(2, 10)  #~ abi_arity: declared = abi/arity


def test_abi_calling_convention():
    loose = bare()
    loose.fx_mean.restype = ctypes.c_double
    loose.fx_mean(ctypes.c_double(1), ctypes.c_double(2), 3)  #~ abi_calling_convention: declared = abi/calling-convention


def test_abi_encoding__bytes():
    lib.fx_utf8_points("café".encode("latin-1"))  #~ abi_encoding__bytes: blind = abi/encoding


def test_abi_encoding():
    loose = bare()
    loose.fx_utf8_points.argtypes = [ctypes.c_wchar_p]  #~ abi_encoding: declared = abi/encoding
    loose.fx_utf8_points("café")


SILENT = ctypes.CFUNCTYPE(None, ctypes.c_int, ctypes.c_void_p)


def test_abi_no_result():
    loose = bare()
    loose.fx_on_event.restype = None
    silent = SILENT(lambda value, _: None)
    loose.fx_on_event(silent, None)  #~ abi_no_result: declared = abi/no-result
    lib.fx_on_event(None, None)
