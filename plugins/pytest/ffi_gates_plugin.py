"""Progress of a pytest run as NDJSON, for ffi-gates.

Each event is one line in the file that FFI_GATES_PROGRESS names, written by a single os.write before the test goes on:
what is in the file survives the death of the process. A `started` event also holds the sizes of the files in
FFI_GATES_LOG_DIR, so that what a gate's log grew by afterwards can be told to be that test's.
"""

import json
import os
import sys

import pytest

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
    """Tests read files relative to where their project starts pytest. Not sooner: what stands in the directory where the
    interpreter is started can be imported, and the sources of an extension's package must not be."""
    directory = os.environ.get("FFI_GATES_TESTS_IN")
    if not directory:
        return
    # The only words that pytest makes absolute later than this.
    for name in ("ignore", "ignore_glob"):
        paths = getattr(config.option, name, None)
        if paths:
            setattr(config.option, name, [os.path.abspath(path) for path in paths])
    os.chdir(directory)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish():
    """Which objects the process had mapped: those that no build of ours made are opaque to the gate."""
    directory = os.environ.get("FFI_GATES_OBJECTS")
    if not directory:
        return
    try:
        os.makedirs(directory, exist_ok=True)
        with open("/proc/self/maps") as maps, open(f"{directory}/maps.{os.getpid()}", "w") as out:
            out.write(maps.read())
    except OSError:
        pass  # no /proc, or no descriptor left: the mappings are sampled from outside too


def _message(longrepr):
    """What was wrong, then the whole traceback, of which a test can make as much as it likes."""
    crash = getattr(longrepr, "reprcrash", None)
    return (f"{crash.message}\n{longrepr}" if crash else str(longrepr))[:20000]


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item, nextitem):
    """The tests that FFI_GATES_ISOLATE names (`all`, or node ids as JSON) have processes of their own, forked from the one that
    imported and collected everything. Each goes on as a session of that one test and ends as any other, so that a checker
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
    """Set-up, call and tear-down report one by one: the worst outcome counts, their durations add up."""
    outcome, seconds, message = _ENDED.get(report.nodeid, ("passed", 0.0, ""))
    if report.failed and outcome != "failed":
        outcome, message = "failed", _message(report.longrepr)
    elif report.skipped and outcome == "passed":
        outcome = "skipped"
        message = str(report.longrepr[2]) if isinstance(report.longrepr, tuple) else str(report.longrepr or "")
    _ENDED[report.nodeid] = (outcome, seconds + report.duration, message)
    if report.when != "teardown":
        return
    outcome, seconds, message = _ENDED.pop(report.nodeid)
    event = {"test": report.nodeid, "outcome": outcome, "pid": os.getpid(), "ms": round(seconds * 1000)}
    _emit(**event, **({"message": message} if message else {}))
