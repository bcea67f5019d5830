"""Records what Python declares of foreign functions (ctypes), for the gate `declared` of ffi-gates.

Imported before the tests when FFI_GATES_DECLARED names a directory. Each process appends to a file of its own there:
one JSON object a line, `{"function": …}`, `{"record": …}`, `{"allocated": …}` or `{"staleErrno": …}`, whose values have the
form of `HostDeclarations` in src/model/declaration.ts. A later line about a function replaces an earlier one with the
same `id`. A call is written down before it is made, since it may be the last. Declarations are recorded where they
happen, because most are made by loops and helpers and stand nowhere as text.
"""

import atexit
import ctypes
import json
import linecache
import os
import re
import sys
import threading

import ffi_gates_cffi

_Function = ctypes._CFuncPtr
_HIDDEN = (__file__, ctypes.__file__)
_SIGNED, _UNSIGNED = "bhilqn", "BHILQN"
_USES_ERRNO = 8  # FUNCFLAG_USE_ERRNO of CPython's _ctypes
_MAX_SHAPES = 16
# Libraries that ask any object for anything: pytest when it collects the variables of a module.
_PROBING = re.compile(r"/(?:_pytest|unittest|mock|inspect\.py|doctest\.py|typing\.py)(?:/|$)")

_functions, _records, _shapes, _allocated, _stale, _absences = [], {}, {}, set(), set(), set()
_thread = threading.local()
_directory = os.environ["FFI_GATES_DECLARED"]
_pending, _lock, _cffi = [], threading.RLock(), set()


class _Symbol(ctypes.Structure):
    _fields_ = [
        ("file", ctypes.c_char_p),
        ("base", ctypes.c_void_p),
        ("name", ctypes.c_char_p),
        ("address", ctypes.c_void_p),
    ]


# Made before anything is recorded, so that it is not recorded itself.
_dladdr = ctypes.PyDLL(None).dladdr
_dladdr.argtypes, _dladdr.restype = [ctypes.c_void_p, ctypes.c_void_p], ctypes.c_int


def _site():
    """The place of the caller outside of this file and of ctypes."""
    frame = sys._getframe(2)
    while frame is not None and (
        frame.f_code.co_filename in _HIDDEN or frame.f_code.co_filename.startswith("<frozen")
    ):
        frame = frame.f_back
    return None if frame is None else {"file": frame.f_code.co_filename, "line": frame.f_lineno}


def _named(t):
    return "ctypes.%s" % t.__name__ if t.__module__ in ("ctypes", "_ctypes", "ctypes.wintypes") else t.__name__


def _type(t):
    """A type of ctypes, as in CType."""
    if t is None:
        return {"kind": "void"}
    if not isinstance(t, type):
        return {"kind": "unknown", "name": "callable %s" % getattr(t, "__qualname__", t)}
    code, name = getattr(t, "_type_", None), _named(t)
    if issubclass(t, _Function):
        parameters = getattr(t, "_argtypes_", None)
        if parameters is None:
            return {"kind": "pointer", "to": {"kind": "void"}, "name": name}
        result = getattr(t, "_restype_", ctypes.c_int)
        to = {"kind": "function", "result": _type(result), "parameters": [_type(p) for p in parameters]}
        return {"kind": "pointer", "to": to}
    if issubclass(t, ctypes._Pointer):
        return {"kind": "pointer", "to": _type(code) if code is not None else {"kind": "void"}}
    if issubclass(t, ctypes.Array):
        return {"kind": "array", "of": _type(code), "count": t._length_}
    if issubclass(t, (ctypes.Structure, ctypes.Union)):
        return {"kind": "record", "name": _record(t)}
    if issubclass(t, ctypes._SimpleCData) and isinstance(code, str):
        size = ctypes.sizeof(t)
        if getattr(t, "__ctype_be__", t) is t and getattr(t, "__ctype_le__", t) is not t:
            return {"kind": "unknown", "name": "%s in another byte order" % name}
        if code in _SIGNED:
            return {"kind": "int", "size": size, "signed": True, "name": name}
        if code in _UNSIGNED:
            return {"kind": "int", "size": size, "signed": False, "name": name}
        if code in "cu":
            return {"kind": "int", "size": size, "name": name}
        if code in "?v":
            return {"kind": "bool", "size": size, "name": name}
        if code in "fdg":
            return {"kind": "float", "size": size, "name": name}
        if code in "PO":
            return {"kind": "pointer", "to": {"kind": "void"}, "name": name}
        if code in "zZX":
            to = {"kind": "int", "size": 1 if code == "z" else ctypes.sizeof(ctypes.c_wchar), "name": "text"}
            return {"kind": "pointer", "to": to, "name": name}
    if hasattr(t, "from_param"):
        return {"kind": "unknown", "name": "%s.from_param" % name}
    return {"kind": "unknown", "name": name}


