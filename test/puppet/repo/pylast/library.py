import ctypes
import os

lib = ctypes.CDLL(os.path.join(os.environ["PUPPET_DIR"], "libpuppet.so"))
