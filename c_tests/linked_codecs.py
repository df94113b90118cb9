#!/usr/bin/env python3
"""Uses an installed library that was built with the features `jpeg` and `link-codecs`, by pkg-config and by CMake.

    linked_codecs.py <installed prefix> <work directory>
"""

import subprocess
import sys
from pathlib import Path

import examples

JPEG_TO_PNG = examples.REPO / "examples/jpeg_to_png.c"


def converts(program):
    """Asserts that the program makes a PNG of a JPEG."""
    png = subprocess.run([program], input=examples.small_jpeg(1), stdout=subprocess.PIPE, check=True).stdout
    assert examples.pixels_of_png(png) == (24, 8, 1, bytes([128] * 8 + [178] * 16) * 8), f"{program} gives another picture"


def needed(file):
    """The names of the libraries that a program or a library links to."""
    dynamic = subprocess.run(["readelf", "-d", "-W", file], check=True, capture_output=True, text=True).stdout
    return {line[line.index("[") + 1 : line.index("]")] for line in dynamic.splitlines() if "(NEEDED)" in line}


def codecs(libraries):
    return {name.split(".so")[0] for name in libraries} & {"libjpeg", "libopenjp2", "libtiff"}


def by_pkg_config(prefix, work):
    program = work / "all-static"
    options = examples.flags(prefix, "--static")
    subprocess.run([*examples.COMPILER[".c"], "-static", JPEG_TO_PNG, *options, "-o", program], check=True)
    assert not needed(program)
    converts(program)


def by_cmake(prefix, work):
    build = work / "consumer"
    source = examples.REPO / "c_tests/consumer"
    subprocess.run(["cmake", "-S", source, "-B", build, "-DTHROUGH=find_package", f"-DCMAKE_PREFIX_PATH={prefix}"], check=True)
    subprocess.run(["cmake", "--build", build], check=True)
    for library, links_to in ("Imaging", set()), ("Imaging_static", {"libjpeg"}):
        program = build / f"jpeg_to_png_with_{library}"
        assert codecs(needed(program)) == links_to
        converts(program)


def main(prefix, work):
    assert examples.features(prefix) == ["jpeg", "link-codecs"]
    assert codecs(needed(prefix / "lib/libImaging.so")) == {"libjpeg"}
    by_pkg_config(prefix, work)
    by_cmake(prefix, work)
    print("JPEG by pkg-config, all static, and by CMake, shared and static")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
