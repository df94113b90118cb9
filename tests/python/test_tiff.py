"""The TIFF codec beside that of a Pillow which was built with the same libtiff: states, pixels, files and messages are equal."""

from __future__ import annotations

import ctypes
import io
import os
import random
import tempfile
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

import child
import tiff
from codec_files import IMAGES
from incremental import BROKEN, CONFIG, END, MEMORY, MUTATIONS, Log, Task, decode, encode, mutations
from interposition import ROOT, library_path
from tiff import ASCII, BYTE, DEFLATE, DOUBLE, FLOAT, LONG, LONG8, RATIONAL, SBYTE, SHORT, SLONG, SRATIONAL, SSHORT, UNDEFINED
from tiff import Tag, TiffTask

FILES = sorted(path for path in IMAGES.rglob("*") if path.suffix in (".tif", ".tiff"))


def decoded(library, task: Task, file: bytes) -> Log:
    return decode(library, task, file, [len(file)], limit=1)


def pages_of(path) -> list[TiffTask]:
    """The pages that can be decoded: some files are invalid, or have modes that Pillow does not know."""
    found = []
    try:
        found.extend(tiff.pages(path.read_bytes()))
    except (OSError, SyntaxError, ValueError, TypeError, KeyError, EOFError):
        pass
    return [page for page in found if page.size[0] * page.size[1] < 10**7]


