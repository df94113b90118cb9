"""Measures encoding PNG beside other encoders: time and size.

    target/venv/bin/python benches/png.py [--quick]

Each contender is a process, on one thread: Pillow with the library, Pillow's wheel, OpenCV, libvips, and the crate `png`. For each
picture they encode alternately, in a few rounds. The output is also written to PNG.md.
"""

from __future__ import annotations

import argparse
import io
import os
import platform
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from math import inf
from pathlib import Path
from statistics import geometric_mean
from time import perf_counter

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
sys.path.insert(0, str(ROOT / "tests" / "python"))

import interposition
import pictures
from cases.case import PICTURES as NAMES
from cases.png import PICTURES

PYTHON = ROOT / "target" / "opencv" / "bin" / "python"
CRATE = ROOT / "target" / "benches" / "cargo" / "release" / "libimaging-beside-png"

MODES = {"RGB": 3, "RGBA": 4, "L": 1}
"""The modes, with the bytes of a pixel in the file."""


@dataclass(frozen=True)
class Contender:
    """An encoder and its settings."""

    name: str
    encoder: str
    """A function of `ENCODERS`, or "png" for the crate."""
    level: str
    interposed: bool = False


CONTENDERS = (
    Contender("libImaging, default", "pillow", "-1", interposed=True),
    Contender("libImaging, level 1", "pillow", "1", interposed=True),
    Contender("Pillow's wheel, default", "pillow", "-1"),
    Contender("Pillow's wheel, level 1", "pillow", "1"),
    Contender("OpenCV, default", "opencv", "-1"),
    Contender("OpenCV, level 6", "opencv", "6"),
    Contender("libvips, default", "vips", "6"),
    Contender("libvips, level 1", "vips", "1"),
    Contender("png crate, balanced", "png", "balanced"),
    Contender("png crate, fast", "png", "fast"),
)


def pillow(name: str, mode: str) -> Callable[[str], bytes]:
    image = pictures.picture(name, mode)

    def encode(level: str) -> bytes:
        file = io.BytesIO()
        image.save(file, "PNG", compress_level=int(level))
        return file.getvalue()

    return encode


def opencv(name: str, mode: str) -> Callable[[str], bytes]:
    import cv2
    import numpy

    cv2.setNumThreads(1)
    array = numpy.asarray(pictures.picture(name, mode))
    if array.ndim == 3:
        array = array[:, :, [2, 1, 0, 3][: array.shape[2]]].copy()  # BGR is OpenCV's own order

    def encode(level: str) -> bytes:
        options = [] if level == "-1" else [cv2.IMWRITE_PNG_COMPRESSION, int(level)]
        return cv2.imencode(".png", array, options)[1].tobytes()

    return encode


def vips(name: str, mode: str) -> Callable[[str], bytes]:
    import pyvips

    data = pictures.picture(name, mode).tobytes()
    image = pyvips.Image.new_from_memory(data, *pictures.SIZE, MODES[mode], "uchar")
    image = image.copy(interpretation="b-w" if mode == "L" else "srgb")
    return lambda level: image.write_to_buffer(".png", compression=int(level))


ENCODERS = {"pillow": pillow, "opencv": opencv, "vips": vips}


def raw(name: str, mode: str) -> Path:
    """The file with the pixels of a picture."""
    return pictures.FILES / f"{name}-{mode}"


class Worker:
    """The process of a contender, for one picture."""

    def __init__(self, contender: Contender, name: str, mode: str) -> None:
        env = interposition.environment(
            interposed=contender.interposed, IMAGING_NUM_THREADS="1", VIPS_CONCURRENCY="1", PYTHONUNBUFFERED="1"
        )
        if contender.encoder == "png":
            command = [CRATE, raw(name, mode), *map(str, pictures.SIZE), str(MODES[mode])]
        else:
            command = [PYTHON, __file__, "--worker", contender.encoder, name, mode]
        self.contender = contender
        self.process = subprocess.Popen(command, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.seconds = inf
        self.size = 0

    def sample(self) -> None:
        print(self.contender.level, file=self.process.stdin, flush=True)
        seconds, size = self.process.stdout.readline().split()
        self.seconds = min(self.seconds, float(seconds))
        self.size = int(size)

    def close(self) -> None:
        self.process.communicate()


def work(encoder: str, name: str, mode: str) -> None:
    """The work of a contender's process: encodes for each line of the standard input, which is a level."""
    encode = ENCODERS[encoder](name, mode)
    for line in sys.stdin:
        start = perf_counter()
        size = len(encode(line.strip()))
        print(perf_counter() - start, size)


HEAD = """\
Written by `benches/png.py`: a picture of 2560×1600 pixels, encoded on one thread by Pillow with this library ({isa} instructions),
by Pillow {pillow}'s wheel, and by others with the settings that compare: OpenCV, libvips, and the crate `png`; {where}. Each time is the least of
{rounds} rounds in which all alternate.

The last table has the geometric means over all pictures, relative to the wheel at its default level: its time divided by
the encoder's (more is faster), and the encoder's size divided by its (less is smaller).
"""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--quick", action="store_true", help="one round, and no file")
    parser.add_argument("--worker", nargs=3, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.worker:
        work(*options.worker)
        return 0
    pictures.make()
    rounds = 1 if options.quick else 3
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    lines = []
    ratios: dict[Contender, list[tuple[float, float]]] = {contender: [] for contender in CONTENDERS}
    for title in PICTURES:
        name = NAMES[title]
        for mode in MODES:
            raw(name, mode).write_bytes(pictures.picture(name, mode).tobytes())
            workers = [Worker(contender, name, mode) for contender in CONTENDERS]
            for number in range(rounds):
                for worker in workers if number % 2 else reversed(workers):
                    worker.sample()
            (reference,) = (each for each in workers if each.contender.name == "Pillow's wheel, default")
            lines += [f"\n## {title}, {mode}\n", "| encoder | ms | KiB |", "| --- | ---: | ---: |"]
            for worker in workers:
                worker.close()
                ratios[worker.contender].append((reference.seconds / worker.seconds, worker.size / reference.size))
                lines.append(f"| {worker.contender.name} | {worker.seconds * 1e3:.0f} | {worker.size / 1024:.0f} |")
            raw(name, mode).unlink()
            print(f"{title}, {mode}", file=sys.stderr, flush=True)
    lines += ["\n## Means\n", "| encoder | faster | size |", "| --- | ---: | ---: |"]
    for contender, pairs in ratios.items():
        faster, size = (geometric_mean(values) for values in zip(*pairs))
        lines.append(f"| {contender.name} | {faster:.2f} | {size:.3f} |")
    text = "\n".join(lines).strip()
    print(text)
    if not options.quick:
        import report

        where = report.processor().get("model name", platform.machine())
        heading = HEAD.format(isa=report.isa(), pillow=report.pillow_version, where=where, rounds=rounds)
        (HERE / "PNG.md").write_text(f"# Encoding PNG, beside others\n\n{heading}\n{text}\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
