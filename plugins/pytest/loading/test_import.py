"""The tests of a project that has none, for ffi-gates: each imports one module.

FFI_GATES_LOAD is JSON: `names` are modules to import, `built` directories of a build. Of these, every package and module at
the top and every extension module is imported.
"""

import importlib
import json
import mmap
import os
from importlib.machinery import EXTENSION_SUFFIXES

import pytest

# Directories that wheels often hold by mistake. They are no code of the project, and need what its tests would need.
_ASIDE = {"tests", "test", "testing", "examples", "docs", "benchmarks", "bin", "scripts"}


def _is_extension(path, name):
    """True for a file that Python loads as that module. Libraries that come along have the same ending."""
    with open(path, "rb") as file:
        if os.fstat(file.fileno()).st_size == 0:
            return False
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
            return content.find(b"PyInit_" + name.encode() + b"\0") >= 0


def _extensions(top):
    for directory, _, files in sorted(os.walk(top)):
        inside = os.path.relpath(directory, top)
        parents = [] if inside == os.curdir else inside.split(os.sep)
        for file in sorted(files):
            name, dot, suffix = file.partition(".")
            names = [*parents, name]
            if dot + suffix not in EXTENSION_SUFFIXES or not all(part.isidentifier() for part in names):
                continue
            if _is_extension(os.path.join(directory, file), name):
                yield ".".join(names)


def _at_top(directory):
    for entry in sorted(os.scandir(directory), key=lambda e: e.name):
        name, dot, suffix = entry.name.partition(".")
        is_package = entry.is_dir() and os.path.exists(os.path.join(entry.path, "__init__.py"))
        if name not in _ASIDE and name.isidentifier() and (is_package if not dot else suffix == "py"):
            yield name


_REQUEST = json.loads(os.environ["FFI_GATES_LOAD"])
_TOP = [*_REQUEST["names"], *(name for directory in _REQUEST["built"] for name in _at_top(directory))]
_MODULES = list(dict.fromkeys([*_TOP, *(name for d in _REQUEST["built"] for name in _extensions(d))]))
if not _MODULES:
    raise RuntimeError("nothing that can be imported was built")


@pytest.mark.parametrize("module", _MODULES)
def test_import(module):
    try:
        importlib.import_module(module)
    except ModuleNotFoundError as error:
        missing = error.name or ""
        if module in _TOP or not missing or missing.partition(".")[0] == module.partition(".")[0]:
            raise
        # A part for which something optional must be there.
        pytest.skip(f"{module} needs {missing}, which is not installed")
