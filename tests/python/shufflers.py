"""Every packer and unpacker, and the comparison of two libraries' on one line.

A `Pair` is a conversion between a mode and a raw mode. A `SideBySide` has buffers for one line and describes how two
shufflers differ on it: in the bytes of the line, or in writes outside of it.
"""

from __future__ import annotations

import ctypes
import random
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache

from abi import MODE_ID, PACKERS, RAW_MODE_ID, UNPACKERS, Library

AROUND = 64
"""Bytes before and behind a line. The reference reads some of them; no shuffler may write to them."""

_ONE_BYTE_MODES = {"1", "L", "P"}
_BIT_PLANES = {"P;2L", "P;4L"}


@dataclass(frozen=True)
class Pair:
    """A conversion between a mode and a raw mode, in one direction."""

    packs: bool
    mode: str
    raw_mode: str
    bits: int

    def __str__(self) -> str:
        return f"{self.mode} to {self.raw_mode}" if self.packs else f"{self.raw_mode} to {self.mode}"

    @property
    def ids(self) -> tuple[int, int]:
        return MODE_ID[self.mode], RAW_MODE_ID[self.raw_mode]

    @property
    def planes(self) -> int:
        """The bit planes in the state of Pillow's decoders; 0 for raw modes without bit planes."""
        return self.bits if self.raw_mode in _BIT_PLANES else 0

    @property
    def pixel_size(self) -> int:
        return 1 if self.mode in _ONE_BYTE_MODES else 2 if self.mode.startswith("I;16") else 4

    def in_file(self, pixels: int) -> int:
        """Bytes of a line in the file."""
        return self.planes * ((pixels + 7) // 8) if self.planes else (pixels * self.bits + 7) // 8

    def in_memory(self, pixels: int) -> int:
        """Bytes of a line of an image."""
        return pixels * self.pixel_size

    def lengths(self, pixels: int) -> tuple[int, int]:
        """Bytes of the input and of the output line."""
        lengths = self.in_file(pixels), self.in_memory(pixels)
        return lengths[::-1] if self.packs else lengths

    def find(self, library: Library) -> tuple[Callable[[int, int, int], None], int | None]:
        """Returns the library's shuffler, false if it has none, and the bits that it stores, or None."""
        return find(library, self.packs, *self.ids)


def find(library: Library, packs: bool, mode: int, raw_mode: int) -> tuple[Callable[[int, int, int], None], int | None]:
    """Does what `Pair.find` does, for any ids."""
    untouched = -12345
    bits = ctypes.c_int(untouched)
    shuffler = (library.ImagingFindPacker if packs else library.ImagingFindUnpacker)(mode, raw_mode, bits)
    return shuffler, None if bits.value == untouched else bits.value


PAIRS = [
    Pair(packs, mode, raw_mode, bits)
    for packs, table in ((False, UNPACKERS), (True, PACKERS))
    for mode, raw_modes in table.items()
    for raw_mode, bits in raw_modes.items()
]

PUBLIC = {
    "ImagingPackBGR": Pair(True, "RGB", "BGR", 24),
    "ImagingUnpackYCC": Pair(False, "RGB", "YCC;P", 24),
    "ImagingUnpackYCCA": Pair(False, "RGBA", "YCCA;P", 32),
    # Not in the tables: the input and the output line have the layout of RGBX.
    "ImagingConvertRGB2YCbCr": Pair(False, "RGBX", "RGBX", 32),
    "ImagingConvertYCbCr2RGB": Pair(False, "RGBX", "RGBX", 32),
}
"""The exported shufflers, and the layout of their lines."""

IN_PLACE = ["ImagingConvertRGB2YCbCr", "ImagingConvertYCbCr2RGB"]
"""The shufflers for which the input may be the output in the reference, too: it reads a pixel before it writes it."""


class SideBySide:
    """Buffers for one input line, and for an output line of each of two shufflers."""

    def __init__(self, most_pixels: int) -> None:
        room = 8 * most_pixels + 4 * AROUND
        self.rooms = [ctypes.create_string_buffer(room) for _ in range(3)]
        # At multiples of 64, so that an offset decides the alignment.
        self.input, self.theirs, self.ours = (-(-ctypes.addressof(room) // 64) * 64 for room in self.rooms)
        self.before = random.Random(0).randbytes(room)

    def difference(
        self,
        pair: Pair,
        theirs: Callable[[int, int, int], None],
        ours: Callable[[int, int, int], None],
        pixels: int,
        line: bytes,
        offsets: tuple[int, int] = (0, 0),
    ) -> str | None:
        """Describes a difference on an input that begins with `line`, at offsets from aligned addresses, or returns None."""
        before, behind = pair.lengths(pixels)
        assert len(line) >= before + AROUND
        source = self.input + offsets[0]
        ctypes.memmove(source, line, before + AROUND)
        around = [place + offsets[1] for place in (self.theirs, self.ours)]
        for place, shuffle in zip(around, (theirs, ours)):
            ctypes.memmove(place, self.before, behind + 2 * AROUND)
            shuffle(place + AROUND, source, pixels)
        expected, found = (ctypes.string_at(place, behind + 2 * AROUND) for place in around)
        if found[AROUND:-AROUND] != expected[AROUND:-AROUND]:
            at = next(n for n in range(behind) if found[AROUND + n] != expected[AROUND + n])
            return f"byte {at}: {found[AROUND + at]:#x}, not {expected[AROUND + at]:#x}"
        if found[:AROUND] != self.before[:AROUND] or found[-AROUND:] != self.before[AROUND + behind :][:AROUND]:
            return "a write outside of the line"
        if ctypes.string_at(source, before) != line[:before]:
            return "the input was modified"
        return None


def _shuffled(values: list[bytes], length: int, seed: int) -> bytes:
    size = sum(map(len, values))
    drawn = random.Random(seed).choices(values, k=length * len(values) // size + 1)
    return b"".join(drawn)


@cache
def contents(length: int) -> dict[str, bytes]:
    """Returns input lines of edge cases, each of at least `length` bytes."""
    edges = [bytes([value]) for value in (0, 1, 2, 3, 126, 127, 128, 129, 253, 254, 255)]
    integers = (
        0,
        1,
        -1,
        127,
        -128,
        255,
        256,
        32767,
        32768,
        -32768,
        -32769,
        65534,
        65535,
        65536,
        2**24 + 1,
        2**31 - 1,
        -(2**31),
    )
    single = (0, 1, 0x7FFFFF, 0x800000, 0x7F7FFFFF, 0x7F800000, 0x7F800001, 0x7FC00000, 0x7FFFFFFF, 0x3F800000)
    double = [
        *(0, 1, 0xFFFFFFFFFFFFF, 0x10000000000000, 0x7FEFFFFFFFFFFFFF, 0x7FF0000000000000, 0x7FF0000000000001),
        *(0x7FF8000000000000, 0x7FF8000020000000, 0x7FFFFFFFFFFFFFFF, 0x3FF0000000000000),
        # Around the largest and smallest floats, and halfway between two floats.
        *(0x47EFFFFFE0000000, 0x47EFFFFFEFFFFFFF, 0x47EFFFFFF0000000, 0x3810000000000000, 0x380FFFFFFFFFFFFF),
        *(0x36A0000000000000, 0x3690000000000000, 0x3690000000000001, 0x3FF0000010000000, 0x3FF0000030000000),
    ]
    lines = {
        "random": random.Random(1).randbytes(length),
        "zeros": bytes(length),
        "ones": b"\xff" * length,
        "edges": _shuffled(edges, length, 2),
    }
    for order in "<>":
        pack = struct.pack
        lines[f"integers {order}"] = _shuffled([pack(f"{order}i", value) for value in integers], length, 3)
        lines[f"floats {order}"] = _shuffled(
            [pack(f"{order}I", s << 31 | v) for v in single for s in (0, 1)], length, 4
        )
        lines[f"doubles {order}"] = _shuffled(
            [pack(f"{order}Q", s << 63 | v) for v in double for s in (0, 1)], length, 5
        )
    return lines


_LOWER = bytes(range(256)) * 256
_UPPER = bytes(sorted(_LOWER))
"""Combined with `_LOWER`, every pair of bytes."""


def interleaved(*bands: bytes) -> bytes:
    """Returns pixels of these bands."""
    line = bytearray(sum(map(len, bands)))
    for place, band in enumerate(bands):
        line[place :: len(bands)] = band
    return bytes(line) + bytes(AROUND)


@cache
def all_pairs_of_bytes(size: int) -> bytes:
    """Returns 65536 pixels of `size` bytes, with every pair of a colour and an alpha, whichever byte is the alpha."""
    return interleaved(*(_UPPER if place in (3, 6, 7, size - 1) else _LOWER for place in range(size)))


def differences(theirs: Library, ours: Library) -> Iterator[str]:
    """Yields the differences of all pairs: at every width up to 300, and on every line of edge cases."""
    room = SideBySide(65536)
    edge_cases = {name: line for name, line in contents(16000).items() if name != "random"}
    for number, pair in enumerate(PAIRS):
        shufflers = pair.find(theirs)[0], pair.find(ours)[0]

        def compare(pixels: int, name: str, line: bytes, number_of_line: int) -> Iterator[str]:
            # Odd steps, so that all alignments are combined.
            offsets = (number_of_line * 5 + number) % 33, (number_of_line * 11 + 3 * number) % 35
            if found := room.difference(pair, *shufflers, pixels, line, offsets):
                yield f"{pair}, {pixels} pixels, {name} at {offsets}: {found}"

        for pixels in range(301):
            random_line = contents(16000)["random"][(pixels * 31 + number) % 4096 :]
            yield from compare(pixels, "random", random_line, pixels)
            name = list(edge_cases)[(pixels + number) % len(edge_cases)]
            yield from compare(pixels, name, edge_cases[name], pixels + 1)
        for pixels in (67, 1031):
            for number_of_line, (name, line) in enumerate(edge_cases.items()):
                yield from compare(pixels, name, line, number_of_line)
        yield from compare(65536, "all pairs of bytes", all_pairs_of_bytes(-(-pair.lengths(8)[0] // 8)), 1)


def public_differences(theirs: Library, ours: Library) -> Iterator[str]:
    """Yields the differences of the exported shufflers: on every colour, and at small widths."""
    room = SideBySide(65536)
    for name, pair in PUBLIC.items():
        shufflers = getattr(theirs, name), getattr(ours, name)
        for pixels in range(100):
            line = contents(16000)["random" if pixels % 2 else "edges"][pixels:]
            if found := room.difference(pair, *shufflers, pixels, line, (pixels % 7, pixels % 5)):
                yield f"{name}, {pixels} pixels: {found}"
        for first in range(256):
            colours = bytes([first]) * 65536, _LOWER, _UPPER
            alphas = [(bytes([alpha]) * 65536,) for alpha in (first, 255)] if pair.lengths(1)[0] == 4 else [()]
            for alpha in alphas:
                if found := room.difference(pair, *shufflers, 65536, interleaved(*colours, *alpha)):
                    yield f"{name}, colours that begin with {first}: {found}"
