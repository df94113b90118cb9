"""Measures single calls on an idle and on a busy machine, relative to the wheel and to this library with one thread.

    target/venv/bin/python benches/load.py [--quick] [WORD ...]

A hog is a process that only computes. An image worker is a process that makes the same calls as the measured one at the
same time. Ratios are of medians of single calls, the other's time divided by ours: 1 is equally fast, more is faster.
The output is also written to LOAD.md; WORDs select the cases that contain all of them.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import geometric_mean, median

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "tests" / "python"))

from PIL import __version__ as pillow_version

import pictures
from cases import Case
from contenders import Worker

SETUP = "image = photo('RGB', (1280, 800)); bands = image.split(); layer = image.convert('RGBA')"
LARGE = "image = photo('RGB', (2560, 1600)); bands = image.split(); layer = image.convert('RGBA')"
CALLS = {
    "split": "image.split()",
    "merge": "Image.merge('RGB', bands)",
    "RGB to L": "image.convert('L')",
    "RGB to HSV": "image.convert('HSV')",
    "mirror": "image.transpose(Image.Transpose.FLIP_LEFT_RIGHT)",
    "rotate by 90°": "image.transpose(Image.Transpose.ROTATE_90)",
    "rotate by 30°": "image.rotate(30, Image.Resampling.BICUBIC)",
    "resize to 320×200": "image.resize((320, 200), Image.Resampling.LANCZOS)",
    "reduce by 2": "image.reduce(2)",
    "Gaussian blur": "image.filter(ImageFilter.GaussianBlur(3))",
    "3×3 filter": "image.filter(ImageFilter.SHARPEN)",
    "alpha composite": "Image.alpha_composite(layer, layer)",
}


@dataclass(frozen=True)
class Load:
    """The other load of the machine."""

    hogs: int = 0
    image_workers: int = 1
    """The number of processes that make the call at the same time, the measured one included."""

    def __str__(self) -> str:
        if self.image_workers > 1:
            return f"{self.image_workers} image workers"
        return {0: "idle", 1: "1 hog"}.get(self.hogs, f"{self.hogs} hogs")


LOADS = [Load(), *(Load(hogs=count) for count in (1, 2, 4)), *(Load(image_workers=count) for count in (2, 4, 8))]


HOG = """
import os
parent = os.getppid()
while os.getppid() == parent:  # ends with the benchmark, however that ends
    for _ in range(100_000): pass
"""


@contextmanager
def hogs(count: int):
    processes = [subprocess.Popen([sys.executable, "-c", HOG]) for _ in range(count)]
    try:
        yield
    finally:
        for process in processes:
            process.kill()
            process.wait()


Times = tuple[list[float], list[float]]


class Team:
    """Processes of one contender that make the same call at the same time."""

    def __init__(self, size: int, *, interposed: bool, threads: int) -> None:
        self.members = [
            Worker(sys.executable, pillow_version, "wall", interposed=interposed, threads=threads, alone=False)
            for _ in range(size)
        ]

    def load(self, case: Case) -> None:
        for member in self.members:
            if isinstance(seconds := member.ask("load", case.setup, case.call), str):
                raise SystemExit(f"{' '.join(case.row)}: {seconds}")

    def sample(self, count: int) -> Times:
        """Makes the calls in every process. Returns the seconds of each, and the processor seconds of a call."""
        for member in self.members:
            member.send("each", count)
        answers = [member.answer() for member in self.members]
        return [call for calls, _ in answers for call in calls], [processor / count for _, processor in answers]

    def set_threads(self, count: int) -> None:
        for member in self.members:
            member.ask("threads", count)

    def close(self) -> None:
        for member in self.members:
            member.close()


class Contender:
    """A team, with a number of threads.

    This library with all threads and with one is the same team: where a process has its memory makes a difference of some
    10 per cent, which would hide that of the threads.
    """

    def __init__(self, team: Team, threads: int | None = None) -> None:
        self.team = team
        self.threads = threads
        self.calls: list[float] = []
        self.processor: list[float] = []

    def sample(self, count: int) -> None:
        if self.threads:
            self.team.set_threads(self.threads)
            self.team.sample(1)  # starts the workers
        calls, processor = self.team.sample(count)
        self.calls += calls
        self.processor += processor


Ratios = tuple[float, float, float]
"""Ratios of the wall time to the wheel and to one thread, and of the processor time to the wheel."""


@contextmanager
def teams_under(load: Load):
    """Starts the processes, the wheel's and this library's, and the other load."""
    teams = [Team(load.image_workers, interposed=interposed, threads=1) for interposed in (False, True)]
    with hogs(load.hogs):
        yield teams
    for team in teams:
        team.close()


def measure(case: Case, teams: list[Team], rounds: int) -> Ratios:
    for team in teams:
        team.load(case)
    wheel, ours = teams
    every = len(os.sched_getaffinity(0))
    contenders = {"wheel": Contender(wheel), "ours": Contender(ours, every), "one": Contender(ours, 1)}
    for number in range(rounds):
        order = list(contenders.values())
        for contender in order if number % 2 else reversed(order):
            contender.sample(8)
    wall = {name: median(contender.calls) for name, contender in contenders.items()}
    processor = {name: median(contender.processor) for name, contender in contenders.items()}
    return wall["wheel"] / wall["ours"], wall["one"] / wall["ours"], processor["wheel"] / processor["ours"]


def table(rows: list[tuple[str, list[str]]]) -> str:
    head = ["call", *map(str, LOADS)]
    lines = [head, ["---", *["---:"] * len(LOADS)], *([name, *cells] for name, cells in rows)]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("words", nargs="*", metavar="WORD", help="only the cases that contain all of these")
    parser.add_argument("--quick", action="store_true", help="a few rounds only; writes no file")
    options = parser.parse_args()
    pictures.make()
    sizes = {"1280×800": SETUP, "2560×1600": LARGE}
    cases = [Case((name, size), setup, call) for size, setup in sizes.items() for name, call in CALLS.items()]
    chosen = [case for case in cases if all(word.lower() in " ".join(case.row).lower() for word in options.words)]
    if not chosen:
        raise SystemExit("no case contains all of these words")

    results: dict[Case, list[Ratios]] = {case: [] for case in chosen}
    for load in LOADS:
        with teams_under(load) as teams:
            for case in chosen:
                results[case].append(measure(case, teams, 4 if options.quick else 15))
                print(load, *case.row, *(f"{ratio:.2f}" for ratio in results[case][-1]), file=sys.stderr, flush=True)
    rows = [
        (" ".join(case.row), [" / ".join(f"{ratio:.2f}" for ratio in cell) for cell in cells])
        for case, cells in results.items()
    ]
    ratios = [cell for cells in results.values() for cell in cells]

    text = table(rows)
    for number, name in enumerate(["the wheel", "ours with one thread", "the wheel, processor time"]):
        column = [result[number] for result in ratios]
        text += f"\n\nTo {name}: geometric mean {geometric_mean(column):.2f}, the lowest {min(column):.2f}."
    print(text)
    if not (options.words or options.quick):
        heading = "# Calls on an idle and on a busy machine\n\n" + HEAD.format(len(os.sched_getaffinity(0)))
        (HERE / "LOAD.md").write_text(f"{heading}\n{text}\n")
    return 0


HEAD = """\
Written by `benches/load.py`: medians of single calls, with {} processors. Each cell has three ratios: to the wheel
by wall time, to this library with `IMAGING_NUM_THREADS=1` by wall time, to the wheel by processor time. More is faster.
"""

if __name__ == "__main__":
    sys.exit(main())
