"""One contender in the benchmark: a process that stays, and times what it is asked to over its standard input.

A line in is a JSON list, a line out is a JSON value:

    ["load", setup, call]    forget the last case, prepare this one, run it once   ->  seconds that run took, or a text:
                                                                                       what went wrong
    ["time", count]          run it `count` times                                  ->  seconds all runs took
    ["each", count]          the same                                              ->  a list of the seconds each took, and
                                                                                       the processor's seconds for all

Each process loads one Pillow, with the library in front of its core or without it, and makes sure of that first. Its
environment says which: `BENCH_PILLOW` is the version, `BENCH_INTERPOSED` 1 or 0, `BENCH_CLOCK` "wall" or "cpu", and
`BENCH_PROCESSOR` the number of the one to run on, if it is to be one.
"""

from __future__ import annotations

import gc
import json
import os
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "python"))

import PIL
from PIL import Image, ImageFilter

import interposition
import pictures

CLOCKS = {"wall": time.perf_counter, "cpu": time.process_time}


def compiled(setup: str, call: str):
    """A function that runs the call a number of times and returns the seconds it took, in its own fresh namespace."""
    names = {
        "Image": Image,
        "ImageFilter": ImageFilter,
        "photo": pictures.photo,
        "noise": pictures.noise,
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
    """Stops the process unless this is the Pillow that the caller believes it is."""
    if PIL.__version__ != os.environ["BENCH_PILLOW"] or Image.core.PILLOW_VERSION != PIL.__version__:
        raise SystemExit(f"this is Pillow {PIL.__version__}, and not {os.environ['BENCH_PILLOW']}")
    interposition.require(os.environ["BENCH_INTERPOSED"] == "1")


def main() -> None:
    require_pillow()
    if processor := os.environ.get("BENCH_PROCESSOR"):
        os.sched_setaffinity(0, {int(processor)})
    gc.disable()
    run = None
    for line in sys.stdin:
        order, *arguments = json.loads(line)
        if order == "load":
            run = None
            gc.collect()
            Image.core.set_blocks_max(0)
            try:
                run = compiled(*arguments)
                answer = run(1)
            except Exception as error:
                answer = repr(error)
        elif order == "each":
            start = time.process_time()
            answer = [run(1) for _ in range(arguments[0])], time.process_time() - start
        else:
            answer = run(*arguments)
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
