"""Repeats each test and reports references that native code never releases, for the gate `pyrefs` of ffi-gates.

1. A test that has passed runs twice more, each time with fresh fixtures. Its first result counts. Where the last repetition
   left more memory in use it runs twice more again, and where each did so the test is looked at closely. That is rare.
2. It is repeated under tracemalloc, which names the places whose blocks become more with each repetition.
3. A suite may keep what it makes: in lists, caches, registries. An object that can be reached from older objects or from a
   running function is kept. A lost one is alive by a reference that belongs to nobody whom Python knows. Objects that the
   collector does not know (bytes, str) can only be missed, so they are taken for lost only where no repetition keeps any.
4. Close looks in a process that holds much are slow, so they are bounded. Tests beyond that are named in the log, and
   ffi-gates runs each of them again in a process of its own (src/execute/look-closer.ts).
"""

import _tracemalloc
import ast
import atexit
import collections
import ctypes
import gc
import linecache
import os
import sys
import sysconfig
import time
import tracemalloc

from _pytest.runner import CallInfo, runtestprotocol

import ffi_gates_guard

ffi_gates_guard.HIDDEN |= {__file__}
_log = ffi_gates_guard.Log("pyrefs", os.environ["FFI_GATES_PYREFS"], "tests")

_WARM, _MEASURED = 1, 3
# Close looks that find nothing may take this many seconds of processor time, and this many times that of the suite's own
# tests: a suite may keep something in each of thousands of tests.
_IN_VAIN_SECONDS, _IN_VAIN_SHARE = 5, 2
_FRAMES = 16
_STANDARD = tuple(sysconfig.get_path(p) + os.sep for p in ("stdlib", "platstdlib"))
_PACKAGES = tuple(sysconfig.get_path(p) + os.sep for p in ("purelib", "platlib"))
_RUNNER = tuple(os.path.dirname(os.path.abspath(sys.modules[m].__file__)) + os.sep for m in ("_pytest", "pluggy", "pytest"))
_RUNNER += (os.path.dirname(os.path.abspath(__file__)) + os.sep,)
_EFFECT = "every run keeps it for good; release the reference on every path (Py_DECREF)"
_refused = _passed_over = 0
_in_vain = _of_suite = 0.0
# Tracebacks of what has been reported: other tests lose the same.
_told = set()


class _Info(ctypes.Structure):
    """`struct mallinfo2` of glibc."""

    _fields_ = [(n, ctypes.c_size_t) for n in "arena ordblks smblks hblks hblkhd usmblks fsmblks uordblks fordblks keep".split()]


try:
    # Blocks that are too large for Python's own allocator, which does not count them.
    _mallinfo = ctypes.PyDLL(None).mallinfo2
    _mallinfo.restype = _Info
except AttributeError:
    _mallinfo = None


class _Sibling:
    """Stands for a next test in the same place, so that only the fixtures of the test itself are torn down."""

    def __init__(self, item):
        self._chain = item.listchain()[:-1]

    def listchain(self):
        return self._chain


def _settle(clear=False):
    """Collects garbage. With `clear`, empties the cache of attributes as well, which holds up to 4096 names that C made."""
    # Only where it matters: before Python 3.12 it changes how many references there are to None, which tests count.
    names = ("_clear_internal_caches", "_clear_type_cache") if clear else ()
    for name in names:
        if hasattr(sys, name):
            getattr(sys, name)()
            break
    while gc.collect():
        pass


def _used():
    info = _mallinfo() if _mallinfo else None
    return sys.getallocatedblocks(), (info.uordblks + info.hblkhd if info else 0)


def run(item, nextitem):
    """Runs a test as pytest does, and again if it passed. Fixtures that it shares with others live until the end."""
    sibling = _Sibling(item)
    hook = item.ihook
    hook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
    global _of_suite
    began = time.process_time()
    reports = runtestprotocol(item, nextitem=sibling, log=False)
    _of_suite += time.process_time() - began
    # The last report ends the test. Until then it is the one that a crash is blamed on.
    for report in reports[:-1]:
        hook.pytest_runtest_logreport(report=report)
    if _good(reports) and hasattr(item, "_initrequest"):
        _hunt(item, sibling)
    rest = CallInfo.from_call(lambda: item.session._setupstate.teardown_exact(nextitem), when="teardown")
    last = reports[-1]
    if rest.excinfo is not None and last.passed:
        last = hook.pytest_runtest_makereport(item=item, call=rest)
    hook.pytest_runtest_logreport(report=last)
    hook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)


