"""The JPEG codec beside that of a Pillow with the same JPEG library: the same states, pixels and bytes after every call.

The decoder has one difference: an image that is wider than the rectangle is refused when its header has been read. The reference
refuses it later, when it has read all scans.
"""

from __future__ import annotations

import ctypes
import io
import itertools
import random
import re
import resource
import struct
import time
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from abi import RAW_MODE_ID, JpegEncoderState, JpegState
from codec_files import IMAGES
from incremental import BROKEN, CONFIG, END, MUTATIONS, PIECES, Log, Task, clean_up, decode, encode, mutations, release, without
from interposition import library_path

SONAME = "libjpeg.so.62"


@pytest.fixture(scope="session", autouse=True)
def _built_with_jpeg(ours):
    if not ours.exports("ImagingJpegDecode"):
        pytest.skip("the library was built without the feature `jpeg`")


@pytest.fixture(scope="session")
def pair(stock, ours):
    """(reference, library under test)"""
    return stock, ours


# - - - - - Decoding - - - - -

DECODED = [("L", "L"), ("RGB", "RGBX"), ("RGB", "RGB"), ("RGBX", "RGBX"), ("YCbCr", "YCbCr"), ("CMYK", "CMYK"), ("CMYK", "CMYK;I"), ("YCbCr", "YCbCrK"), ("RGBA", "RGBA"), ("L", "LX")]
"""Pairs of the plugin and others: of the layouts that the library converts to, and of those for which it converts nothing."""

FILE_MODES = ["", "", "", "L", "RGB", "CMYK", "YCbCr", "YCbCrK"]
SUBSAMPLINGS = ["4:4:4", "4:2:2", "4:2:0"]


def picture(mode: str, size: tuple[int, int], seed: int = 0) -> Image.Image:
    """Returns a part of a photograph, with some noise."""
    with Image.open(IMAGES / "hopper.jpg") as photo:
        part = photo.convert("RGB").resize(size, Image.Resampling.BICUBIC, (seed % 60, seed % 50, 64 + seed % 60, 70 + seed % 50))
    return part.convert(mode)


def jpeg(mode: str, size: tuple[int, int], seed: int = 0, **options) -> bytes:
    file = io.BytesIO()
    picture(mode, size, seed).save(file, "JPEG", **options)
    return file.getvalue()


def decoding(mode: str, raw_mode: str, size: tuple[int, int], file_mode: str = "", scale: int = 1, draft: int = 0, **rest) -> Task:
    context = JpegState(RAW_MODE_ID.get(file_mode, 0), RAW_MODE_ID[raw_mode], draft, scale)
    return Task("Jpeg", mode, size, raw_mode, context=context, **rest)


def is_refused_earlier(theirs: Log, ours: Log) -> bool:
    """Whether ours has refused a header, and the reference has got no further than that."""
    last = len(ours.calls) - 1
    same = ours.calls[:last] == theirs.calls[:last] and ours.calls[last][1]["state"] == 1
    return same and ours.errcode == BROKEN and theirs.calls[last][1]["state"] == 2 and theirs.result == ours.result


def check(theirs: Log, ours: Log, *about) -> None:
    assert ours == theirs or is_refused_earlier(theirs, ours), about


FILES = st.fixed_dictionaries(
    {
        "mode": st.sampled_from(["L", "RGB", "RGB", "YCbCr", "CMYK"]),
        "size": st.tuples(st.integers(1, 70), st.integers(1, 40)),
        "seed": st.integers(0, 50),
        "quality": st.sampled_from([1, 30, 75, 95, 100]),
        "progressive": st.booleans(),
        "optimize": st.booleans(),
        "subsampling": st.sampled_from(SUBSAMPLINGS),
        "restart_marker_rows": st.sampled_from([0, 0, 1]),
        "restart_marker_blocks": st.sampled_from([0, 0, 1, 3]),
        "comment": st.sampled_from([b"", b"", b"C" * 500]),
    }
)