def _class_at(t):
    """Where the class stands in its module, as far as its name is written there."""
    file = getattr(sys.modules.get(t.__module__), "__file__", None)
    if not file and t.__module__ == "__main__":
        file = os.path.abspath(sys.argv[0])  # a script loses its `__file__` before the end
    if not file:
        return {}
    head = re.compile(r"\s*class\s+%s\b" % re.escape(t.__name__))
    for number, line in enumerate(linecache.getlines(file), 1):
        if head.match(line):
            return {"at": {"file": file, "line": number}}
    return {}


def _shape(t):
    """The fields of a class, by which two classes of one name are told apart: a function may make many."""
    fields = []
    for c in reversed(t.__mro__):
        for field in c.__dict__.get("_fields_", ()):
            d = c.__dict__.get(field[0])
            fields.append((field[0], getattr(d, "offset", None), getattr(d, "size", None), field[1].__qualname__))
    return ctypes.sizeof(t), tuple(fields)


def _record_name(t):
    plain = name = "%s.%s" % (t.__module__, t.__qualname__)
    shape, no = _shape(t), 2
    while _shapes.setdefault(name, shape) != shape:
        name, no = "%s (%d)" % (plain, no), no + 1
    return name


def _record(t):
    if not any("_fields_" in c.__dict__ for c in t.__mro__):
        # A handle that the library makes; its fields may still be assigned.
        return "%s.%s" % (t.__module__, t.__qualname__)
    name = _record_name(t)
    if name in _records:
        return name
    entry = _records[name] = {"fields": [], **_class_at(t)}
    entry["size"] = ctypes.sizeof(t)
    if issubclass(t, ctypes.Union):
        entry["union"] = True
    for c in reversed(t.__mro__):
        for field in c.__dict__.get("_fields_", ()):
            descriptor = c.__dict__.get(field[0])
            if descriptor is None:
                continue
            bit = descriptor.offset * 8
            bits = {}
            if len(field) > 2:
                # CPython keeps the width of a bit field in the upper half of `size`, its first bit in the lower.
                bits = {"bits": field[2]}
                bit += getattr(descriptor, "bit_offset", descriptor.size & 0xFFFF)
            entry["fields"].append({"name": field[0], "bit": bit, **bits, "type": _type(field[1])})
    _pending.append({"record": {"name": name, **entry}})
    return name


def _owned(value):
    """Notes that the host allocated a record whose address it passes on: the library may write all of it."""
    if isinstance(value, (ctypes.Structure, ctypes.Union)) and value._b_needsfree_:
        name = _record(type(value))
        if name not in _allocated:
            _allocated.add(name)
            _pending.append({"allocated": name})


def _passed(value):
    """The type of an argument as ctypes passes it without a declaration."""
    if value is None:
        return {"kind": "pointer", "to": {"kind": "void"}, "name": "None"}
    if isinstance(value, int):
        return {"kind": "untyped", "name": "int", "wide": not -(2**31) <= value < 2**32}
    if isinstance(value, (bytes, str)):
        size = 1 if isinstance(value, bytes) else ctypes.sizeof(ctypes.c_wchar)
        return {"kind": "pointer", "to": {"kind": "int", "size": size, "name": "text"}, "name": type(value).__name__}
    if type(value).__name__ == "CArgObject":
        pointee = value._obj
        _owned(pointee)
        return {"kind": "pointer", "to": _type(type(pointee))}
    if isinstance(value, ctypes.Array):
        return {"kind": "pointer", "to": _type(type(value)._type_)}
    if isinstance(value, ctypes._Pointer):
        try:
            _owned(value.contents)
        except ValueError:
            pass
        return _type(type(value))
    if isinstance(value, (ctypes._SimpleCData, ctypes.Structure, ctypes.Union, _Function)):
        return _type(type(value))
    if hasattr(value, "_as_parameter_"):
        return _passed(value._as_parameter_)
    return {"kind": "unknown", "name": type(value).__name__}


