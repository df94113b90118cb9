#!/usr/bin/env python3
"""Generates a program from abi/ that compiles only if the headers agree with the described ABI.

The source is valid C11 and C++17. At run time the program checks the names and ids of modes.
"""

import json
import sys
from pathlib import Path

HEADERS = "Imaging Bit Bcn Gif Raw Sgi ZipCodecs TiffDecode Jpeg Jpeg2K".split()

# These embed a struct of another library: their layout is that of one release of it.
LIBJPEG = "JPEG_LIB_VERSION == 62 && LIBJPEG_TURBO_VERSION_NUMBER / 1000 == 2001"
OPENJPEG = "OPJ_VERSION_MAJOR == 2 && OPJ_VERSION_MINOR == 5"
ONLY_IF = {
    "ZIPSTATE": "ZLIB_VERNUM >> 4 == 0x12d",
    "TIFFSTATE": "TIFFLIB_MAJOR_VERSION == 4 && TIFFLIB_MINOR_VERSION == 5",
    "JPEGSTATE": LIBJPEG,
    "JPEGENCODERSTATE": LIBJPEG,
    "JPEG2KDECODESTATE": OPENJPEG,
    "JPEG2KENCODESTATE": OPENJPEG,
}


def c_type(name):
    if name == "ImagingMemoryArena":
        return "struct ImagingMemoryArenaInstance"  # the name that C++ can have too
    return f"struct {name}" if name.endswith("Instance") else name


def layout_of(name, layout):
    """Yields the assertions about one struct."""
    of = c_type(name)
    yield f"FACT(sizeof({of}) == {layout['size']});"
    yield f"FACT(ALIGNOF({of}) == {layout['align']});"
    for field, (offset, size) in layout["fields"].items():
        yield f"FACT(offsetof({of}, {field}) == {offset});"
        yield f"FACT(sizeof((({of} *)0)->{field}) == {size});"


def enumerator(prefix, name):
    return f"IMAGING_{prefix}_{name.replace(';', '_') or 'UNKNOWN'}"


def main(abi, output):
    layouts = json.loads((abi / "layout.json").read_text())
    modes = json.loads((abi / "modes.json").read_text())
    del layouts["_note"]

    lines = ["#include <stddef.h>", "#include <string.h>", '#include "check.h"']
    lines += [f"#include <libImaging/{header}.h>" for header in HEADERS]
    lines += [
        "#ifdef __cplusplus",
        "#define FACT(fact) static_assert(fact, #fact)",
        "#define ALIGNOF(type) alignof(type)",
        "#else",
        "#define FACT(fact) _Static_assert(fact, #fact)",
        "#define ALIGNOF(type) _Alignof(type)",
        "#endif",
    ]

    notes = []
    for name, layout in layouts.items():
        facts = list(layout_of(name, layout))
        condition = ONLY_IF.get(name)
        if condition:
            facts = [f"#if {condition}", *facts, "#endif"]
            notes += [f"#if !({condition})", f'    puts("{name}: another release of its library, not compared");', "#endif"]
        lines += facts

    for prefix, names in [("MODE", modes["modes"]), ("RAWMODE", modes["rawmodes"])]:
        lines += [f"FACT({enumerator(prefix, name)} == {i});" for i, name in enumerate(names)]
        lines += [f"static const char *const {prefix}S[] = {{", *(f'    "{name}",' for name in names), "};"]

    lines += [
        "int main(void) {",
        *notes,
        f"    for (int i = 0; i < {len(modes['modes'])}; i++) {{",
        "        CHECK((int)findModeID(MODES[i]) == i && strcmp(getModeData((ModeID)i)->name, MODES[i]) == 0);",
        "    }",
        f"    for (int i = 0; i < {len(modes['rawmodes'])}; i++) {{",
        "        CHECK((int)findRawModeID(RAWMODES[i]) == i && strcmp(getRawModeData((RawModeID)i)->name, RAWMODES[i]) == 0);",
        "    }",
        "    CHECK(findModeID(\"no such mode\") == IMAGING_MODE_UNKNOWN);",
        "    CHECK(findRawModeID(\"no such mode\") == IMAGING_RAWMODE_UNKNOWN);",
        "    return check_result();",
        "}",
    ]
    output.write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
