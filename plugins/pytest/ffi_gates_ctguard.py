"""Watches callbacks and errno of ctypes and cffi, for the gate `ctguard` of ffi-gates.

A callback is machine code that Python frees with the object. Native code that still has its address then jumps into freed
memory: a crash, or, where the memory has been used again, another callback. Here the code outlives the object: it calls
an `_Entry`, which knows the Python function only through a weak reference to a `_Token`. The token stands where CPython
keeps the code alive (`_objects`, which assignments to structures and arrays share, or the owner of a cffi callback), so it
dies exactly when the code would have been freed, by counting or by the collector.
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
# First calls of a callback before which young garbage is collected: `ctypes.cast` leaves a cycle, so a callback of which only
# the address is kept lives until some later collection.
_COLLECTED_CALLS = 8

_EFFECT = "without the guard the call goes into freed memory; keep a reference to the callback as long as it may be called"


class _Token:
    """Keeps a Python function alive, as the callback's object does."""

    __slots__ = ("function", "__weakref__")

    def __init__(self, function):
        self.function = function

    def __call__(self, _owner):
        """cffi calls it as a destructor when the callback's object dies."""


class _Entry:
    """Called by the machine code of one callback, however long that is."""

    __slots__ = ("token", "name", "made", "nothing", "code", "calls")

    def __init__(self, token, nothing):
        self.token = weakref.ref(token, self._bury)
        self.name = getattr(token.function, "__qualname__", None) or repr(type(token.function))
        self.made = ffi_gates_guard.stack(sys._getframe(2))
        self.nothing = nothing
        self.code, self.calls = None, 0
        _alive.add(self)

    def _bury(self, _):
        _alive.discard(self)
        _dead.append(self)
        if len(_dead) > _MAX_DEAD:
            _dead.popleft().code = None

    def __call__(self, *arguments):
        _log.watched += 1
        self.calls += 1
        if self.calls <= _COLLECTED_CALLS and gc.isenabled():
            gc.collect(1)
        token = self.token()
        if token is not None:
            return token.function(*arguments)
        called = ffi_gates_guard.stack(sys._getframe(1))
        message = "native code calls %s, which Python has collected" % self.name
        _log.report("lifetime/callback-collected", message, [("fault", called), ("made", self.made)], _EFFECT)
        return self.nothing()

    def __repr__(self):
        token = self.token()
        return repr(token.function) if token else "<collected callback %s>" % self.name


def _zero(result):
    """A value that a ctypes callback with this result may return."""
    return None if result is None else getattr(result(), "value", 0)


def _new(prototype, *arguments, **named):
    """`__new__` of ctypes' function prototypes."""
    _log.watched += 1
    if len(arguments) != 1 or named or not callable(arguments[0]):
        return ctypes._CFuncPtr.__new__(prototype, *arguments, **named)
    token = _Token(arguments[0])
    entry = _Entry(token, functools.partial(_zero, prototype._restype_))
    made = ctypes._CFuncPtr.__new__(prototype, entry)
    held = made._objects
    # Any other form than today's is left alone: then the entry keeps the function, and nothing is seen.
    if isinstance(held, dict) and list(held) == ["0"]:
        entry.code, held["0"] = held["0"], token
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
        def wrap(function):
            if not callable(function):
                return make(self, cdecl, function, error, onerror)

            def nothing():
                result = self.typeof(code).result
                return None if result.kind == "void" else 0 if result.kind == "primitive" else self.cast(result, 0)

            token = _Token(function)
            entry = _Entry(token, nothing)
            code = entry.code = make(self, cdecl, entry, error, onerror)
            return self.gc(code, token)

        return wrap if python_callable is None else wrap(python_callable)

    api.FFI.callback = callback


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
