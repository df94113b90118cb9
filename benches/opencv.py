"""Measures single jobs relative to OpenCV, in one process and on one thread.

    target/venv/bin/python benches/opencv.py [--quick] [--cpu] [WORD ...]

The script starts itself again with the interpreter of target/opencv, where Pillow, with the library interposed, and OpenCV
are installed. Both do the same job on the same picture alternately, in many short samples. The ratio is OpenCV's time
divided by ours: 1 is equally fast, more is faster. Both allocate memory for
their results, as is usual.

The output is also written to OPENCV.md; WORDs select the jobs that contain all of them.
"""

from __future__ import annotations

import argparse
import gc
import os
import platform
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import geometric_mean, quantiles
from time import perf_counter, process_time

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
sys.path.insert(0, str(ROOT / "tests" / "python"))

import interposition

PYTHON = ROOT / "target" / "opencv" / "bin" / "python"

SAMPLE_SECONDS = 0.003
"""The least seconds of one sample, which repeats a shorter call."""

ROUNDS = 25

FOUR_TO_THREE = 3 / 4
"""The least ratio that counts as equally fast where our pixels have four bytes and OpenCV's three."""

AS_FAST = 0.97
"""The least ratio that counts as equally fast elsewhere; below 1 because of noise."""


@dataclass(frozen=True)
class Job:
    """A call of Pillow and one of OpenCV with the same result, or nearly.

    The sources can use, for this library, `a` and `b` (pictures), and, for OpenCV, `A` and `B` (arrays) and `cv`.
    """

    name: str
    mode: str
    """The mode of the pictures: L, RGB or RGBX. RGB has four bytes a pixel here, three in OpenCV."""
    ours: str
    theirs: str
    setup: str = ""
    wide: bool | None = None
    """Whether our pixels have four bytes where OpenCV's have three; `None` if they do in mode RGB."""
    note: str = ""

    @property
    def is_wider(self) -> bool:
        return self.mode == "RGB" if self.wide is None else self.wide

    @property
    def least(self) -> float:
        """The least ratio that counts as equally fast."""
        return AS_FAST * FOUR_TO_THREE if self.is_wider else AS_FAST


MODES = "L", "RGB", "RGBX"

FILTERS = {
    "area": ("BOX", "INTER_AREA", ""),
    "linear": ("BILINEAR", "INTER_LINEAR", "antialias"),
    "cubic": ("BICUBIC", "INTER_CUBIC", "antialias"),
}


