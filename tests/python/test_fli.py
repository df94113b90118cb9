"""The FLI decoder beside the reference's: the same states and pixels after every call."""

from __future__ import annotations

import random
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codec_files import IMAGES
from incremental import BROKEN, CONFIG, MUTATIONS, OVERRUN, PIECES, UNKNOWN, Task, decode, mutations, tasks

MODES = [("P", None), ("L", None), ("RGB", None)]
WIDTHS = st.integers(1, 40) | st.sampled_from([127, 128, 255, 256, 300])
TYPES = [4, 7, 11, 12, 13, 15, 16, 18]


def packets(source: random.Random, width: int, *, unit: int, sign: int) -> list[bytes]:
    """Makes packets of a line, each with the pixels that it skips. `sign` is -1 where positive counts are runs."""
    made, x = [], 0
    while x < width and source.random() < 0.8:
        skip = min(source.randrange(4), width - x)
        count = min(source.choice([0, 1, 2, 5, 127]), (width - x - skip) // unit)
        is_run = source.random() < 0.5 and count > 0
        data = source.randbytes(unit if is_run else unit * count)
        made.append(struct.pack("Bb", skip, sign * (-count if is_run else count)) + data)
        x += skip + unit * count
    return made


def words(source: random.Random, width: int, height: int) -> bytes:
    """Makes the data of an SS2 chunk."""
    lines, y = [], 0
    while y < height:
        line = b""
        if source.random() < 0.4 and y + 1 < height:
            skip = source.randrange(1, height - y)
            line, y = struct.pack("<H", 65536 - skip), y + skip
        if source.random() < 0.3:
            line += struct.pack("<H", 0x8000 + source.randrange(0x4000))
        made = packets(source, width, unit=2, sign=1)
        lines.append(line + struct.pack("<H", len(made)) + b"".join(made))
        y += 1
    return struct.pack("<H", len(lines)) + b"".join(lines)


def runs(source: random.Random, width: int) -> bytes:
    """Makes a line of a BRUN chunk."""
    line, x = source.randbytes(1), 0
    while x < width:
        count = min(source.choice([0, 1, 2, 5, 127]), width - x)
        is_run = source.random() < 0.5 or not count
        line += struct.pack("b", count if is_run else -count) + source.randbytes(1 if is_run else count)
        x += count
    return line


def chunk(source: random.Random, kind: int, width: int, height: int) -> bytes:
    """Makes the data of a chunk."""
    match kind:
        case 7:
            return words(source, width, height)
        case 12:
            first = source.randrange(height)
            lines = [packets(source, width, unit=1, sign=1) for _ in range(source.randrange(height - first + 1))]
            data = [struct.pack("B", len(line)) + b"".join(line) for line in lines]
            return struct.pack("<HH", first, len(lines)) + b"".join(data)
        case 15:
            return b"".join(runs(source, width) for _ in range(height))
        case 16:
            return source.randbytes(width * height)
    return source.randbytes(source.randrange(4, 20))


def frame(seed: int, kinds: list[int], size: tuple[int, int]) -> bytes:
    """Makes a valid frame, whose chunks are padded to 4 bytes of data and to an even size."""
    source = random.Random(seed)
    data = b""
    for kind in kinds:
        body = chunk(source, kind, *size)
        body += bytes(max(4 - len(body), 0))
        body += bytes(len(body) % 2)
        data += struct.pack("<IH", 6 + len(body), kind) + body
    return struct.pack("<IHH8x", 16 + len(data), 0xF1FA, len(kinds)) + data


@given(task=tasks("Fli", MODES, WIDTHS), kinds=st.lists(st.sampled_from(TYPES), max_size=5), seed=st.integers(0, 1000), pieces=PIECES)
def test_decode(both, task, kinds, seed, pieces):
    """A frame whose last byte is missing is decoded as if it were padding."""
    file = frame(seed, kinds, task.size)
    theirs, ours = (decode(library, task, file, pieces) for library in both)
    assert ours == theirs
    assert ours.ended and ours.errcode in (0, OVERRUN)
    at_once = decode(both[1], task, file, [len(file)])
    assert at_once.ended and at_once.errcode == 0


@given(task=tasks("Fli", MODES, WIDTHS), kinds=st.lists(st.sampled_from([*TYPES, 14]) | st.integers(0, 65535), max_size=3), data=st.binary(max_size=300), padding=st.integers(0, 2), pieces=PIECES)
def test_decode_any_bytes(both, task, kinds, data, padding, pieces):
    """Chunks of any bytes overlap: each begins 6 bytes behind the one before, and their data go on to the end of the input."""
    chunks = b"".join(struct.pack("<IH", 6, kind) for kind in kinds) + data
    file = struct.pack("<IHH8x", 16 + len(chunks) + padding, 0xF1FA, len(kinds)) + chunks
    theirs, ours = (decode(library, task, file, pieces) for library in both)
    assert ours == theirs
    assert ours.errcode in (0, OVERRUN, UNKNOWN)


@pytest.mark.parametrize("kind", TYPES)
def test_decode_changed_files(both, kind):
    size = (23, 7)
    for index in range(10):
        task = Task("Fli", "P", size, margins=(0, index % 2))
        file = frame(index, [13, kind, kind], size)
        for changed in mutations(file, index, MUTATIONS // len(TYPES) // 10):
            theirs, ours = (decode(library, task, changed, [len(changed)], each=False) for library in both)
            assert ours == theirs, changed.hex()


def refused(both, size: tuple[int, int], kind: int, data: bytes, errcode: int, advance: int | None = None) -> None:
    """Checks that a frame of one chunk is an error, for the reference, too."""
    size_of_chunk = 6 + len(data) if advance is None else advance
    file = struct.pack("<IHH8xIH", 22 + len(data), 0xF1FA, 1, size_of_chunk, kind) + data
    theirs, ours = (decode(library, Task("Fli", "P", size), file, [len(file)]) for library in both)
    assert ours == theirs
    assert ours.errcode == errcode


def test_cve_2016_0775(both):
    """A COPY chunk was written behind where the chunk before it had ended, and so beyond its lines."""
    size, pixels = (9, 2), bytes(range(18))
    runs = (b"\0" + bytes([9, 7])) * 2
    chunks = struct.pack("<IH", 6 + len(runs), 15) + runs + struct.pack("<IH", 6 + len(pixels), 16) + pixels
    file = struct.pack("<IHH8x", 16 + len(chunks), 0xF1FA, 2) + chunks
    theirs, ours = (decode(library, Task("Fli", "P", size), file, [len(file)]) for library in both)
    assert ours == theirs
    assert (ours.errcode, ours.result) == (0, pixels)


def test_cve_2020_5313(both):
    """A chunk that claims to be longer than the frame, and lines that exceed it."""
    refused(both, (9, 2), 13, bytes(4), OVERRUN, advance=2**31)
    refused(both, (9, 2), 13, bytes(4), OVERRUN, advance=2**32 - 1)
    refused(both, (9, 2), 15, bytes([0, 200, 7, 0]), OVERRUN)


@pytest.mark.parametrize("kind", [7, 12, 15])
def test_cve_2020_10177(both, kind):
    """Packets were read behind the frame."""
    for length in range(4, 12):
        refused(both, (9, 9), kind, bytes([2, 0, 2, 0, 4, 0, 1, 4, 1, 1, 0, 1])[:length], OVERRUN)


def test_cve_2021_28676(both):
    """Chunks of no size: the decoder went on for ever."""
    refused(both, (3, 2), 13, bytes(4), BROKEN, advance=0)


SAMPLES = sorted([*(IMAGES / "fli_oob").rglob("*.fli"), *IMAGES.glob("*.fli"), *IMAGES.glob("fli_*.bin")])


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.name)
def test_samples(both, path):
    """Files that once crashed decoders, from their first frame on. Those without a valid frame are an error."""
    data = path.read_bytes()
    size = struct.unpack_from("<HH", data, 8)
    task = Task("Fli", "P", (min(size[0], 2000) or 1, min(size[1], 2000) or 1))
    frames = [data[at - 4 :] for at in range(128, len(data) - 2) if data[at : at + 2] == b"\xfa\xf1"][:20]
    for file in [data[128:], *frames]:
        theirs, ours = (decode(library, task, file, [len(file) or 1], each=False) for library in both)
        assert ours == theirs


@pytest.mark.parametrize("kind", [7, 12, 13, 15, 16])
@pytest.mark.parametrize("margins", [(-1, 0), (0, -1)])
def test_a_rectangle_beyond_the_image_is_an_error(ours, kind, margins):
    """The reference writes out of bounds."""
    task = Task("Fli", "P", (9, 4), margins=margins)
    files = [frame(seed, [kind], task.size) for seed in range(200)]
    assert CONFIG in {decode(ours, task, file, [10000]).errcode for file in files}


def test_a_last_pixel_of_no_columns_is_an_error(ours):
    """The reference writes before the line."""
    data = struct.pack("<HHH", 1, 0x8001, 0)
    file = struct.pack("<IHH8xIH", 28, 0xF1FA, 1, 12, 7) + data
    assert decode(ours, Task("Fli", "P", (0, 1)), file, [100]).errcode == CONFIG