def _sought(arguments):
    """The name and the library of a function that is looked up."""
    source = arguments[0] if arguments else None
    if isinstance(source, tuple) and len(source) >= 2 and isinstance(source[0], (str, bytes)):
        name = source[0].decode() if isinstance(source[0], bytes) else source[0]
        return name, getattr(source[1], "_name", None)
    return None


def _absent(name, library):
    """A function that the library does not have. Looking it up is how Python asks for it."""
    at = _site()
    if at is None or (name, library) in _absences or _PROBING.search(at["file"]):
        return
    _absences.add((name, library))
    described = {"name": name, "library": library, "at": at, "calls": []}
    described.update(missing=True, notSeen="its library has no function of this name")
    _pending.append({"function": {"id": "absent %s %s" % (name, library), **described}})


class _Recording:
    """Mixed into every class of foreign functions."""

    def __new__(cls, *arguments):
        try:
            return _Function.__new__(cls, *arguments)
        except AttributeError:
            sought = _sought(arguments)
            if sought:
                _absent(*sought)
            raise

    def __init__(self, *arguments):
        sought, address = _sought(arguments), None
        if sought is None and isinstance(self, _Prototyped) and len(arguments) == 1 and type(arguments[0]) is int:
            # Found by dlvsym, or by another function.
            address = arguments[0]
            sought = _symbol_at(address)
        if sought is not None:
            at = _site()
            entry = {"name": sought[0], "library": sought[1], "at": at}
            entry.update(id=len(_functions), shapes={}, changed=False)
            if isinstance(self, _Prototyped):
                entry["resultAt"] = entry["parametersAt"] = at
                entry["changed"] = True
            if address is not None:
                entry["offset"] = sought[2]
            entry["self"] = self
            entry["object"] = _object_at(ctypes.cast(self, ctypes.c_void_p).value)
            entry["stamp"] = _stamp(entry["object"])
            self.__dict__["_ffi_gates"] = entry
            _functions.append(entry)

    def __setattr__(self, name, value):
        _Function.__setattr__(self, name, value)
        entry = self.__dict__.get("_ffi_gates")
        if entry is not None and name in ("restype", "argtypes"):
            entry["changed"] = True
            entry["resultAt" if name == "restype" else "parametersAt"] = _site()

    def __call__(self, *arguments, **named):
        entry = self.__dict__.get("_ffi_gates")
        if entry is not None:
            _thread.last = entry["name"]
            if type(self)._flags_ & _USES_ERRNO:
                _thread.captured = True
            shapes = entry["shapes"]
            shape = tuple(map(type, arguments))
            known = shapes.get(shape)
            if known is None or (known["loose"] and not known["wide"]):
                _see(self, entry, shapes, shape, known, arguments)
        return _Function.__call__(self, *arguments, **named)


class _Prototyped:
    """Marks functions made by a prototype (CFUNCTYPE), whose types are declared from the beginning."""


def _see(function, entry, shapes, shape, known, arguments):
    loose = function.argtypes is None and int in shape
    wide = loose and any(type(a) is int and not -(2**31) <= a < 2**32 for a in arguments)
    if known is not None and wide == known["wide"]:
        return
    if known is None and len(shapes) >= _MAX_SHAPES:
        return
    at = _site()
    passed = [_passed(a) for a in arguments]
    for argument, declared in zip(arguments, function.argtypes or ()):
        # ctypes passes the address of an instance where a pointer to its type is declared.
        if isinstance(declared, type) and issubclass(declared, ctypes._Pointer):
            _owned(argument)
    shapes[shape] = {"at": at, "arguments": passed, "loose": loose, "wide": wide}
    entry["changed"] = True
    write([entry])


_initialise = ctypes.CDLL.__init__


def _cdll(self, *arguments, **named):
    _initialise(self, *arguments, **named)
    base = self._FuncPtr
    body = {"_flags_": base._flags_, "_restype_": base._restype_}
    self._FuncPtr = type("_FuncPtr", (_Recording, base), body)


ctypes.CDLL.__init__ = _cdll


def _recorded(make):
    made = {}

    def functype(*types, **named):
        base = make(*types, **named)
        if base not in made:
            body = {"_flags_": base._flags_, "_restype_": base._restype_, "_argtypes_": base._argtypes_}
            made[base] = type(base.__name__, (_Recording, _Prototyped, base), body)
        return made[base]

    functype.__doc__ = make.__doc__
    return functype


