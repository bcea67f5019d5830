"""Properties of Hypothesis as fuzz targets: round after round of examples until their time is over.

Each example runs in a process of its own, forked from pytest's. One that ends it is a failure like any other for Hypothesis, which
then makes the example smaller. What is tried on the way leaves its reports aside; the smallest example is run once more, and
that report counts. Failing examples are kept in the database of Hypothesis, and come first in the next run.
"""

import ctypes
import functools
import json
import os
import pickle
import sys
import time

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.database import DirectoryBasedExampleDatabase
from hypothesis.internal.conjecture import engine
from hypothesis.strategies import DataObject

PLAN = json.loads(os.environ.get("FFI_GATES_FUZZ", "{}"))
EXAMPLES = 100  # of a round
FAILED = 96  # status of a process whose example failed as tests do
SCRATCH = os.path.dirname(os.environ.get("FFI_GATES_PROGRESS", "./."))


class Died(Exception):
    """An example ended its process."""


def is_property(item):
    return getattr(getattr(item, "obj", None), "is_hypothesis_test", False)


def pytest_collection_modifyitems(config, items):
    others = [item for item in items if not is_property(item)]
    if others:
        config.hook.pytest_deselected(items=others)
    items[:] = [item for item in items if is_property(item)]


def _report_aside():
    """Reports of sanitizers in this process go elsewhere."""
    setter = getattr(ctypes.CDLL(None), "__sanitizer_set_report_path", None)
    if setter:
        aside = os.path.join(SCRATCH, "tried")
        os.makedirs(aside, exist_ok=True)
        setter(os.fsencode(os.path.join(aside, "report")))


def _in_child(write, quiet, call):
    status = 0
    try:
        if quiet:
            _report_aside()
            null = os.open(os.devnull, os.O_WRONLY)
            os.dup2(null, 1)
            os.dup2(null, 2)
        call()
    except BaseException as error:  # Hypothesis has exceptions of its own.
        status = FAILED
        try:
            said = pickle.dumps(error)
            pickle.loads(said)
        except Exception:
            said = pickle.dumps(AssertionError("%s: %s" % (type(error).__name__, error)))
        os.write(write, said)
    finally:
        sys.stdout.flush()
        os._exit(status)


def _apart(call, quiet=True):
    """Runs it in a forked process. Raises what it raises, and `Died` if it ends its process."""
    read, write = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(read)
        _in_child(write, quiet, call)
    os.close(write)
    with os.fdopen(read, "rb") as said:
        text = said.read()
    _, status = os.waitpid(pid, 0)
    code = os.waitstatus_to_exitcode(status)
    if code == FAILED and text:
        raise pickle.loads(text)
    if code != 0:
        raise Died("the example ended its process with %s" % ("signal %d" % -code if code < 0 else "status %d" % code))


def _one_by_one(inner, last, end):
    @functools.wraps(inner)
    def run(*args, **kwargs):
        # What an example draws while it runs has to be drawn here.
        if any(isinstance(a, DataObject) for a in (*args, *kwargs.values())):
            return inner(*args, **kwargs)
        # The rest of the last round. Making smaller what was found takes its time.
        if not last and time.monotonic() > end:
            return None
        call = functools.partial(inner, *args, **kwargs)
        try:
            _apart(call)
        except Died:
            last[:] = [call]
            raise

    return run


def _rounds(test, call, end):
    # By default an example may be made smaller for five minutes.
    if hasattr(engine, "MAX_SHRINKING_SECONDS") and "smaller" in PLAN:
        engine.MAX_SHRINKING_SECONDS = PLAN["smaller"]
    function = getattr(test, "__func__", test)
    own = getattr(function, "_hypothesis_internal_use_settings", None) or settings.default
    again = "input" in PLAN
    database = DirectoryBasedExampleDatabase(os.path.join(PLAN.get("kept", ".hypothesis"), "hypothesis"))
    phases = [Phase.explicit, Phase.reuse] if again else [p for p in own.phases if p is not Phase.explain]
    function._hypothesis_internal_use_settings = settings(
        own,
        max_examples=EXAMPLES,
        deadline=None,
        database=database,
        derandomize=False,
        suppress_health_check=list(HealthCheck),
        phases=phases,
    )
    number = PLAN.get("seed", 0) * 1_000_003
    while True:
        function._hypothesis_internal_use_seed = number
        call()
        number += 1
        if again or time.monotonic() > end:
            return


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem):
    if not is_property(pyfuncitem):
        return None
    test = pyfuncitem.obj
    last = []
    handle = test.hypothesis
    end = time.monotonic() + PLAN.get("seconds", 1)
    handle.inner_test = _one_by_one(handle.inner_test, last, end)
    arguments = {name: pyfuncitem.funcargs[name] for name in pyfuncitem._fixtureinfo.argnames}
    try:
        _rounds(test, lambda: test(**arguments), end)
    except BaseException as error:
        # The command of a finding runs what the database holds.
        with open(os.path.join(SCRATCH, "found.json"), "w") as found:
            json.dump({"first": "database"}, found)
        notes = "\n".join(getattr(error, "__notes__", ()))
        if isinstance(error, Died) and last:
            try:
                _apart(last[0], quiet=False)
            except BaseException:
                pass
        if notes and isinstance(error, (Died, AssertionError)):
            pytest.fail("%s\n%s" % (error, notes), pytrace=False)
        raise
    return True
