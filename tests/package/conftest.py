"""Fixtures for tests of the installed wheel, which build extensions as a user would."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
BUILT = ROOT / "target" / "package-tests"

SETUP = """\
from Cython.Build import cythonize
from setuptools import Extension, setup
import libimaging

directory = libimaging.get_library_dir()
setup(ext_modules=cythonize([Extension(
    "helper", ["helper.pyx"], include_dirs=[libimaging.get_include()], libraries=["Imaging"],
    library_dirs=[directory], runtime_library_dirs=[directory],
)]))
"""


def run(*command: str | Path, cwd: Path = ROOT, **env: str) -> subprocess.CompletedProcess[str]:
    """Runs a command outside of the source tree, so that it uses the installed package."""
    return subprocess.run(command, cwd=cwd, env=os.environ | env, capture_output=True, text=True, timeout=280)


def succeed(*command: str | Path, cwd: Path = ROOT, **env: str) -> str:
    result = run(*command, cwd=cwd, **env)
    assert result.returncode == 0, f"{command}: {result.returncode}\n{result.stdout}{result.stderr}"
    return result.stdout


def fresh(name: str) -> Path:
    """Returns an empty directory that is kept after the tests."""
    folder = BUILT / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


def build(folder: Path, **env: str) -> None:
    succeed(sys.executable, "setup.py", "-q", "build_ext", "--inplace", cwd=folder, **env)


def pytest_sessionstart() -> None:
    folder = fresh("helper")
    shutil.copy(HERE / "helper.pyx", folder)
    (folder / "setup.py").write_text(SETUP)
    build(folder)
    sys.path.insert(0, str(folder))


@pytest.fixture(autouse=True)
def default_storage():
    """Restores the settings of Pillow's arena."""
    block_size = Image.core.get_block_size()
    yield
    Image.core.set_block_size(block_size)
    Image.core.set_use_block_allocator(0)
