"""Decodes and encodes TIFF as Pillow's bindings do: tasks for `incremental`, from pages of files and from tags."""

from __future__ import annotations

import ctypes
import io
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from PIL import Image, TiffImagePlugin

from abi import ImagingCodecStateInstance, Library, TiffState
from incremental import Task

BYTE, ASCII, SHORT, LONG, RATIONAL, SBYTE, UNDEFINED, SSHORT, SLONG, SRATIONAL, FLOAT, DOUBLE, IFD = range(1, 14)
LONG8, SLONG8 = 16, 17

_ARRAY = {
    BYTE: ctypes.c_uint8, SHORT: ctypes.c_uint16, LONG: ctypes.c_uint32, RATIONAL: ctypes.c_float, SBYTE: ctypes.c_int8,
    UNDEFINED: ctypes.c_uint8, SSHORT: ctypes.c_int16, SLONG: ctypes.c_int32, SRATIONAL: ctypes.c_float, FLOAT: ctypes.c_float,
    DOUBLE: ctypes.c_double, IFD: ctypes.c_uint32, LONG8: ctypes.c_uint64, SLONG8: ctypes.c_int64,
}  # fmt: skip
"""The C types of values in an array."""

_SINGLE = (
    _ARRAY
    | dict.fromkeys([BYTE, SBYTE, UNDEFINED, SHORT, SSHORT], ctypes.c_int)
    | dict.fromkeys([FLOAT, RATIONAL, SRATIONAL], ctypes.c_double)
)
"""Those of single values, as arguments without a type are promoted."""


@dataclass(frozen=True)
class Tag:
    """A tag, and its value or a list of values."""

    number: int
    type: int
    value: Any
    is_custom: bool = False
    """Whether libtiff is to learn of it."""

    def set(self, library: Library, state: ImagingCodecStateInstance) -> tuple[int, ...]:
        """Sets the tag. Returns what the functions return."""
        is_list, results = isinstance(self.value, list), []
        pass_count = ctypes.c_int(0)
        if self.is_custom:
            results.append(library.ImagingLibTiffMergeFieldInfo(state, self.type, self.number, is_list))
            kind, count = ctypes.c_int(), ctypes.c_int()
            results.append(library.ImagingLibTiffFindField(state, self.number, kind, pass_count, count))
            results += [kind.value, pass_count.value, count.value]
        if self.type == ASCII:
            values = [ctypes.c_char_p(self.value)]
        elif is_list:
            array = (_ARRAY[self.type] * len(self.value))(*self.value)
            values = [ctypes.c_int(len(self.value))] * pass_count.value + [array]
        else:
            values = [_SINGLE[self.type](self.value)]
        results.append(library.ImagingLibTiffSetField(state, self.number, *values))
        return tuple(results)


@dataclass(frozen=True)
class TiffTask(Task):
    """A page that is decoded or encoded."""

    context: ctypes.Structure = field(default_factory=TiffState)
    descriptor: int = 0
    directory: int = 0
    tags: tuple[Tag, ...] = ()
    results: list[Any] = field(default_factory=list, compare=False)
    """What the functions that set up the encoder have returned."""

    def state(self, library: Library, *, packs: bool) -> ImagingCodecStateInstance:
        state = super().state(library, packs=packs)
        if packs:
            self.results.append(library.ImagingLibTiffEncodeInit(state, b"a name", self.descriptor))
            self.results.extend(tag.set(library, state) for tag in self.tags)
        else:
            self.results.append(library.ImagingLibTiffInit(state, self.descriptor, self.directory))
        return state


def pages(data: bytes, limit: int = 12) -> Iterator[TiffTask]:
    """Yields the pages of a file, as Pillow's plugin finds them."""
    TiffImagePlugin.READ_LIBTIFF = True
    try:
        with Image.open(io.BytesIO(data)) as image:
            for index in range(min(image.n_frames, limit)):
                image.seek(index)
                for tile in image.tile:
                    raw_mode, _, offset = tile.args
                    yield TiffTask("LibTiff", image.mode, image.size, raw_mode, directory=offset, seed=7)
    finally:
        TiffImagePlugin.READ_LIBTIFF = False


def tiff(tags: dict[int, tuple[int, list[int]]], data: bytes = b"") -> bytes:
    """Makes a file with one page, whose tags have a type and numbers, and `data` at the offset 8."""
    sizes = {BYTE: "B", SHORT: "H", LONG: "I", UNDEFINED: "B"}
    data += bytes(len(data) % 2)
    directory = 8 + len(data)
    behind, entries, end = b"", b"", directory + 2 + 12 * len(tags) + 4
    for number, (kind, values) in sorted(tags.items()):
        packed = struct.pack(f"<{len(values)}{sizes[kind]}", *values)
        if len(packed) > 4:
            behind, packed = behind + packed + bytes(len(packed) % 2), struct.pack("<I", end + len(behind))
        entries += struct.pack("<HHI", number, kind, len(values)) + packed.ljust(4, b"\0")
    header = struct.pack("<2sHI", b"II", 42, directory)
    return header + data + struct.pack("<H", len(tags)) + entries + bytes(4) + behind


DEFLATE = 8


def tags_of(width: int, height: int, bits: list[int], photometric: int, **more: Any) -> dict[int, tuple[int, list[int]]]:
    """The tags of a page that every one has."""
    return {
        256: (LONG, [width]), 257: (LONG, [height]), 258: (SHORT, bits), 259: (SHORT, [more.get("compression", 1)]),
        262: (SHORT, [photometric]), 277: (SHORT, [len(bits)]), 284: (SHORT, [more.get("planar", 1)]),
    }  # fmt: skip


def strips(width: int, height: int, bits: list[int], photometric: int, rows: int, strips: list[bytes], **more: Any) -> bytes:
    """Makes a page of strips."""
    return _parts(tags_of(width, height, bits, photometric, **more) | {278: (LONG, [rows])}, strips, 273, 279, **more)


def tiles(
    width: int, height: int, bits: list[int], photometric: int, size: tuple[int, int], tiles: list[bytes], **more: Any
) -> bytes:
    """Makes a page of tiles."""
    sides = {322: (LONG, [size[0]]), 323: (LONG, [size[1]])}
    return _parts(tags_of(width, height, bits, photometric, **more) | sides, tiles, 324, 325, **more)


def _parts(own: Any, parts: list[bytes], offsets: int, counts: int, **more: Any) -> bytes:
    if more.get("compression") == DEFLATE:
        parts = [zlib.compress(part) for part in parts]
    places = [8 + sum(map(len, parts[:index])) for index in range(len(parts))]
    own = own | {offsets: (LONG, places), counts: (LONG, [len(part) for part in parts])} | more.get("tags", {})
    return tiff(own, b"".join(parts))
