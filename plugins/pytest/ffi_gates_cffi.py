"""Records what cffi declares of libraries that it opens at run time (ABI mode), for the gate `declared` of ffi-gates.

In API mode a compiler has held the declarations against the header; nothing is left to compare. Libraries are looked for
in the modules that are loaded, since `dlopen` of an out-of-line FFI object is C code that cannot be wrapped.
"""

import linecache
import re
import sys

_MAX_DEPTH = 4
# Names of records by FFI object, with the object itself: it must live as long as its number stands for it.
_names_of = {}
_taken = set()


def _place(module, word):
    """The line of the module that holds the word, else its first."""
    file = getattr(module, "__file__", None) or "<unknown>"
    for number, line in enumerate(linecache.getlines(file), 1):
        if word.search(line):
            return {"file": file, "line": number}
    return {"file": file, "line": 1}


def _errors(ffi):
    """What an FFI object raises for a type or a symbol that it does not have."""
    inline = sys.modules.get("cffi.error")
    own = getattr(ffi, "error", None)
    return (TypeError, ValueError, *([inline.FFIError, inline.CDefError] if inline else []), *([own] if own else []))


class _Reader:
    """Describes the types of one FFI object."""

    def __init__(self, ffi):
        self.ffi, self.records = ffi, {}

    def type(self, t, depth=0):
        ffi, kind, name = self.ffi, t.kind, t.cname
        if kind == "void":
            return {"kind": "void"}
        if kind == "primitive":
            size = ffi.sizeof(t)
            if name == "_Bool":
                return {"kind": "bool", "size": size, "name": name}
            if name in ("float", "double", "long double"):
                return {"kind": "float", "size": size, "name": name}
            if "_Complex" in name:
                return {"kind": "unknown", "name": name}
            if name == "char":
                return {"kind": "int", "size": size, "name": name}
            return {"kind": "int", "size": size, "signed": int(ffi.cast(t, -1)) < 0, "name": name}
        if kind == "enum":
            return {"kind": "enum", "size": ffi.sizeof(t), "name": name}
        if kind == "pointer":
            return {"kind": "pointer", "to": self.type(t.item, depth + 1) if depth < _MAX_DEPTH else {"kind": "void"}}
        if kind == "array":
            count = {} if t.length is None else {"count": t.length}
            return {"kind": "array", "of": self.type(t.item, depth), **count}
        if kind == "function":
            # cffi's word for a pointer to one.
            return {"kind": "pointer", "to": self.signature(t, depth)}
        if kind in ("struct", "union"):
            return {"kind": "record", "name": self.record(t)}
        return {"kind": "unknown", "name": name}

    def signature(self, t, depth=0):
        variadic = {"variadic": True} if t.ellipsis else {}
        parameters = [self.type(a, depth + 1) for a in t.args]
        return {"kind": "function", "result": self.type(t.result, depth + 1), "parameters": parameters, **variadic}

    def record_name(self, t):
        """Two FFI objects may mean two types by one name."""
        key, no = (id(self.ffi), t.cname), 1
        if key not in _names_of:
            name = t.cname
            while name in _taken:
                no += 1
                name = "%s (%d)" % (t.cname, no)
            _taken.add(name)
            _names_of[key] = name, self.ffi
        return _names_of[key][0]

    def record(self, t):
        name = self.record_name(t)
        if name in self.records:
            return name
        entry = self.records[name] = {"fields": []}
        try:
            # Completes a lazy type; asking for its fields before aborts the process.
            entry["size"] = self.ffi.sizeof(t)
        except _errors(self.ffi):
            return name  # incomplete
        if t.kind == "union":
            entry["union"] = True
        for field, f in t.fields or ():
            bits = {"bits": f.bitsize} if f.bitsize > 0 else {}
            bit = f.offset * 8 + (f.bitshift if f.bitsize > 0 else 0)
            entry["fields"].append({"name": field, "bit": bit, **bits, "type": self.type(f.type, 1)})
        return name


def _names(ffi, library):
    parser = getattr(ffi, "_parser", None)
    if parser is None:
        return dir(library)
    return [key.split(" ", 1)[1] for key in parser._declarations if key.startswith("function ")]


def _libraries():
    """Pairs of FFI object and library in one module, with the module."""
    import _cffi_backend

    inline = sys.modules.get("cffi.api")
    ffi_types = (_cffi_backend.FFI,) + ((inline.FFI,) if inline else ())
    seen = set()
    for module in list(sys.modules.values()):
        values = list(vars(module).values()) if hasattr(module, "__dict__") else []
        file = getattr(module, "__file__", None) or ""
        if file.endswith(".so") or getattr(module, "__name__", "").startswith("cffi"):
            continue
        ffis = [v for v in values if isinstance(v, ffi_types)]
        for library in values:
            kind = type(library)
            opened = kind is _cffi_backend.Lib or kind.__qualname__.startswith("_make_ffi_library.")
            # The library of a compiled module is made by its extension, not opened.
            if not opened or id(library) in seen or not ffis or repr(library).startswith("<Lib object for '_"):
                continue
            seen.add(id(library))
            yield ffis, library, module


def declarations(object_at):
    """Functions and records of every library opened so far. `object_at` gives the file that holds an address."""
    if "_cffi_backend" not in sys.modules:
        return [], {}
    functions, records = [], {}
    for ffis, library, module in _libraries():
        at = _place(module, re.compile(r"\bdlopen\s*\("))
        for ffi in ffis:
            reader = _Reader(ffi)
            found = []
            for name in _names(ffi, library):
                try:
                    value = getattr(library, name)
                    t = ffi.typeof(value)
                    address = int(ffi.cast("uintptr_t", value))
                except (AttributeError, *_errors(ffi)):
                    continue
                t = t.item if t.kind == "pointer" else t
                if t.kind != "function":
                    continue
                signature = reader.signature(t)
                found.append(
                    {
                        "name": name,
                        "language": "cffi",
                        "object": object_at(address),
                        "at": at,
                        "result": signature["result"],
                        "parameters": signature["parameters"],
                        "calls": [],
                        **({"variadic": True} if t.ellipsis else {}),
                    }
                )
            if found:
                functions += [{k: v for k, v in f.items() if v is not None} for f in found]
                records.update(reader.records)
                break
    return functions, records