def _good(reports):
    return len(reports) == 3 and all(r.passed for r in reports)


def _hunt(item, sibling):
    global _refused, _passed_over
    affordable = True
    gc.freeze()  # collections then look at what the repetitions make
    try:
        grows = _grows(item, sibling)
        if grows:
            affordable = _in_vain <= max(_IN_VAIN_SECONDS, _IN_VAIN_SHARE * _of_suite)
            grows = _look(item, sibling) if affordable else False
    except Exception as e:  # the suite must not fail because of its observer
        _log.fail("while %s was repeated: %r" % (item.nodeid, e))
        return
    finally:
        gc.unfreeze()
    if grows is None:
        _refused += 1
        _log.unproven("repeatable", item.nodeid)
    elif not affordable:
        _passed_over += 1
        _log.unproven("looked at closely", item.nodeid)
    else:
        _log.watched += 1
    counts = [(_refused, "not repeatable"), (_passed_over, "not looked at closely")]
    _log.rest = "".join(", %d %s" % (n, what) for n, what in counts if n)


def _look(item, sibling):
    global _in_vain
    reported, began = _log.reports, time.process_time()
    found = _find(item, sibling)
    if _log.reports == reported:
        _in_vain += time.process_time() - began
    return found


def _repeats(item, sibling):
    """Whether a repetition passes. A fixture that lives on keeps a finalizer for each one that was made of it, and torn down."""
    fixtures = [f for some in item._fixtureinfo.name2fixturedefs.values() for f in some]
    ends = [(f._finalizers, len(f._finalizers)) for f in fixtures if isinstance(getattr(f, "_finalizers", None), list)]
    passed = _good(runtestprotocol(item, nextitem=sibling, log=False))
    for finalizers, count in ends:
        del finalizers[count:]
    return passed


def _grows(item, sibling):
    """Whether every repetition leaves more memory in use. None if one does not pass."""
    growing = [True, True]
    for n in range(-_WARM, _MEASURED):
        _settle()
        before = _used()
        if not _repeats(item, sibling):
            return None
        _settle()
        after = _used()
        if n >= 0:
            growing = [g and a > b for g, a, b in zip(growing, after, before)]
        if not any(growing):
            break
    return any(growing)


def _is_tests(frame):
    """Whether a frame is neither the runner's nor the standard library's."""
    file = frame.filename
    standard = file.startswith(_STANDARD) and not file.startswith(_PACKAGES)
    return not (standard or file.startswith(_RUNNER) or file.startswith("<frozen"))


def _of_the_test(traceback):
    """The frames of a test: those further in than the runner's."""
    frames = list(reversed(traceback))
    inner = next((n for n, f in enumerate(frames) if f.filename.startswith(_RUNNER)), len(frames))
    return [f for f in frames[:inner] if not f.filename.startswith("<frozen")] if any(map(_is_tests, frames[:inner])) else []


def _counts():
    """Blocks in use that a test made, by their tracebacks."""
    made = tracemalloc.take_snapshot().statistics("traceback")
    return collections.Counter({s.traceback: s.count for s in made if _of_the_test(s.traceback)})


def _find(item, sibling):
    """Reports what every repetition leaves and nobody can reach. None if a repetition does not pass."""
    if tracemalloc.is_tracing():
        return False  # the suite measures itself
    outside = _held_outside()
    gc.freeze()
    tracemalloc.start(_FRAMES)
    try:
        counts, survivors, growing = [], [], set()
        for n in range(1 + _MEASURED):
            if not _repeats(item, sibling):
                return None
            if not tracemalloc.is_tracing():
                return False  # the test measures itself
            _settle(clear=True)
            if n > 0:
                survivors.append({id(t) for t in gc.get_objects()})
            counts.append(_counts())
            if n == 1:
                growing = {t for t, count in counts[1].items() if counts[0][t] < count}
            elif n > 1:
                growing = {t for t in growing if counts[-2][t] < counts[-1][t]}
            if n > 0 and not growing:
                return True
            gc.freeze()  # what is alive then and not now is of the next repetition
        growing -= _told
        if growing and _held_outside() == outside:
            gc.unfreeze()
            for traceback, kind in _lost(growing, survivors):
                _report(item, traceback, kind)
    finally:
        tracemalloc.stop()
    return True


