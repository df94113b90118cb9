#!/usr/bin/env python3
"""Makes libimaging/libimaging.pxd, what Cython programs `cimport`, of the C headers.

    make_pxd.py            writes it
    make_pxd.py --check    exit status 1 where it is not what the headers give

It has every struct, constant and function of the headers below that the library implements; what is planned only
(src/ffi/planned.rs), and macros that look like functions, it has not. The headers are generated themselves, so they are
regular, and a few patterns read them.
"""

from __future__ import annotations

import argparse
import keyword
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
HEADERS = ["Arrow.h", "Mode.h", "Imaging.h", "Raw.h", "ImagingExt.h"]
PXD = ROOT / "python" / "libimaging" / "libimaging.pxd"

# C's names for types that Cython has by others.
TYPES = {
    "UINT8": "uint8_t",
    "INT16": "int16_t",
    "INT32": "int32_t",
    "UINT32": "uint32_t",
    "FLOAT32": "float",
    "ptrdiff_t": "Py_ssize_t",
}
# What functions and callbacks are: as in C, they raise nothing by themselves and need no lock.
AS_IN_C = "noexcept nogil"
WIDTH = 120

OPENING = """\
# libImaging for Cython: `from libimaging cimport Imaging, ImagingNew`.
#
# Generated from the C headers, whose comments say what everything is and does, by make_pxd.py.
#
# Functions are as in C: they need no GIL, and tell errors by what they return. Where the GIL is held, the Python
# exception is then set already. Functions that return an image can be wrapped: `im = ImagingOrRaise(ImagingCopy(im))`.

from cpython.object cimport PyObject
from cpython.pycapsule cimport PyCapsule_GetPointer
from libc.stdint cimport int16_t, int32_t, int64_t, uint8_t
"""

CLOSING = '''
cdef inline Imaging ImagingOf(object image) except NULL:
    """The image behind a Pillow image, or behind a `libimaging.View`; it stays as long as what is asked does.

    A Pillow image can lose it (when it is closed, or changed in place): a view keeps it.
    """
    return <Imaging>PyCapsule_GetPointer(image.getim(), IMAGING_MAGIC)


cdef inline Imaging ImagingOrRaise(Imaging im) except NULL:
    """`im`; where it is NULL, the exception that the function which returned it has set. The GIL is held meanwhile."""
    return im
'''


def planned() -> set[str]:
    return set(re.findall(r"pub fn (\w+)", (ROOT / "src/ffi/planned.rs").read_text()))


def without_conditions(text: str) -> str:
    """Without what stands between #if and #endif, but for the guard around it all: nothing there is for Cython."""
    return re.sub(r"^#if(?!ndef (LIBIMAGING|ARROW)_).*?^#endif$", "", text, flags=re.MULTILINE | re.DOTALL)


def cython(declaration: str) -> str:
    """A declaration of C in Cython's words."""
    text = re.sub(r"\b(struct|extern|enum) ", "", " ".join(declaration.split()))
    text = re.sub(r"\b\w+\b", lambda word: TYPES.get(word[0], word[0]), text)
    text = text.replace("(void)", "()").replace("( ", "(").replace(" )", ")")
    text = re.sub(r"\b\w+\b(?=[,)])", lambda name: name[0] + "_" * keyword.iskeyword(name[0]), text)
    # A parameter or field that is a callback.
    return re.sub(r"(\(\*\w+\)\([^()]*\))", rf"\1 {AS_IN_C}", text)


def wrapped(line: str) -> str:
    """A declaration of a function with its parameters on lines of their own, where it is long."""
    if len(line) <= WIDTH:
        return line
    indent = re.match(" *", line)[0]
    head, _, rest = line.partition("(")
    parameters, _, tail = rest.rpartition(")")
    lines = [""]
    for parameter in re.split(r"(?<=,) ", parameters):
        if len(indent) + 4 + len(lines[-1]) + len(parameter) > WIDTH:
            lines.append("")
        lines[-1] += parameter + " "
    return "\n".join([head + "(", *(f"{indent}    {line.rstrip()}" for line in lines), f"{indent}){tail}"])


def fields(body: str) -> list[str]:
    return [cython(field) for field in body.split(";") if field.strip()]


def block(kind: str, name: str, members: list[str]) -> list[str]:
    return [f"    {kind} {name}".rstrip() + ":", *(f"        {member}" for member in members), ""]


def constants(text: str) -> list[str]:
    texts = [f"    const char *{name}" for name in re.findall(r"^#define (\w+) \"", text, re.MULTILINE)]
    numbers = re.findall(r"^#define (\w+) -?\d+$", text, re.MULTILINE)
    return [*texts, *(block("enum", "", numbers) if numbers else [])]


def enumerations(text: str) -> list[str]:
    lines = []
    for body, name in re.findall(r"^typedef enum \w+ \{(.*?)\} (\w+);", text, re.MULTILINE | re.DOTALL):
        lines += block("ctypedef enum", name, re.findall(r"(\w+) = ", body))
    return lines


def handles_and_callbacks(text: str) -> list[str]:
    found = re.findall(r"^typedef ((?!enum)[^{};]*[*)]\w*[^{};]*);", text, re.MULTILINE)
    return [wrapped(f"    ctypedef {cython(typedef)}") for typedef in found]


def structs(text: str) -> list[str]:
    lines = []
    for name, body in re.findall(r"^struct (\w+) \{(.*?)^\};", text, re.MULTILINE | re.DOTALL):
        lines += block("cdef struct", name, fields(body))
    for body, name in re.findall(r"^typedef struct \{(.*?)^\} (\w+);", text, re.MULTILINE | re.DOTALL):
        lines += block("ctypedef struct", name, fields(body))
    return lines


def functions(text: str, left_out: set[str]) -> list[str]:
    lines = []
    for declaration in re.findall(r"^extern (?!\"C\")([^;]*);", text, re.MULTILINE):
        name = re.search(r"(\w+)\(|(\w+)$", declaration)
        if not left_out & {name[1], name[2]}:
            lines.append(wrapped(f"    {cython(declaration)}" + f" {AS_IN_C}" * bool(name[1])))
    return lines


def section(header: str, left_out: set[str]) -> str:
    text = (ROOT / "include/libImaging" / header).read_text()
    unwritten = re.findall(r"Not implemented yet\. \*/\nextern [^;]*?(\w+);", text)
    text = without_conditions(re.sub(r" */\*.*?\*/", "", text, flags=re.DOTALL))
    # Structs are named before they are described: handles point to them, and callbacks take handles.
    named = re.findall(r"^typedef struct (\w+) \*?\w+;", text, re.MULTILINE)
    parts = [
        constants(text),
        enumerations(text),
        [f"    cdef struct {name}" for name in named],
        handles_and_callbacks(text),
        structs(text),
        functions(text, left_out | set(unwritten)),
    ]
    body = "\n\n".join("\n".join(lines).strip("\n") for lines in parts if lines)
    return f'\ncdef extern from "<libImaging/{header}>":\n{body}\n'


def pxd() -> str:
    left_out = planned()
    return OPENING + "\n".join(section(header, left_out) for header in HEADERS) + CLOSING


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--check", action="store_true", help="write nothing, and say whether it is fresh")
    if not parser.parse_args().check:
        PXD.write_text(pxd())
    elif PXD.read_text() != pxd():
        print(f"{PXD.relative_to(ROOT)} is stale: run `make header` and commit it", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