ctypes.CFUNCTYPE = _recorded(ctypes.CFUNCTYPE)
ctypes.PYFUNCTYPE = _recorded(ctypes.PYFUNCTYPE)

_get_errno = ctypes.get_errno


def _errno():
    """ctypes keeps errno of calls whose library was opened with use_errno=True, and of no others."""
    last, captured = getattr(_thread, "last", None), getattr(_thread, "captured", False)
    if last is not None and not captured:
        at = _site()
        if at is not None and (last, at["file"], at["line"]) not in _stale:
            _stale.add((last, at["file"], at["line"]))
            how = "the library is opened without use_errno=True, so ctypes.get_errno() is an older value"
            _pending.append({"staleErrno": {"after": last, "at": at, "how": how}})
    # Read again without a call between, it is the same value.
    _thread.last, _thread.captured = None, False
    return _get_errno()


ctypes.get_errno = _errno


def _stamp(file):
    """Size and time of change, by which a file that is replaced later is noticed."""
    try:
        s = os.stat(file)
    except (OSError, TypeError):
        return None
    return "%d %d" % (s.st_size, s.st_mtime_ns)


def _object_at(address):
    """The file of the object that holds the code at an address."""
    found = _Symbol()
    if address and _dladdr(address, ctypes.addressof(found)) and found.file:
        return os.path.realpath(os.fsdecode(found.file))
    return None


def _symbol_at(address):
    """The name of the function that begins at an address, its library, and where in the library it begins."""
    found = _Symbol()
    if address and _dladdr(address, ctypes.addressof(found)) and found.file and found.name and found.address == address:
        return found.name.decode(), os.fsdecode(found.file), "%x" % (address - found.base)
    return None


def _function(entry):
    function = entry["self"]
    result_at, parameters_at = entry.get("resultAt"), entry.get("parametersAt")
    described = {k: entry[k] for k in ("name", "library", "at", "object", "stamp", "offset") if entry.get(k) is not None}
    if result_at is None:
        described["defaultResult"] = _type(ctypes.c_int)
    else:
        described["result"], described["resultAt"] = _type(function.restype), result_at
    if function.argtypes is not None:
        described["parameters"] = [_type(t) for t in function.argtypes]
        described["parametersAt"] = parameters_at or entry["at"]
    described["calls"] = [{"at": s["at"], "arguments": s["arguments"]} for s in entry["shapes"].values()]
    return {k: v for k, v in described.items() if v is not None}


def write(entries):
    """Appends what is not written yet. A function that was only looked up (hasattr) is no declaration."""
    with _lock:
        changed = [e for e in entries if e["changed"]]
        lines = [{"function": {"id": e["id"], **_function(e)}} for e in changed]
        for e in changed:
            e["changed"] = False
        lines = _pending + lines
        _pending.clear()
        if not lines:
            return
        os.makedirs(_directory, exist_ok=True)
        path = os.path.join(_directory, "ctypes.%d.ndjson" % os.getpid())
        with open(path, "a") as out:
            out.write("".join(json.dumps(line) + "\n" for line in lines))


def write_all():
    """Appends what is not written yet, and what cffi has opened since."""
    try:
        functions, records = ffi_gates_cffi.declarations(_object_at)
    except Exception as e:  # the suite under test must not fail because of its observer
        at = {"file": __file__, "line": 1}
        why = "the recorder failed: %r" % e
        functions, records = [{"name": "cffi", "at": at, "calls": [], "notSeen": why}], {}
    for name, record in records.items():
        if name not in _cffi:
            _cffi.add(name)
            _pending.append({"record": {"name": name, **record}})
    for function in functions:
        key = (function["name"], function.get("object"))
        if key not in _cffi:
            _cffi.add(key)
            _pending.append({"function": {"id": "cffi %s %s" % key, **function}})
    write(list(_functions))


def _forked():
    """The child has a file of its own, which must stand without its parent's."""
    for entry in _functions:
        entry["changed"] = bool(entry.get("resultAt") or entry.get("parametersAt") or entry["shapes"])
    _cffi.clear()
    _pending[:] = [{"record": {"name": n, **r}} for n, r in _records.items()] + [{"allocated": n} for n in _allocated]


os.register_at_fork(after_in_child=_forked)
atexit.register(write_all)
