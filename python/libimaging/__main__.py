"""Runs a Python program with Pillow on libImaging.

    python -m libimaging app.py [argument ...]
    python -m libimaging -m module [argument ...]
    python -m libimaging -c code [argument ...]
    python -m libimaging --check

The program is run by the same Python, with the options that this was given, and the library preloaded (LD_PRELOAD).
So are the programs that it starts, for the environment is inherited; those with a Pillow of another ABI keep that
Pillow's own functions, and say so on standard error. A Pillow that is linked to libImaging runs on that library anyway:
nothing is preloaded. --check says what is interposed and what is not.
"""

from __future__ import annotations

import os
import sys
from typing import NoReturn

from . import PillowError, __version__, _core, _pillow


def interpreter_options() -> list[str]:
    """What stood between `python` and `-m libimaging`."""
    options = sys.orig_argv[1 : len(sys.orig_argv) - len(sys.argv) + 1]
    if options[-1] == __package__:
        options.pop()
    last = options.pop().removesuffix(__package__).removesuffix("m")
    return options if last == "-" else [*options, last]


def preload(library: str) -> None:
    """Has the programs that this process starts load the library first."""
    if set(library) & set(" :"):
        raise PillowError(f"LD_PRELOAD cannot name a path with a space or a colon: {library}")
    if not _pillow.is_global():
        others = os.environ.get("LD_PRELOAD")
        os.environ["LD_PRELOAD"] = f"{library}:{others}" if others else library


def run(arguments: list[str]) -> NoReturn:
    _pillow.require_interposable(__version__)
    if not _pillow.is_linked():
        preload(_pillow.library())
    os.execv(sys.executable, [sys.executable, *interpreter_options(), *arguments])


def check() -> str:
    _pillow.interpose(__version__)
    if not _pillow.in_force():
        raise PillowError("the library is there, and Pillow does not use it")
    import textwrap

    import PIL

    ours, theirs = _pillow.taken_over()
    how, done = ("under", "linked") if _pillow.is_linked() else ("in front of", "interposed")
    lines = [
        f"libimaging {__version__} is {how} Pillow {PIL.__version__}",
        f"library: {_pillow.in_use()}",
        f"Pillow's core: {_pillow.core()[0]}",
        f"instructions: {_core.simd_level()}, threads: {_core.threads()}",
        f"{done}, {len(ours)} functions: {' '.join(ours)}",
        f"Pillow's own, {len(theirs)} functions: {' '.join(theirs)}",
    ]
    wrapped = (textwrap.fill(line, 120, subsequent_indent="    ", break_on_hyphens=False) for line in lines)
    return "\n".join(wrapped)


def main() -> int:
    arguments = sys.argv[1:]
    if not arguments or arguments[0] in ("-h", "--help"):
        print(__doc__)
        return 0 if arguments else 2
    try:
        if arguments == ["--check"]:
            print(check())
            return 0
        run(arguments)
    except PillowError as problem:
        print(f"libimaging: {problem}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
