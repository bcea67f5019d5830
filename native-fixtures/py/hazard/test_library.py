"""The library's own cases, driven from Python."""

from fixture import lib
from library_cases import library_tests

globals().update(library_tests(lambda case: lib.fx_hazard_run(case.encode())))  #~ calls native/src/
