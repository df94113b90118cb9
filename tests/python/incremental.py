"""Calls decoders and encoders as Pillow's bindings do, in pieces of any lengths, and records what can be seen of each call.

A `Task` is a codec, an image, and the options of a state. `decode` and `encode` return a `Log`: those of two libraries must be
equal. `Mutations` changes files, so that decoders meet invalid ones.
"""

from __future__ import annotations

import ctypes
import os
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from abi import MODE_ID, RAW_MODE_ID, Image, ImagingCodecStateInstance, Library
from interposition import library_path
from side_by_side import fill, pixels

SEEN = "count state errcode x y ystep xsize ysize xoff yoff bits bytes planes".split()
"""The fields of a state that are compared."""

END = 1
OVERRUN, BROKEN, UNKNOWN, CONFIG, MEMORY = -1, -2, -3, -8, -9

MUTATIONS = int(os.environ.get("IMAGING_MUTATIONS", "2000"))
"""How many changed files a test decodes. A long run sets it to 100000."""

PIECES = st.lists(st.integers(0, 5) | st.integers(0, 700), min_size=1, max_size=6).filter(any)
"""Lengths of pieces, which are repeated."""

_libc = ctypes.CDLL(None)
_libc.calloc.restype = ctypes.c_void_p
_libc.calloc.argtypes = [ctypes.c_size_t, ctypes.c_size_t]
_libc.free.argtypes = [ctypes.c_void_p]

_AROUND = 64
"""Bytes behind a buffer: the reference may read them, and nobody may write to them."""


@dataclass(frozen=True)
class Task:
    """A codec, the image and its rectangle, and the options that Pillow's bindings set."""

    codec: str
    """`Imaging<codec>Decode` or `Imaging<codec>Encode`."""

    mode: str
    size: tuple[int, int]
    """Width and height of the rectangle."""

    raw_mode: str | None = None
    """The raw mode of the shuffler; None for codecs without one."""

    offset: tuple[int, int] = (0, 0)
    margins: tuple[int, int] = (0, 0)
    """Columns and rows of the image beyond the rectangle."""

    fields: dict[str, int] = field(default_factory=dict)
    """Further fields of the state. `bits` and `bytes` replace those of the shuffler."""

    context: ctypes.Structure | None = None
    """The options, copied for each run."""

    seed: int = 0
    """Of the image's pixels before decoding, or to be encoded."""

    values: int = 256
    """How many values the pixels' bytes have: few make runs."""

    def image(self, library: Library) -> Image:
        """Makes the image around the rectangle, of random bytes."""
        size = (offset + side + margin for offset, side, margin in zip(self.offset, self.size, self.margins))
        image = library.ImagingNewDirty(MODE_ID[self.mode], *size)
        source = random.Random(self.seed)
        if self.values == 256:
            fill(image, source.randbytes(1021))
        else:
            values = source.randbytes(self.values)
            fill(image, bytes(values[source.randrange(self.values)] for _ in range(1021)))
        return image

    def state(self, library: Library, *, packs: bool) -> ImagingCodecStateInstance:
        """Makes a state as Pillow's `setimage` does, with a line buffer from `calloc`."""
        wanted = dict(self.fields)
        if self.raw_mode is not None:
            bits = ctypes.c_int()
            find = library.ImagingFindPacker if packs else library.ImagingFindUnpacker
            shuffle = find(MODE_ID[self.mode], RAW_MODE_ID[self.raw_mode], bits)
            assert shuffle, f"no such pair: {self.mode}, {self.raw_mode}"
            wanted = dict(shuffle=shuffle, bits=bits.value) | wanted
        state = ImagingCodecStateInstance(**wanted)
        (state.xoff, state.yoff), (state.xsize, state.ysize) = self.offset, self.size
        if state.bits > 0:
            if not state.bytes or packs:
                columns = (state.xsize + 7) // 8
                state.bytes = state.planes * columns if state.planes else (state.bits * state.xsize + 7) // 8
            state.buffer = _libc.calloc(1, state.bytes)
        if self.context is not None:
            size = ctypes.sizeof(self.context)
            state.context = _libc.calloc(1, size)
            ctypes.memmove(state.context, ctypes.addressof(self.context), size)
        return state

    def context_bytes(self, state: ImagingCodecStateInstance) -> bytes:
        return b"" if self.context is None else ctypes.string_at(state.context, ctypes.sizeof(self.context))


def tasks(
    codec: str,
    pairs: Sequence[tuple[str, str | None]],
    widths: st.SearchStrategy[int],
    fields: st.SearchStrategy[dict[str, int]] | None = None,
) -> st.SearchStrategy[Task]:
    """Draws tasks for pairs of a mode and a raw mode, of 1 to 6 rows, with few or many values of pixels."""
    small = st.integers(0, 4)
    return st.builds(
        lambda pair, **rest: Task(codec, mode=pair[0], raw_mode=pair[1], **rest),
        pair=st.sampled_from(pairs),
        size=st.tuples(widths, st.integers(1, 6)),
        offset=st.tuples(small, small),
        margins=st.tuples(small, small),
        fields=st.just({}) if fields is None else fields,
        seed=st.integers(0, 1000),
        values=st.sampled_from([1, 2, 3, 256]),
    )


