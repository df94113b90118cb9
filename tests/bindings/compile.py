"""Compiles the sources of Pillow's extension modules, unmodified, against this library's headers.

    target/venv/bin/python tests/bindings/compile.py

They come from Pillow's source distribution, checked against `sources.sha256`. A quoted include searches the directory
of the source first, where the distribution has its own libImaging. So the sources are copied to a directory without it,
and `#include "libImaging/Imaging.h"` finds ours. The feature macros are those of a build of Pillow with all optional
libraries.

The exit status is 1 if a source does not compile or the compiler warns about one of our headers.
"""

from __future__ import annotations

import hashlib
import os
import re
import shlex
import shutil
import subprocess
import sys
import sysconfig
from importlib.metadata import version
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
PILLOW = version("pillow")
SDIST = ROOT / "target" / f"pillow-{PILLOW}" / "src"
BUILD = ROOT / "target" / "bindings"
HEADERS = ROOT / "include"

CORE = ["LIBJPEG", "LIBZ", "LIBTIFF", "OPENJPEG", "XCB"]
FEATURES = {
    "_imaging.c": CORE,
    "decode.c": CORE,
    "encode.c": CORE,
    "map.c": CORE,
    "display.c": CORE,
    "outline.c": CORE,
    "path.c": CORE,
    "_imagingft.c": ["RAQM"],
    "_imagingcms.c": [],
    "_imagingmath.c": [],
    "_imagingmorph.c": [],
    "_imagingtk.c": [],
    "_webp.c": [],
}
"""The sources with their feature macros, `HAVE_…`."""

EXTERNAL_PACKAGES = ["libopenjp2", "freetype2", "harfbuzz"]
"""The pkg-config packages with include directories of their own."""

WARNINGS = ["-Wall", "-Wextra", "-Wpedantic", "-Wstrict-prototypes", "-Wundef"]


def copy_sources() -> Path:
    """Copies the sources and the headers beside them, without libImaging."""
    sources = BUILD / "src"
    shutil.rmtree(BUILD, ignore_errors=True)
    for line in (HERE / "sources.sha256").read_text().splitlines():
        digest, name = line.split()
        content = (SDIST / name).read_bytes()
        if hashlib.sha256(content).hexdigest() != digest:
            raise SystemExit(f"{SDIST / name} is not what Pillow {PILLOW} was released with")
        target = sources / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
    return sources


def external_includes() -> list[str]:
    """Returns the include directories of external libraries as system headers, which raise no warnings."""
    flags = subprocess.run(
        ["pkg-config", "--cflags-only-I", *EXTERNAL_PACKAGES], check=True, capture_output=True, text=True
    ).stdout
    return [part for flag in shlex.split(flags) for part in ("-isystem", flag.removeprefix("-I"))]


def compile_one(source: Path, features: list[str], includes: list[str]) -> tuple[bool, str]:
    """Compiles a source. Returns whether it compiles without a warning about our headers, and the compiler's output."""
    command = [
        *shlex.split(os.environ.get("CC", "cc")),
        *("-c", "-O1", "-fPIC", "-fdiagnostics-color=never", *WARNINGS),
        *(f"-DHAVE_{feature}" for feature in features),
        f'-DPILLOW_VERSION="{PILLOW}"',
        *("-I", str(HEADERS)),
        *includes,
        *("-o", str(BUILD / f"{source.stem}.o"), str(source)),
    ]
    result = subprocess.run(command, capture_output=True, text=True)
    if result.returncode:
        return False, result.stderr
    ours = [
        line
        for line in result.stderr.splitlines()
        if re.match(rf"{re.escape(str(HEADERS))}/.*\b(warning|error):", line)
    ]
    return not ours, "\n".join(ours)


def main() -> int:
    sources = copy_sources()
    includes = ["-isystem", sysconfig.get_paths()["include"], *external_includes()]
    good = 0
    for name, features in FEATURES.items():
        compiled, said = compile_one(sources / name, features, includes)
        good += compiled
        if not compiled:
            print(f"{name}:\n{said}")
    print(f"{good} of {len(FEATURES)} compile")
    return 0 if good == len(FEATURES) else 1


if __name__ == "__main__":
    sys.exit(main())
