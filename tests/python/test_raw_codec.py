"""The raw decoder and encoder beside the reference's: after every call the same state and pixels, with buffers of any
lengths."""

from __future__ import annotations

import ctypes
import random
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from abi import Image, ImagingCodecStateInstance, Library, RawState
from shufflers import AROUND, PAIRS, Pair
from side_by_side import fill, pixels

SEEN = "count state errcode x y ystep xsize ysize xoff yoff bits bytes planes".split()
"""The fields of a state that are compared. The raw codec does not use `buffer` and `fd`."""

CONFIG = -8
END = 1


@dataclass(frozen=True)
class Task:
    """A rectangle of an image, and the layout of its lines in the file."""

    pair: Pair
    rectangle: tuple[int, int, int, int]
    margins: tuple[int, int]
    ystep: int
    slack: int | None
    """Bytes between lines, negative if lines overlap; None if no stride is given."""

    seed: int

    @property
    def line(self) -> int:
        return self.pair.in_file(self.rectangle[2])

    @property
    def stride(self) -> int:
        return 0 if self.slack is None else self.line + self.slack

    def state(self, library: Library, *, context: RawState | None = None) -> ImagingCodecStateInstance:
        """Returns a state with the values that Pillow's bindings set for this task."""
        xoff, yoff, xsize, ysize = self.rectangle
        shuffle, bits = self.pair.find(library)
        return ImagingCodecStateInstance(
            shuffle=shuffle,
            bits=bits,
            planes=self.pair.planes,
            xoff=xoff,
            yoff=yoff,
            xsize=xsize,
            ysize=ysize,
            ystep=self.ystep,
            context=None if context is None else ctypes.addressof(context),
        )

    def image(self, library: Library) -> Image:
        """Makes the image around the rectangle, of random bytes."""
        xoff, yoff, xsize, ysize = self.rectangle
        image = library.ImagingNewDirty(self.pair.ids[0], xoff + xsize + self.margins[0], yoff + ysize + self.margins[1])
        fill(image, random.Random(self.seed).randbytes(1021))
        return image


def tasks(pairs: list[Pair]) -> st.SearchStrategy[Task]:
    small, side = st.integers(0, 5), st.integers(0, 40) | st.sampled_from([63, 64, 65, 255, 256, 300])
    return st.builds(
        Task,
        pair=st.sampled_from(pairs),
        rectangle=st.tuples(small, small, side, st.integers(1, 9)),
        margins=st.tuples(small, small),
        ystep=st.sampled_from([1, -1, 0, 2, -3]),
        slack=st.none() | st.integers(-3, 20),
        seed=st.integers(0, 1000),
    )


def seen(state: ImagingCodecStateInstance) -> dict[str, int]:
    return {field: getattr(state, field) for field in SEEN}


@dataclass
class Log:
    """The results and states of a codec's calls."""

    calls: list[Any] = field(default_factory=list)
    ended: bool = False
    """Whether all lines are done or an error occurred."""


def decode(library: Library, task: Task, pieces: list[int]) -> Log:
    """Decodes a file in pieces of these lengths. Each buffer begins with the bytes that the decoder left over."""
    context = RawState(stride=task.stride)
    state, image = task.state(library, context=context), task.image(library)
    file = random.Random(task.seed + 1).randbytes(task.rectangle[3] * max(task.line, task.stride) + 100)
    log, begin, end = Log(), 0, 0
    while not log.ended and end < len(file):
        end = min(end + pieces[len(log.calls) % len(pieces)], len(file))
        # A new copy for each call: a decoder may not keep a pointer to it.
        buffer = ctypes.create_string_buffer(file[begin:end], end - begin + AROUND)
        result = library.ImagingRawDecode(image, state, buffer, end - begin)
        log.calls.append((result, seen(state), context.stride, context.skip, pixels(image)))
        log.ended = result < 0
        begin += max(result, 0)
    library.ImagingDelete(image)
    return log


def encode(library: Library, task: Task, buffers: list[int]) -> Log:
    """Encodes into buffers longer than a line by these lengths, until the last line or a buffer is too short."""
    state, image = task.state(library), task.image(library)
    state.bytes, state.count = task.line, max(0, task.stride)
    log = Log()
    while not log.ended:
        length = max(0, max(task.line, task.stride) + buffers[len(log.calls) % len(buffers)])
        before = b"\xa5" * (length + AROUND)
        buffer = ctypes.create_string_buffer(before, len(before))
        result = library.ImagingRawEncode(image, state, buffer, length)
        log.calls.append((result, seen(state), buffer.raw))
        log.ended = result <= 0 or state.errcode != 0
    library.ImagingDelete(image)
    return log


UNPACKERS = [pair for pair in PAIRS if not pair.packs]
PACKERS = [pair for pair in PAIRS if pair.packs]
PIECES = st.lists(st.integers(0, 5) | st.integers(0, 700), min_size=1, max_size=6).filter(any)
BUFFERS = st.lists(st.integers(0, 4) | st.integers(0, 3000) | st.sampled_from([-1]), min_size=1, max_size=4)


@given(task=tasks(UNPACKERS), pieces=PIECES)
def test_decode(both, task, pieces):
    theirs, ours = (decode(library, task, pieces) for library in both)
    assert ours.calls == theirs.calls
    assert ours.ended
    assert ours.calls[-1][1]["errcode"] == (CONFIG if task.stride and task.stride < task.line else 0)


@pytest.mark.parametrize("pair", UNPACKERS, ids=str)
def test_decode_byte_by_byte(both, pair):
    task = Task(pair, (2, 1, 13, 3), (3, 1), -1, 2, 7)
    theirs, ours = (decode(library, task, [1]) for library in both)
    assert ours.calls == theirs.calls
    assert len(ours.calls) == 3 * (task.line + 2) - 2, "one call a byte, none for the gap behind the last line"


@given(task=tasks(PACKERS), buffers=BUFFERS)
def test_encode(both, task, buffers):
    theirs, ours = (encode(library, task, buffers) for library in both)
    assert ours.calls == theirs.calls
    assert ours.calls[-1][1]["errcode"] in (END, CONFIG)


@pytest.mark.parametrize("pair", PACKERS, ids=str)
def test_encode_line_by_line(both, pair):
    task = Task(pair, (2, 1, 13, 3), (3, 1), -1, 5, 7)
    theirs, ours = (encode(library, task, [0]) for library in both)
    assert ours.calls == theirs.calls
    assert [(result, state["errcode"]) for result, state, _ in ours.calls] == [(task.stride, e) for e in (0, 0, END)]
    assert all(buffer[task.line :][:5] == bytes(5) for *_, buffer in ours.calls)
