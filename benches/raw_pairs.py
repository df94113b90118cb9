"""Measures the speed of every packer and unpacker relative to the wheel's and to memcpy.

    target/venv/bin/python benches/raw_pairs.py [--quick] [WORD ...]

All three run alternately in one process, on one core, in many short samples. A ratio is the other's median time divided
by ours: 1 is equally fast, more is faster. memcpy copies the mean of the input's and the output's length, so it reads
and writes as many bytes as the pair.

Prints the tables. A run of all pairs writes them to RAW.md. WORDs select the pairs that contain all of them;
`IMAGING_SIMD` selects the ISA.
"""

from __future__ import annotations

import argparse
import ctypes
import gc
import os
import random
import sys
from collections.abc import Callable
from pathlib import Path
from statistics import median
from time import perf_counter

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
sys.path.insert(0, str(ROOT / "tests" / "python"))

import interposition
from abi import Library
from PIL import Image
from PIL import __version__ as pillow_version
from shufflers import AROUND, PAIRS, Pair

LINES = {"64 Ki": 1 << 16, "2 Mi": 1 << 21}
"""Pixels of a line: one within the caches, and one larger than the caches."""

AS_FAST = 0.97
"""The least ratio to the wheel, for every pair; below 1 because of noise."""

HALF = 0.5
"""The least ratio to memcpy, for everyday pairs."""

EVERYDAY = set("L LA RGB BGR RGBA BGRA RGBX ARGB CMYK YCbCr RGB;L I;16 I;16B L;16 F;32F 1 1;I P;4 RGB;16B".split())
COMPUTED = {("RGB", "CMYK"), ("CMYK", "RGB"), ("F", "I;16"), ("F", "I;16B"), ("I", "I;16B")}
"""Pairs of everyday raw modes that convert colours or numbers instead of only moving bytes."""

SAMPLE_SECONDS = 0.001
"""The least seconds of one sample, which repeats a shorter call."""

ROUNDS = 11
REPETITIONS = 3
"""How often a pair below a bound is measured again. The best ratio counts."""

Ratios = dict[str, tuple[float, float]]
"""For each line: the ratios to the wheel and to memcpy."""


def is_everyday(pair: Pair) -> bool:
    return pair.raw_mode in EVERYDAY and (pair.mode, pair.raw_mode) not in COMPUTED


def below(pair: Pair, ratios: tuple[float, float]) -> bool:
    return ratios[0] < AS_FAST or (is_everyday(pair) and ratios[1] < HALF)


