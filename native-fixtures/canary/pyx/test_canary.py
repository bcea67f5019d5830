"""The extension lanes' canaries. `noop` does nothing wrong: what a gate says about it is the lane's own noise."""

import ffi_canary_extension as canary
from ffi_gates_values import check


def test_noop():
    assert canary.noop() == 42


def test_heap():
    canary.heap()


def test_uaf():
    canary.uaf()


def test_leak():
    canary.leak()


def test_handle():
    canary.handle()


def test_errorcode():
    canary.errorcode()


def test_reentry():
    canary.reentry()


def test_errorpath():
    canary.errorpath()


def test_uninit():
    canary.uninit()


def test_race():
    canary.race()


def test_lockorder():
    canary.lockorder()


def test_ub():
    canary.ub()


def test_segv():
    canary.segv()


def test_pydebug():
    canary.pydebug()


def test_pyguard():
    canary.pyguard()  #~ canary_pyguard: pyguard = threading/gil-not-released


def test_pyrefs():
    canary.pyrefs()  #~ canary_pyrefs: pyrefs = resource/python-refcount-leak


def test_values_width():
    check("canary_wide", canary.wide)  #~ canary_values_width: values = abi/wrong-width


def test_values_sign():
    check("canary_unsigned", canary.unsigned_max)  #~ canary_values_sign: values = abi/wrong-signedness


def test_fuzz():
    check("canary_slot", canary.slot)  #~ canary_fuzz: fuzz = trust/validation-gap
