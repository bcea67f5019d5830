"""The library's own cases, driven from Python: one test each."""

from fixture import CASES, lib


def _test(case):
    return lambda: _run(case)


def _run(case):
    assert lib.fx_twin_run(case.encode()) == 0


for _case in CASES:
    globals()["test_" + _case] = _test(_case)
