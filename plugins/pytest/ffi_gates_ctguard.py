"""Watches callbacks and errno of ctypes and cffi, for the gate `ctguard` of ffi-gates.

A callback is machine code that Python frees with the object. Native code that still has its address then jumps into freed
memory: a crash, or, where the memory has been used again, another callback. Here the code outlives the object. A `_Token`
stands where CPython keeps the code alive (`_objects`, which assignments to structures and arrays share, or the owner of a
cffi callback), so it dies exactly when the code would have been freed, by counting or by the collector.

Until then the code calls the Python function itself, so that a suite sees what it sees without the guard: the same frames,
and the same object in `sys.unraisablehook`. From then on it calls an `_Entry`, which reports. The code's reference to the
function is a borrowed one, and the collector does not know the holder of it: else the code, which lives on, would keep alive
what the callback's object no longer does.
"""

import collections
import ctypes
import functools
import gc
import importlib.abc
import importlib.util
import os
import sys
import threading
import weakref

import ffi_gates_guard

ffi_gates_guard.HIDDEN |= {__file__, ctypes.__file__}
_log = ffi_gates_guard.Log("ctguard", os.environ["FFI_GATES_CTGUARD"], "calls")
_thread = threading.local()

# Code of dead callbacks that is kept to be recognised, some 200 bytes each.
_MAX_DEAD = 100_000
_alive, _dead = set(), collections.deque()
# Calls into C before which young garbage is collected, for each callback that is made: `ctypes.cast` leaves a cycle, so a
# callback of which only the address is kept lives until some later collection.
_COLLECTED_CALLS = 8
_to_collect = 0

_EFFECT = "without the guard the call goes into freed memory; keep a reference to the callback as long as it may be called"


class _Token:
    """Keeps a Python function alive, as the callback's object does."""

    __slots__ = ("function", "__weakref__")

    def __init__(self, function):
        self.function = function

    def __call__(self, _owner):
        """cffi calls it as a destructor when the callback's object dies."""


class _Entry:
    """Called by the machine code of one callback after its end, however long that is."""

    __slots__ = ("owner", "name", "made", "nothing", "code", "slot")

    def __init__(self, owner, function, nothing):
        """`owner` dies when the code would have been freed."""
        global _to_collect
        self.owner = weakref.ref(owner, self._bury)
        self.name = getattr(function, "__qualname__", None) or repr(type(function))
        self.made = ffi_gates_guard.stack(sys._getframe(2))
        self.nothing = nothing
        self.code = self.slot = None
        _to_collect = _COLLECTED_CALLS
        _alive.add(self)

    def lend(self, holder, function):
        """Puts the function in the place of this entry in `holder`, where the machine code reads what to call. Whether that
        was possible; any other form than today's is left alone."""
        if sys.implementation.name != "cpython" or not gc.is_tracked(holder):
            return False
        words = _words(holder)
        places = [n for n, word in enumerate(words) if word == id(self)]
        if len(places) != 1:
            return False
        slot = ctypes.c_void_p.from_address(ctypes.addressof(words) + places[0] * _WORD)
        # The holder must not be freed while it has what it does not own, not even when the interpreter ends.
        _incref(holder)
        _untrack(holder)
        self.slot = (slot, holder)
        slot.value = id(function)
        return True

    # Globals may be gone when the interpreter ends.
    def _bury(self, _, alive=_alive, dead=_dead, limit=_MAX_DEAD):
        if self.slot is not None:
            self.slot[0].value = id(self)  # the reference that it has there was never given up
        alive.discard(self)
        dead.append(self)
        if len(dead) > limit:
            oldest = dead.popleft()
            if oldest.slot is not None:
                _decref(oldest.slot[1])
            oldest.code = oldest.slot = None

    def __call__(self, *arguments):
        owner = self.owner()
        if owner is not None:
            return owner.function(*arguments)
        _log.watched += 1
        called = ffi_gates_guard.stack(sys._getframe(1))
        message = "native code calls %s, which Python has collected" % self.name
        _log.report("lifetime/callback-collected", message, [("fault", called), ("made", self.made)], _EFFECT)
        return self.nothing()

    def __repr__(self):
        owner = self.owner()
        return repr(owner.function) if owner else "<collected callback %s>" % self.name


_WORD = ctypes.sizeof(ctypes.c_void_p)


