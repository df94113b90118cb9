"""The contents and the metadata of the wheel."""

from __future__ import annotations

import importlib.metadata
import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import libimaging

from conftest import ROOT, succeed

(WHEEL,) = (ROOT / "target/wheels").glob("*.whl")
EXTENSION = Path(libimaging.__file__).with_name("_core.abi3.so")
LIBRARY = Path(libimaging.get_library_dir(), "libImaging.so")
BY_SONAME = LIBRARY.with_name("libImaging.so.13")


def output_of(*command: str | Path) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def symbols(library: Path) -> set[tuple[str, str]]:
    """Returns kinds and names of the exported symbols."""
    return {tuple(line.split()[1:]) for line in output_of("nm", "-D", "--defined-only", library).splitlines()}


def test_what_is_installed_is_the_wheel():
    assert "site-packages" in Path(libimaging.__file__).parts


def test_version_is_the_crate_s():
    version = tomllib.loads((ROOT / "Cargo.toml").read_text())["package"]["version"]
    assert libimaging.__version__ == importlib.metadata.version("libimaging") == version


def test_one_wheel_for_every_python():
    assert re.match(r"libimaging-[\d.]+-cp311-abi3-(manylinux\w+\.?)+whl$", WHEEL.name)


def test_what_the_wheel_carries():
    names = {name for name in zipfile.ZipFile(WHEEL).namelist() if not name.endswith("/")}
    headers = {f"libimaging/include/libImaging/{path.name}" for path in (ROOT / "include/libImaging").iterdir()}
    ours = {
        f"libimaging/{path.name}"
        for path in (ROOT / "python/libimaging").iterdir()
        if path.suffix in (".py", ".pxd", ".pyi")
    }
    others = "_core.abi3.so", "_images.abi3.so", "lib/libImaging.so", "lib/libImaging.so.13", "py.typed"
    rest = {f"libimaging/{name}" for name in others}
    metadata = {name for name in names if ".dist-info/" in name}
    assert names == headers | ours | rest | metadata
    assert any(name.endswith("licenses/LICENSE") for name in metadata)
    # No paths of the build machine.
    content = zipfile.ZipFile(WHEEL)
    for name in names:
        assert str(ROOT).encode() not in content.read(name), name


def test_it_runs_on_systems_older_than_this():
    """Pillow's wheels need glibc 2.28; the libraries must not need a newer glibc than the tag says."""
    oldest = min(int(minor) for minor in re.findall(r"manylinux_2_(\d+)", WHEEL.name))
    assert oldest <= 28
    for path in [EXTENSION, LIBRARY, BY_SONAME]:
        needed = re.findall(r"GLIBC_2\.(\d+)", output_of("readelf", "--wide", "--version-info", path))
        assert all(int(minor) <= oldest for minor in needed), path
    assert "GLIBC_2." in output_of("readelf", "--wide", "--version-info", LIBRARY)


def test_the_library_is_that_of_the_release():
    """Linked anew, with the same symbols, but those of codecs by external libraries, and the same weak ones."""
    release = symbols(ROOT / "target/release/libImaging.so")
    assert symbols(LIBRARY) <= release
    left_out = {name for _, name in release - symbols(LIBRARY)}
    assert all(re.match("Imaging(Jpeg|LibTiff|TiffVersion)", name) for name in left_out), left_out
    # A program may define these functions, which the library calls by name.
    relocations = output_of("readelf", "--wide", "--relocs", LIBRARY)
    for weak in [name for kind, name in symbols(LIBRARY) if kind == "W" and name.startswith(("ImagingE", "ImagingS"))]:
        assert f" {weak} + 0" in relocations
    dynamic = output_of("readelf", "--dynamic", LIBRARY)
    assert "soname: [libImaging.so.13]" in dynamic and "NODELETE" in dynamic
    assert "python" not in dynamic and "RUNPATH" not in dynamic


def test_one_library_by_two_names():
    """Loaded or preloaded by any of its names, it is in the process once, and its functions are found."""
    loads = "; ".join(f"ctypes.CDLL({str(path)!r}, ctypes.RTLD_GLOBAL)" for path in [BY_SONAME, LIBRARY, BY_SONAME])
    count = (
        "import ctypes; assert ctypes.CDLL(None).ImagingGetNumThreads() > 0; "
        "maps = [line.split() for line in open('/proc/self/maps')]; "
        "print({line[-1] for line in maps if 'libImaging' in line[-1] and 'x' in line[1]})"
    )
    one = f"{ {str(LIBRARY)} }\n"
    for name in LIBRARY, BY_SONAME:
        assert succeed(sys.executable, "-c", count, LD_PRELOAD=str(name)) == one
        assert succeed(sys.executable, "-c", f"import libimaging, {count[7:]}", LD_PRELOAD=str(name)) == one
    assert succeed(sys.executable, "-c", f"import ctypes; {loads}; {count}") == one
    assert succeed(sys.executable, "-c", f"import ctypes, libimaging; {loads}; {count}") == one


def test_pillow_comes_along():
    assert importlib.metadata.requires("libimaging") == ["pillow<14,>=13"]


def test_directories():
    assert Path(libimaging.get_include(), "libImaging/Imaging.h").is_file()
    assert Path(libimaging.get_library_dir(), "libImaging.so").is_file()
