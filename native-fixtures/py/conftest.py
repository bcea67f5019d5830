"""Puts this directory on the path where pytest is run by hand; ffi-gates does so by `with.path`."""
