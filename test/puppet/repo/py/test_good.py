from library import lib


def test_sum():
    assert lib.puppet_sum(2, 3) == 5
