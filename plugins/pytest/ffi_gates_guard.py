"""The log of a guard: what it found, and how much it watched. Read by src/parsers/guards/guard.ts.

A report is a head line, stacks of Python frames under titles, and the line `effect`, which ends it. A process writes to a
file of its own, at once, since it may not live to the end; its last line says how much was watched.
"""

import atexit
import json
import os
import sys

# Files whose frames are never shown: the guards, and what they stand in.
HIDDEN = {__file__}
_MAX_FRAMES = 24


def stack(frame=None):
    """Places of the callers outside of HIDDEN, innermost first: (function, file, line)."""
    frame = frame or sys._getframe(1)
    places = []
    while frame is not None and len(places) < _MAX_FRAMES:
        code = frame.f_code
        if code.co_filename not in HIDDEN and not code.co_filename.startswith("<frozen"):
            places.append((code.co_name, code.co_filename, frame.f_lineno))
        frame = frame.f_back
    return places


class Log:
    """The log of the guard `name`. `watched` counts what it looked at, `unit` is its word for that."""

    def __init__(self, name, directory, unit):
        self.name, self.directory, self.unit = name, directory, unit
        self.watched, self.rest, self.reports = 0, "", 0
        self._pid, self._seen = os.getpid(), set()
        os.register_at_fork(after_in_child=self._forked)
        atexit.register(self.close)

    def _forked(self):
        self.watched = 0

    def _write(self, text):
        os.makedirs(self.directory, exist_ok=True)
        path = os.path.join(self.directory, "%s.%d.log" % (self.name, os.getpid()))
        fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o644)
        try:
            os.write(fd, text.encode("utf-8", "backslashreplace"))
        finally:
            os.close(fd)

    def report(self, hazard, message, stacks, effect, tier="error"):
        """Writes a report. `stacks` are pairs of a title and places. The same hazard at the same places is written once."""
        key = (hazard, repr(stacks))
        if key in self._seen:
            return
        self._seen.add(key)
        self.reports += 1
        lines = ["ffi-gates guard %s: %s %s: %s" % (self.name, tier, hazard, " ".join(message.split()))]
        for title, places in stacks:
            lines.append("  %s:" % title)
            lines += ["    #%d %s %s:%d" % (n, *place) for n, place in enumerate(places)]
        lines.append("  effect: %s" % effect)
        self._write("\n".join(lines) + "\n")

    def note(self, text):
        """Writes a line that is no report."""
        self._write("ffi-gates guard %s: note: %s\n" % (self.name, " ".join(text.split())))

    def unproven(self, what, test):
        """Says of a test that it is not `what`, so that it proves nothing."""
        self._write("ffi-gates guard %s: not %s: %s\n" % (self.name, what, json.dumps(test)))

    def fail(self, why):
        """Says that the guard itself failed."""
        self._write("ffi-gates guard %s: failed: %s\n" % (self.name, " ".join(why.split())))

    def close(self):
        self._write("ffi-gates guard %s: done, %d %s watched%s\n" % (self.name, self.watched, self.unit, self.rest))
