"""The library's own cases, driven through the extension: one test each."""

import fixture_extension as extension
from library_cases import CASES


def _run(case):
    assert extension.twin_run(case) == 0


def _test(case):
    return lambda: _run(case)


for _case in CASES:
    globals()["test_" + _case] = _test(_case)
