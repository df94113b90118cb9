"""Programs that inherit LD_PRELOAD and whose Pillow has another ABI keep their own functions, and warn once."""

from __future__ import annotations

import ctypes
import re
import shutil
import subprocess
import sys
from pathlib import Path

import libimaging
import PIL
import pytest

from conftest import HERE, ROOT, fresh, run, succeed

LIBRARY = str(Path(libimaging.get_library_dir(), "libImaging.so"))
PROGRAM = HERE / "photo_lab.py"
VERSIONS = re.findall(r"==(\S+)", (HERE / "other-pillows.txt").read_text())


def pillow(version: str) -> Path:
    """Returns the directory of another version of Pillow."""
    directory = ROOT / "target/pillows" / version
    if not directory.is_dir():
        pytest.skip(f"there is no wheel of Pillow {version} for this Python")
    return directory


def warning(version: str) -> str:
    return (
        f"libImaging: Pillow {version} has another ABI than version {libimaging.__version__} and keeps its own functions; "
        "this library takes over those of Pillow 13 only\n"
    )


def works_as_without(site: Path, version: str, *options: str, **env: str) -> None:
    """The same pixels, and one warning of each process."""
    without = run(sys.executable, *options, PROGRAM, "1", PYTHONPATH=str(site), **env)
    assert without.returncode == 0, without.stderr
    preloaded = run(sys.executable, *options, PROGRAM, "1", PYTHONPATH=str(site), LD_PRELOAD=LIBRARY, **env)
    assert preloaded.returncode == 0, preloaded.stderr
    assert preloaded.stdout == without.stdout
    assert set(preloaded.stdout.splitlines()) == {preloaded.stdout.splitlines()[0]}
    assert preloaded.stdout.startswith(f"{version} ") and "untouched" in preloaded.stdout
    assert preloaded.stderr == without.stderr + 2 * warning(version)


@pytest.mark.parametrize("version", VERSIONS)
def test_another_pillow(version):
    works_as_without(pillow(version), version)


@pytest.mark.parametrize("version", VERSIONS[:1])
def test_warnings_that_are_errors(version):
    """The warning is not a Python warning."""
    works_as_without(pillow(version), version, "-W", "error")


@pytest.mark.parametrize("version", VERSIONS[:1])
def test_functions_that_are_bound_at_once(version):
    """The loader has bound all functions before the first call, and write-protected their addresses."""
    works_as_without(pillow(version), version, LD_BIND_NOW="1")


def test_pillow_simd():
    found = list((ROOT / "target/simd/lib").glob(f"python3.{sys.version_info.minor}/site-packages"))
    if not found:
        pytest.skip("target/simd is not made for this Python: scripts/simd.sh")
    code = "import PIL; print(PIL.__version__)"
    works_as_without(found[0], succeed(sys.executable, "-c", code, PYTHONPATH=str(found[0])).strip())


def pillow_14() -> Path:
    """Pillow 13 that says it is 14."""
    site = fresh("pillow-14")
    shutil.copytree(Path(PIL.__file__).parent, site / "PIL", ignore=shutil.ignore_patterns("__pycache__"))
    (site / "pillow.libs").symlink_to(Path(PIL.__file__).parents[1] / "pillow.libs")
    (core,) = (site / "PIL").glob("_imaging.*.so")
    for path in core, site / "PIL" / "_version.py":
        path.write_bytes(path.read_bytes().replace(PIL.__version__.encode(), b"14" + PIL.__version__[2:].encode()))
    return site


def test_a_newer_pillow():
    works_as_without(pillow_14(), "14.0.0")


def test_the_fitting_pillow():
    """It uses the library without a warning."""
    preloaded = run(sys.executable, PROGRAM, "0", LD_PRELOAD=LIBRARY)
    assert preloaded.returncode == 0 and preloaded.stderr == ""
    assert preloaded.stdout == succeed(sys.executable, PROGRAM, "0").replace("untouched", "used")


def test_other_modules_of_another_pillow():
    """Such a module has a copy of functions of the core, and calls them long after the core was checked."""
    folder = fresh("sibling")
    source = """
        int findModeID(const char *name) { return 77; }
        struct data { const char *name; } data = {"own"};
        struct data *getModeData(int id) { return &data; }
        int number(void) { return findModeID("RGB"); }
        const char *name(void) { return getModeData(1)->name; }
    """
    module = folder / "sibling.so"
    command = ["cc", "-shared", "-fPIC", "-x", "c", "-", "-o", str(module)]
    subprocess.run(command, input=source, text=True, check=True)
    code = (
        "from PIL import Image; import ctypes\n"
        f"sibling = ctypes.CDLL({str(module)!r}); sibling.name.restype = ctypes.c_char_p\n"
        "print([sibling.number(), sibling.number(), sibling.name(), sibling.name()])"
    )
    own = "[77, 77, b'own', b'own']\n"
    assert succeed(sys.executable, "-c", code) == own
    assert succeed(sys.executable, "-c", code, LD_PRELOAD=LIBRARY) not in (own, "")
    assert succeed(sys.executable, "-c", code, LD_PRELOAD=LIBRARY, PYTHONPATH=str(pillow_14())) == own


def test_where_the_addresses_stay_protected():
    """The import fails with an error that names both versions."""
    folder = fresh("protected")
    deny = folder / "deny.so"
    source = "#include <errno.h>\nint mprotect(void *at, unsigned long size, int how) { errno = EACCES; return -1; }"
    subprocess.run(["cc", "-shared", "-fPIC", "-x", "c", "-", "-o", str(deny)], input=source, text=True, check=True)
    told = run(
        sys.executable, "-c", "import PIL.Image", PYTHONPATH=str(pillow_14()), LD_PRELOAD=f"{LIBRARY}:{deny}"
    )
    assert told.returncode == 1 and "Traceback" in told.stderr
    both = f"Pillow 14.0.0 has functions with another ABI than those of libImaging {libimaging.__version__}"
    reason = f"{both} and could not be given them back (Permission denied (os error 13))"
    expected = f"libImaging: {reason}; start this program without LD_PRELOAD\n"
    # Once for itself, and in some versions of Python again as the cause of the exception.
    assert told.stderr.startswith(expected) and "of unknown version" not in told.stderr


def test_programs_without_pillow():
    """The version of libjpeg is that which the library was built with, or an empty text."""
    library = ctypes.CDLL(LIBRARY)
    for function in library.ImagingJpegVersion, library.ImagingZipVersion:
        function.restype = ctypes.c_char_p
    assert re.fullmatch(rb"(\d+\.\d+)?", library.ImagingJpegVersion())
    assert b"zlib-rs" in library.ImagingZipVersion()
