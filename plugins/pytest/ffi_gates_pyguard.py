"""Watches calls into extensions for the interpreter's lock, for the gate `pyguard` of ffi-gates.

A second thread asks for the lock every two milliseconds. If a call into an extension of the project lasts long and that
thread got no turn in it, the lock was held throughout. A machine under load gives threads no turn either, so the time in
which a thread was ready and had no processor (`schedstat`) counts for nothing. Nor do calls count while further threads of
Python run: who waits for the lock then looks like one who waits with it.
"""

import _thread
import os
import sys
import sysconfig
import time

import ffi_gates_guard

ffi_gates_guard.HIDDEN |= {__file__}
_log = ffi_gates_guard.Log("pyguard", os.environ["FFI_GATES_PYGUARD"], "calls")

_BEAT = 0.002
# Seconds that a call may wait, or compute, with the lock.
_WAITS, _COMPUTES = 0.02, 0.1
_REFRESH = 0.02
# The test's and the one that asks for the lock.
_WATCHED_THREADS = 2
_FOREIGN = tuple(sysconfig.get_path(p) + os.sep for p in ("stdlib", "platstdlib", "purelib", "platlib"))
_WAIT_EFFECT = "no other thread of Python runs meanwhile; release the lock around what waits (Py_BEGIN_ALLOW_THREADS)"
_COMPUTE_EFFECT = "no other thread of Python runs meanwhile; release the lock around long work that needs no object"


def _unscheduled(fd):
    """Seconds that a thread was ready and had no processor."""
    return int(os.pread(fd, 64, 0).split()[1]) / 1e9


def _open_schedstat():
    return os.open("/proc/self/task/%d/schedstat" % _thread.get_native_id(), os.O_RDONLY | os.O_CLOEXEC)


class _Watch:
    """Watches one test, on the thread that runs it."""

    def __init__(self):
        self.beats, self.stopped, self.calls = 0, False, []
        self.ready, self.gone = _thread.allocate_lock(), _thread.allocate_lock()
        self.other = None
        self.own = _open_schedstat()
        self.own_wait, self.at = _unscheduled(self.own), time.perf_counter()
        self.ready.acquire()
        self.gone.acquire()
        _thread.start_new_thread(self._beat, ())
        self.ready.acquire()
        sys.setprofile(self._profile)

    def stop(self):
        sys.setprofile(None)
        self.stopped = True
        self.gone.acquire()
        os.close(self.own)
        os.close(self.other)

    def _beat(self):
        self.other = _open_schedstat()
        self.earlier_wait = self.other_wait = _unscheduled(self.other)
        self.ready.release()
        while not self.stopped:
            time.sleep(_BEAT)
            self.earlier_wait, self.other_wait = self.other_wait, _unscheduled(self.other)
            self.beats += 1
        self.gone.release()

    def _profile(self, frame, event, function):
        if event == "c_call":
            now = time.perf_counter()
            if now - self.at > _REFRESH:
                self.own_wait, self.at = _unscheduled(self.own), now
            self.calls.append((now, time.thread_time(), self.beats))
        elif event in ("c_return", "c_exception") and self.calls:
            began, computed, beats = self.calls.pop()
            if not _is_projects(function):
                return
            _log.watched += 1
            lasted = time.perf_counter() - began
            # The interpreter gives the other thread its turn as soon as it runs Python again, which is this function.
            turns = self.beats - beats
            if lasted > _WAITS and turns <= 1 and len(sys._current_frames()) == _WATCHED_THREADS:
                since = self.earlier_wait if turns else self.other_wait
                self._judge(frame, function, lasted, time.thread_time() - computed, since)

    def _judge(self, frame, function, lasted, computed, since):
        held = lasted - (_unscheduled(self.other) - since)
        waited = lasted - computed - (_unscheduled(self.own) - self.own_wait)
        name = "%s.%s" % (getattr(function, "__module__", None) or "?", function.__qualname__)
        stacks = [("fault", ffi_gates_guard.stack(frame))]
        if min(held, waited) > _WAITS:
            _log.report("threading/gil-not-released", "%s waits with the interpreter's lock" % name, stacks, _WAIT_EFFECT)
        elif min(held, computed) > _COMPUTES:
            message = "%s computes for more than %d ms with the interpreter's lock" % (name, _COMPUTES * 1000)
            _log.report("threading/gil-not-released", message, stacks, _COMPUTE_EFFECT, "info")


_projects = {}


def _is_projects(function):
    """Whether a function is from an extension that is neither Python's nor an installed package's."""
    owner = getattr(function, "__self__", None)
    module = owner if isinstance(owner, type(sys)) else sys.modules.get(type(owner).__module__)
    key = id(module)
    if key not in _projects:
        file = getattr(module, "__file__", None) or ""
        _projects[key] = file.endswith(".so") and not file.startswith(_FOREIGN)
    return _projects[key]


def watch():
    """Begins to watch the test of this thread. None if the suite has a profiler of its own."""
    return _Watch() if sys.getprofile() is None else None
