from Cython.Build import cythonize
from setuptools import Extension, setup

import libimaging

glow = Extension(
    "glow",
    ["glow.pyx"],
    include_dirs=[libimaging.get_include()],
    library_dirs=[libimaging.get_library_dir()],
    runtime_library_dirs=[libimaging.get_library_dir()],
    libraries=["Imaging"],
    extra_compile_args=["-fopenmp"],
    extra_link_args=["-fopenmp"],
)

setup(name="glow", ext_modules=cythonize([glow]))
