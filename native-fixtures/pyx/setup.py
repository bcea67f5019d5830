from setuptools import Extension, setup

setup(
    name="fixture_extension",
    ext_modules=[
        Extension("fixture_extension", ["extension.c"], include_dirs=["../native/include"], libraries=["fixture"])
    ],
)
