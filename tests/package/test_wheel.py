"""What is in the wheel, and what it says of itself."""

from __future__ import annotations

import importlib.metadata
import re
import tomllib
import zipfile
from pathlib import Path

import libimaging

from conftest import ROOT

(WHEEL,) = (ROOT / "target/wheels").glob("*.whl")


def test_what_is_installed_is_the_wheel():
    assert "site-packages" in Path(libimaging.__file__).parts


def test_version_is_the_crate_s():
    version = tomllib.loads((ROOT / "Cargo.toml").read_text())["package"]["version"]
    assert libimaging.__version__ == importlib.metadata.version("libimaging") == version


def test_one_wheel_for_every_python():
    assert re.fullmatch(r"libimaging-[\d.]+-cp311-abi3-manylinux_\d_\d+_\w+\.whl", WHEEL.name)


def test_what_the_wheel_carries():
    names = {name for name in zipfile.ZipFile(WHEEL).namelist() if not name.endswith("/")}
    headers = {f"libimaging/include/libImaging/{path.name}" for path in (ROOT / "include/libImaging").iterdir()}
    ours = {
        f"libimaging/{path.name}"
        for path in (ROOT / "python/libimaging").iterdir()
        if path.suffix in (".py", ".pxd", ".pyi")
    }
    rest = {f"libimaging/{name}" for name in ("_core.abi3.so", "lib/libImaging.so", "lib/libImaging.so.13", "py.typed")}
    metadata = {name for name in names if ".dist-info/" in name}
    assert names == headers | ours | rest | metadata
    assert any(name.endswith("licenses/LICENSE") for name in metadata)
    # Where it was built is nobody's business.
    content = zipfile.ZipFile(WHEEL)
    for name in names:
        assert str(ROOT).encode() not in content.read(name), name


def test_directories():
    assert Path(libimaging.get_include(), "libImaging/Imaging.h").is_file()
    assert Path(libimaging.get_library_dir(), "libImaging.so").is_file()
