"""Measures whole processes, which do one thing and end: wall time, user and system time, page faults.

    target/venv/bin/python benches/processes.py [--quick] [WORD ...]

Loops, as the other benchmarks have them, do not show what it costs to load the library, to touch memory for the first time,
and to give it back. Here each sample is a new Python process, with Pillow's wheel alone or with the library interposed; the two
alternate. Ratios are the wheel's divided by ours: 1 is equally fast, more is faster. WORDs select the jobs that contain all
of them. The output is also written to PROCESSES.md.
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean, median
from time import perf_counter

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "tests" / "python"))

from PIL import Image

import interposition
import pictures
import report

SIDE = 8000

LARGE_FILES = {
    "PNG": {"compress_level": 1},
    "TIFF": {},
    "JPEG": {"quality": 90},
}
"""The formats of the large picture, and how it is saved."""

THUMBNAIL = """\
from PIL import Image
image = Image.open({file!r})
image.thumbnail((400, 400))
"""

SAVE = """\
import random
from PIL import Image
image = Image.new("RGB", (3000, 2000), "navy")
image.paste(Image.frombytes("RGB", (500, 500), random.Random(0).randbytes(750000)), (1000, 700))
image.save({file!r}, {format!r})
"""

JOBS = {
    "start Python": "pass",
    "import Pillow": "from PIL import Image",
    "import, and resize 64×64": "from PIL import Image\nImage.new('RGB', (64, 64)).resize((32, 32))",
    "import, and resize 2560×1600": "from PIL import Image\nImage.new('RGB', (2560, 1600)).resize((320, 200))",
    **{
        f"thumbnail of {SIDE}×{SIDE}, {format}": THUMBNAIL.format(file=str(pictures.FILES / f"large.{format.lower()}"))
        for format in LARGE_FILES
    },
    **{
        f"make and save 3000×2000, {format}": SAVE.format(file=str(pictures.FILES / f"saved.{format.lower()}"), format=format)
        for format in ("PPM", "BMP", "TIFF", "PNG", "JPEG")
    },
}
"""The programs."""

QUICK, FULL = 5, 21
"""Rounds."""


@dataclass(frozen=True)
class Sample:
    """What one process took: seconds, and page faults without input."""

    wall: float
    user: float
    system: float
    faults: int

    @property
    def processor(self) -> float:
        return self.user + self.system


def run(program: str, *, interposed: bool) -> Sample:
    """Runs a program in a new process."""
    env = interposition.environment(interposed=interposed)
    start = perf_counter()
    process = os.posix_spawn(sys.executable, [sys.executable, "-c", program], env)
    _, status, usage = os.wait4(process, 0)
    wall = perf_counter() - start
    if status:
        raise SystemExit(f"a process ended with status {status}: {program}")
    return Sample(wall, usage.ru_utime, usage.ru_stime, usage.ru_minflt)


@dataclass(frozen=True)
class Usage:
    """What a process takes, of many samples. Wall and processor time are medians. The system measures the division of the latter
    into user and system time by ticks of some milliseconds, so that only means tell it."""

    wall: float
    processor: float
    user: float
    system: float
    faults: float

    @classmethod
    def of(cls, samples: list[Sample]) -> Usage:
        # The slowest quarter had to wait for others.
        quiet = sorted(samples, key=lambda sample: sample.processor)[: len(samples) - len(samples) // 4]
        return cls(
            wall=median(sample.wall for sample in samples),
            processor=median(sample.processor for sample in samples),
            user=fmean(sample.user for sample in quiet),
            system=fmean(sample.system for sample in quiet),
            faults=median(sample.faults for sample in samples),
        )


def measure(program: str, rounds: int) -> tuple[Usage, Usage]:
    """Returns what the program takes with the wheel and with the library."""
    samples: dict[bool, list[Sample]] = {False: [], True: []}
    for number in range(rounds + 1):
        for interposed in sorted(samples, reverse=number % 2):
            sample = run(program, interposed=interposed)
            # The first round reads the files.
            if number:
                samples[interposed].append(sample)
    return Usage.of(samples[False]), Usage.of(samples[True])


def make_files() -> None:
    pictures.make()
    large = None
    for format, options in LARGE_FILES.items():
        file = pictures.FILES / f"large.{format.lower()}"
        if not file.exists():
            large = large or pictures.photo("RGB").resize((SIDE, SIDE), Image.Resampling.BICUBIC)
            large.save(file, format, **options)


def row(name: str, wheel: Usage, ours: Usage) -> list[str]:
    times = [
        f"{report.cell(getattr(wheel, part) / max(getattr(ours, part), 1e-9))} ({getattr(wheel, part) * 1e3:.1f}, {getattr(ours, part) * 1e3:.1f})"
        for part in ("wall", "processor", "user", "system")
    ]
    return [name, *times, f"{wheel.faults:.0f}, {ours.faults:.0f}"]


HEAD = """\
Written by `benches/processes.py`: new Python processes that do one thing, with Pillow {pillow}'s wheel, and with the library
interposed ({isa} instructions); {where}, {processors} processors. Each cell has the ratio, the wheel's divided by ours, and both in ms;
of {rounds} rounds in which the two alternate.
"""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("words", nargs="*", metavar="WORD", help="only the jobs that contain all of these")
    parser.add_argument("--quick", action="store_true", help="a few rounds only; writes no file")
    parser.add_argument("--rounds", type=int)
    options = parser.parse_args()
    chosen = {
        name: program for name, program in JOBS.items() if all(word.lower() in name.lower() for word in options.words)
    }
    if not chosen:
        raise SystemExit("no job contains all of these words")
    make_files()
    rounds = options.rounds or (QUICK if options.quick else FULL)
    rows = []
    for name, program in chosen.items():
        rows.append(row(name, *measure(program, rounds)))
        print(*rows[-1], sep="  ", file=sys.stderr, flush=True)
    text = report.grid(["job"], ["wall", "processor", "user", "system", "page faults"], rows)
    print(text)
    if not (options.words or options.quick):
        where = report.processor().get("model name", platform.machine())
        heading = HEAD.format(
            isa=report.isa(),
            pillow=report.pillow_version,
            where=where,
            processors=len(os.sched_getaffinity(0)),
            rounds=rounds,
        )
        (HERE / "PROCESSES.md").write_text(f"# Whole processes\n\n{heading}\n{text}", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
