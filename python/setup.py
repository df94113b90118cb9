"""Builds the extension modules of the package. scripts/wheel.sh copies the library and the headers into the package."""

import tomllib
from pathlib import Path

from Cython.Build import cythonize
from setuptools import Extension, setup
from setuptools.command.build_ext import build_ext

HERE = Path(__file__).resolve().parent

modules = [
    Extension(
        f"libimaging.{name}",
        [f"libimaging/{name}.pyx"],
        include_dirs=["libimaging/include"],
        library_dirs=["libimaging/lib"],
        libraries=["Imaging"],
        # The library is found relative to the module, wherever that is installed.
        extra_link_args=["-Wl,-rpath,$ORIGIN/lib", "-s"],
        define_macros=[("Py_LIMITED_API", "0x030B0000"), ("CYTHON_LIMITED_API", "1")],
        py_limited_api=True,
    )
    for name in ("_core", "_images")
]


class BuildOurs(build_ext):
    """Removes the paths of the build machine of this Python, which distutils passes on to extensions."""

    def build_extensions(self):
        self.compiler.linker_so = [option for option in self.compiler.linker_so if not option.startswith("-Wl,-rpath")]
        super().build_extensions()


setup(
    version=tomllib.loads((HERE / "Cargo.toml").read_text())["package"]["version"],
    # One wheel for all versions of Python from 3.11 on.
    options={"bdist_wheel": {"py_limited_api": "cp311"}},
    cmdclass={"build_ext": BuildOurs},
    ext_modules=cythonize(modules, build_dir="build", language_level=3),
)
