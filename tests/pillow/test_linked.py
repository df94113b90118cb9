"""A Pillow that is linked to the library: what its extension modules load, and the Python package beside it.

    target/linked/bin/python -m pytest tests/pillow/test_linked.py

scripts/pillow-env.sh makes the environment; the package is the one that `make wheel` has unpacked.
"""

from __future__ import annotations

import ctypes
import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import PIL
import pytest
from PIL import Image, features

ROOT = Path(__file__).resolve().parents[2]
LIBRARY = (ROOT / "target" / "pillow" / "prefix" / "lib" / "libImaging.so").resolve()
PACKAGE = ROOT / "target" / "wheel" / "unpacked"
MODULES = {path.name.split(".")[0]: path for path in Path(PIL.__file__).parent.glob("*.so")}
CODECS = {"jpeg": "jpg", "jpeg2000": "jpg_2000", "tiff": "libtiff"}
"""Features of the library, and their names in `PIL.features`."""

LIBRARIES = (
    "print({line.split()[-1] for line in open('/proc/self/maps') if 'libImaging' in line and 'x' in line.split()[1]})"
)
"""Prints the copies of the library in a process."""

ONE_LIBRARY = f"{ {str(LIBRARY)} }\n"


def output_of(*command: str | Path, **env: str) -> str:
    environment = os.environ | {"PYTHONPATH": str(PACKAGE)} | env
    result = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert result.returncode == 0, f"{command}: {result.returncode}\n{result.stdout}{result.stderr}"
    return result.stdout


def python(*arguments: str, **env: str) -> str:
    return output_of(sys.executable, *arguments, **env)


def needed(module: str) -> set[str]:
    return set(re.findall(r"NEEDED.*\[(.*)\]", output_of("readelf", "--dynamic", MODULES[module])))


def test_this_is_the_linked_pillow():
    assert ROOT / "target" / "linked" in Path(PIL.__file__).parents


def test_modules_contain_nothing_of_libimaging():
    table = (ROOT / "abi" / "symbols.tsv").read_text().splitlines()
    public = {line.split("\t")[1] for line in table if not line.startswith("#")}
    # The bindings' part of libImaging's interface: errors, and sections without Python's lock.
    public = {name for name in public if not name.startswith(("ImagingError_", "ImagingSection"))}
    assert {"ImagingNew", "findModeID"} <= public
    for path in MODULES.values():
        defined = output_of("nm", "--dynamic", "--defined-only", path).split()
        assert public.isdisjoint(defined), path


def test_modules_are_linked_to_the_library():
    """Those that call it; libraries of codecs are the library's business."""
    linked = {name for name in MODULES if "libImaging.so.13" in needed(name)}
    assert linked == {"_imaging", "_imagingcms", "_imagingft", "_webp"} & MODULES.keys()
    libraries = " ".join(needed("_imaging"))
    assert not re.search("libjpeg|libopenjp2|libtiff|libz", libraries), libraries


