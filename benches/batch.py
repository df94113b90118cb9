"""Measures many images at once: threads of the library, threads of Python, and processes.

    target/venv/bin/python benches/batch.py [--quick]

The job is to open a JPEG of 2560×1600 pixels, rotate it by 3°, sharpen it, and save a thumbnail. Each arrangement of threads and processes runs it
for the same images, in turn with the others. Images a second, relative to one thread of Pillow's wheel, and the processor time of an
image relative to that. `docs/threads-and-processes.md` has the table.
"""

from __future__ import annotations

import argparse
import io
import os
import resource
import subprocess
import sys
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from statistics import median
from time import perf_counter

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
sys.path.insert(0, str(ROOT / "tests" / "python"))

import interposition
import pictures

CORES = len(os.sched_getaffinity(0))
IMAGES = 24


@dataclass(frozen=True)
class Arrangement:
    """How the images are shared."""

    name: str
    interposed: bool
    processes: int
    python_threads: int
    library_threads: int


ARRANGEMENTS = (
    Arrangement("wheel, one thread", False, 1, 1, 1),
    Arrangement("wheel, a Python thread for each core", False, 1, CORES, 1),
    Arrangement("wheel, a process for each core", False, CORES, 1, 1),
    Arrangement("one thread", True, 1, 1, 1),
    Arrangement("the library's threads", True, 1, 1, CORES),
    Arrangement("a Python thread for each core", True, 1, CORES, 1),
    Arrangement("the same, with the library's threads", True, 1, CORES, CORES),
    Arrangement("a process for each core", True, CORES, 1, 1),
    Arrangement("the same, with the library's threads", True, CORES, 1, CORES),
)


def job(file: bytes) -> int:
    """Makes the thumbnail of an encoded picture, and returns its size."""
    from PIL import Image, ImageFilter

    image = Image.open(io.BytesIO(file))
    image = image.rotate(3, Image.Resampling.BICUBIC).filter(ImageFilter.UnsharpMask(2))
    image.thumbnail((320, 200), Image.Resampling.LANCZOS)
    out = io.BytesIO()
    image.save(out, "PNG")
    return len(out.getvalue())


def executor(arrangement: Arrangement) -> Executor:
    if arrangement.processes > 1:
        return ProcessPoolExecutor(arrangement.processes, mp_context=get_context("spawn"))
    return ThreadPoolExecutor(arrangement.python_threads)


def processor_seconds() -> float:
    usage = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(each.ru_utime + each.ru_stime for each in usage)


def work(number: int) -> None:
    """The work of a child process: runs the jobs of an arrangement, and prints the seconds and the processor seconds."""
    arrangement = ARRANGEMENTS[number]
    interposition.require(interposed=arrangement.interposed)
    out = io.BytesIO()
    pictures.photo("RGB").save(out, "JPEG")
    files = [out.getvalue()] * IMAGES
    before = processor_seconds()
    with executor(arrangement) as pool:
        # The first images start the workers.
        list(pool.map(job, files[:CORES]))
        start = perf_counter()
        list(pool.map(job, files))
        seconds = perf_counter() - start
    print(seconds, (processor_seconds() - before) * IMAGES / (IMAGES + CORES))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--quick", action="store_true", help="one round")
    parser.add_argument("--worker", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.worker is not None:
        work(options.worker)
        return 0
    pictures.make()
    measured: list[list[tuple[float, float]]] = [[] for _ in ARRANGEMENTS]
    for _ in range(1 if options.quick else 5):
        for number, arrangement in enumerate(ARRANGEMENTS):
            env = interposition.environment(
                interposed=arrangement.interposed, IMAGING_NUM_THREADS=str(arrangement.library_threads)
            )
            command = [sys.executable, __file__, "--worker", str(number)]
            out = subprocess.run(command, env=env, check=True, capture_output=True, text=True).stdout
            measured[number].append(tuple(map(float, out.split())))
    medians = [tuple(median(column) for column in zip(*each)) for each in measured]
    print("| arrangement | images a second | processor time of an image |\n| --- | ---: | ---: |")
    for arrangement, (seconds, processor) in zip(ARRANGEMENTS, medians):
        print(f"| {arrangement.name} | {medians[0][0] / seconds:.2f} | {processor / medians[0][1]:.2f} |")
    return 0


if __name__ == "__main__":
    sys.exit(main())
