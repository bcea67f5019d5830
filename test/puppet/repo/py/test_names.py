import pytest
from library import lib

RUDE = ["two words", "it's \"quoted\"", "a::b [c] #", "naïve 🦀", "two\nlines", "<script>alert(1)</script>]]>"]


@pytest.mark.parametrize("name", RUDE)
def test_passes(name):
    print(name)
    assert lib.puppet_sum(1, 1) == 2


def test_fails():
    print("::error file=x.py::owned\n##[error]owned")
    assert False, "::error file=x.py::owned \x1b]0;owned\x07\x1b[31m <script>alert(1)</script> ]]> \uffff"
