"""A library opened so that the checker's interception cannot reach it, which ASan refuses."""

import ctypes
import os


def test_deepbind():
    path = os.path.join(os.environ["PUPPET_DIR"], "libpuppet.so")
    ctypes.CDLL(path, mode=os.RTLD_DEEPBIND | os.RTLD_NOW)
