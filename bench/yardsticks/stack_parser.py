"""Reads logs with ClusterFuzz's StackParser. One line a log."""

import sys

from clusterfuzz import stacktraces

for path in sys.argv[1:]:
    with open(path, encoding="utf-8", errors="replace") as log:
        info = stacktraces.StackParser().parse(log.read())
    print(path, info.crash_type.replace("\n", " "), info.crash_state.replace("\n", " "), sep="\t")
