"""The fixture library over ctypes, with every declaration as in fixture.h. Hazards that need a wrong one open their own."""

import ctypes
import os
from ctypes import POINTER, c_char_p, c_double, c_float, c_int, c_int64, c_size_t, c_ubyte, c_uint32, c_void_p

CALLBACK = ctypes.CFUNCTYPE(c_int, c_int, c_void_p)


class Record(ctypes.Structure):
    _fields_ = [
        ("kind", ctypes.c_uint8),
        ("count", c_uint32),
        ("tag", ctypes.c_uint16),
        ("weight", c_double),
    ]


DECLARATIONS = {
    "fx_hazard_run": (c_int, c_char_p),
    "fx_twin_run": (c_int, c_char_p),
    "fx_label_new": (c_void_p, c_char_p),
    "fx_label_free": (None, c_void_p),
    "fx_version": (c_void_p,),
    "fx_arena_new": (c_void_p, c_size_t),
    "fx_arena_alloc": (c_void_p, c_void_p, c_size_t),
    "fx_arena_free": (None, c_void_p),
    "fx_box_new": (c_void_p, c_int),
    "fx_box_get": (c_int, c_void_p),
    "fx_box_free": (None, c_void_p),
    "fx_box_peek": (POINTER(c_int), c_void_p),
    "fx_parse": (c_int, c_char_p, POINTER(c_void_p)),
    "fx_hold": (None, c_void_p, c_size_t),
    "fx_held_sum": (c_int,),
    "fx_release": (None,),
    "fx_local_address": (POINTER(c_int),),
    "fx_on_event": (None, c_void_p, c_void_p),
    "fx_fire": (c_int, c_int),
    "fx_fill": (None, POINTER(c_ubyte), c_size_t, c_int),
    "fx_sum": (c_int, c_void_p, c_size_t),
    "fx_text_length": (c_size_t, c_void_p),
    "fx_copy_slice": (c_int, POINTER(c_ubyte), c_size_t, POINTER(c_ubyte), ctypes.c_int32, ctypes.c_int32),
    "fx_find": (c_void_p, c_char_p),
    "fx_measure": (c_int, c_int, POINTER(c_int)),
    "fx_record_digest": (c_int64, c_void_p),
    "fx_record_sample": (POINTER(Record),),
    "fx_wide": (c_int64, c_int64, c_int64),
    "fx_unsigned_max": (c_uint32,),
    "fx_mean": (c_double, c_double, c_float, c_int),
    "fx_utf8_points": (c_size_t, c_char_p),
    "fx_may_throw": (c_int, c_int),
    "fx_open_missing": (c_int,),
    "fx_count": (c_int,),
    "fx_count_locked": (c_int,),
    "fx_worker_start": (None, c_int, c_int),
    "fx_worker_join": (None,),
    "fx_scribble_start": (None, POINTER(c_int), c_int),
    "fx_scribble_join": (None,),
    "fx_open_self": (c_int,),
    "fx_close": (c_int, c_int),
}


def bare(**options):
    """The library without declarations: ctypes then guesses int for everything."""
    return ctypes.CDLL(os.path.join(os.environ["FFI_GATES_TARGET_FIXTURE"], "libfixture.so"), **options)


def declared(**options):
    library = bare(**options)
    for name, (result, *arguments) in DECLARATIONS.items():
        function = getattr(library, name)
        function.restype, function.argtypes = result, arguments
    return library


lib = declared()