def test_the_wheel_brings_no_library_along():
    (wheel,) = (ROOT / "target" / "pillow" / "linked").glob("*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    assert {name for name in names if ".so" in name} == {f"PIL/{path.name}" for path in MODULES.values()}


def test_there_is_one_library():
    imports = "".join(f"import PIL.{name}; " for name in ("_imagingft", "_imaging", "_imagingcms", "_webp"))
    assert python("-c", imports + LIBRARIES) == ONE_LIBRARY


def test_features_are_the_library_s():
    pkg_config = LIBRARY.parent / "pkgconfig"
    known = output_of("pkg-config", "--variable=features", "libImaging", PKG_CONFIG_PATH=str(pkg_config)).split()
    for feature, name in CODECS.items():
        assert features.check(name) == (feature in known), feature


@pytest.mark.parametrize(
    "name, function",
    [
        ("zlib", "ImagingZipVersion"),
        ("jpg", "ImagingJpegVersion"),
        ("jpg_2000", "ImagingJpeg2KVersion"),
        ("libtiff", "ImagingTiffVersion"),
    ],
)
def test_versions_are_the_library_s(name, function):
    if not features.check(name):
        pytest.skip(f"the library was built without {name}")
    version = features.version(name)
    assert re.match(r"\d+\.\d+", version)
    version_of_library = getattr(ctypes.CDLL(str(LIBRARY)), function)
    version_of_library.restype = ctypes.c_char_p
    assert version in version_of_library().decode()


# The Python package beside it


def test_check():
    text = " ".join(python("-m", "libimaging", "--check").split())
    assert re.search(rf"libimaging 13\S* is under Pillow {PIL.__version__} library: {re.escape(str(LIBRARY))} ", text)
    assert "ImagingResample" in re.search(r" linked, \d+ functions:(.*) Pillow's own", text)[1].split()
    assert text.endswith("Pillow's own, 0 functions:")


def test_programs_are_left_as_they_are():
    code = f"import os; print('LD_PRELOAD' in os.environ); import PIL.Image, libimaging; {LIBRARIES}"
    assert python("-m", "libimaging", "-c", code) == f"False\n{ONE_LIBRARY}"


def test_extensions_are_linked_to_the_library_of_pillow():
    code = "import libimaging; print(libimaging.get_library_dir())"
    assert python("-c", code) == f"{LIBRARY.parent}\n"
    other = "from libimaging import _pillow; _pillow.in_use = lambda: '/nowhere/libImaging.so.13'"
    assert python("-c", f"{other}; {code}") == f"{PACKAGE}/libimaging/lib\n"


def test_an_error_names_the_library_of_pillow():
    code = (
        "import sys; sys.modules['libimaging._core'] = None\n"
        "try: import libimaging\nexcept ImportError as e: print(e.__notes__)"
    )
    assert f"Pillow is linked to {LIBRARY}, so this package uses it, too" in python("-c", code)


@pytest.mark.parametrize("imports", ["from PIL import Image; import libimaging", "import libimaging; from PIL import Image"])
def test_pillow_and_the_package_share_the_library(imports):
    code = (
        f"{imports}; libimaging.interpose(); image = Image.new('L', (3, 2), 7); "
        "view = libimaging.view(image, writable=True); view = memoryview(view); view[1, 2] = 9; "
        "shared = libimaging.from_buffer(bytearray(b'abcdef'), 'L', (3, 2)); "
        f"print(image.getpixel((2, 1)), view[0, 0], shared.crop((1, 1, 3, 2)).tobytes()); {LIBRARIES}"
    )
    assert python("-c", code) == f"9 7 b'ef'\n{ONE_LIBRARY}"


def test_a_preloaded_library_takes_over(tmp_path):
    """It has the same SONAME, so the loader does not load another one."""
    other = tmp_path / "libImaging.so"
    shutil.copy(LIBRARY, other)
    code = f"import PIL.Image, libimaging; libimaging.interpose(); PIL.Image.new('L', (1, 1)); {LIBRARIES}"
    assert python("-c", code, LD_PRELOAD=str(other)) == f"{ {str(other)} }\n"
    assert f"library: {other}\n" in python("-m", "libimaging", "--check", LD_PRELOAD=str(other))


def test_a_pillow_of_another_abi_is_refused(tmp_path):
    """It has no functions of its own that it could use instead, as a wheel's core has."""
    copy = tmp_path / "PIL"
    shutil.copytree(Path(PIL.__file__).parent, copy, ignore=shutil.ignore_patterns("__pycache__"))
    for path in copy / MODULES["_imaging"].name, copy / "_version.py":
        path.write_bytes(path.read_bytes().replace(PIL.__version__.encode(), b"14" + PIL.__version__[2:].encode()))
    environment = os.environ | {"PYTHONPATH": str(tmp_path)}
    told = subprocess.run([sys.executable, "-c", "import PIL.Image"], env=environment, capture_output=True, text=True)
    assert told.returncode == 1 and "Traceback" in told.stderr
    # In some versions of Python the exception itself has no text.
    assert told.stderr.startswith("libImaging: Pillow 14.0.0 has another ABI than libImaging 13.")


def test_pillow_makes_its_images_with_the_library():
    arena = ctypes.c_int.in_dll(ctypes.CDLL(str(LIBRARY)), "ImagingDefaultArena")
    made = ctypes.c_int.from_address(ctypes.addressof(arena) + 24)  # stats_new_count
    before = made.value
    Image.new("L", (1, 1))
    assert made.value == before + 1