def test_samples():
    """There are pages to be decoded."""
    assert sum(bool(pages_of(path)) for path in FILES) > 85


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_decode_samples(stock, ours, path, capfd):
    data = path.read_bytes()
    for page in pages_of(path):
        theirs, messages = decoded(stock, page, data), capfd.readouterr()
        assert decoded(ours, page, data) == theirs
        assert capfd.readouterr() == messages


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_decode_samples_by_descriptor(stock, ours, path):
    """The descriptor stays open, at any place."""
    data = path.read_bytes()
    with path.open("rb") as file:
        for page in pages_of(path):
            page = replace(page, descriptor=file.fileno())
            os.lseek(file.fileno(), 5, os.SEEK_SET)
            assert decode(ours, page, b"fpfp", [4], limit=1) == decode(stock, page, b"fpfp", [4], limit=1)
            assert os.fstat(file.fileno()).st_size == len(data)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_decode_changed_samples(stock, ours, path):
    """Most files end early, or have other sizes: a part of the changes is to what comes first."""
    data = path.read_bytes()
    pages = pages_of(path)[:3]
    count = -(-MUTATIONS // len(FILES)) if len(data) < 300_000 else 3
    for page in pages:
        for changed in mutations(data, 1, count):
            assert decoded(ours, page, changed) == decoded(stock, page, changed), changed[:100].hex()


COMPRESSIONS = {
    "none": 1, "ccitt": 2, "g3": 3, "g4": 4, "lzw": 5, "jpeg": 7, "deflate": 8, "packbits": 32773, "thunder": 32809,
    "old deflate": 32946, "log": 34676, "log24": 34677, "lzma": 34925, "zstd": 50000, "webp": 50001, "unknown": 77,
}  # fmt: skip

SAVED = {
    # mode, raw mode: bits, photometric, sample format, extra samples
    ("1", "1"): ([1], 1, 1, []),
    ("1", "1;I"): ([1], 0, 1, []),
    ("L", "L"): ([8], 1, 1, []),
    ("P", "P"): ([8], 1, 1, []),
    ("P", "P;4"): ([4], 1, 1, []),
    ("LA", "LA"): ([8, 8], 1, 1, [2]),
    ("I", "I;32S"): ([32], 1, 2, []),
    ("I;16", "I;16"): ([16], 1, 1, []),
    ("I;16B", "I;16B"): ([16], 1, 1, []),
    ("F", "F;32F"): ([32], 1, 3, []),
    ("RGB", "RGB"): ([8, 8, 8], 2, 1, []),
    ("RGBA", "RGBA"): ([8, 8, 8, 8], 2, 1, [2]),
    ("RGBX", "RGBX"): ([8, 8, 8, 8], 2, 1, [0]),
    ("CMYK", "CMYK"): ([8, 8, 8, 8], 5, 1, []),
    ("YCbCr", "YCbCr"): ([8, 8, 8], 6, 1, []),
    ("LAB", "LAB"): ([8, 8, 8], 8, 1, []),
}
"""What Pillow's plugin saves."""

class ExtraSamples(Tag):
    """Tags whose values come after their count."""

    def set(self, library, state):
        array = (ctypes.c_uint16 * len(self.value))(*self.value)
        return (library.ImagingLibTiffSetField(state, self.number, ctypes.c_int(len(self.value)), array),)


class Pair(Tag):
    """Tags with two values that are arguments."""

    def set(self, library, state):
        return (library.ImagingLibTiffSetField(state, self.number, *map(ctypes.c_int, self.value)),)


CUSTOM = st.sampled_from(
    [
        Tag(270, ASCII, b"A description"), Tag(306, ASCII, b"2026:01:02 03:04:05"), Tag(282, FLOAT, 72.5),
        Tag(296, SHORT, 2), Tag(266, SHORT, 2), Tag(269, ASCII, b""), Tag(274, SHORT, 6), Pair(297, SHORT, (1, 3)),
        Tag(40000, ASCII, b"text", True), Tag(40001, SHORT, 7, True), Tag(40002, LONG, [1, 2, 2**32 - 1], True),
        Tag(40003, SHORT, [1, 2, 65535], True), Tag(40004, RATIONAL, [0.5, 0.25], True), Tag(40005, SLONG, [-1, 5], True),
        Tag(40006, SSHORT, [-1, 5], True), Tag(40007, SBYTE, [-1, 5], True), Tag(40008, FLOAT, [0.5, 1e30], True),
        Tag(40009, DOUBLE, [0.5, 1e300], True), Tag(40010, BYTE, [1, 2, 3, 4, 5, 6, 7, 8, 9], True),
        Tag(40011, UNDEFINED, [1, 2, 3], True), Tag(40012, LONG, 70_000, True), Tag(40013, SRATIONAL, [-0.5], True),
        Tag(40014, DOUBLE, 2.5, True), Tag(40015, LONG8, 2**40, True), Tag(40016, SLONG, -70_000, True),
        Tag(33432, ASCII, b"Copyright", True), Tag(34675, UNDEFINED, [0, 1, 2], True), Tag(700, BYTE, [1, 2, 3], True),
    ]
)  # fmt: skip


def task_for(pair: tuple[str, str], size: tuple[int, int], compression: str, rows: int | None, more=(), **fields) -> TiffTask:
    bits, photometric, sample_format, extra = SAVED[pair]
    tags = [
        Tag(256, LONG, size[0]), Tag(257, LONG, size[1]), Tag(258, SHORT, bits[0]), Tag(259, SHORT, COMPRESSIONS[compression]),
        Tag(262, SHORT, photometric), Tag(277, SHORT, len(bits)), Tag(284, SHORT, 1), Tag(339, SHORT, sample_format),
    ]  # fmt: skip
    if extra:
        # A count that is no pass count: the tag is known.
        tags.append(ExtraSamples(338, SHORT, extra))
    if rows is not None:
        tags.append(Tag(278, LONG, rows))
    return TiffTask("LibTiff", pair[0], size, pair[1], tags=(*tags, *more), **fields)


def both_encoded(stock, ours, task: TiffTask, buffers: list[int]) -> Log:
    """Encodes with both, and returns the log."""
    logs, results = [], []
    for library in stock, ours:
        own = replace(task, results=[])
        logs.append(encode(library, own, buffers, limit=10_000))
        results.append(own.results)
    assert results[1] == results[0]
    assert logs[1] == logs[0]
    return logs[1]


@given(
    pair=st.sampled_from(list(SAVED)),
    size=st.tuples(st.integers(1, 60) | st.just(700), st.integers(1, 30) | st.just(90)),
    compression=st.sampled_from(list(COMPRESSIONS)),
    rows=st.none() | st.sampled_from([1, 2, 3, 8, 16, 100, 2**32 - 1]),
    more=st.lists(CUSTOM, max_size=4),
    buffers=st.lists(st.integers(1, 5) | st.integers(100, 70_000), min_size=1, max_size=4),
    offset=st.tuples(st.integers(0, 3), st.integers(0, 3)),
    values=st.sampled_from([1, 2, 3, 256]),
)
def test_encode(stock, ours, pair, size, compression, rows, more, buffers, offset, values):
    task = task_for(pair, size, compression, rows, more, offset=offset, values=values, margins=(1, 1))
    if (pair[0], compression) == ("YCbCr", "webp"):
        assert encode(ours, task, [1000]).errcode == CONFIG  # not so in the reference
        return
    log = both_encoded(stock, ours, task, [*buffers, 65_536])
    assert log.errcode in (END, BROKEN, CONFIG)
    if log.errcode == END:
        page = TiffTask("LibTiff", task.mode, size, task.raw_mode, offset=(0, 0), seed=task.seed + 1)
        assert decoded(ours, page, log.result) == decoded(stock, page, log.result)


OPTIONS = (), (Tag(317, SHORT, 2),), (Tag(65537, LONG, 90),), (Tag(65557, LONG, 9),)
"""A predictor, a quality and a level."""


@pytest.mark.parametrize("compression", ["none", "lzw", "jpeg", "deflate", "zstd", "lzma", "webp", "packbits"])
@pytest.mark.parametrize("pair", [("RGB", "RGB"), ("L", "L"), ("RGBA", "RGBA"), ("CMYK", "CMYK")], ids=lambda pair: pair[0])
def test_encode_large(stock, ours, compression, pair):
    """Files that grow in memory."""
    for more in OPTIONS if compression != "lzma" else OPTIONS[:2]:
        log = both_encoded(stock, ours, task_for(pair, (300, 400), compression, 50, more), [65_536])
        if log.errcode == END:
            page = TiffTask("LibTiff", pair[0], (300, 400), pair[1])
            assert decoded(ours, page, log.result) == decoded(stock, page, log.result)


@pytest.mark.parametrize("pair", list(SAVED), ids=lambda pair: pair[1])
def test_encode_by_descriptor(stock, ours, pair):
    files = []
    for library in stock, ours:
        with tempfile.TemporaryFile() as file:
            log = encode(library, task_for(pair, (40, 30), "lzw", 7, descriptor=file.fileno()), [100])
            assert (log.calls[0][0], log.errcode, log.ended) == (0, END, True)
            file.seek(0)
            files.append(file.read())
    assert files[0] == files[1] and len(files[0]) > 100


def test_encode_planes_and_tiles_are_errors(stock, ours):
    """Rows can only be written to strips, and those of planes only to the first one."""
    for more in ((Tag(284, SHORT, 2),), (Tag(322, LONG, 16), Tag(323, LONG, 16))):
        both_encoded(stock, ours, task_for(("RGB", "RGB"), (40, 30), "none", 7, more), [1000])


def test_encode_jpeg_ycbcr(stock, ours):
    for mode in 0, 1:
        for sampling in (1, 1), (2, 2), (2, 1):
            more = (Tag(262, SHORT, 6), Tag(65538, LONG, mode), Pair(530, SHORT, sampling))
            both_encoded(stock, ours, task_for(("RGB", "RGB"), (70, 40), "jpeg", 16, more), [1000])


@pytest.mark.parametrize("compression", ["none", "lzw", "deflate", "packbits", "lzma", "zstd", "jpeg", "g4"])
def test_decode_large(stock, ours, compression, capfd):
    """Many strips, of which some are invalid: several threads leave the pixels and the messages that one leaves."""
    pair = ("1", "1") if compression == "g4" else ("RGB", "RGB")
    size = (900, 700)
    file = encode(ours, task_for(pair, size, compression, 16, values=5), [1 << 22]).result
    tasks = [TiffTask("LibTiff", pair[0], size, pair[1]), TiffTask("LibTiff", pair[0], size, pair[1], fields={"y": 100})]
    source = random.Random(5)
    for number in range(12):
        changed = bytearray(file)
        if number:
            # After the header, and before the directory.
            place = source.randrange(8, len(file) * 9 // 10)
            changed[place : place + 40] = source.randbytes(40)
        for task in tasks:
            theirs, messages = decoded(stock, task, bytes(changed)), capfd.readouterr()
            assert decoded(ours, task, bytes(changed)) == theirs
            assert capfd.readouterr() == messages
    assert decoded(ours, tasks[0], file[:-9]) == decoded(stock, tasks[0], file[:-9])


def noise(*lengths: int) -> list[bytes]:
    source = random.Random(3)
    return [source.randbytes(length) for length in lengths]


PLANES = {
    # mode: raw mode, photometric, extra samples
    "LA": ("LA", 1, [2]),
    "RGB": ("RGB", 2, []),
    "RGBA": ("RGBA", 2, [2]),
    "CMYK": ("CMYK", 5, []),
    "RGBX": ("RGBX", 2, [0]),
}


ALL = [(compression, is_tiled, kind) for compression in (1, DEFLATE) for is_tiled in (0, 1) for kind in (None, 0, 1, 2)]


@pytest.mark.parametrize("mode", PLANES)
@pytest.mark.parametrize("planar", [1, 2])
def test_decode_planes(stock, ours, mode, planar):
    for bits in (8, 16) if mode != "LA" else (8,):
        for compression, is_tiled, kind in ALL:
            check_planes(stock, ours, mode, bits, compression, is_tiled, planar, kind)


def check_planes(stock, ours, mode, bits, compression, is_tiled, planar, kind):
    raw_mode, photometric, extra = PLANES[mode]
    raw_mode += ";16N" if bits == 16 else ""
    bands = len(mode)
    tags = {338: (SHORT, [kind] if kind is not None else extra)} if extra or kind is not None else {}
    count, each = (bands, 1) if planar == 2 else (1, bands)
    more = dict(compression=compression, planar=planar, tags=tags)
    if is_tiled:
        file = tiff.tiles(37, 29, [bits] * bands, photometric, (16, 32), noise(*[16 * 32 * each * bits // 8] * 3 * count), **more)
    else:
        file = tiff.strips(37, 29, [bits] * bands, photometric, 11, noise(*[37 * 11 * each * bits // 8] * 3 * count), **more)
    task = TiffTask("LibTiff", mode, (37, 29), raw_mode)
    theirs = decoded(stock, task, file)
    assert decoded(ours, task, file) == theirs
    assert theirs.errcode == 0
    for fields in {"y": 5}, {"bits": 8}, {"bits": 64}, {"bytes": 1000}:
        other = replace(task, fields=fields)
        assert decoded(ours, other, file) == decoded(stock, other, file)
    # No such rectangle comes from Pillow's bindings.
    other = replace(task, offset=(3, 2), margins=(40, 40))
    assert decoded(ours, other, file) == decoded(stock, other, file)


@pytest.mark.parametrize("bits", [1, 2, 4, 8, 12, 16, 32])
@pytest.mark.parametrize("is_tiled", [False, True])
def test_decode_bits(stock, ours, bits, is_tiled):
    mode, raw_mode = {
        1: ("1", "1"), 2: ("L", "L;2"), 4: ("L", "L;4"), 8: ("L", "L"), 12: ("I;16", "I;12"), 16: ("I;16", "I;16"), 32: ("I", "I;32"),
    }[bits]  # fmt: skip
    for compression in 1, DEFLATE:
        for fill_order in 1, 2:
            more = dict(compression=compression, tags={266: (SHORT, [fill_order])})
            if is_tiled:
                file = tiff.tiles(37, 29, [bits], 1, (16, 16), noise(*[2 * bits * 16] * 6), **more)
            else:
                file = tiff.strips(37, 29, [bits], 1, 11, noise(*[(37 * bits + 7) // 8 * 11] * 3), **more)
            task = TiffTask("LibTiff", mode, (37, 29), raw_mode)
            theirs = decoded(stock, task, file)
            assert decoded(ours, task, file) == theirs
            # The bytes of a stream have the other order, too.
            assert theirs.errcode == (BROKEN if (compression, fill_order) == (DEFLATE, 2) else 0)


@pytest.mark.parametrize("sampling", [(1, 1), (2, 1), (2, 2), (4, 4), (4, 1), (1, 2), (3, 1)])
def test_decode_subsampled(stock, ours, sampling):
    """libtiff converts them."""
    for is_tiled in False, True:
        for size in (32, 32), (37, 29), (5, 3):
            check_subsampled(stock, ours, sampling, is_tiled, size)


def check_subsampled(stock, ours, sampling, is_tiled, size):
    (across, down), (width, height) = sampling, size
    tags = {530: (SHORT, [across, down])}
    if is_tiled:
        parts = noise(*[16 * 16 * (across * down + 2) // (across * down)] * (-(-width // 16) * -(-height // 16)))
        file = tiff.tiles(width, height, [8, 8, 8], 6, (16, 16), parts, tags=tags)
    else:
        parts = noise(*[-(-width // across) * -(-16 // down) * (across * down + 2)] * -(-height // 16))
        file = tiff.strips(width, height, [8, 8, 8], 6, 16, parts, tags=tags)
    for raw_mode in "RGB", "RGBX":
        task = TiffTask("LibTiff", "RGB", size, raw_mode)
        assert decoded(ours, task, file) == decoded(stock, task, file)


@pytest.mark.parametrize("fields", [{"xsize": 4}, {"xsize": 6}, {"ysize": 2}, {"ysize": 4}])
def test_a_page_of_another_size_is_an_error(stock, ours, fields):
    file = tiff.strips(5, 3, [8], 1, 3, noise(15))
    task = TiffTask("LibTiff", "L", (fields.get("xsize", 5), fields.get("ysize", 3)), "L")
    assert decoded(ours, task, file) == decoded(stock, task, file)
    assert decoded(ours, task, file).errcode == BROKEN


def test_a_missing_page_is_no_error(stock, ours):
    """Nor is it an error in the reference."""
    file = tiff.strips(5, 3, [8], 1, 3, noise(15))
    for directory in 5, len(file), 2**32 - 1:
        task = TiffTask("LibTiff", "L", (5, 3), "L", directory=directory)
        assert decoded(ours, task, file) == decoded(stock, task, file)
        assert decoded(ours, task, file).errcode == 0


def test_no_file_is_an_error(stock, ours):
    for task in TiffTask("LibTiff", "L", (5, 3), "L"), TiffTask("LibTiff", "L", (5, 3), "L", descriptor=-1):
        for file in b"", b"II*\0", b"not a file":
            assert decoded(ours, task, file) == decoded(stock, task, file)
            assert decoded(ours, task, file).errcode == BROKEN


@pytest.mark.parametrize("is_tiled", [False, True])
@pytest.mark.parametrize("offset", [(-1, 0), (0, -1), (1, 0), (0, 1), (2**31 - 1, 0), (0, 2**31 - 1)])
def test_a_rectangle_outside_of_the_image_is_an_error(ours, is_tiled, offset):
    """The reference writes there. It begins tiles at the offset, and has none if that exceeds the size."""
    file = (
        tiff.tiles(16, 16, [8], 1, (16, 16), noise(256)) if is_tiled else tiff.strips(16, 16, [8], 1, 16, noise(256))
    )
    task = TiffTask("LibTiff", "L", (16, 16), "L")
    state, image = task.state(ours, packs=False), task.image(ours)
    state.xoff, state.yoff = offset
    assert ours.ImagingLibTiffDecode(image, state, file, len(file)) == -1
    assert state.errcode == (0 if is_tiled and max(offset) > 16 else CONFIG if min(offset) < 0 or not is_tiled else 0)
    ours.ImagingDelete(image)
    free(state)


@pytest.mark.parametrize("y", [-1, -(2**31)])
def test_a_negative_row_is_an_error(ours, y):
    """The reference reads strips and writes rows that do not exist."""
    task = TiffTask("LibTiff", "L", (5, 3), "L", fields={"y": y})
    assert decoded(ours, task, tiff.strips(5, 3, [8], 1, 3, noise(15))).errcode == CONFIG
    assert encode(ours, replace(task_for(("L", "L"), (5, 3), "none", 1), fields={"y": y}), [100]).errcode == CONFIG


def test_nothing_is_an_error(ours):
    """The reference follows NULL."""
    nothing = ours.ImagingLibTiffInit, ours.ImagingLibTiffEncodeInit
    state = Task("LibTiff", "L", (5, 3), "L").state(ours, packs=True)
    for argument in None, state:
        assert nothing[0](argument, 0, 0) == 0
        assert nothing[1](argument, b"", 0) == 0
        assert ours.ImagingLibTiffSetField(argument, 256, 1) == 0
        assert ours.ImagingLibTiffMergeFieldInfo(argument, SHORT, 40000, 0) == -1
        assert ours.ImagingLibTiffFindField(argument, 256, None, None, None) == 0
        assert ours.ImagingLibTiffDecode(None, argument, None, 0) == -1
        assert ours.ImagingLibTiffEncode(None, argument, None, 0) in (-1, 0)
        ours.ImagingLibTiffEncodeCleanup(argument)
    assert state.errcode == CONFIG
    free(state)


def free(state) -> None:
    libc = ctypes.CDLL(None)
    libc.free.argtypes = [ctypes.c_void_p]
    libc.free(state.buffer)
    libc.free(state.context)


def test_cleanup_without_encoding(ours):
    """Twice, and of a decoder, which has none."""
    for packs in True, False:
        task = task_for(("L", "L"), (5, 3), "none", 1)
        state = task.state(ours, packs=packs)
        ours.ImagingLibTiffEncodeCleanup(state)
        ours.ImagingLibTiffEncodeCleanup(state)
        free(state)


def test_encode_without_pixels(stock, ours):
    for compression in COMPRESSIONS:
        for size in (0, 3), (3, 0), (0, 0):
            for more in (), (Tag(256, LONG, 1),):
                both_encoded(stock, ours, task_for(("L", "L"), size, compression, None, more), [1000])


def test_subsampled_webp_is_an_error(ours):
    """The reference's file has bytes of unused memory: libtiff takes the rows to be longer than they are."""
    log = encode(ours, task_for(("YCbCr", "YCbCr"), (2, 3), "webp", None), [1000])
    assert (log.calls, log.result, log.errcode) == ([(-1, log.calls[0][1])], b"", CONFIG)


def test_rows_longer_than_the_line_are_an_error(stock, ours):
    for more in (Tag(256, LONG, 6),), (Tag(277, SHORT, 3),), (Tag(258, SHORT, 32),):
        log = both_encoded(stock, ours, task_for(("L", "L"), (5, 3), "none", 1, more), [100])
        assert (log.calls[-1][0], log.errcode) == (-1, CONFIG)


def test_a_tile_of_gigabytes_needs_no_memory(ours):
    """Its data are a few bytes."""
    output = child.run(
        """
        import test_tiff, tiff
        library = load()
        file = tiff.tiles(16, 16, [8], 1, (32768, 65520), [bytes(99)], compression=8)
        log = test_tiff.decoded(library, tiff.TiffTask("LibTiff", "L", (16, 16), "L"), file[:-2])
        # Of this process: ru_maxrss would be that of the one that started it, if that was larger.
        [peak] = (line for line in open("/proc/self/status") if line.startswith("VmHWM"))
        print(log.errcode, peak.split()[1])
        """
    )
    errcode, kilobytes = map(int, output.split())
    assert errcode == BROKEN and kilobytes < 300_000


def test_a_strip_too_large_is_an_error(stock, ours):
    """More rows than the image has are no more memory; more bytes than 2 GiB are an error."""
    file = tiff.strips(5, 3, [8], 1, 2**31 - 1, noise(15))
    task = TiffTask("LibTiff", "L", (5, 3), "L")
    assert decoded(ours, task, file) == decoded(stock, task, file)
    assert decoded(ours, task, file).errcode == 0
    # libtiff divides one strip that is not compressed into many.
    file = tiff.strips(5, 3, [8], 1, 2**31, noise(15), compression=DEFLATE)
    assert decoded(ours, task, file) == decoded(stock, task, file)
    assert decoded(ours, task, file).errcode == MEMORY
    file = tiff.tiles(5, 3, [8], 1, (2**20, 2**12), noise(15))
    assert decoded(ours, task, file) == decoded(stock, task, file)
    assert decoded(ours, task, file).errcode == MEMORY


def test_rows_that_are_missing_are_black(stock, ours):
    """GHSA-q45j-58j2-45rg: a strip of 16 rows whose JPEG file has 8."""
    jpeg = io.BytesIO()
    Image.new("L", (16, 8), 128).save(jpeg, "JPEG")
    file = tiff.strips(16, 16, [8], 1, 16, [jpeg.getvalue()], compression=7)
    task = TiffTask("LibTiff", "L", (16, 16), "L")
    log = decoded(ours, task, file)
    assert log == decoded(stock, task, file)
    assert (log.errcode, log.result) == (0, b"\x80" * 128 + bytes(128))


def test_pixels_of_other_bits_are_an_error(ours):
    """CVE-2020-35654, CVE-2021-25289, GHSA-462x-pgg6-55fp, GHSA-c6hw-5grf-ff96: what is unpacked is what libtiff has decoded."""
    subsampled = tiff.strips(4, 4, [8, 8, 8], 6, 4, [bytes(24)], tags={530: (SHORT, [2, 2])})
    together = tiff.tiles(16, 16, [8], 1, (16, 16), [bytes(256)])
    planes = tiff.strips(4, 4, [8, 8, 8], 2, 4, [bytes(16)] * 3, planar=2)
    for mode, raw_mode, size, file in [
        ("RGB", "RGB", (4, 4), subsampled), ("RGB", "RGBX;16N", (4, 4), subsampled), ("I;16", "I;16", (16, 16), together),
        ("1", "1", (16, 16), together), ("RGB", "RGB;16N", (4, 4), planes), ("RGBA", "RGBA;16N", (4, 4), planes),
    ]:  # fmt: skip
        assert decoded(ours, TiffTask("LibTiff", mode, size, raw_mode), file).errcode == BROKEN


def test_sizes_that_overflow_are_errors(stock, ours):
    """CVE-2016-0740, CVE-2020-5310, CVE-2020-10379, CVE-2021-25291: tiles and strips larger than their numbers say."""
    for size in (2**31, 16), (16, 2**31), (2**32 - 16, 16), (16, 2**32 - 16), (2**31 - 16, 2**31 - 16), (2**16, 2**16), (0, 16), (16, 0):
        for bits in [8], [8, 8, 8, 8], [16]:
            file = tiff.tiles(5, 3, bits, 1, size, noise(600))
            task = TiffTask("LibTiff", "L", (5, 3), "L")
            assert decoded(ours, task, file) == decoded(stock, task, file)
            assert decoded(ours, task, file).errcode in (BROKEN, MEMORY)
    # A strip is no longer than the image: its rows are those of four bands.
    for rows in 0, 2**31, 2**32 - 2, 2**32 - 1:
        file = tiff.strips(5, 3, [8] * 4, 1, rows, noise(600))
        task = TiffTask("LibTiff", "L", (5, 3), "L")
        assert decoded(ours, task, file) == decoded(stock, task, file)


def test_warnings_are_silent_and_errors_are_printed(ours, stock, capfd):
    """As in the reference, which silences all warnings of the process at its first decoder."""
    # An unknown tag is a warning.
    file = tiff.strips(5, 3, [8], 1, 3, noise(15), tags={50_000: (SHORT, [1])})
    task = TiffTask("LibTiff", "L", (5, 3), "L")
    assert decoded(ours, task, file).errcode == 0
    assert capfd.readouterr() == ("", "")
    file = tiff.strips(5, 3, [8], 1, 3, noise(15))[:-40]
    decoded(stock, task, file)
    theirs = capfd.readouterr().err
    decoded(ours, task, file)
    assert capfd.readouterr().err == theirs != ""


def test_handlers_of_the_process_stay():
    """libtiff keeps the handler of warnings that a program has set."""
    assert (
        child.run(
            """
            import test_tiff, tiff
            library, libtiff = load(), ctypes.CDLL("libtiff.so.6")
            handler = ctypes.CFUNCTYPE(None, ctypes.c_char_p, ctypes.c_char_p, ctypes.c_void_p)(lambda *_: None)
            address = ctypes.cast(handler, ctypes.c_void_p).value
            libtiff.TIFFSetWarningHandler.restype = ctypes.c_void_p
            libtiff.TIFFSetWarningHandler.argtypes = [ctypes.c_void_p]
            libtiff.TIFFSetWarningHandler(address)
            file = tiff.strips(5, 3, [8], 1, 3, test_tiff.noise(15))
            assert test_tiff.decoded(library, tiff.TiffTask("LibTiff", "L", (5, 3), "L"), file).errcode == 0
            print(libtiff.TIFFSetWarningHandler(None) == address)
            """
        )
        == "True\n"
    )


def test_a_missing_library_is_an_error(tmp_path):
    """And a message says what is missing."""
    data = library_path().read_bytes()
    assert data.count(b"libtiff.so.6\0") == 1
    copy = tmp_path / "libImaging.so"
    copy.write_bytes(data.replace(b"libtiff.so.6\0", b"libtiff.so.X\0"))
    output = child.run(
        f"""
        import test_tiff, tiff
        library = abi.Library("ours", {str(copy)!r}, ours=True)
        task = tiff.TiffTask("LibTiff", "L", (5, 3), "L")
        print(library.ImagingTiffVersion(), test_tiff.decoded(library, task, tiff.strips(5, 3, [8], 1, 3, [bytes(15)])).errcode)
        state = task.state(library, packs=True)
        print(task.results[-1])
        library.ImagingLibTiffEncodeCleanup(state)
        """,
        keep_stderr=True,
    )
    assert output.splitlines()[:2] == [f"b'' {CONFIG}", "0"]
    assert "files of the format TIFF need a library: libtiff.so.X" in output


def test_version(stock, ours):
    assert ours.ImagingTiffVersion() == stock.ImagingTiffVersion()