def _held_outside():
    """How many hold objects where Python cannot see them: functions that are called at exit, and running threads."""
    return getattr(atexit, "_ncallbacks", int)(), len(sys._current_frames())


def _lost(growing, survivors):
    """The tracebacks of what every repetition lost, with the type of the object where it is known. Ends the tracing."""
    for n, some in enumerate(survivors):
        for later in survivors[n + 1 :]:
            some -= later  # freed, and its place used again
    repetition = {key: n for n, some in enumerate(survivors) for key in some}
    things = gc.get_objects()
    made = {}
    for thing in _with_contents(gc.get_referents(*things)) + [t for t in things if _is_traced(t)]:
        if _is_traced(thing):
            made[id(thing)] = tracemalloc.get_object_traceback(thing)
    # Every number that is made from here on would be traced, too.
    tracemalloc.stop()
    hidden = {id(t) for t in (things, made, growing, survivors, repetition, *survivors)}
    # The place of a survivor that died since may be that of an object of this file.
    young = {id(t): t for t in things if id(t) in repetition and (id(t) not in made or _of_the_test(made[id(t)]))}
    roots = [t for t in things if id(t) not in repetition and id(t) not in hidden] + _locals()
    reached = _reached(roots, young)
    kept = {made[key] for key in reached if key in made}
    keeps = {repetition[key] for key in reached if key in young}
    lost = {key: t for key, t in young.items() if key not in reached}
    del things, roots, young, thing
    places = growing - kept
    if len({repetition[key] for key in lost}) == len(survivors):
        owners = {(made.get(key), kind) for key, kind in _owners(lost)}
        named = {(t, kind) for t, kind in owners if t in places}
        # Of instances and of recycled objects tracemalloc knows the blocks and not which object they are.
        return named or {(t, kind) for t in places for _, kind in sorted(owners, key=str)[:1]}
    return set() if len(keeps) == len(survivors) else {(t, None) for t in places}


def _is_traced(thing):
    return _tracemalloc._get_object_traceback(thing) is not None


def _with_contents(things):
    """With what is in containers that the collector leaves out, because all that they hold is atomic."""
    inner = things
    while inner:
        inner = gc.get_referents(*[t for t in inner if type(t) in (tuple, dict) and not gc.is_tracked(t)])
        things += inner
    return things


def _reached(roots, young):
    """The ids of all that `roots` hold, directly or by way of `young` objects. What is older is a root itself."""
    reached, todo = set(), roots
    while todo:
        found = {id(t) for t in _with_contents(gc.get_referents(*todo))} - reached
        reached |= found
        todo = [young[key] for key in found if key in young]
    return reached


def _owners(lost):
    """Of lost objects, those that somebody outside holds, with their types. The others are only held by these."""
    inner = collections.Counter(id(r) for t in lost.values() for r in gc.get_referents(t) if id(r) in lost)
    # References: the dictionary, and the argument of the call.
    return [(key, type(lost[key]).__name__) for key in lost if sys.getrefcount(lost[key]) - 2 - inner[key] > 0]


def _locals():
    """Variables of all functions that run, but those of this file."""
    held = []
    for frame in sys._current_frames().values():
        while frame is not None:
            if frame.f_code.co_filename != __file__:
                held.append(dict(frame.f_locals))
            frame = frame.f_back
    return held


def _report(item, traceback, kind):
    _told.add(traceback)
    what = "an object of type %s" % kind if kind else "an object"
    message = "every run of %s leaves %s with a reference that nobody holds" % (item.name, what)
    places = [(_function_at(f.filename, f.lineno), f.filename, f.lineno) for f in _of_the_test(traceback)]
    _log.report("resource/python-refcount-leak", message, [("made", places)], _EFFECT)


def _function_at(file, line):
    """The function that holds a line: tracemalloc knows only places."""
    try:
        tree = ast.parse("".join(linecache.getlines(file)))
    except (SyntaxError, ValueError):
        return "??"
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    around = [n for n in ast.walk(tree) if isinstance(n, kinds) and n.lineno <= line <= n.end_lineno]
    return max(around, key=lambda n: n.lineno).name if around else "<module>"
