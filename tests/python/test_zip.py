"""The ZIP codec of PNG beside the reference's. Decoders have the same states and pixels after every call. Encoders may compress
differently: the rows that zlib makes of their output are the same.
"""

from __future__ import annotations

import ctypes
import random
import zlib
from dataclasses import replace
from statistics import geometric_mean

import pytest
from hypothesis import given
from hypothesis import strategies as st

import child
from abi import ZipState
from incremental import BROKEN, CONFIG, END, MUTATIONS, PIECES, UNKNOWN, Task, decode, encode, mutations, tasks

PNG, PNG_PALETTE, TIFF_PREDICTOR, TIFF = range(4)

UNPACKED = [
    ("1", "1"), ("L", "L;2"), ("L", "L;4"), ("L", "L"), ("I;16", "I;16B"), ("P", "P;1"), ("P", "P;2"), ("P", "P;4"), ("P", "P"),
    ("RGB", "RGB"), ("RGB", "RGB;16B"), ("LA", "LA"), ("RGBA", "RGBA"), ("RGBA", "RGBA;16B"),
]  # fmt: skip
"""The pairs that Pillow's PNG plugin decodes."""

PACKED = [
    ("1", "1"), ("L", "L"), ("LA", "LA"), ("I", "I;16B"), ("I;16", "I;16B"), ("P", "P;1"), ("P", "P;2"), ("P", "P;4"),
    ("P", "P"), ("RGB", "RGB"), ("RGBA", "RGBA"),
]  # fmt: skip
"""The pairs that it encodes."""

BITS = {
    "1": 1, "L;2": 2, "L;4": 4, "L": 8, "I;16B": 16, "P;1": 1, "P;2": 2, "P;4": 4, "P": 8, "RGB": 24, "RGB;16B": 48, "LA": 16,
    "RGBA": 32, "RGBA;16B": 64,
}  # fmt: skip
WIDTHS = st.integers(1, 40) | st.sampled_from([127, 128, 129, 300])
ADAM7 = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]
"""First column and row, and the distances of columns and rows."""


def with_context(task: Task, **options: int) -> Task:
    return replace(task, context=ZipState(**options))


