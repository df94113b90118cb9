"""One contender in the benchmark: a process that stays, and times what it is asked to over its standard input.

A line in is a JSON list, a line out is a JSON number:

    ["load", setup, call]    forget the last case, prepare this one, run it once   ->  seconds that run took
    ["time", count]          run it `count` times                                  ->  seconds all runs took

Each process loads one Pillow, with the library in front of its core or without it, and makes sure of that first.
"""

from __future__ import annotations

import gc
import json
import os
import sys
from pathlib import Path
from time import perf_counter

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "python"))

from PIL import Image

import interposition


def compiled(setup: str, call: str):
    """A function that runs the call a number of times and returns the seconds it took, in its own fresh namespace."""
    names = {"Image": Image, "perf_counter": perf_counter}
    exec(setup, names)
    body = (
        "def run(count):\n"
        "    start = perf_counter()\n"
        f"    for _ in range(count):\n        {call}\n"
        "    return perf_counter() - start"
    )
    exec(body, names)
    return names["run"]


def main() -> None:
    interposition.require(os.environ["BENCH_INTERPOSED"] == "1")
    gc.disable()
    run = None
    for line in sys.stdin:
        order, *arguments = json.loads(line)
        if order == "load":
            run = None
            gc.collect()
            Image.core.set_blocks_max(0)
            run = compiled(*arguments)
            answer = run(1)
        else:
            answer = run(*arguments)
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