def resizing() -> Iterator[Job]:
    for factor in 2, 4:
        size = (2560 // factor, 1600 // factor)
        yield Job(
            f"reduce by {factor}", "", f"a.reduce({factor})", f"cv.resize(A, {size}, interpolation=cv.INTER_AREA)"
        )
    for size in (1000, 625), (3000, 1875):
        for name, (ours, theirs, note) in FILTERS.items():
            if size[0] < 2560 or name != "area":
                yield Job(
                    f"resize to {size[0]}×{size[1]}, {name}",
                    "",
                    f"a.resize({size}, Image.Resampling.{ours})",
                    f"cv.resize(A, {size}, interpolation=cv.{theirs})",
                    note=note if size[0] < 2560 else "",
                )


def filters() -> Iterator[Job]:
    for radius in 1, 5:
        size = 2 * radius + 1
        yield Job(
            f"box blur {size}×{size}", "", f"a.filter(ImageFilter.BoxBlur({radius}))", f"cv.blur(A, ({size}, {size}))"
        )
    for sigma in 1, 3:
        yield Job(
            f"Gaussian blur, σ = {sigma}",
            "",
            f"a.filter(ImageFilter.GaussianBlur({sigma}))",
            f"cv.GaussianBlur(A, (0, 0), {sigma})",
            note="boxes",
        )
    for size in 3, 5:
        kernel = ", ".join(f"{1 + value % 3}" for value in range(size * size))
        yield Job(
            f"convolve {size}×{size}",
            "",
            f"a.filter(ImageFilter.Kernel(({size}, {size}), ({kernel})))",
            "cv.filter2D(A, -1, kernel)",
            setup=f"kernel = np.array([{kernel}], np.float32).reshape({size}, {size}); kernel /= kernel.sum()",
        )
    # Rank filters take one band.
    for size in 3, 5:
        yield Job(f"median {size}×{size}", "L", f"a.filter(ImageFilter.MedianFilter({size}))", f"cv.medianBlur(A, {size})")
    for size in 3, 5:
        setup = f"square = np.ones(({size}, {size}), np.uint8)"
        yield Job(f"minimum {size}×{size}", "L", f"a.filter(ImageFilter.MinFilter({size}))", "cv.erode(A, square)", setup)
        yield Job(f"maximum {size}×{size}", "L", f"a.filter(ImageFilter.MaxFilter({size}))", "cv.dilate(A, square)", setup)


def colours() -> Iterator[Job]:
    def to(first: str, second: str, code: str, wide: bool | None = None) -> Job:
        return Job(f"{first} to {second}", first, f"a.convert({second!r})", f"cv.cvtColor(A, cv.COLOR_{code})", wide=wide)

    yield to("RGB", "L", "RGB2GRAY")
    yield to("RGBX", "L", "RGBA2GRAY")
    yield to("L", "RGB", "GRAY2RGB", wide=True)
    yield to("L", "RGBX", "GRAY2RGBA")
    yield to("RGB", "HSV", "RGB2HSV_FULL")
    yield to("HSV", "RGB", "HSV2RGB_FULL", wide=True)
    yield to("RGB", "YCbCr", "RGB2YCrCb")
    yield to("YCbCr", "RGB", "YCrCb2RGB", wide=True)


def geometry() -> Iterator[Job]:
    turns = {
        "flip left to right": ("FLIP_LEFT_RIGHT", "flip(A, 1)"),
        "flip top to bottom": ("FLIP_TOP_BOTTOM", "flip(A, 0)"),
        "rotate by 90°": ("ROTATE_90", "rotate(A, cv.ROTATE_90_COUNTERCLOCKWISE)"),
        "rotate by 180°": ("ROTATE_180", "rotate(A, cv.ROTATE_180)"),
        "rotate by 270°": ("ROTATE_270", "rotate(A, cv.ROTATE_90_CLOCKWISE)"),
        "transpose": ("TRANSPOSE", "transpose(A)"),
    }
    for name, (ours, theirs) in turns.items():
        yield Job(name, "", f"a.transpose(Image.Transpose.{ours})", f"cv.{theirs}")
    maps = {
        "affine": ("AFFINE", "warpAffine", (0.9, 0.2, 100, -0.2, 0.9, 300)),
        "perspective": ("PERSPECTIVE", "warpPerspective", (0.9, 0.2, 100, -0.2, 0.9, 300, 1e-5, 2e-5)),
    }
    for name, (ours, theirs, data) in maps.items():
        matrix = f"np.array({[*data, 1.0] if len(data) == 8 else [*data]}, np.float64).reshape(-1, 3)"
        for resample, flag in ("NEAREST", "NEAREST"), ("BILINEAR", "LINEAR"), ("BICUBIC", "CUBIC"):
            yield Job(
                f"{name} map, {resample.lower()}",
                "",
                f"a.transform(a.size, Image.Transform.{ours}, {data}, Image.Resampling.{resample})",
                f"cv.{theirs}(A, matrix, a.size, flags=cv.INTER_{flag} | cv.WARP_INVERSE_MAP)",
                setup=f"matrix = {matrix}",
            )


def pixels() -> Iterator[Job]:
    yield Job("blend", "", "Image.blend(a, b, 0.3)", "cv.addWeighted(A, 0.7, B, 0.3, 0)")
    yield Job("add", "", "ImageChops.add(a, b)", "cv.add(A, B)")
    yield Job("subtract", "", "ImageChops.subtract(a, b)", "cv.subtract(A, B)")
    yield Job("difference", "", "ImageChops.difference(a, b)", "cv.absdiff(A, B)")
    yield Job("multiply", "", "ImageChops.multiply(a, b)", "cv.multiply(A, B, scale=1 / 255)")
    yield Job("lighter", "", "ImageChops.lighter(a, b)", "cv.max(A, B)")
    yield Job(
        "table",
        "",
        "a.point(table * len(a.getbands()))",
        "cv.LUT(A, array)",
        setup="table = [n * 7 % 256 for n in range(256)]; array = np.array(table, np.uint8)",
    )


def others() -> Iterator[Job]:
    setup = "table = [255 * (n > 100) for n in range(256)]"
    yield Job("threshold", "L", "a.point(table)", "cv.threshold(A, 100, 255, cv.THRESH_BINARY)", setup)
    yield Job("histogram", "L", "a.histogram()", "cv.calcHist([A], [0], None, [256], [0, 256])")
    bands = "[cv.calcHist([A], [n], None, [256], [0, 256]) for n in range(3)]"
    yield Job("histogram", "RGB", "a.histogram()", bands)
    yield Job("extrema", "L", "a.getextrema()", "cv.minMaxLoc(A)")
    for mode in "RGB", "RGBX":
        yield Job("split", mode, "a.split()", "cv.split(A)")
        setup = "bands = a.split(); arrays = cv.split(A)"
        yield Job("merge", mode, f"Image.merge({mode!r}, bands)", "cv.merge(arrays)", setup)


def jobs() -> Iterator[Job]:
    for table in resizing, filters, colours, geometry, pixels, others:
        for job in table():
            for mode in [job.mode] if job.mode else MODES:
                yield replace(job, mode=mode)


class Bench:
    """The pictures, as images and as arrays, and the clock."""

    def __init__(self, cpu: bool) -> None:
        import cv2 as cv
        import numpy as np
        from PIL import Image, ImageChops, ImageFilter

        import pictures

        interposition.require(interposed=True)
        cv.setNumThreads(1)
        self.names = {"cv": cv, "np": np, "Image": Image, "ImageChops": ImageChops, "ImageFilter": ImageFilter}
        self.photo = pictures.photo
        self.clock = process_time if cpu else perf_counter

    def pictures(self, mode: str) -> dict:
        np = self.names["np"]
        image = self.photo(mode)
        other = image.transpose(self.names["Image"].Transpose.ROTATE_180)
        return {"a": image, "b": other, "A": np.ascontiguousarray(image), "B": np.ascontiguousarray(other)}

    def seconds(self, job: Job, rounds: int) -> tuple[float, float]:
        """Returns our time and OpenCV's, the lower quartile of the samples of each."""
        names = self.names | self.pictures(job.mode)
        exec(job.setup, names)
        calls = [eval(f"lambda: {source}", names) for source in (job.ours, job.theirs)]
        times: list[list[float]] = [[], []]
        counts = [1, 1]
        for which, call in enumerate(calls):
            counts[which] = max(1, round(SAMPLE_SECONDS / min(self.sample(call, 1) for _ in range(3))))
        for number in range(rounds):
            for which in (0, 1) if number % 2 else (1, 0):
                times[which].append(self.sample(calls[which], counts[which]))
        ours, cvs = (quantiles(each, n=4, method="inclusive")[0] for each in times)
        return ours, cvs

    def sample(self, call: Callable[[], object], count: int) -> float:
        start = self.clock()
        for _ in range(count):
            call()
        return (self.clock() - start) / count



NOTES = {
    "antialias": "ours is antialiased: it reads every pixel, and OpenCV's 4 or 16 for each of the output",
    "boxes": "ours is Pillow's, three box blurs in turn; OpenCV's is a kernel of 6 σ + 1 pixels",
}


def table(measured: dict[Job, tuple[float, float]]) -> str:
    lines = ["| job | mode | ours, ms | OpenCV, ms | ratio | |", "| --- | --- | ---: | ---: | ---: | --- |"]
    marks = {note: "¹²³"[number] for number, note in enumerate(NOTES)}
    for job, (ours, theirs) in measured.items():
        ratio = theirs / ours
        remarks = ["slower" if ratio < job.least else "", "4 : 3 bytes" if job.is_wider else "", marks.get(job.note, "")]
        cells = [job.name, job.mode, f"{ours * 1e3:.2f}", f"{theirs * 1e3:.2f}", f"{ratio:.2f}"]
        lines.append(f"| {' | '.join([*cells, ', '.join(filter(None, remarks))])} |")
    lines.append("")
    lines += [f"{marks[note]} {text}.  " for note, text in NOTES.items()]
    return "\n".join(lines)


def summary(measured: dict[Job, tuple[float, float]]) -> str:
    ratios = {job: theirs / ours for job, (ours, theirs) in measured.items()}
    slower = [f"{job.name} {job.mode}, {ratio:.2f}" for job, ratio in ratios.items() if ratio < job.least]
    text = f"Geometric mean of {len(ratios)} jobs: {geometric_mean(ratios.values()):.2f}."
    for name, chosen in ("as many bytes", False), ("4 : 3 bytes", True):
        some = [ratio for job, ratio in ratios.items() if job.is_wider == chosen]
        if some:
            text += f" {name[0].upper()}{name[1:]}: {geometric_mean(some):.2f}."
    return text + f" Slower: {len(slower)} of {len(ratios)}" + (f" ({'; '.join(slower)})." if slower else ".")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("words", nargs="*", metavar="WORD", help="only the jobs that contain all of these")
    parser.add_argument("--quick", action="store_true", help="a few rounds only; writes no file")
    parser.add_argument("--cpu", action="store_true", help="processor time, not wall time, for a busy machine; writes no file")
    options = parser.parse_args()
    if Path(sys.prefix).resolve() != PYTHON.parents[1].resolve():
        import pictures

        pictures.make()
        env = interposition.environment(interposed=True, IMAGING_NUM_THREADS="1")
        os.execve(PYTHON, [str(PYTHON), *sys.argv], env)

    chosen = [job for job in jobs() if all(word.lower() in f"{job.name} {job.mode}".lower().split() for word in options.words)]
    if not chosen:
        raise SystemExit("no job contains all of these words")
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    gc.disable()
    bench = Bench(options.cpu)
    measured = {}
    for number, job in enumerate(chosen, 1):
        ours, theirs = bench.seconds(job, 5 if options.quick else ROUNDS)
        measured[job] = ours, theirs
        print(
            f"{number}/{len(chosen)} {job.name} {job.mode}: {ours * 1e3:.2f} {theirs * 1e3:.2f} {theirs / ours:.2f}",
            file=sys.stderr,
            flush=True,
        )
    text = f"{table(measured)}\n\n{summary(measured)}"
    print(text)
    if not (options.words or options.quick or options.cpu or "IMAGING_SIMD" in os.environ):
        import report

        version = bench.names["cv"].__version__
        where = report.processor().get("model name", platform.machine())
        heading = HEAD.format(version=version, isa=report.isa(), where=where)
        (HERE / "OPENCV.md").write_text(f"# Beside OpenCV\n\n{heading}\n{text}\n", encoding="utf-8")
    return 0


HEAD = """\
Written by `benches/opencv.py`: the same jobs by Pillow's API, with this library interposed and {isa} instructions, and by
OpenCV {version} (`opencv-python-headless`), in one process on one thread, on a photograph of 2560×1600 pixels; {where}.
The ratio is OpenCV's time divided by ours: more is faster. Each time is the lower quartile of many short samples
in which both alternate. Both allocate memory for their results, as is usual. Results are Pillow's to the byte; OpenCV rounds
many of them otherwise.

In mode RGB a pixel has four bytes here, as in Pillow, and three in OpenCV ("4 : 3 bytes"): there, a ratio of ¾ is the same
number of bytes a second. RGBX has four in both. HSV is OpenCV's "full" one, with hues from 0 to 255, and YCbCr its YCrCb.
"""

if __name__ == "__main__":
    sys.exit(main())
