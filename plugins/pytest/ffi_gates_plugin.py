"""Progress of a pytest run as NDJSON, for ffi-gates.

Each event is one line in the file that FFI_GATES_PROGRESS names, written by a single os.write before the test goes on, so
that it survives the death of the process. A `started` event also contains the sizes of the files in FFI_GATES_LOG_DIR, so
that later reports in a gate's log can be assigned to that test.
"""

import faulthandler
import functools
import importlib.util
import json
import os
import struct
import sys

import pytest

pytest_plugins = ["ffi_gates_scripts"]

if os.environ.get("FFI_GATES_DECLARED"):
    # Before any code that declares something.
    import ffi_gates_declared
else:
    ffi_gates_declared = None
if os.environ.get("FFI_GATES_CTGUARD"):
    # Before any code that makes a callback.
    import ffi_gates_ctguard  # noqa: F401
if os.environ.get("FFI_GATES_PYGUARD"):
    import ffi_gates_pyguard
else:
    ffi_gates_pyguard = None
if os.environ.get("FFI_GATES_PYREFS"):
    import ffi_gates_pyrefs
else:
    ffi_gates_pyrefs = None

_HOST_STACK_SIGNAL = 61  # as in plugins/preload/hoststack.c
if os.environ.get("FFI_GATES_HOST_STACK_FD"):
    # Never sent: the library calls the handler, which writes this thread's stack, from within a checker's report.
    try:
        faulthandler.register(
            _HOST_STACK_SIGNAL, file=int(os.environ["FFI_GATES_HOST_STACK_FD"]), all_threads=False, chain=False
        )
    except (AttributeError, OSError, RuntimeError, ValueError):
        pass  # an interpreter that has none: reports lack its lines

_ENDED = {}
_TESTS = [0]


def _tell_test(name):
    """Tells the library which test runs, as plugins/preload/hosttests.h reads it."""
    fd = os.environ.get("FFI_GATES_HOST_STACK_TEST_FD")
    if not fd:
        return
    if name:
        _TESTS[0] += 1
    try:
        # A test may have closed it, and another file may have its number.
        file = os.fstat(int(fd))
        if file.st_nlink != 0 or file.st_size != 512:
            return
        os.pwrite(int(fd), struct.pack("=q504s", _TESTS[0] if name else 0, name.encode(errors="replace")[:503]), 0)
    except (OSError, ValueError):
        pass  # leaks lack the name of their test


def _emit(**event):
    path = os.environ.get("FFI_GATES_PROGRESS")
    if not path:
        return
    fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    try:
        os.write(fd, (json.dumps(event) + "\n").encode())
    finally:
        os.close(fd)


def _log_sizes():
    directory = os.environ.get("FFI_GATES_LOG_DIR")
    if not directory or not os.path.isdir(directory):
        return {}
    with os.scandir(directory) as entries:
        return {entry.name: entry.stat().st_size for entry in entries if entry.is_file()}


class _TestPackages:
    """Finds the packages of the tests themselves. Pytest appends their parents to the search path, so that the installed
    package comes before its sources; a package of tests called `test` or `tests` would come after all that have the name."""

    def __init__(self, directories):
        self._directories = {os.path.basename(d): d for d in directories}

    def find_spec(self, name, path=None, target=None):
        directory = self._directories.get(name) if path is None else None
        if directory is None:
            return None
        return importlib.util.spec_from_file_location(
            name, os.path.join(directory, "__init__.py"), submodule_search_locations=[directory]
        )


if os.environ.get("FFI_GATES_TEST_PACKAGES"):
    sys.meta_path.insert(0, _TestPackages(os.environ["FFI_GATES_TEST_PACKAGES"].split(os.pathsep)))


def _ids_in(path):
    with open(path, encoding="utf-8") as file:
        return set(json.load(file))


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config, items):
    """Keeps the tests that FFI_GATES_TESTS names in a file: there may be more than fit on a command line."""
    path = os.environ.get("FFI_GATES_TESTS")
    if not path:
        return
    wanted = _ids_in(path)
    others = [item for item in items if item.nodeid not in wanted]
    if others:
        config.hook.pytest_deselected(items=others)
        items[:] = [item for item in items if item.nodeid in wanted]