class Buffers:
    """The buffers of the measurements, with their pages mapped."""

    def __init__(self) -> None:
        room = 8 * max(LINES.values()) + AROUND
        noise = random.Random(0).randbytes(room)
        self.buffers = [ctypes.create_string_buffer(noise, room) for _ in range(4)]
        self.input, self.output, self.source, self.target = map(ctypes.addressof, self.buffers)
        self.memcpy = ctypes.PyDLL(None).memcpy
        self.memcpy.argtypes = [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_size_t]
        self.wheel = Library("wheel", Image.core.__file__, ours=False)
        self.ours = Library("ours", interposition.library_path(), ours=True)

    def sample(self, call: Callable, arguments: tuple, count: int) -> float:
        start = perf_counter()
        for _ in range(count):
            call(*arguments)
        return (perf_counter() - start) / count

    def ratios(self, pair: Pair, pixels: int, rounds: int) -> tuple[float, float]:
        """Measures one pair on one line."""
        line = self.output, self.input, pixels
        runs = [
            (pair.find(self.ours)[0], line),
            (pair.find(self.wheel)[0], line),
            (self.memcpy, (self.target, self.source, sum(pair.lengths(pixels)) // 2)),
        ]
        counts = [max(1, round(SAMPLE_SECONDS / min(self.sample(*run, 1) for _ in range(3)))) for run in runs]
        times = [[] for _ in runs]
        for number in range(rounds):
            for which in (0, 1, 2) if number % 2 else (2, 1, 0):
                times[which].append(self.sample(*runs[which], counts[which]))
        ours, wheel, memcpy = map(median, times)
        return wheel / ours, memcpy / ours

    def measure(self, pair: Pair, quick: bool) -> Ratios:
        """Measures one pair on all lines."""
        measured = {}
        for name, pixels in LINES.items():
            ratios = self.ratios(pair, pixels, 3 if quick else ROUNDS)
            for _ in range(0 if quick else REPETITIONS):
                if below(pair, ratios):
                    ratios = tuple(map(max, ratios, self.ratios(pair, pixels, ROUNDS)))
            measured[name] = ratios
        return measured


def table(packs: bool, measured: dict[Pair, Ratios]) -> str:
    """Formats the measured packers or unpackers."""
    heads = [f"{head}, {line}" for line in LINES for head in ("wheel", "memcpy")]
    lines = [f"## {'Packers' if packs else 'Unpackers'}", "", f"| {' | '.join(['mode', 'raw mode', '', *heads])} |"]
    lines.append("| --- | --- | :---: |" + " ---: |" * len(heads))
    for pair, ratios in measured.items():
        if pair.packs == packs:
            numbers = [f"{ratio:.2f}" for line in LINES for ratio in ratios[line]]
            lines.append(f"| {' | '.join([pair.mode, pair.raw_mode, '•' if is_everyday(pair) else '', *numbers])} |")
    return "\n".join(lines) + "\n"


def verdict(measured: dict[Pair, Ratios]) -> str:
    """Lists the pairs below a bound."""
    slower = [
        f"- {pair}, {line}: {wheel:.2f} of the wheel"
        for pair, ratios in measured.items()
        for line, (wheel, _) in ratios.items()
        if wheel < AS_FAST
    ]
    less = [
        f"- {pair}, {line}: {memcpy:.2f} of memcpy"
        for pair, ratios in measured.items()
        for line, (_, memcpy) in ratios.items()
        if is_everyday(pair) and memcpy < HALF
    ]
    return "\n".join(
        [
            "## The bounds",
            "",
            f"- No pair slower than the wheel (less than {AS_FAST}): "
            + (f"{len(slower)} of {len(measured) * len(LINES)} are." if slower else "none is."),
            f"- No everyday pair (•) slower than half of memcpy (less than {HALF}): "
            + (f"{len(less)} of {sum(map(is_everyday, measured)) * len(LINES)} are." if less else "none is."),
            *(["", *slower, *less] if slower or less else []),
            "",
        ]
    )


INTRODUCTION = f"""# Packers and unpackers

Every pair of a mode and a raw mode, on one line of 64 Ki pixels (within the caches) and of 2 Mi pixels (larger than the
caches), relative to Pillow {pillow_version}'s wheel, and to memcpy of the mean of the input's and the output's length.
Each ratio is the other's median time divided by ours: 1 is equally fast, more is faster. All run alternately on one
core, in short samples. `make bench` measures again and rewrites this file.
"""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("words", nargs="*", metavar="WORD", help="only the pairs that contain all of these")
    parser.add_argument("--quick", action="store_true", help="a few rounds only; writes no file")
    options = parser.parse_args()

    chosen = [pair for pair in PAIRS if all(word in str(pair).split() for word in options.words)]
    if not chosen:
        raise SystemExit("no pair contains all of these words")
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    gc.disable()
    buffers = Buffers()
    measured = {}
    for number, pair in enumerate(chosen, 1):
        measured[pair] = buffers.measure(pair, options.quick)
        ratios = ", ".join(f"{wheel:.2f} {memcpy:.2f}" for wheel, memcpy in measured[pair].values())
        print(f"{number}/{len(chosen)} {pair}: {ratios}", file=sys.stderr, flush=True)

    parts = [verdict(measured)]
    parts += [table(packs, measured) for packs in (False, True) if any(pair.packs == packs for pair in measured)]
    print("\n".join(parts))
    if not options.words and not options.quick and "IMAGING_SIMD" not in os.environ:
        (HERE / "RAW.md").write_text("\n".join([INTRODUCTION, *parts]), encoding="utf-8")
        print(f"written to {(HERE / 'RAW.md').relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
