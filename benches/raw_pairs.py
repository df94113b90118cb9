"""Measures every packer and unpacker against the wheel's and against memcpy: ratios, never absolute times.

    target/venv/bin/python benches/raw_pairs.py [--quick] [WORD ...]

All three run in one process, on one core, and take turns, many times, for a moment each. A ratio is their median time
divided by ours: 1 is as fast, more is faster. memcpy moves as many bytes as lie on one side on average: it reads and
writes as much as the pair does.

The tables are printed, and written to RAW.md when all was measured. WORDs pick the pairs that contain all of them;
`IMAGING_SIMD` picks the instructions.
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
"""Pixels of a line: one that the caches hold, and one that they do not."""

AS_FAST = 0.97
"""What a ratio to the wheel must be, for every pair: 1, and a little for noise."""

HALF = 0.5
"""What a ratio to memcpy must be, for everyday pairs."""

EVERYDAY = set("L LA RGB BGR RGBA BGRA RGBX ARGB CMYK YCbCr RGB;L I;16 I;16B L;16 F;32F 1 1;I P;4 RGB;16B".split())
COMPUTED = {("RGB", "CMYK"), ("CMYK", "RGB"), ("F", "I;16"), ("F", "I;16B"), ("I", "I;16B")}
"""Pairs of everyday raw modes with modes that bytes do not only move to: colours and numbers are converted."""

TURN = 0.001
"""Seconds that a turn should last, where one call is shorter than that."""

ROUNDS = 11
SECOND_LOOKS = 3
"""How often a pair below a bound is measured again, from which the best counts: noise only ever slows down."""

Ratios = dict[str, tuple[float, float]]
"""For each line: to the wheel, to memcpy."""


def is_everyday(pair: Pair) -> bool:
    return pair.raw_mode in EVERYDAY and (pair.mode, pair.raw_mode) not in COMPUTED


def below(pair: Pair, ratios: tuple[float, float]) -> bool:
    return ratios[0] < AS_FAST or (is_everyday(pair) and ratios[1] < HALF)


class Track:
    """The memory that pairs are run in, touched beforehand."""

    def __init__(self) -> None:
        room = 8 * max(LINES.values()) + AROUND
        noise = random.Random(0).randbytes(room)
        self.buffers = [ctypes.create_string_buffer(noise, room) for _ in range(4)]
        self.input, self.output, self.source, self.target = map(ctypes.addressof, self.buffers)
        self.memcpy = ctypes.PyDLL(None).memcpy
        self.memcpy.argtypes = [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_size_t]
        self.wheel = Library("wheel", Image.core.__file__, ours=False)
        self.ours = Library("ours", interposition.library_path(), ours=True)

    def turn(self, call: Callable, arguments: tuple, count: int) -> float:
        start = perf_counter()
        for _ in range(count):
            call(*arguments)
        return (perf_counter() - start) / count

    def ratios(self, pair: Pair, pixels: int, rounds: int) -> tuple[float, float]:
        """Those of one pair on one line."""
        line = self.output, self.input, pixels
        runs = [
            (pair.find(self.ours)[0], line),
            (pair.find(self.wheel)[0], line),
            (self.memcpy, (self.target, self.source, sum(pair.lengths(pixels)) // 2)),
        ]
        counts = [max(1, round(TURN / min(self.turn(*run, 1) for _ in range(3)))) for run in runs]
        times = [[] for _ in runs]
        for number in range(rounds):
            for which in (0, 1, 2) if number % 2 else (2, 1, 0):
                times[which].append(self.turn(*runs[which], counts[which]))
        ours, wheel, memcpy = map(median, times)
        return wheel / ours, memcpy / ours

    def measure(self, pair: Pair, quick: bool) -> Ratios:
        """Those of one pair on all lines."""
        measured = {}
        for name, pixels in LINES.items():
            ratios = self.ratios(pair, pixels, 3 if quick else ROUNDS)
            for _ in range(0 if quick else SECOND_LOOKS):
                if below(pair, ratios):
                    ratios = tuple(map(max, ratios, self.ratios(pair, pixels, ROUNDS)))
            measured[name] = ratios
        return measured


def table(packs: bool, measured: dict[Pair, Ratios]) -> str:
    """The packers, or the unpackers, as far as they were measured."""
    heads = [f"{head}, {line}" for line in LINES for head in ("wheel", "memcpy")]
    lines = [f"## {'Packers' if packs else 'Unpackers'}", "", f"| {' | '.join(['mode', 'raw mode', '', *heads])} |"]
    lines.append("| --- | --- | :---: |" + " ---: |" * len(heads))
    for pair, ratios in measured.items():
        if pair.packs == packs:
            numbers = [f"{ratio:.2f}" for line in LINES for ratio in ratios[line]]
            lines.append(f"| {' | '.join([pair.mode, pair.raw_mode, '•' if is_everyday(pair) else '', *numbers])} |")
    return "\n".join(lines) + "\n"


def verdict(measured: dict[Pair, Ratios]) -> str:
    """The pairs below a bound."""
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

Every pair of a mode and a raw mode, on one line of 64 Ki pixels (which the caches hold) and of 2 Mi pixels (which they do
not), against Pillow {pillow_version}'s wheel, and against memcpy of as many bytes as the pair reads and writes on average.
Each number is the median time of the other divided by ours: 1 is as fast, more is faster. All run on one core and take
turns in small steps. `make bench` measures again and rewrites this file.
"""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("words", nargs="*", metavar="WORD", help="only the pairs that contain all of these")
    parser.add_argument("--quick", action="store_true", help="a few rounds only: to try it out; writes no file")
    options = parser.parse_args()

    chosen = [pair for pair in PAIRS if all(word in str(pair).split() for word in options.words)]
    if not chosen:
        raise SystemExit("no pair contains all of these words")
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    gc.disable()
    track = Track()
    measured = {}
    for number, pair in enumerate(chosen, 1):
        measured[pair] = track.measure(pair, options.quick)
        told = ", ".join(f"{wheel:.2f} {memcpy:.2f}" for wheel, memcpy in measured[pair].values())
        print(f"{number}/{len(chosen)} {pair}: {told}", file=sys.stderr, flush=True)

    parts = [verdict(measured)]
    parts += [table(packs, measured) for packs in (False, True) if any(pair.packs == packs for pair in measured)]
    print("\n".join(parts))
    if not options.words and not options.quick and "IMAGING_SIMD" not in os.environ:
        (HERE / "RAW.md").write_text("\n".join([INTRODUCTION, *parts]), encoding="utf-8")
        print(f"written to {(HERE / 'RAW.md').relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