def pytest_collectreport(report):
    """A file that cannot be collected is told while tests are listed; only what was listed is run."""
    if report.failed and os.environ.get("FFI_GATES_LISTING"):
        why = str(report.longrepr).strip().split("\n")
        last = next((line[1:].strip() for line in reversed(why) if line.startswith("E ")), why[-1])
        os.write(1, ("\nffi-gates: not collected: %s\n" % json.dumps({"file": report.nodeid, "why": last[:500]})).encode())


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config):
    """Changes to the directory in which the project starts pytest, since tests read files relative to it. The interpreter
    must not start there: modules in its first directory can be imported, and the extension's sources must not be."""
    directory = os.environ.get("FFI_GATES_TESTS_IN")
    if not directory:
        return
    # The only arguments that pytest makes absolute later than this.
    for name in ("ignore", "ignore_glob"):
        paths = getattr(config.option, name, None)
        if paths:
            setattr(config.option, name, [os.path.abspath(path) for path in paths])
    os.chdir(directory)
    # Last, so that nothing comes before what is installed: tests import each other from here (`from tests.util import …`).
    if directory not in sys.path:
        sys.path.append(directory)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish():
    """Records the objects that the process had mapped. Those that were not built here are opaque to the gate."""
    directory = os.environ.get("FFI_GATES_OBJECTS")
    if not directory:
        return
    try:
        os.makedirs(directory, exist_ok=True)
        with open("/proc/self/maps") as maps, open(f"{directory}/maps.{os.getpid()}", "w") as out:
            out.write(maps.read())
    except OSError:
        pass  # no /proc, or no descriptor left; the mappings are also sampled from outside


def _message(longrepr):
    """The error, then the complete traceback. Limited, since a test can make it arbitrarily long."""
    crash = getattr(longrepr, "reprcrash", None)
    return (f"{crash.message}\n{longrepr}" if crash else str(longrepr))[:20000]


@functools.lru_cache(maxsize=None)
def _isolated():
    value = os.environ.get("FFI_GATES_ISOLATE")
    if not value or value == "all":
        return value or None
    return set(json.loads(value)) if value.startswith("[") else _ids_in(value)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item, nextitem):
    """Runs the tests that FFI_GATES_ISOLATE names (`all`, or node ids as JSON, or a file with them) in processes of their own,
    forked from the one that imported and collected everything. Each continues as a session of that one test and ends normally,
    so that a checker examines it at its end."""
    isolated = _isolated()
    if isolated == "all" or (isolated is not None and item.nodeid in isolated):
        sys.stdout.flush()
        sys.stderr.flush()
        child = os.fork()
        if child != 0:
            os.waitpid(child, 0)
            return True
        item.session.items[:] = [item]
        nextitem = None
    if not ffi_gates_pyrefs:
        return None
    ffi_gates_pyrefs.run(item, nextitem)
    return True


@pytest.hookimpl(hookwrapper=True, trylast=True)
def pytest_runtest_call(item):
    watch = ffi_gates_pyguard and ffi_gates_pyguard.watch()
    yield
    if watch:
        watch.stop()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_logstart(nodeid, location):
    _ENDED.pop(nodeid, None)
    _tell_test(nodeid)
    _emit(test=nodeid, outcome="started", pid=os.getpid(), logs=_log_sizes())


def pytest_runtest_logreport(report):
    """Set-up, call and tear-down are reported separately. The worst outcome counts, and their durations add up."""
    outcome, seconds, message = _ENDED.get(report.nodeid, ("passed", 0.0, ""))
    if report.failed and outcome != "failed":
        outcome, message = "failed", _message(report.longrepr)
    elif report.skipped and outcome == "passed":
        outcome = "skipped"
        message = str(report.longrepr[2]) if isinstance(report.longrepr, tuple) else str(report.longrepr or "")
    _ENDED[report.nodeid] = (outcome, seconds + report.duration, message)
    if report.when != "teardown":
        return
    if ffi_gates_declared:
        ffi_gates_declared.write_all()
    _tell_test("")
    outcome, seconds, message = _ENDED.pop(report.nodeid)
    event = {"test": report.nodeid, "outcome": outcome, "pid": os.getpid(), "ms": round(seconds * 1000)}
    _emit(**event, **({"message": message} if message else {}))