def _words(thing):
    """The memory of an object."""
    return (ctypes.c_void_p * (thing.__sizeof__() // _WORD)).from_address(id(thing))


def _python(name):
    function = getattr(ctypes.pythonapi, name)
    function.argtypes, function.restype = [ctypes.py_object], None
    return function


_incref, _decref, _untrack = _python("Py_IncRef"), _python("Py_DecRef"), _python("PyObject_GC_UnTrack")


def _collect():
    global _to_collect
    if _to_collect > 0 and gc.isenabled():
        _to_collect -= 1
        gc.collect(1)


def _zero(result):
    """A value that a ctypes callback with this result may return."""
    return None if result is None else getattr(result(), "value", 0)


def _new(prototype, *arguments, **named):
    """`__new__` of ctypes' function prototypes."""
    _log.watched += 1
    if len(arguments) != 1 or named or not callable(arguments[0]):
        return ctypes._CFuncPtr.__new__(prototype, *arguments, **named)
    token = _Token(arguments[0])
    entry = _Entry(token, token.function, functools.partial(_zero, prototype._restype_))
    made = ctypes._CFuncPtr.__new__(prototype, entry)
    held = made._objects
    # Any other form than today's is left alone: then the entry keeps the function, and nothing is seen.
    if isinstance(held, dict) and list(held) == ["0"]:
        entry.code, held["0"] = held["0"], token
        entry.lend(entry.code, token.function)
    else:
        entry.code = (made, token)
    return made


def _guarded(make):
    @functools.wraps(make)
    def functype(*types, **named):
        prototype = make(*types, **named)
        if "__new__" not in prototype.__dict__:
            prototype.__new__ = _new
        return prototype

    return functype


ctypes.CFUNCTYPE = _guarded(ctypes.CFUNCTYPE)
ctypes.PYFUNCTYPE = _guarded(ctypes.PYFUNCTYPE)


# --- errno: ctypes keeps a copy of its own for libraries that ask for one; the C library's is overwritten by the interpreter

_USES_ERRNO = 8  # FUNCFLAG_USE_ERRNO of CPython's _ctypes
_LOCATIONS = {"__errno_location", "__error", "_errno", "__errno"}
_STALE = "it is whatever the interpreter or an older call left; open the library with use_errno=True"
_foreign_call = ctypes._CFuncPtr.__call__


def _call(self, *arguments, **named):
    _log.watched += 1
    if getattr(self, "__name__", None) in _LOCATIONS:
        last = getattr(_thread, "last", None)
        if last is not None:
            _stale("errno of %s is read from the C library, after the interpreter went on" % last)
    else:
        _thread.last = getattr(self, "__name__", "a function")
        if type(self)._flags_ & _USES_ERRNO:
            _thread.captured = True
    _collect()
    return _foreign_call(self, *arguments, **named)


def _stale(message):
    _log.report("errno/clobbered", message, [("fault", ffi_gates_guard.stack(sys._getframe(2)))], _STALE)


_open = ctypes.CDLL.__init__


@functools.wraps(_open)
def _cdll(self, *arguments, **named):
    _open(self, *arguments, **named)
    self._FuncPtr.__call__ = _call


ctypes.CDLL.__init__ = _cdll
_get_errno, _set_errno = ctypes.get_errno, ctypes.set_errno


def get_errno():
    last, captured = getattr(_thread, "last", None), getattr(_thread, "captured", False)
    if last is not None and not captured:
        _stale("get_errno() after %s, whose library was opened without use_errno=True" % last)
    # Read again without a call between, it is the same value.
    _thread.last = None
    return _get_errno()


def set_errno(value):
    _thread.last, _thread.captured = None, False
    return _set_errno(value)


ctypes.get_errno, ctypes.set_errno = get_errno, set_errno


# --- cffi


def _guard_cffi(api):
    make = api.FFI.callback

    @functools.wraps(make)
    def callback(self, cdecl, python_callable=None, error=None, onerror=None):
        def nothing():
            result = self.typeof(cdecl).result if isinstance(cdecl, str) else cdecl.result
            return None if result.kind == "void" else 0 if result.kind == "primitive" else self.cast(result, 0)

        def wrap(function):
            _log.watched += 1
            code = make(self, cdecl, function, error, onerror)
            if self._backend is not sys.modules.get("_cffi_backend"):
                return code  # an old backend that calls ctypes
            entry = _Entry(code, function, nothing)
            entry.code = make(self, cdecl, entry, error, onerror)
            if _redirected(self, code, entry, function):
                return code
            # What is no longer like today's cffi gets an owner of its own.
            token = _Token(function)
            entry = _Entry(token, function, nothing)
            entry.code = make(self, cdecl, entry, error, onerror)
            return self.gc(entry.code, token)

        return wrap if python_callable is None else wrap(python_callable)

    api.FFI.callback = callback


def _redirected(ffi, code, entry, function):
    """Gives a callback's object the address of the code that outlives it. Its own code, which nobody calls, dies with it."""
    holders = [t for t in gc.get_referents(entry.code) if type(t) is tuple]
    words = _words(code)
    old, new = (int(ffi.cast("uintptr_t", c)) for c in (code, entry.code))
    # The address comes after the type. It may come again: of how the code was allocated.
    places = [n for n, word in enumerate(words) if word == old and words[n - 1] == id(ffi.typeof(code))]
    if len(places) != 1 or len(holders) != 1 or not entry.lend(holders[0], function):
        return False
    words[places[0]] = new
    return True


class _Finder(importlib.abc.MetaPathFinder):
    """Guards cffi when the tests import it, from wherever that is."""

    def find_spec(self, name, path=None, target=None):
        if name != "cffi.api":
            return None
        sys.meta_path.remove(self)
        spec = importlib.util.find_spec(name)
        if spec is None or spec.loader is None:
            return None
        execute = spec.loader.exec_module

        def exec_module(module):
            execute(module)
            _guard_cffi(module)

        spec.loader.exec_module = exec_module
        return spec


if "cffi.api" in sys.modules:
    _guard_cffi(sys.modules["cffi.api"])
else:
    sys.meta_path.insert(0, _Finder())
