"""A contender of the benchmark: a process that executes and times the commands on its standard input.

A line in is a JSON list, a line out is a JSON value:

    ["load", setup, call]    forget the last case, prepare this one, run it once   ->  its seconds, or the text of
                                                                                       an error
    ["time", count]          run it `count` times                                  ->  the seconds of all runs
    ["each", count]          the same                                              ->  a list of the seconds of each, and
                                                                                       the processor seconds of all
    ["threads", count]       set the library's number of threads                   ->  null

Each process loads one Pillow, with the library interposed or without it, and checks that first. Environment variables:
`BENCH_PILLOW` is the version, `BENCH_INTERPOSED` 1 or 0, `BENCH_CLOCK` "wall" or "cpu", and `BENCH_PROCESSOR` the
number of the processor to run on, or empty.
"""

from __future__ import annotations

import ctypes
import gc
import json
import os
import sys
import time
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "python"))

import PIL
from PIL import Image, ImageFilter

import interposition
import pictures

CLOCKS = {"wall": time.perf_counter, "cpu": time.process_time}


def compiled(setup: str, call: str):
    """Compiles a function that repeats the call and returns the seconds, in a new namespace."""
    names = {
        "Image": Image,
        "ImageFilter": ImageFilter,
        **{name: partial(pictures.picture, name) for name in pictures.PIXELS},
        "clock": CLOCKS[os.environ["BENCH_CLOCK"]],
    }
    exec(setup, names)
    body = (
        "def run(count):\n"
        "    start = clock()\n"
        f"    for _ in range(count):\n        {call}\n"
        "    return clock() - start"
    )
    exec(body, names)
    return names["run"]


def require_pillow() -> None:
    """Exits unless this is the Pillow that the caller expects."""
    if PIL.__version__ != os.environ["BENCH_PILLOW"] or Image.core.PILLOW_VERSION != PIL.__version__:
        raise SystemExit(f"this is Pillow {PIL.__version__}, not {os.environ['BENCH_PILLOW']}")
    interposition.require(os.environ["BENCH_INTERPOSED"] == "1")


def main() -> None:
    require_pillow()
    if processor := os.environ.get("BENCH_PROCESSOR"):
        os.sched_setaffinity(0, {int(processor)})
    gc.disable()
    run = None
    for line in sys.stdin:
        command, *arguments = json.loads(line)
        if command == "load":
            run = None
            gc.collect()
            Image.core.set_blocks_max(0)
            try:
                run = compiled(*arguments)
                answer = run(1)
            except Exception as error:
                answer = repr(error)
        elif command == "each":
            start = time.process_time()
            answer = [run(1) for _ in range(arguments[0])], time.process_time() - start
        elif command == "threads":
            ctypes.CDLL(str(interposition.library_path())).ImagingSetNumThreads(*arguments)
            answer = None
        else:
            answer = run(*arguments)
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
