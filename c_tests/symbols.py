#!/usr/bin/env python3
"""Checks the symbols of the shared and the static library: complete, and none that a program should define.

    symbols.py <installed prefix> <symbols.tsv>
"""

import re
import subprocess
import sys
import tempfile
from pathlib import Path

# Functions that are declared but not implemented: those of planned.rs, and of another header.
FFI = Path(__file__).parent.parent / "src/ffi"
PLANNED = Path(__file__).parent.parent / "src/ffi/planned.rs"
PLANNED_ELSEWHERE = re.compile(r"ImagingLibTiff\w+")
# Symbols of the reference that no extension module needs, with names that may clash with a program's.
HIDDEN = {"clip8_lookups"}
DATA = {"ImagingDefaultArena"}
SCENES = Path(__file__).parent / "scenes.c"
LEFT_TO_THE_HOST = re.compile(r"ImagingError_\w+|ImagingSection\w+")

failures = []


def check(holds, text):
    if not holds:
        failures.append(text)


def output_of(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def defined(library, table):
    """Symbol -> GLOBAL or WEAK. (nm would stumble over the bitcode of a newer LLVM in the archive.)"""
    rows = (line.split() for line in output_of("readelf", "--wide", table, library).splitlines())
    symbols = (row for row in rows if len(row) == 8 and row[4] in ("GLOBAL", "WEAK") and row[6] != "UND")
    return {row[7].split("@")[0]: row[4] for row in symbols}


def public_symbols(table):
    rows = [line.split("\t") for line in table.read_text().splitlines() if not line.startswith("#")]
    return {symbol: used == "yes" for _group, symbol, _kind, used in rows[1:]}


def own_functions(header):
    """Returns the functions that this library adds to the reference."""
    return set(re.findall(r"^extern .*?\b(Imaging\w+)\(", header.read_text(), re.MULTILINE))


def left_out(prefix):
    """Returns the functions of the codecs that the library was built without."""
    features = re.search("^features=(.*)$", (prefix / "lib/pkgconfig/libImaging.pc").read_text(), re.MULTILINE)
    missing = {"jpeg", "jpeg2000", "tiff"} - set(features[1].split())
    sources = ((FFI / f"{feature}.rs").read_text() for feature in missing)
    return {name for source in sources for name in re.findall(r'extern "C" fn (\w+)', source)}


def check_symbols(name, symbols, expected):
    missing = sorted(expected - symbols.keys())
    check(not missing, f"{name} does not define {' '.join(missing)}")
    strong = sorted(symbol for symbol in symbols if LEFT_TO_THE_HOST.fullmatch(symbol) and symbols[symbol] != "WEAK")
    check(not strong, f"{name} defines symbols of the host that must be weak: {' '.join(strong)}")


def check_scenes(functions):
    """scenes.c must call every function."""
    scenes = set(re.findall(r'^    \{"(\w+)", "', SCENES.read_text(), re.MULTILINE))
    check(not functions - scenes, f"scenes.c does not call {' '.join(sorted(functions - scenes))}")
    check(not scenes - functions, f"scenes.c calls unexported functions: {' '.join(sorted(scenes - functions))}")


def check_link_fails(prefix, library, function):
    """Calling a function that the header declares and the library lacks must fail at link time, not at run time."""
    program = f"#include <libImaging/Imaging.h>\nvoid *address = (void *)&{function};\nint main(void) {{ return 0; }}\n"
    with tempfile.TemporaryDirectory() as folder:
        command = ["cc", "-x", "c", "-", f"-I{prefix}/include", "-o", f"{folder}/program", "-x", "none", library, "-lm"]
        result = subprocess.run(command, input=program, capture_output=True, text=True)
    check(f"undefined reference to `{function}'" in result.stderr, f"{library}: links a missing function\n{result.stderr}")


def main(prefix, table):
    shared, static = f"{prefix}/lib/libImaging.so", f"{prefix}/lib/libImaging.a"
    public = public_symbols(table)
    planned = set(re.findall(r"pub fn (\w+)", PLANNED.read_text()))
    declared_only = {symbol for symbol in public if symbol in planned or PLANNED_ELSEWHERE.fullmatch(symbol)}
    declared_only |= left_out(prefix)
    expected = set(public) - declared_only - HIDDEN
    expected |= own_functions(prefix / "include/libImaging/ImagingExt.h")

    exported = defined(shared, "--dyn-syms")
    check_symbols("the shared library", exported, expected)
    check_symbols("the static library", defined(static, "--syms"), expected)

    # A name without this library's prefix may clash with a program's own.
    stray = sorted(name for name in exported if not re.match("_?[Ii]maging", name) and not public.get(name))
    check(not stray, f"the shared library exports {' '.join(stray)}, which no extension module of Pillow needs")

    dynamic = output_of("readelf", "-d", shared)
    check("Library soname: [libImaging.so.13]" in dynamic, "the shared library has the wrong SONAME")
    check("python" not in dynamic, "the shared library needs Python")

    check_scenes(expected - DATA)
    for function in sorted(declared_only & planned)[:1]:
        check_link_fails(prefix, shared, function)
        check_link_fails(prefix, static, function)

    for failure in failures:
        print(f"symbols: {failure}", file=sys.stderr)
    print(f"symbols: {len(exported)} exported, {len(expected)} of them required")
    return bool(failures)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2])))
