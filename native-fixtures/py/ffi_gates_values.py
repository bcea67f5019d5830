"""Puts boundary values through a wrapper, for the gate `values` of ffi-gates. Copied by `ffi-gates values --scaffold`.

    def test_add():
        check("add", lambda a, b: mylib.add(a, b))

Without the gate a check does nothing. Python 3.8 or later, no other package.
"""

import os
import struct
import sys


class Unable(Exception):
    """Raise it where the wrapper's own type cannot hold a value, so that nothing is asked."""


def todo():
    """In a line that is not filled in yet."""
    raise NotImplementedError("call the wrapper in this line")


def _read(word):
    kind, rest = word[0], word[2:]
    if kind == "i":
        return int(rest)
    if kind == "f":
        return struct.unpack(">d", bytes.fromhex(rest))[0]
    if kind == "b":
        return bytes.fromhex(rest)
    return bytes.fromhex(rest).decode("utf-16-be", "surrogatepass")


def _write(value):
    if value is None:
        return "n:"
    if isinstance(value, int):
        return "i:%d" % value
    if isinstance(value, float):
        return "f:" + struct.pack(">d", value).hex()
    if isinstance(value, str):
        return "s:" + value.encode("utf-16-be", "surrogatepass").hex()
    if isinstance(value, (bytes, bytearray, memoryview)):
        return "b:" + bytes(value).hex()
    raise TypeError("a wrapper returned %s; return a number, text, bytes or None" % type(value).__name__)


def _answer(call, words):
    try:
        return "ok " + _write(call(*map(_read, words)))
    except Unable:
        return "unable"
    except Exception as e:
        return "threw " + ascii("%s: %s" % (type(e).__name__, e))[1:-1][:300]


def check(function, call):
    """Calls `call` with each vector for `function` and notes what it returns or raises."""
    vectors = os.environ.get("FFI_GATES_VALUES")
    if vectors is None:
        return
    caller = sys._getframe(1)
    only = os.environ.get("FFI_GATES_VALUES_ONLY")
    path = "%s.%d" % (os.environ["FFI_GATES_VALUES_ANSWERS"], os.getpid())
    with open(vectors, encoding="ascii") as file, open(path, "ab", buffering=0) as out:
        out.write(("at %s %s:%d\n" % (function, caller.f_code.co_filename, caller.f_lineno)).encode())
        for line in file:
            name, number, *words = line.split()
            if name != function or only not in (None, "%s:%s" % (name, number)):
                continue
            # At once: the call may end the process.
            out.write(("begin %s\n" % number).encode())
            out.write((_answer(call, words) + "\n").encode())