def release(state: ImagingCodecStateInstance) -> None:
    """Frees the memory of a state, as Pillow's bindings do."""
    _libc.free(state.buffer)
    _libc.free(state.context)


def clean_up(library: Library, name: str, state: ImagingCodecStateInstance) -> None:
    """Calls a codec's cleanup function, if it has one."""
    function = getattr(library, name, None)
    if function is not None:
        function(state)


def seen(state: ImagingCodecStateInstance) -> dict[str, int]:
    return {name: getattr(state, name) for name in SEEN}


@dataclass
class Log:
    """The results, states and pixels of a codec's calls."""

    calls: list[Any] = field(default_factory=list)
    result: bytes = b""
    """The encoded file, or the pixels at the end."""

    errcode: int = 0

    ended: bool = False
    """Whether the codec said that this is the end."""


def decode(library: Library, task: Task, file: bytes, pieces: Sequence[int], *, each: bool = True, limit: int = 1 << 30) -> Log:
    """Decodes a file in pieces of these lengths, whose buffers begin with the bytes that the decoder left over. `each` also
    records the pixels after every call, and no more than `limit` calls are made."""
    state, image = task.state(library, packs=False), task.image(library)
    function = getattr(library, f"Imaging{task.codec}Decode")
    log, begin, end, stalled = Log(), 0, 0, 0
    while not log.ended and stalled < 2 and len(log.calls) < limit:
        end = min(end + pieces[len(log.calls) % len(pieces)], len(file))
        # A new copy for each call: a decoder may not keep a pointer to it.
        before = file[begin:end] + b"\xa5" * _AROUND
        buffer = ctypes.create_string_buffer(before, len(before))
        result = function(image, state, buffer, end - begin)
        assert buffer.raw == before, "a decoder only reads"
        log.calls.append((result, seen(state), pixels(image) if each else b""))
        log.ended = result < 0
        begin += max(result, 0)
        stalled += end == len(file)
    log.result, log.errcode = pixels(image), state.errcode
    library.ImagingDelete(image)
    clean_up(library, f"Imaging{task.codec}DecodeCleanup", state)
    release(state)
    return log


def encode(library: Library, task: Task, buffers: Sequence[int], *, limit: int = 1 << 30) -> Log:
    """Encodes into buffers of these lengths, until the last byte, an error, or `limit` calls."""
    state, image = task.state(library, packs=True), task.image(library)
    function = getattr(library, f"Imaging{task.codec}Encode")
    log, file = Log(), bytearray()
    while not log.ended and len(log.calls) < limit:
        length = buffers[len(log.calls) % len(buffers)]
        buffer = ctypes.create_string_buffer(b"\xa5" * (length + _AROUND), length + _AROUND)
        result = function(image, state, buffer, length)
        assert buffer.raw[length:] == b"\xa5" * _AROUND, "an encoder writes only to its buffer"
        log.calls.append((result, seen(state)))
        log.ended = result < 0 or state.errcode != 0
        file += buffer.raw[: max(result, 0)]
    log.result, log.errcode = bytes(file), state.errcode
    library.ImagingDelete(image)
    clean_up(library, f"Imaging{task.codec}EncodeCleanup", state)
    release(state)
    return log


def without(soname: str, folder: Path) -> Library:
    """Loads a copy of the library under test that does not find an external library."""
    name = soname.encode() + b"\0"
    code = library_path().read_bytes()
    assert name in code
    copy = folder / "libImaging.so"
    copy.write_bytes(code.replace(name, b"?" * len(soname) + b"\0"))
    return Library("without " + soname, copy, ours=True)


def mutations(file: bytes, seed: int, count: int) -> Iterator[bytes]:
    """Yields changed copies of a file: bytes replaced, inserted, removed, repeated, and ends cut off."""
    source = random.Random(seed)
    special = [0, 1, 2, 3, 0x7F, 0x80, 0x81, 0xC0, 0xC1, 0xFE, 0xFF]
    for _ in range(count):
        data = bytearray(file)
        for _ in range(source.choice([1, 1, 1, 2, 3, 8])):
            place = source.randrange(len(data) + 1)
            length = min(source.choice([1, 1, 2, 4, 30]), len(data) - place)
            match source.randrange(7):
                case 0 | 1:
                    data[place : place + 1] = bytes([source.choice(special)])
                case 2 | 3:
                    data[place : place + 1] = source.randbytes(1)
                case 4:
                    del data[place : place + length]
                case 5:
                    data[place:place] = data[place : place + length]
                case 6:
                    del data[place:]
        yield bytes(data)