@given(
    file=FILES,
    pair_of_modes=st.sampled_from(DECODED),
    file_mode=st.sampled_from(FILE_MODES),
    scale=st.sampled_from([1, 1, 1, 0, 2, 3, 4, 8, 16, -1]),
    draft=st.integers(0, 1),
    offset=st.tuples(st.integers(0, 3), st.integers(0, 3)),
    margins=st.tuples(st.integers(0, 3), st.integers(0, 3)),
    grown=st.tuples(st.sampled_from([0, 0, 0, 5, -1]), st.sampled_from([0, 0, 0, 5, -1])),
    pieces=PIECES,
    cut=st.sampled_from([0, 0, 1, 2, 30]),
)
def test_decode(pair, file, pair_of_modes, file_mode, scale, draft, offset, margins, grown, pieces, cut):
    """Files of all kinds as they come, in any colours and sizes, also those that do not fit the rectangle."""
    size = tuple(max(1, -(-side // max(scale, 1)) + more) for side, more in zip(file["size"], grown))
    data = jpeg(**file)
    task = decoding(*pair_of_modes, size, file_mode, scale, draft, offset=offset, margins=margins)
    theirs, ours = (decode(library, task, data[: len(data) - cut], pieces) for library in pair)
    check(theirs, ours)


NATURAL = {"L": ("L", "L"), "RGB": ("RGB", "RGBX"), "YCbCr": ("YCbCr", "YCbCr"), "CMYK": ("CMYK", "CMYK;I")}


@given(file=FILES, pieces=PIECES)
def test_decode_complete_files(pair, file, pieces):
    task = decoding(*NATURAL[file["mode"]], file["size"])
    theirs, ours = (decode(library, task, jpeg(**file), pieces) for library in pair)
    assert ours == theirs
    assert ours.ended and ours.errcode == 0


def sample_files():
    return sorted(path for path in IMAGES.rglob("*") if path.suffix in (".jpg", ".mpo") and path.stat().st_size < 2_000_000)


@pytest.mark.parametrize("path", sample_files(), ids=lambda path: path.name)
def test_the_sample_files_of_pillow(pair, path):
    data = path.read_bytes()
    try:
        with Image.open(io.BytesIO(data)) as image:
            mode, size = image.mode, image.size
    except OSError:
        mode, size = "RGB", (20, 20)
    for draft, scale, piece in (0, 1, 65536), (0, 1, len(data)), (1, 2, 4096), (0, 1, 1000), (0, 8, 100), (0, 1, 1):
        if len(data) / piece > 5000:
            continue
        task = decoding(*NATURAL[mode], tuple(-(-side // scale) for side in size), "", scale, draft)
        theirs, ours = (decode(library, task, data, [piece], each=False) for library in pair)
        assert ours == theirs


def pixels_of_header(file: bytes) -> int:
    """Returns the most pixels that a header in the file says, if it is read from any byte on."""
    headers = re.finditer(rb"(?s)(?=\xff[\xc0-\xcf]...(....))", file)
    return max((height * width for height, width in (struct.unpack(">2H", header[1]) for header in headers)), default=0)


CHANGED = [
    (dict(mode="RGB", size=(37, 19), quality=75), 0),
    (dict(mode="RGB", size=(33, 40), progressive=True), 0),
    (dict(mode="CMYK", size=(20, 9), restart_marker_rows=1), 0),
    (dict(mode="L", size=(60, 30), restart_marker_blocks=2, progressive=True), 0),
    (dict(mode="YCbCr", size=(17, 17), optimize=True, subsampling="4:4:4"), 1),
]


@pytest.mark.parametrize(("options", "draft"), CHANGED, ids=str)
def test_decode_changed_files(pair, options, draft):
    task = decoding(*NATURAL[options["mode"]], options["size"], "", 1, draft)
    file, broken = jpeg(**options, seed=3), 0
    for index, changed in enumerate(mutations(file, 5, MUTATIONS // len(CHANGED))):
        if pixels_of_header(changed) > 20_000_000:
            continue  # the reference would allocate memory for them
        piece = [1 + index % 400, 100_000, 40 + index % 200][index % 3]
        theirs, ours = (decode(library, task, changed, [piece], each=False) for library in pair)
        check(theirs, ours, piece, changed.hex())
        broken += ours.errcode == BROKEN
    assert broken > 0


@given(file=st.binary(max_size=400), has_start=st.booleans(), pieces=PIECES)
def test_decode_any_bytes(pair, file, has_start, pieces):
    file = b"\xff\xd8\xff" * has_start + file
    if pixels_of_header(file) < 20_000_000:
        theirs, ours = (decode(library, decoding("RGB", "RGBX", (9, 9)), file, pieces) for library in pair)
        check(theirs, ours)


def test_tables_before_the_image(pair):
    """A stream of tables, and an image without."""
    task = encoding("RGB", "RGBX", (30, 20))
    tables, image = (encoded(pair[0], task, [10_000], quality=60, streamtype=number).result for number in (1, 2))
    for pieces in [1], [7], [5000]:
        theirs, ours = (decode(library, decoding("RGB", "RGBX", (30, 20)), tables + image, pieces) for library in pair)
        assert ours == theirs
        assert ours.ended and ours.errcode == 0
        alone = [decode(library, decoding("RGB", "RGBX", (30, 20)), image, pieces) for library in pair]
        assert alone[0] == alone[1] and alone[1].errcode == BROKEN


# One component of a block. Each code has one bit: 0 for no coefficient.
def scans_of_a_block(scans: list[tuple[int, int, int]]) -> bytes:
    """Makes a progressive file of scans: the coefficient and the bits before and after it is refined."""
    segment = lambda marker, data: struct.pack(">BBH", 0xFF, marker, len(data) + 2) + data
    code = bytes([1] + [0] * 15 + [0])
    head = b"\xff\xd8" + segment(0xDB, b"\0" + b"\1" * 64) + segment(0xC2, struct.pack(">BHHB3B", 8, 8, 8, 1, 1, 0x11, 0))
    head += segment(0xC4, b"\0" + code) + segment(0xC4, b"\x10" + code)
    body = (segment(0xDA, bytes([1, 1, 0, at, at, high << 4 | low])) + b"\x7f" for at, high, low in scans)
    return head + b"".join(body) + b"\xff\xd9"


MOST_SCANS = [(at, 0 if low == 13 else low + 1, low) for at in range(64) for low in range(13, -1, -1)]


@pytest.mark.parametrize("pieces", [[1], [1000], [1 << 20]])
def test_as_many_scans_as_a_file_can_have(pair, pieces):
    theirs, ours = (decode(library, decoding("L", "L", (8, 8)), scans_of_a_block(MOST_SCANS), pieces, each=False) for library in pair)
    assert ours == theirs
    assert ours.ended and ours.errcode == 0


def test_more_scans_than_a_file_can_have(ours):
    """The time for each is that of all blocks, whatever its bytes are."""
    log = decode(ours, decoding("L", "L", (8, 8)), scans_of_a_block(MOST_SCANS + MOST_SCANS[-1:]), [1000])
    assert (log.ended, log.errcode) == (True, BROKEN)
    large = bytearray(scans_of_a_block(MOST_SCANS[-1:] * 100_000))
    large[large.index(b"\xff\xc2") + 5 :][:4] = struct.pack(">2H", 800, 800)
    begin = time.monotonic()
    assert decode(ours, decoding("L", "L", (800, 800)), bytes(large), [65536], each=False).errcode == BROKEN
    assert time.monotonic() - begin < 30, "all scans were decoded"


@pytest.mark.parametrize("marker", [0xC0, 0xC2])
def test_memory_is_that_of_the_rectangle(ours, marker):
    """A header that says 65500 x 65500 pixels costs nothing."""
    file = bytearray(jpeg("RGB", (16, 16), progressive=marker == 0xC2))
    place = file.index(bytes([0xFF, marker])) + 5
    file[place : place + 4] = struct.pack(">2H", 65500, 65500)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    log = decode(ours, decoding("RGB", "RGBX", (16, 16)), bytes(file), [100])
    assert (log.ended, log.errcode) == (True, BROKEN)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 10_000, "kilobytes"


def test_a_wide_file_is_refused(ours):
    """GHSA-5x8w-8jj5-q52h, GHSA-8g5g-8vmr-9782: the rows of the JPEG library were longer than the line buffer."""
    for size in (21, 20), (20, 21), (40, 40):
        log = decode(ours, decoding("RGB", "RGB", (20, 20)), jpeg("RGB", size), [100])
        assert log.errcode == BROKEN
    grey = decoding("L", "L", (20, 20), fields={"bytes": 20})
    log = decode(ours, replace(grey, context=JpegState(0, RAW_MODE_ID["RGB"], 0, 1)), jpeg("RGB", (20, 20)), [100])
    assert log.errcode == BROKEN


STATES = [{"y": -1}, {"y": 9}, {"state": 1}, {"state": 2}, {"state": 3}, {"state": 4}, {"state": 5}, {"state": -7}, {"xsize": 99}, {"ysize": 99}]


@pytest.mark.parametrize("fields", STATES, ids=str)
def test_a_decoder_refuses_an_invalid_state(ours, fields):
    """A state that has not been started, and rows and columns outside of the image."""
    options = {key: value for key, value in fields.items() if not key.endswith("size")}
    task = decoding("RGB", "RGBX", (20, 20), fields=options)
    if "xsize" in fields:
        task = replace(task, size=(99, 20), offset=(-79, 0))
    if "ysize" in fields:
        task = replace(task, size=(20, 99), offset=(0, -79))
    log = decode(ours, task, jpeg("RGB", task.size), [1000], limit=20)
    assert log.errcode in (BROKEN, CONFIG)


def calls(library, task, file, changes, *, packs=False):
    """Calls a codec with all of a file, or with a buffer, after each change of the state. Returns the errors."""
    state, image = task.state(library, packs=packs), task.image(library)
    function = getattr(library, "ImagingJpegEncode" if packs else "ImagingJpegDecode")
    errors = []
    for change in changes:
        for name, value in change.items():
            setattr(state, name, value)
        buffer = ctypes.create_string_buffer(file, len(file))
        errors.append((function(image, state, buffer, len(file)), state.errcode))
    library.ImagingDelete(image)
    clean_up(library, f"ImagingJpeg{'Encode' if packs else 'Decode'}Cleanup", state)
    release(state)
    return errors


def test_a_line_buffer_that_becomes_shorter(ours):
    """While the state waits for the rest of the file."""
    file = jpeg("RGB", (20, 60))
    task = decoding("RGB", "RGBX", (20, 60))
    state, image = task.state(ours, packs=False), task.image(ours)
    used = ours.ImagingJpegDecode(image, state, file, len(file) - 50)
    assert used > 0 and state.state == 3 and 0 < state.y < 60
    state.bytes -= 1
    rest = file[used:]
    assert (ours.ImagingJpegDecode(image, state, rest, len(rest)), state.errcode) == (-1, CONFIG)
    ours.ImagingDelete(image)
    release(state)


def test_calls_after_the_end(pair):
    file = jpeg("RGB", (20, 20))
    for library in pair:
        assert calls(library, decoding("RGB", "RGBX", (20, 20)), file, [{}, {}]) == [(-1, 0), (-1, BROKEN)]
        assert calls(library, decoding("RGB", "RGBX", (20, 20)), b"broken", [{}, {}]) == [(-1, BROKEN), (-1, BROKEN)]


def test_cleanup(pair):
    """Of a state that was never started, twice, and of none."""
    for library in pair:
        task = decoding("RGB", "RGBX", (20, 20))
        for piece in b"", jpeg("RGB", (20, 20))[:400], b"broken":
            state, image = task.state(library, packs=False), task.image(library)
            if piece:
                library.ImagingJpegDecode(image, state, piece, len(piece))
            library.ImagingJpegDecodeCleanup(state)
            library.ImagingJpegDecodeCleanup(state)
            library.ImagingDelete(image)
            release(state)
    pair[1].ImagingJpegDecodeCleanup(None)
    pair[1].ImagingJpegEncodeCleanup(None)


def test_a_state_that_begins_again(ours):
    """The decompressor before is freed: valgrind and the address sanitizer watch this in c_tests."""
    file = jpeg("RGB", (20, 20))
    again = {"state": 0, "y": 0}
    assert calls(ours, decoding("RGB", "RGBX", (20, 20)), file, [{}, again, again]) == [(-1, 0)] * 3


# - - - - - Encoding - - - - -

ENCODED = [("L", "L"), ("RGB", "RGBX"), ("RGB", "RGB"), ("YCbCr", "YCbCr"), ("CMYK", "CMYK"), ("CMYK", "CMYK;I"), ("RGBX", "RGBX"), ("RGBX", "RGB")]

_libc = ctypes.CDLL(None)
_libc.malloc.restype = ctypes.c_void_p
_libc.malloc.argtypes = [ctypes.c_size_t]


def encoding(mode: str, raw_mode: str, size: tuple[int, int], **rest) -> Task:
    return Task("Jpeg", mode, size, raw_mode, **rest)


def allocated(data: bytes) -> int:
    place = _libc.malloc(len(data))
    ctypes.memmove(place, data, len(data))
    return place


def context_of(task: Task, tables=None, comment=None, extra=None, exif=None, **options) -> JpegEncoderState:
    """Makes a context whose pointers the encoder frees."""
    context = JpegEncoderState(**{"quality": -1, "subsampling": -1, "rawmode": RAW_MODE_ID[task.raw_mode]} | options)
    if tables is not None:
        context.qtables, context.qtablesLen = allocated(struct.pack(f"{64 * len(tables)}I", *itertools.chain(*tables))), len(tables)
    if comment is not None:
        context.comment, context.comment_size = allocated(comment), len(comment)
    if extra is not None:
        context.extra, context.extra_size = allocated(extra), len(extra)
    if exif is not None:
        context.rawExif, context.rawExifLen = allocated(exif), len(exif)
    return context


def encoded(library, task: Task, buffers, *, limit: int = 1 << 30, **options) -> Log:
    return encode(library, replace(task, context=context_of(task, **options)), buffers, limit=limit)


def tables(count: int, most: int):
    return st.lists(st.lists(st.integers(1, most), min_size=64, max_size=64), min_size=count, max_size=count)


OPTIONS = st.fixed_dictionaries(
    {
        "quality": st.sampled_from([-1, -1, -2, 0, 1, 50, 75, 95, 100, 101]),
        "progressive": st.sampled_from([0, 0, 1]),
        "smooth": st.sampled_from([0, 0, 1, 50, 100, -3, 1000]),
        "optimize": st.sampled_from([0, 0, 1, 2]),
        "keep_rgb": st.sampled_from([0, 0, 1]),
        "streamtype": st.sampled_from([0, 0, 0, 1, 2, 3]),
        "xdpi": st.sampled_from([0, 72, 70000, -1]),
        "ydpi": st.sampled_from([0, 72, 96]),
        "subsampling": st.sampled_from([-1, 0, 1, 2, 3]),
        "restart_marker_blocks": st.sampled_from([0, 0, 1, 7, 1 << 20]),
        "restart_marker_rows": st.sampled_from([0, 0, 1, 2**32 - 1]),
        "tables": st.none() | st.integers(1, 4).flatmap(lambda count: tables(count, 300)),
        "comment": st.none() | st.binary(min_size=1, max_size=300),
        "extra": st.none() | st.binary(min_size=1, max_size=3000),
        "exif": st.none() | st.binary(min_size=1, max_size=300),
    }
)

BUFFERS = st.lists(st.sampled_from([1, 3, 9, 99, 700, 1023, 1024, 1025, 1500, 3000, 20_000]), min_size=1, max_size=4).filter(lambda b: max(b) >= 1024)


@given(
    pair_of_modes=st.sampled_from(ENCODED),
    size=st.tuples(st.integers(1, 60), st.integers(1, 40)),
    offset=st.tuples(st.integers(0, 3), st.integers(0, 3)),
    margins=st.tuples(st.integers(0, 3), st.integers(0, 3)),
    seed=st.integers(0, 100),
    values=st.sampled_from([1, 3, 256]),
    options=OPTIONS,
    buffers=BUFFERS,
)
def test_encode(pair, pair_of_modes, size, offset, margins, seed, values, options, buffers):
    task = encoding(*pair_of_modes, size, offset=offset, margins=margins, seed=seed, values=values)
    buffers = [*buffers[1:], buffers[0]] if buffers[0] < 30 else buffers
    theirs, ours = (encoded(library, task, buffers, limit=300, **options) for library in pair)
    assert ours == theirs
    assert ours.errcode in (0, END, BROKEN, CONFIG)


@given(
    pair_of_modes=st.sampled_from(ENCODED[:5]), size=st.tuples(st.integers(1, 60), st.integers(1, 40)), seed=st.integers(0, 100),
    options=OPTIONS, buffer=st.sampled_from([4000, 70_000]),
)  # fmt: skip
def test_encode_complete_files(pair, pair_of_modes, size, seed, options, buffer):
    options = options | {"streamtype": 0, "keep_rgb": 0, "extra": None, "restart_marker_rows": 0}
    buffer = 70_000 if options["progressive"] or options["optimize"] else buffer
    task = encoding(*pair_of_modes, size, seed=seed, values=3)
    theirs, ours = (encoded(library, task, [buffer], **options) for library in pair)
    assert ours == theirs
    assert ours.errcode == END
    with Image.open(io.BytesIO(ours.result)) as image:
        assert image.size == size
        image.load()


@pytest.mark.parametrize("mode", ["L", "RGB", "CMYK", "YCbCr"])
@pytest.mark.parametrize("options", [{}, {"quality": 95, "subsampling": 0}, {"progressive": 1}, {"optimize": 1}, {"restart_marker_rows": 1}, {"smooth": 40}], ids=str)
def test_encode_large(pair, mode, options):
    """In buffers of the plugin's size."""
    task = encoding(mode, {"RGB": "RGBX", "CMYK": "CMYK;I"}.get(mode, mode), (900, 700), values=3)
    buffer = 4 * 900 * 700 if options.keys() & {"progressive", "optimize"} else 65536
    theirs, ours = (encoded(library, task, [buffer], exif=b"Exif\0\0" + bytes(60_000), **options) for library in pair)
    assert ours == theirs
    assert ours.errcode == END


@pytest.mark.parametrize("size", [(65500, 1), (65501, 1), (1, 65501), (70_000, 2)])
def test_encode_sizes(pair, size):
    theirs, ours = (encoded(library, encoding("L", "L", size), [70_000]) for library in pair)
    assert ours == theirs
    assert ours.errcode == (END if max(size) == 65500 else BROKEN)


@pytest.mark.parametrize("length", [65532, 65533, 65534, 70_000])
@pytest.mark.parametrize("name", ["comment", "exif"])
def test_long_markers(pair, name, length):
    task = encoding("L", "L", (8, 8))
    theirs, ours = (encoded(library, task, [200_000], **{name: bytes(length)}) for library in pair)
    assert ours == theirs
    assert ours.errcode == (END if length <= 65533 else BROKEN)
    waiting = [encoded(library, task, [length + 4], limit=5, **{name: bytes(length)}) for library in pair]
    assert waiting[0] == waiting[1] and waiting[1].errcode == 0


@pytest.mark.parametrize("left", range(12))
def test_cve_2026_96778(pair, left):
    """A comment behind an extra segment that leaves few bytes of the buffer, or none."""
    task = encoding("L", "L", (8, 8))
    options = dict(extra=bytes(2000), comment=b"comment")
    header = encoded(pair[1], task, [900], limit=1).result
    buffers = [len(header) + 2000 + left, 3000]
    theirs, ours = (encoded(library, task, buffers, **options) for library in pair)
    assert ours == theirs
    assert ours.errcode == END


@pytest.mark.parametrize("bits", [0, 1, 16, 40])
def test_encode_unknown_depths(pair, bits):
    """An error before anything is written."""
    task = encoding("L", "L", (8, 8), fields={"bits": bits})
    theirs, ours = (encoded(library, task, [2000]) for library in pair)
    assert ours == theirs
    assert (ours.calls[0][0], ours.errcode, ours.result) == (-1, CONFIG, b"")


def test_encode_calls_after_the_end(pair):
    task = encoding("L", "L", (8, 8), context=JpegEncoderState(quality=75, subsampling=-1))
    for library in pair:
        first, second = calls(library, task, bytes(3000), [{}, {"errcode": 0}], packs=True)
        assert first[0] > 300 and first[1] == END and second == (-1, BROKEN)


def test_the_encoder_frees_its_options(ours):
    """At its end, on error, and when it is abandoned; then they are NULL."""
    options = dict(tables=[[9] * 64], comment=b"comment", extra=b"extra", exif=b"exif")
    for change, length, code in ({}, 3000, END), ({"bits": 3}, 3000, CONFIG), ({}, 0, BROKEN), ({"ysize": 0}, 3000, BROKEN), ({}, 800, 0):
        task = encoding("L", "L", (8, 8))
        task = replace(task, context=context_of(task, **options))
        state, image = task.state(ours, packs=True), task.image(ours)
        for name, value in change.items():
            setattr(state, name, value)
        ours.ImagingJpegEncode(image, state, ctypes.create_string_buffer(4000), length)
        assert state.errcode == code
        if code == 0:
            ours.ImagingJpegEncodeCleanup(state)
        context = JpegEncoderState.from_address(state.context)
        assert [context.qtables, context.comment, context.extra, context.rawExif] == [None] * 4
        ours.ImagingDelete(image)
        release(state)


def test_an_empty_buffer_is_an_error(ours):
    """The reference writes the first byte, wherever that is."""
    log = encoded(ours, encoding("L", "L", (8, 8)), [0])
    assert (log.calls[0][0], log.errcode) == (-1, BROKEN)


@pytest.mark.parametrize(
    "options", [{"extra": b"x", "extra_size": -1}, {"rawExifLen": 10}, {"comment": b"x", "comment_size": 2**63}, {"keep_rgb": 1, "subsampling": 1}], ids=str
)
def test_invalid_options_are_errors(ours, options):
    task = encoding("RGB", "RGB", (8, 8))
    context = context_of(task, **{key: value for key, value in options.items() if isinstance(value, bytes) or value == 1})
    for key, value in options.items():
        if not isinstance(value, bytes):
            setattr(context, key, value)
    log = encode(ours, replace(task, context=context), [3000])
    assert (log.calls[0][0], log.errcode, log.result) == (-1, CONFIG, b"")


@pytest.mark.parametrize("count", [-1, 0, 4, 5])
def test_numbers_of_quantization_tables(pair, count):
    """More than four are an error. Without any, the component of luminance has the default table, and so have the others."""
    logs = []
    for library in pair:
        task = encoding("RGB", "RGB", (8, 8))
        context = context_of(task, tables=[[9] * 64] * 5)
        context.qtablesLen = count
        logs.append(encode(library, replace(task, context=context), [3000]))
    assert logs[0] == logs[1]
    assert logs[1].errcode == (BROKEN if count == 5 else END)


@pytest.mark.parametrize("fields", [{"y": -1}, {"y": 3}, {"state": 1}, {"state": 5}, {"state": 6}, {"bits": 32}, {"ysize": 9}], ids=str)
def test_an_encoder_refuses_an_invalid_state(ours, fields):
    task = encoding("RGB", "RGB", (5, 3), fields={key: value for key, value in fields.items() if key not in ("ysize", "bits")})
    if "ysize" in fields:
        task = replace(task, size=(5, 9), offset=(0, -6))
    if "bits" in fields:
        task = replace(task, mode="L", raw_mode="L", fields={"bits": 8})
        context = context_of(task)
        state, image = replace(task, context=context).state(ours, packs=True), task.image(ours)
        state.bits = 32  # the line has fewer bytes
        assert ours.ImagingJpegEncode(image, state, ctypes.create_string_buffer(3000), 3000) == -1
        assert state.errcode == CONFIG
        ours.ImagingDelete(image)
        release(state)
        return
    assert encoded(ours, task, [3000]).errcode in (BROKEN, CONFIG)


def test_rows_that_a_program_adds(ours):
    """The reference waits for ever."""
    task = encoding("L", "L", (40, 80), margins=(0, 20), seed=1)
    task = replace(task, context=context_of(task))
    state, image = task.state(ours, packs=True), task.image(ours)
    buffer = ctypes.create_string_buffer(8000)
    assert ours.ImagingJpegEncode(image, state, buffer, 2000) > 0
    assert state.state == 5 and 0 < state.y < 80
    state.ysize = 100
    assert (ours.ImagingJpegEncode(image, state, buffer, 8000), state.errcode) == (-1, CONFIG)
    ours.ImagingDelete(image)
    release(state)


# - - - - - The library - - - - -


def test_nothing_is_printed(ours, capfd):
    """The reference prints an encoder's errors."""
    decode(ours, decoding("RGB", "RGBX", (9, 9)), b"broken", [10])
    decode(ours, decoding("RGB", "RGBX", (20, 20)), jpeg("RGB", (20, 20))[:300] + bytes(5) + b"\xff\xd9" * 4, [10])
    encoded(ours, encoding("L", "L", (8, 8)), [10])
    assert capfd.readouterr() == ("", "")


def test_a_missing_library(tmp_path, capfd):
    if SONAME.encode() not in library_path().read_bytes():
        pytest.skip("the library is built for another JPEG library")
    library = without(SONAME, tmp_path)
    logs = [decode(library, decoding("RGB", "RGBX", (9, 9)), jpeg("RGB", (9, 9)), [1000]) for _ in range(2)]
    assert [(log.ended, log.errcode) for log in logs] == [(True, CONFIG)] * 2
    log = encoded(library, encoding("L", "L", (8, 8)), [3000], comment=b"freed")
    assert (log.calls[0][0], log.errcode) == (-1, CONFIG)
    lines = set(capfd.readouterr().err.splitlines())
    assert len(lines) == 1 and all("JPEG" in line and "?????" in line for line in lines)


def test_shuffled_pieces_are_equal(ours):
    """The result does not depend on the pieces."""
    source = random.Random(1)
    for options in dict(mode="RGB"), dict(mode="RGB", progressive=True), dict(mode="CMYK", restart_marker_rows=1):
        file = jpeg(size=(50, 30), **options)
        task = decoding(*NATURAL[options["mode"]], (50, 30))
        whole = decode(ours, task, file, [len(file)])
        for _ in range(20):
            log = decode(ours, task, file, [source.randrange(1, 90) for _ in range(9)], each=False)
            assert (log.result, log.ended, log.errcode) == (whole.result, True, 0)
