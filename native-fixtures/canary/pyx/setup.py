from setuptools import Extension, setup

setup(
    name="ffi_canary_extension",
    ext_modules=[
        Extension("ffi_canary_extension", ["extension.c"], include_dirs=["../native"], libraries=["fficanary"])
    ],
)
