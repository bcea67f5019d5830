"""Progress of a pytest run as NDJSON, for ffi-gates.

Each event is one line in the file that FFI_GATES_PROGRESS names, written by a single os.write before the test goes on, so
that it survives the death of the process. A `started` event also contains the sizes of the files in FFI_GATES_LOG_DIR, so
that later reports in a gate's log can be assigned to that test.
"""

import json
import os
import sys

import pytest

if os.environ.get("FFI_GATES_DECLARED"):
    # Before any code that declares something.
    import ffi_gates_declared
else:
    ffi_gates_declared = None

_ENDED = {}


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


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item, nextitem):
    """Runs the tests that FFI_GATES_ISOLATE names (`all`, or node ids as JSON) in processes of their own, forked from the one
    that imported and collected everything. Each continues as a session of that one test and ends normally, so that a checker
    examines it at its end."""
    isolated = os.environ.get("FFI_GATES_ISOLATE")
    if not isolated or (isolated != "all" and item.nodeid not in json.loads(isolated)):
        return None
    sys.stdout.flush()
    sys.stderr.flush()
    child = os.fork()
    if child == 0:
        item.session.items[:] = [item]
        return None
    os.waitpid(child, 0)
    return True


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_logstart(nodeid, location):
    _ENDED.pop(nodeid, None)
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
    outcome, seconds, message = _ENDED.pop(report.nodeid)
    event = {"test": report.nodeid, "outcome": outcome, "pid": os.getpid(), "ms": round(seconds * 1000)}
    _emit(**event, **({"message": message} if message else {}))