def row_lengths(task: Task, *, interlaced: bool) -> list[int]:
    """Returns the bytes of each row of the stream, without filters."""
    (width, height), bits = task.size, BITS[task.raw_mode]
    if not interlaced:
        return [(width * bits + 7) // 8] * height
    lengths = []
    for left, top, right, down in ADAM7:
        columns = len(range(left, width, right))
        lengths += [(columns * bits + 7) // 8] * (len(range(top, height, down)) if columns else 0)
    return lengths


def rows(task: Task, mode: int, *, interlaced: bool, seed: int, extra: int = 0) -> bytes:
    """Returns rows of random bytes, each after a random filter."""
    source = random.Random(seed)
    kinds = source.choice([range(5), [source.randrange(5)]])
    values = source.choice([1, 3, 30, 256])
    data = bytearray()
    for length in row_lengths(task, interlaced=interlaced):
        data += bytes([source.choice(kinds)]) if mode in (PNG, PNG_PALETTE) else b""
        data += bytes(source.randrange(values) for _ in range(length))
    return bytes(data[:extra] if extra < 0 else data + source.randbytes(extra))


def compressed(data: bytes, level: int = 6, strategy: int = 0) -> bytes:
    stream = zlib.compressobj(level, zlib.DEFLATED, 15, 9, strategy)
    return stream.compress(data) + stream.flush()


@given(
    task=tasks("Zip", UNPACKED, WIDTHS),
    mode=st.sampled_from([PNG, PNG, PNG, PNG_PALETTE, TIFF_PREDICTOR, TIFF]),
    interlaced=st.booleans(),
    level=st.integers(0, 9),
    strategy=st.integers(0, 4),
    extra=st.sampled_from([0, 0, 0, 5, 1000, -1, -5, -60]),
    pieces=PIECES,
)
def test_decode_rows(both, task, mode, interlaced, level, strategy, extra, pieces):
    interlaced = interlaced and mode == PNG
    if interlaced:
        task = replace(task, offset=(0, 0))
    file = compressed(rows(task, mode, interlaced=interlaced, seed=task.seed, extra=extra), level, strategy)
    task = with_context(task, mode=mode, interlaced=int(interlaced))
    theirs, ours = (decode(library, task, file, pieces) for library in both)
    assert ours == theirs


@given(task=tasks("Zip", UNPACKED, WIDTHS), file=st.binary(max_size=600), pieces=PIECES, is_raw=st.booleans())
def test_decode_any_bytes(both, task, file, pieces, is_raw):
    file = file if is_raw else b"\x78\x01" + file
    theirs, ours = (decode(library, with_context(task), file, pieces) for library in both)
    assert ours == theirs
    assert ours.errcode in (0, BROKEN, CONFIG, UNKNOWN)


CHANGED = [
    ("RGB", "RGB", False, 6, (37, 9)), ("P", "P;4", False, 1, (50, 12)), ("L", "L", True, 6, (21, 19)),
    ("RGBA", "RGBA", False, 9, (9, 300)), ("1", "1", False, 6, (3, 900)), ("RGB", "RGB", False, 0, (90, 9)),
]  # fmt: skip


@pytest.mark.parametrize(("mode", "raw_mode", "interlaced", "level", "size"), CHANGED)
def test_decode_changed_files(both, mode, raw_mode, interlaced, level, size):
    task = with_context(Task("Zip", mode, size, raw_mode), interlaced=int(interlaced))
    data = rows(task, PNG, interlaced=interlaced, seed=4)
    for index, changed in enumerate(mutations(compressed(data, level), 1, MUTATIONS // len(CHANGED))):
        piece = [1 + index % 400, 100_000, 40 + index % 200][index % 3]
        theirs, ours = (decode(library, task, changed, [piece], each=False) for library in both)
        assert ours == theirs, (piece, changed.hex())


@pytest.mark.parametrize("raw_mode", ["RGB", "P", "1", "RGBA;16B"])
@pytest.mark.parametrize("size", [(1000, 100), (100, 1000), (20_000, 5), (1, 3000)])
def test_decode_large_pieces(both, raw_mode, size):
    mode = raw_mode.split(";")[0]
    task = with_context(Task("Zip", mode, size, raw_mode))
    for level, strategy in (1, 0), (6, 0), (6, 2), (6, 3), (0, 0):
        file = compressed(rows(task, PNG, interlaced=False, seed=level), level, strategy)
        for piece in 33, 65, 8192, 65536, len(file) - 1, len(file):
            theirs, ours = (decode(library, task, file, [piece], each=False) for library in both)
            assert ours == theirs
            assert ours.ended and ours.errcode == 0


@pytest.mark.parametrize("height", [1, 2, 3, 4, 21, 22])
@pytest.mark.parametrize("behind", [0, 100])
def test_decode_rows_of_one_byte(both, height, behind):
    """Without a byte for the filter."""
    task = with_context(Task("Zip", "P", (1, height), "P;4"), mode=TIFF)
    file = compressed(random.Random(height).randbytes(height), 0) + bytes(behind)
    for pieces in [1], [40], [1000]:
        theirs, ours = (decode(library, task, file, pieces) for library in both)
        assert ours == theirs


@pytest.mark.parametrize(("width", "height"), [(1, 1), (1, 9), (9, 1), (2, 2), (3, 5), (4, 1), (5, 7), (8, 8), (16, 17)])
def test_decode_interlaced_sizes(both, width, height):
    for mode, raw_mode in UNPACKED:
        task = with_context(Task("Zip", mode, (width, height), raw_mode, margins=(2, 1)), interlaced=1)
        file = compressed(rows(task, PNG, interlaced=True, seed=width))
        theirs, ours = (decode(library, task, file, [7]) for library in both)
        assert ours == theirs
        assert ours.ended and ours.errcode == 0


@pytest.mark.parametrize("fields", [{"y": 9}, {"y": -1}, {"bytes": 3}, {"bits": 0, "bytes": 0}, {"xsize": 99}, {"state": 1}])
def test_an_invalid_state_is_an_error(ours, fields):
    task = Task("Zip", "RGB", (5, 3), "RGB", fields={key: value for key, value in fields.items() if key != "xsize"})
    if "xsize" in fields:
        task = replace(task, size=(99, 3), offset=(-94, 0))
    assert decode(ours, with_context(task), compressed(b"\0" * 2000), [1000]).errcode == CONFIG


@pytest.mark.parametrize(("pixel", "length"), [(24, 3), (8, 3)])
def test_rows_of_passes_that_exceed_the_line_are_an_error(ours, pixel, length):
    task = Task("Zip", "RGB", (50, 50), "RGB", fields={"bits": pixel, "bytes": length})
    assert decode(ours, with_context(task, interlaced=1), compressed(b"\0" * 9000), [1000]).errcode == CONFIG


def test_memory_is_that_of_rows(ours):
    """A stream of 100 MB for an image of 12 bytes."""
    task = with_context(Task("Zip", "RGB", (2, 2), "RGB"))
    log = decode(ours, task, compressed(bytes(100_000_000)), [1 << 20], each=False)
    assert (log.ended, log.errcode, len(log.calls)) == (True, 0, 1)


_libc = ctypes.CDLL(None)
_libc.malloc.restype = ctypes.c_void_p
_libc.malloc.argtypes = [ctypes.c_size_t]


def encoded(library, task: Task, buffers: list[int], dictionary: bytes = b"", **options: int):
    """Encodes with a dictionary that the codec frees."""
    context = ZipState(**options)
    if dictionary:
        context.dictionary = _libc.malloc(len(dictionary))
        context.dictionary_size = len(dictionary)
        ctypes.memmove(context.dictionary, dictionary, len(dictionary))
    return encode(library, replace(task, context=context), buffers)


def inflated(file: bytes, dictionary: bytes = b"") -> bytes:
    stream = zlib.decompressobj(zdict=dictionary) if dictionary else zlib.decompressobj()
    data = stream.decompress(file) + stream.flush()
    assert stream.eof and not stream.unused_data
    return data


@given(
    task=tasks("Zip", PACKED, WIDTHS),
    buffers=st.lists(st.integers(1, 5) | st.integers(1, 700), min_size=1, max_size=4),
    mode=st.sampled_from([PNG, PNG, PNG_PALETTE, TIFF]),
    level=st.integers(-1, 9),
    strategy=st.integers(-1, 4),
    optimize=st.booleans(),
    dictionary=st.just(b"") | st.binary(max_size=40) | st.binary(min_size=33_000, max_size=33_000),
)
def test_encode(both, task, buffers, mode, level, strategy, optimize, dictionary):
    options = dict(mode=mode, compress_level=level, compress_type=strategy, optimize=int(optimize))
    theirs, ours = (encoded(library, task, buffers, dictionary, **options) for library in both)
    assert ours.errcode == theirs.errcode == END
    assert ours.calls[-1][1] == theirs.calls[-1][1]
    assert inflated(ours.result, dictionary) == inflated(theirs.result, dictionary)
    if not dictionary and task.raw_mode in BITS and mode in (PNG, PNG_PALETTE):
        target = replace(with_context(task, mode=mode), seed=task.seed + 1)
        decoded = [decode(library, target, ours.result, [1000]) for library in both]
        assert decoded[0] == decoded[1]
        assert decoded[1].ended and decoded[1].errcode == 0


@pytest.mark.parametrize(("mode", "raw_mode"), [("RGB", "RGB"), ("RGBA", "RGBA"), ("L", "L"), ("P", "P")])
@pytest.mark.parametrize("size", [(1000, 700), (70_000, 11)])
def test_encode_large(both, mode, raw_mode, size):
    task = Task("Zip", mode, size, raw_mode, values=3)
    zip_mode = PNG_PALETTE if mode == "P" else PNG
    for level in 1, 6:
        options = dict(mode=zip_mode, compress_level=level, compress_type=-1)
        theirs, ours = (encoded(library, task, [65_536, 1, 100], **options) for library in both)
        assert ours.errcode == END
        assert inflated(ours.result) == inflated(theirs.result)


_SIZES = """
    import io, math, random
    interposition.require(INTERPOSED)
    from PIL import Image, ImageDraw, ImageFilter
    from codec_files import IMAGES

    photo = Image.open(IMAGES / "flower.jpg").convert("RGB").resize((900, 700))
    noisy = Image.blend(photo, Image.effect_noise(photo.size, 40).convert("RGB"), 0.2)
    screen, source = Image.new("RGB", photo.size, (240, 240, 245)), random.Random(1)
    draw = ImageDraw.Draw(screen)
    for y in range(0, 700, 12):
        draw.text((10 + y % 50, y), "".join(source.choice("etaoin shrdlu") for _ in range(100)), fill="black")
    drawing = Image.new("RGB", photo.size, "white")
    draw = ImageDraw.Draw(drawing)
    for number in range(90):
        x, y = source.randrange(850), source.randrange(650)
        draw.ellipse((x, y, x + 10 + number, y + 90), outline="navy", fill=("red", None)[number % 2], width=1 + number % 5)
    for picture in photo, noisy, screen, drawing.filter(ImageFilter.SMOOTH):
        for mode in "RGB", "RGBA", "L", "P":
            for level in 1, 6, 9:
                file = io.BytesIO()
                picture.convert(mode).save(file, "PNG", compress_level=level)
                print(level, len(file.getvalue()))
"""


def test_files_are_not_larger():
    """On average; the compressor is another one."""
    theirs, ours = (
        [line.split() for line in child.run(_SIZES.replace("INTERPOSED", str(way)), interposed=way).splitlines()]
        for way in (False, True)
    )
    for level in "1", "6", "9":
        ratios = [int(b[1]) / int(a[1]) for a, b in zip(theirs, ours, strict=True) if a[0] == level]
        assert len(ratios) == 16 and geometric_mean(ratios) < 1.01


@pytest.mark.parametrize("options", [{"compress_level": 10}, {"compress_level": -2}, {"compress_type": 5}, {"compress_type": -2}])
def test_invalid_options_are_errors(both, options):
    task = Task("Zip", "RGB", (5, 3), "RGB")
    for library in both:
        log = encoded(library, task, [1000], **{"compress_level": 6, "compress_type": -1} | options)
        assert (log.calls[-1][0], log.errcode) == (-1, CONFIG)


@pytest.mark.parametrize("fields", [{"y": -1}, {"ysize": 9}, {"state": 1}])
def test_an_encoder_refuses_an_invalid_state(ours, fields):
    task = Task("Zip", "RGB", (5, 3), "RGB", fields={key: value for key, value in fields.items() if key != "ysize"})
    if "ysize" in fields:
        task = replace(task, size=(5, 9), offset=(0, -6))
    log = encoded(ours, task, [1000], compress_level=6, compress_type=-1)
    assert (log.errcode, log.result) == (CONFIG, b"")
