from setuptools import Extension, setup

setup(
    name="ffi_canary_target",
    ext_modules=[
        Extension("ffi_canary_target", ["extension.c"], include_dirs=["../../native"], libraries=["fficanary"])
    ],
)
