"""The library's own cases, driven through the extension."""

import fixture_extension as extension
from library_cases import library_tests

globals().update(library_tests(extension.twin_run))
