"""The codecs of JPEG 2000 beside the reference's, with the same OpenJPEG: states, pixels, bytes, errors, and calls of the file."""

from __future__ import annotations

import ctypes
import io
import os
import subprocess
import sys
from ctypes import c_void_p
from pathlib import Path
from typing import Any

import PIL
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from PIL import Image as PillowImage

from abi import ImagingCodecIO, Jpeg2KDecodeState, Jpeg2KEncodeState, Library
from codec_files import IMAGES
from incremental import BROKEN, CONFIG, END, MUTATIONS, Task, mutations, release, seen, without
from side_by_side import attempt, pixels

J2K, JP2 = 0, 2
FAILED, DONE = 3, 2
MODES = ["L", "LA", "RGB", "RGBA", "I;16", "YCbCr"]
DECODED = [*(mode for mode in MODES if mode != "YCbCr"), "P", "PA", "I;16B", "CMYK", "YCbCr"]
"""Modes of images that files are decoded to: also those that do not fit."""

PIL_FOLDER = Path(PIL.__file__).parent

_libc = ctypes.CDLL(None)
_libc.strdup.restype = c_void_p
_libc.strdup.argtypes = [ctypes.c_char_p]


class Recorded(io.BytesIO):
    """A file that remembers its calls. It reads at most `piece` bytes at once."""

    def __init__(self, data: bytes = b"", piece: int = 1 << 30) -> None:
        super().__init__(data)
        self.calls: list[Any] = []
        self.piece = piece

    def read(self, bytes: int = -1) -> bytes:
        self.calls.append(("read", bytes))
        return super().read(min(bytes, self.piece))

    def write(self, data: Any) -> int:
        self.calls.append(("write", len(data)))
        return super().write(data)

    def seek(self, *arguments: int) -> int:
        self.calls.append(("seek", arguments))
        return super().seek(*arguments)

    def tell(self) -> int:
        self.calls.append(("tell",))
        return super().tell()


def run(library: Library, name: str, task: Task, file: Any = None, *, bytes: int = 0, limit: int = 2, **fields: Any) -> Any:
    """Calls a codec `limit` times. Returns all that can be seen: results or exceptions, states, texts of errors, pixels."""
    state, image = task.state(library, packs=name == "Encode"), task.image(library)
    for field, value in fields.items():
        setattr(state, field, value)
    if file is not None:
        state.fd = id(file)
    context = type(task.context).from_address(state.context)
    function = getattr(library, f"ImagingJpeg2K{name}")
    log: list[Any] = []
    for _ in range(limit):
        log.append((attempt(function, image, state, None, bytes), seen(state), context.error_msg))
    log.append(pixels(image))
    library.ImagingDelete(image)
    # The reference keeps its buffers in the state.
    cleanup = getattr(library, f"ImagingJpeg2K{name}Cleanup")
    cleanup(state)
    assert context.error_msg is None
    cleanup(state)
    release(state)
    return log


def decoding(mode: str, size: tuple[int, int], **options: int) -> Task:
    options = dict(fd=-1, length=-1, format=JP2) | options
    return Task("Jpeg2K", mode, size, context=Jpeg2KDecodeState(**options), seed=3)


def decode(library: Library, task: Task, data: bytes, piece: int = 1 << 30, **fields: Any) -> Any:
    file = Recorded(data, piece)
    return run(library, "Decode", task, file, **fields), file.calls


def same_decoding(both: tuple[Library, Library], task: Task, data: bytes, piece: int = 1 << 30, **fields: Any) -> Any:
    theirs, ours = (decode(library, task, data, piece, **fields) for library in both)
    assert ours == theirs
    return ours[0][0][1]


def errcode(log: Any) -> int:
    return log[0][1]["errcode"]


def encoding(mode: str, size: tuple[int, int], *, layers: Any = None, comment: bytes | None = None, seed: int = 0, values: int = 256, **options: int) -> Task:
    """Makes a task. The layers and the comment are those of one run."""
    context = Jpeg2KEncodeState(**(dict(fd=-1, format=JP2) | options))
    if layers is not None:
        context.quality_layers = id(layers)
        ctypes.pythonapi.Py_IncRef(ctypes.py_object(layers))
    if comment is not None:
        context.comment = _libc.strdup(comment)
    return Task("Jpeg2K", mode, size, context=context, seed=seed, values=values)


def encode(library: Library, *arguments: Any, file: Any = None, **options: Any) -> Any:
    file = Recorded() if file is None else file
    log = run(library, "Encode", encoding(*arguments, **options), file)
    return log, getattr(file, "calls", None), file.getvalue() if isinstance(file, io.BytesIO) else None


def same_encoding(both: tuple[Library, Library], *arguments: Any, **options: Any) -> tuple[int, bytes]:
    theirs, ours = (encode(library, *arguments, **options) for library in both)
    assert ours == theirs
    return errcode(ours[0]), ours[2]


USES_WHEEL = "IMAGING_OPENJPEG_OF_THE_WHEEL" in os.environ
"""Whether the reference is the wheel, and both use its OpenJPEG, which may be newer."""


@pytest.fixture(scope="module")
def both(request: pytest.FixtureRequest, ours: Library) -> tuple[Library, Library]:
    """The reference with the same OpenJPEG, and the library under test."""
    if not ours.exports("ImagingJpeg2KDecode"):
        pytest.skip("built without JPEG 2000")
    return request.getfixturevalue("wheel" if USES_WHEEL else "stock"), ours


@pytest.mark.skipif(USES_WHEEL, reason="this is the other process")
def test_with_the_openjpeg_of_the_wheel(both, tmp_path):
    """OpenJPEG tells colour spaces before it decodes since 2.5.1: the wheel's does."""
    [library] = (PIL_FOLDER.parent / "pillow.libs").glob("libopenjp2*")
    (tmp_path / "libopenjp2.so.7").symlink_to(library)
    environment = os.environ | {"IMAGING_OPENJPEG_OF_THE_WHEEL": "1", "LD_LIBRARY_PATH": str(tmp_path)}
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", __file__]
    result = subprocess.run(command, env=environment, cwd=os.path.dirname(__file__), capture_output=True, text=True)
    assert result.returncode == 0, result.stdout + result.stderr


def test_the_version(both):
    assert both[0].ImagingJpeg2KVersion() == both[1].ImagingJpeg2KVersion() != b""


# Decoding.

SAMPLES = sorted(path for path in IMAGES.rglob("*") if path.suffix.lower() in (".jp2", ".j2k", ".jpf", ".jpx", ".jpc", ".j2c"))


def opened(data: bytes) -> tuple[str, tuple[int, int]]:
    """Returns the mode and the size that Pillow chooses for a file."""
    try:
        with PillowImage.open(io.BytesIO(data)) as image:
            return image.mode, image.size
    except Exception:
        return "RGB", (64, 48)


def format_of(data: bytes) -> int:
    return J2K if data[:4] == b"\xff\x4f\xff\x51" else JP2


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.name)
def test_decode_samples(both, path):
    data = path.read_bytes()
    mode, size = opened(data)
    task = decoding(mode, size, format=format_of(data))
    same_decoding(both, task, data)
    # Pillow tells how long a file is.
    same_decoding(both, decoding(mode, size, format=format_of(data), length=len(data)), data)
    same_decoding(both, task, data, 1000)
    same_decoding(both, task, data[: len(data) // 2])
    if len(data) < 20_000:
        for length in range(0, len(data), 97):
            same_decoding(both, task, data[:length])
        for other in DECODED:
            same_decoding(both, decoding(other, size, format=format_of(data)), data)
        same_decoding(both, decoding(mode, size, format=JP2 - format_of(data)), data)
    if size[0] * size[1] < 1_000_000:
        for reduce in range(1, 8):
            power = 1 << reduce
            reduced = tuple((side + power // 2) // power for side in size)
            same_decoding(both, decoding(mode, reduced, format=format_of(data), reduce=reduce), data)
            reduced = tuple(-(-side // power) for side in size)
            same_decoding(both, decoding(mode, reduced, format=format_of(data), reduce=reduce, layers=1), data)


def made(library: Library, *arguments: Any, **options: Any) -> bytes:
    log, _, data = encode(library, *arguments, **options)
    assert errcode(log) == END
    return data


def with_siz(data: bytes, change: Any) -> bytes:
    """Changes the image and tile sizes of a code stream: `change` gets what follows the marker's length and capabilities."""
    at = data.index(b"\xff\x51") + 6
    end = at - 2 + int.from_bytes(data[at - 4 : at - 2], "big") - 2
    fields = bytearray(data[at:end])
    change(fields)
    return data[:at] + bytes(fields) + data[end:]


def with_components(data: bytes, components: list[tuple[int, int, int]]) -> bytes:
    """Changes precision and sign, dx and dy of a code stream's components."""

    def change(fields: bytearray) -> None:
        for n, component in enumerate(components[: (len(fields) - 34) // 3]):
            fields[34 + 3 * n : 37 + 3 * n] = bytes(component)

    return with_siz(data, change)


def with_color_space(data: bytes, number: int) -> bytes:
    """Changes the enumerated colour space of a JP2 file."""
    at = data.index(b"colr") + 7
    return data[:at] + number.to_bytes(4, "big") + data[at + 4 :]


COLOR_SPACES = [0, 12, 16, 17, 18, 24, 99]
"""Bilevel, CMYK, sRGB, grey, YCC, e-YCC, and one that does not exist."""

SIZE = (21, 14)
TILES = dict(tile_size_x=8, tile_size_y=5, tile_offset_x=1, tile_offset_y=2, offset_x=3, offset_y=4)


@given(
    mode=st.sampled_from(MODES),
    form=st.sampled_from([J2K, JP2]),
    tiles=st.booleans(),
    components=st.lists(st.tuples(st.integers(0, 30) | st.integers(128, 158) | st.just(7), st.sampled_from([1, 1, 1, 2, 3]), st.sampled_from([1, 1, 1, 2, 4])), min_size=4, max_size=4),
    is_plain=st.booleans(),
    space=st.sampled_from(COLOR_SPACES),
    out=st.sampled_from(DECODED),
    reduce=st.sampled_from([0, 0, 0, 1, 2]),
    layers=st.sampled_from([0, 0, 1]),
    seed=st.integers(0, 3),
)
def test_decode_components(both, mode, form, tiles, components, is_plain, space, out, reduce, layers, seed):
    """Every precision and sign, subsampled components, colour spaces, tiles: to images of every mode."""
    data = made(both[1], mode, SIZE, format=form, seed=seed, num_resolutions=3 if reduce and not tiles else 0, **(TILES if tiles else {}))
    if not is_plain:
        data = with_components(data, components)
    if form == JP2:
        data = with_color_space(data, space)
    size = tuple(-(-side // (1 << reduce)) for side in SIZE)
    # The reference divides by zero for tiles without columns of a component.
    assume(is_plain or not tiles or all(dx == 1 for _, dx, _ in components))
    assume(not (tiles and reduce))
    same_decoding(both, decoding(out, size, format=form, reduce=reduce, layers=layers, length=len(data)), data)


FITTING = [
    # mode of the encoder, colour space, image
    ("L", 17, "L"),
    ("L", 16, "P"),
    ("L", 12, "P"),
    ("LA", 16, "PA"),
    ("I;16", 17, "I;16"),
    ("I;16", 17, "I;16B"),
    ("LA", 17, "LA"),
    ("L", 17, "RGB"),
    ("LA", 17, "RGB"),
    ("RGB", 16, "RGB"),
    ("RGB", 18, "RGB"),
    ("RGBA", 16, "RGB"),
    ("RGBA", 18, "RGB"),
    ("L", 17, "RGBA"),
    ("LA", 17, "RGBA"),
    ("RGB", 16, "RGBA"),
    ("RGB", 18, "RGBA"),
    ("RGBA", 17, "RGBA"),
    ("RGBA", 16, "RGBA"),
    ("RGBA", 18, "RGBA"),
    ("RGBA", 12, "CMYK"),
]


@pytest.mark.parametrize(("mode", "space", "out"), FITTING)
def test_decode_every_conversion(both, mode, space, out):
    for tiles in {}, TILES:
        data = with_color_space(made(both[1], mode, SIZE, **tiles), space)
        # Without the colour space there is no conversion to these modes.
        expected = END if USES_WHEEL or out not in ("P", "PA", "CMYK") else BROKEN
        assert same_decoding(both, decoding(out, SIZE), data)["errcode"] == expected
        bits = 15 if mode == "I;16" else 7
        for precision in {*range(0, 31), bits}:
            for sign in 0, 128:
                changed = with_components(data, [(precision | sign, 1, 1)] * 4)
                assert same_decoding(both, decoding(out, SIZE), changed)["errcode"] == expected
        subsampled = with_components(data, [(bits, 1, 1), (bits, 2, 2), (bits, 2, 1), (bits, 1, 1)])
        if not tiles:
            same_decoding(both, decoding(out, SIZE), subsampled)


def test_decode_to_images_of_other_sizes(both):
    data = made(both[1], "L", SIZE, **TILES)
    for width in range(SIZE[0] - 2, SIZE[0] + 3):
        for height in range(SIZE[1] - 2, SIZE[1] + 3):
            state = same_decoding(both, decoding("L", (width, height)), data)
            assert (state["errcode"] == END) == (width >= SIZE[0] and height >= SIZE[1])


def test_decode_changed_files(both):
    """A file on which OpenJPEG crashes would end this process."""
    sources = [
        made(both[1], "RGB", (40, 30)),
        made(both[1], "RGB", (40, 30), format=J2K, mct=1, layers=[20, 5, 1]),
        made(both[1], "L", (33, 20), **TILES),
        made(both[1], "RGBA", (24, 24), irreversible=1),
        made(both[1], "LA", (24, 24), plt=1, comment=b"comment"),
        made(both[1], "I;16", (24, 24), format=J2K),
        (IMAGES / "comment.jp2").read_bytes(),
        (IMAGES / "00r1_graya_la.jp2").read_bytes(),
    ]
    tasks = [
        decoding("RGB", (40, 30)),
        decoding("RGB", (40, 30), format=J2K),
        decoding("L", (33, 20)),
        decoding("RGBA", (24, 24)),
        decoding("LA", (24, 24)),
        decoding("I;16", (24, 24), format=J2K),
        decoding(*opened(sources[6])),
        decoding(*opened(sources[7])),
    ]
    found = set()
    for data, task in zip(sources, tasks):
        for changed in mutations(data, len(data), MUTATIONS // len(sources)):
            if divides_by_zero(changed):
                continue
            found.add(same_decoding(both, task, changed)["errcode"])
    assert {END, BROKEN} <= found


def divides_by_zero(data: bytes) -> bool:
    """Whether a file may have a tile with rows of a component, but without columns. The reference ends the process."""
    at = data.find(b"\xff\x51")
    fields = data[at + 6 :]
    if at < 0 or len(fields) < 37:
        return False
    xsiz, _, x0, _, width, _, tx0, _ = (int.from_bytes(fields[n : n + 4], "big") for n in range(0, 32, 4))
    count = int.from_bytes(fields[32:34], "big")
    if not width or count > 4 or not x0 < xsiz < 1 << 31:
        return False
    for component in range(count):
        dx = fields[35 + 3 * component] if len(fields) > 35 + 3 * component else 1
        for begin in range(tx0, min(xsiz, tx0 + 300 * width), width):
            left, right = max(begin, x0), min(begin + width, xsiz)
            if dx and left < right and -(-left // dx) == -(-right // dx):
                return True
    return False


ODD = [
    *({"read": value} for value in (OSError("odd"), None, "text", 5, b"", b"\xff\x4f\xff", bytearray(11), bytes(2_000_000))),
    *({"seek": value} for value in (OSError("odd"), None, "text", -1)),
    *({"tell": value} for value in (OSError("odd"), None, "text", 2.5, 0, 1 << 40, 2**63 - 1, 2**70)),
]


class Odd(Recorded):
    """A file with a method that returns a value, or raises it."""

    def __init__(self, data: bytes, returns: dict[str, Any], piece: int = 1 << 30) -> None:
        super().__init__(data, piece)
        self.returns = returns

    def answer(self, name: str, default: Any, *arguments: Any) -> Any:
        if name not in self.returns:
            return default(*arguments)
        self.calls.append((name, arguments))
        if isinstance(self.returns[name], Exception):
            raise self.returns[name]
        return self.returns[name]

    def read(self, *arguments: int) -> Any:
        return self.answer("read", super().read, *arguments)

    def write(self, *arguments: Any) -> Any:
        return self.answer("write", super().write, *arguments)

    def seek(self, *arguments: int) -> Any:
        return self.answer("seek", super().seek, *arguments)

    def tell(self) -> Any:
        return self.answer("tell", super().tell)


def with_box(data: bytes, bytes_before: int) -> bytes:
    """Puts a box that no decoder knows behind the second box."""
    at = 12 + int.from_bytes(data[12:16], "big")
    box = (8 + bytes_before).to_bytes(4, "big") + b"free" + bytes(bytes_before)
    return data[:at] + box + data[at:]


@pytest.mark.parametrize("returns", ODD, ids=str)
def test_decode_odd_files(both, returns):
    data = with_box(made(both[1], "L", SIZE), 300)
    for piece in 1 << 30, 50:
        theirs, ours = (run(library, "Decode", decoding("L", SIZE), Odd(data, returns, piece)) for library in both)
        assert ours == theirs


def test_decode_files_with_boxes_that_are_skipped(both):
    """The reference tells OpenJPEG that it has skipped as many bytes as the position's number. So a box is an error, unless it
    is in OpenJPEG's buffer."""
    data = made(both[1], "L", SIZE)
    for length in 0, 1, 50, 500:
        for piece in 20, 47, 100, 1 << 30:
            for told in -1, 0:
                changed = with_box(data, length)
                told = told and -1 or len(changed)
                same_decoding(both, decoding("L", SIZE, length=told), changed, piece)


@pytest.mark.parametrize("file", [None, 5, object()])
def test_no_files(both, file):
    theirs, ours = (run(library, "Decode", decoding("L", (3, 1)), file) for library in both)
    assert ours == theirs


def test_decode_states(both):
    data = made(both[1], "L", SIZE)
    for state in range(-1, 6):
        for bytes in 0, 1, -1:
            same_decoding(both, decoding("L", SIZE), data, bytes=bytes, limit=3, state=state)


def test_without_python_no_python_file_is_read(both, ours_without_python):
    data = made(both[1], "L", SIZE)
    assert errcode(decode(ours_without_python, decoding("L", SIZE), data)[0]) == BROKEN


class Callbacks:
    """A file of callbacks: `fails_at` is the number of the call that fails."""

    def __init__(self, data: bytes = b"", piece: int = 1 << 30, fails_at: int | None = None) -> None:
        self.file, self.piece, self.left = io.BytesIO(data), piece, fails_at
        read, write, seek, tell = (type_ for _, type_ in ImagingCodecIO._fields_[:4])
        self.io = ImagingCodecIO(read(self._read), write(self._write), seek(self._seek), tell(self._tell))

    def fails(self) -> bool:
        if self.left is None:
            return False
        self.left -= 1
        return self.left < 0

    def _read(self, _: Any, dest: int, bytes: int) -> int:
        data = self.file.read(min(bytes, self.piece))
        ctypes.memmove(dest, data, len(data))
        return -1 if self.fails() else len(data)

    def _write(self, _: Any, src: int, bytes: int) -> int:
        return -1 if self.fails() else self.file.write(ctypes.string_at(src, bytes))

    def _seek(self, _: Any, offset: int, whence: int) -> int:
        self.file.seek(offset, whence)
        return -1 if self.fails() else 0

    def _tell(self, _: Any) -> int:
        return -1 if self.fails() else self.file.tell()


def with_callbacks(library: Library, name: str, task: Task, callbacks: Callbacks) -> Any:
    state = type(task.state(library, packs=True))()
    library.ImagingSetCodecIO(state, callbacks.io)
    return run(library, name, task, limit=1, fd=state.fd)


@pytest.mark.parametrize("piece", [1, 7, 100, 1 << 30])
def test_callbacks(both, ours_without_python, piece):
    """Programs without Python get the pixels, and the file, that Pillow gets."""
    expected = made(both[0], "RGB", (90, 70), irreversible=1)
    callbacks = Callbacks()
    log = with_callbacks(ours_without_python, "Encode", encoding("RGB", (90, 70), irreversible=1), callbacks)
    assert (errcode(log), callbacks.file.getvalue()) == (END, expected)
    log = with_callbacks(ours_without_python, "Decode", decoding("RGB", (90, 70)), Callbacks(expected, piece))
    assert errcode(log) == END
    assert log[-1] == decode(both[0], decoding("RGB", (90, 70)), expected)[0][-1]


def test_callbacks_that_fail(ours_without_python, both):
    data = made(both[0], "L", SIZE)
    for number in range(12):
        log = with_callbacks(ours_without_python, "Decode", decoding("L", SIZE), Callbacks(data, 30, number))
        assert errcode(log) in (BROKEN, END)
        callbacks = Callbacks(fails_at=number)
        log = with_callbacks(ours_without_python, "Encode", encoding("L", SIZE), callbacks)
        assert errcode(log) == (END if callbacks.left >= 0 else BROKEN)


# Encoding.

SIZES = st.tuples(st.integers(1, 70), st.integers(1, 70))
OPTIONS = st.fixed_dictionaries(
    {},
    optional=dict(
        format=st.sampled_from([J2K, JP2]),
        seed=st.integers(0, 5),
        values=st.sampled_from([1, 2, 256]),
        num_resolutions=st.sampled_from([0, 0, 1, 2, 3, 6, 7]),
        quality_is_in_db=st.integers(0, 1),
        cblk_width=st.sampled_from([0, 3, 4, 8, 64, 256, 1024]),
        cblk_height=st.sampled_from([0, 4, 16, 64, 2048]),
        precinct_width=st.sampled_from([0, 4, 5, 16, 64, 128, 1 << 20]),
        precinct_height=st.sampled_from([0, 4, 32, 100, 128]),
        irreversible=st.integers(0, 2),
        mct=st.sampled_from([0, 0, 1, 1, 2, 3, -1, 100]),
        sgnd=st.sampled_from([0, 0, 1, 2]),
        progression=st.integers(0, 4),
        cinema_mode=st.sampled_from([0, 0, 0, 0, 1, 2, 3]),
        comment=st.sampled_from([b"", b"a comment", b"long " * 10000]),
        plt=st.integers(0, 1),
        layers=st.lists(st.sampled_from([0, 1, 1.5, 5, 20, 40, 100, 1000]), max_size=5) | st.sampled_from([(), (30, 40), [2] * 120, {1: 2}, "", [True], [-5, 1e300, 1e-300]]),
    ),
)


@given(mode=st.sampled_from(MODES), size=SIZES, options=OPTIONS)
def test_encode(both, mode, size, options):
    assume(is_defined(options))
    code, data = same_encoding(both, mode, size, **options)
    if code == END and options.get("cinema_mode", 0) == 0:
        assert same_decoding(both, decoding(mode, size, format=options.get("format", JP2)), data)["state"] in (DONE, FAILED)


def is_defined(options: dict[str, Any]) -> bool:
    """Whether the reference survives these options: where OpenJPEG refuses the code blocks' size, it uses a NULL pointer."""
    width, height = options.get("cblk_width", 0), options.get("cblk_height", 0)
    is_used = 4 <= width <= 1024 and 4 <= height <= 1024 and width * height <= 4096
    return not is_used or (width & (width - 1) == 0 and height & (height - 1) == 0)


def empty_resolutions(begin: int, size: int, first: int, side: int, resolutions: int) -> list[int]:
    """The first coordinates of the resolutions at which the first or the last tile is a single pixel wide and has none."""
    end = begin + size
    last = first + (end - 1 - first) // side * side
    tiles = (begin, min(end, first + side)), (max(begin, last), end)
    single = (start for start, stop in tiles if stop - start == 1)
    sides = (((start - 1 >> level) + 1, (start >> level) + 1) for start in single for level in range(1, resolutions - 1))
    return [low for low, high in sides if low == high]


@given(
    mode=st.sampled_from(MODES),
    size=st.tuples(st.integers(1, 40), st.integers(1, 40)),
    offset=st.tuples(st.integers(0, 30), st.integers(0, 30)),
    tile=st.tuples(st.integers(1, 50), st.integers(1, 50)),
    back=st.tuples(st.integers(0, 49), st.integers(0, 49)),
    form=st.sampled_from([J2K, JP2]),
    cinema=st.sampled_from([0, 0, 0, 1]),
)
def test_encode_tiles(both, mode, size, offset, tile, back, form, cinema):
    # The first tile has pixels of the image, as Pillow's bindings make sure.
    first = tuple(max(0, origin - shift % side) for origin, shift, side in zip(offset, back, tile))
    resolutions = min(6, min(tile).bit_length())
    x, y = (empty_resolutions(*axis, resolutions) for axis in zip(offset, size, first, tile))
    assume(not y and not any(begin % 2 for begin in x))
    fields = dict(zip(("tile_size_x", "tile_size_y"), tile)) | dict(zip(("tile_offset_x", "tile_offset_y"), first))
    code, data = same_encoding(both, mode, size, format=form, cinema_mode=cinema, offset_x=offset[0], offset_y=offset[1], **fields)
    if code == END and not cinema:
        same_decoding(both, decoding("RGB" if mode == "YCbCr" else mode, size, format=form), data)


@pytest.mark.parametrize("mode", ["1", "P", "PA", "I", "F", "RGBX", *([] if USES_WHEEL else ["CMYK"]), "LAB", "HSV", "La", "RGBa", "I;16L", "I;16N", "I;16B"])
def test_encode_other_modes(both, mode):
    same_encoding(both, mode, SIZE)


@pytest.mark.parametrize("options", [
    dict(tile_size_x=1 << 14, tile_size_y=1 << 14),
    dict(tile_size_x=5),
    dict(offset_x=5),
    dict(offset_x=20, offset_y=13),
    dict(format=1),
    dict(format=-1),
    dict(num_resolutions=33, format=JP2),
    dict(num_resolutions=30),
    dict(num_resolutions=-1, format=JP2),
])  # fmt: skip
def test_encode_limits(both, options):
    same_encoding(both, "L", SIZE, **options)


@pytest.mark.parametrize("options", [
    dict(tile_size_x=1 << 20, tile_size_y=1 << 20),
    dict(tile_size_x=1 << 16, tile_size_y=1 << 14),
    dict(tile_size_x=2**31 - 1, tile_size_y=1),
    dict(offset_x=2**30),
    dict(offset_x=2**30, offset_y=2**30),
    dict(offset_x=SIZE[0]),
])  # fmt: skip
def test_encode_tiles_that_are_too_large(both, options):
    """The reference writes the boxes of a file first, and then says that it is broken; with the offsets it crashes."""
    log, calls, _ = encode(both[1], "L", SIZE, **options)
    assert errcode(log) == BROKEN
    if "tile_size_x" in options:
        assert errcode(encode(both[0], "L", SIZE, **options)[0]) == BROKEN and calls == []


@pytest.mark.parametrize("size", [(0, 0), (0, 5), (5, 0)])
def test_encode_images_without_pixels(both, size):
    assert same_encoding(both, "L", size)[0] == BROKEN


def test_encode_behind_other_bytes(both):
    for form in J2K, JP2:
        results = []
        for library in both:
            file = Recorded(b"before")
            io.BytesIO.seek(file, 6)
            results.append(encode(library, "L", SIZE, format=form, file=file))
        assert results[0] == results[1]


@pytest.mark.parametrize("returns", [{"write": value} for value in (None, 0, -1, "text")] + [{"tell": value} for value in (0, 5, -1, None, OSError("odd"))], ids=str)
def test_encode_odd_files(both, returns):
    for form in J2K, JP2:
        # An exception in `tell` would be followed by a write.
        if form == J2K or "write" in returns or isinstance(returns["tell"], int):
            theirs, ours = (encode(library, "L", SIZE, format=form, file=Odd(b"", returns)) for library in both)
            assert ours == theirs


def test_encode_states(both):
    for state in range(-1, 5):
        theirs, ours = (run(library, "Encode", encoding("L", SIZE), Recorded(), limit=3, state=state) for library in both)
        assert ours == theirs


def test_the_references_of_layers_are_released(both):
    layers = [20, 10.5, 1]
    before = sys.getrefcount(layers)
    encode(both[1], "L", SIZE, layers=layers)
    assert sys.getrefcount(layers) == before


# Where the reference is undefined.


@pytest.mark.parametrize("fails", [OSError("full")])
def test_a_write_that_fails_is_an_error(both, fails):
    """The reference tells OpenJPEG that 2**32 - 1 bytes were written."""
    for form in J2K, JP2:
        log, calls, _ = encode(both[1], "L", SIZE, format=form, file=Odd(b"", {"write": fails}))
        assert (errcode(log), log[0][0], len(calls)) == (BROKEN, ("OSError", ("full",)), 1)


def test_layers_that_are_no_numbers_are_an_error(both):
    class Endless(list):
        def __len__(self) -> int:
            raise OverflowError("endless")

    for layers in ["a"], [None], [1, 2**2000], Endless([1]):
        log, calls, _ = encode(both[1], "L", SIZE, layers=layers)
        assert (errcode(log), calls) == (CONFIG, [])
        assert isinstance(log[0][0], tuple)


def test_layers_need_python(both, ours_without_python):
    log = run(ours_without_python, "Encode", encoding("L", SIZE, layers=[1]), Recorded())
    assert errcode(log) == CONFIG


@pytest.mark.parametrize("options", [
    dict(num_resolutions=34),
    dict(num_resolutions=-1),
    dict(cblk_width=5, cblk_height=5),
    dict(tile_size_x=4, tile_size_y=4, num_resolutions=35),
])  # fmt: skip
def test_options_that_openjpeg_refuses_are_an_error(both, options):
    """The reference goes on with an encoder that is not set up."""
    log = encode(both[1], "L", SIZE, format=J2K, **options)[0]
    assert errcode(log) == BROKEN and log[0][2].startswith(b"Invalid")


def test_lossless_tiles_without_pixels_of_a_resolution_are_an_error(both):
    """OpenJPEG writes behind the memory for a single pixel, and reads behind the last pixel of a single column."""
    tiles = dict(tile_size_x=8, tile_size_y=8)
    for width, offset, expected in (9, 7, BROKEN), (8, 7, END), (9, 6, END), (17, 7, BROKEN):
        log = encode(both[1], "L", (width, 20), offset_y=offset, **tiles)[0]
        assert errcode(log) == expected
    # The first tile is the column 10. At a quarter of the size, it begins at 3 and has no columns.
    tiles |= dict(tile_offset_x=3, offset_x=10)
    assert empty_resolutions(10, 20, 3, 8, 4) == [3]
    assert errcode(encode(both[1], "L", (20, 9), **tiles)[0]) == BROKEN


def test_lossy_tiles_without_columns_of_a_resolution_are_an_error(both):
    """OpenJPEG asserts that there are columns."""
    tiles = dict(tile_size_x=8, tile_size_y=8)
    for offset, width, expected in (7, 20, BROKEN), (5, 4, BROKEN), (6, 20, BROKEN), (4, 20, END), (0, 9, END):
        log = encode(both[1], "L", (width, 9), offset_x=offset, irreversible=1, **tiles)[0]
        assert errcode(log) == expected


def test_more_tiles_than_the_format_has_are_an_error(both):
    log = encode(both[1], "L", (300, 300), format=J2K, tile_size_x=1, tile_size_y=1)[0]
    assert errcode(log) == BROKEN and log[0][2].startswith(b"Invalid number of tiles")


@pytest.mark.parametrize("options", [
    dict(offset_x=-1),
    dict(offset_y=-(2**31)),
    dict(tile_size_x=-4, tile_size_y=4),
    dict(tile_size_x=4, tile_size_y=4, tile_offset_x=-1),
    dict(tile_size_x=4, tile_size_y=4, tile_offset_x=1),
    dict(tile_size_x=4, tile_size_y=4, offset_x=8, tile_offset_x=4),
    dict(progression=5),
    dict(progression=-1),
    dict(cinema_mode=4),
    dict(cinema_mode=-1),
    dict(comment=b"c" * 65532),
])  # fmt: skip
def test_options_that_no_binding_sets_are_an_error(both, options):
    log, calls, _ = encode(both[1], "L", SIZE, **options)
    assert (errcode(log), log[0][1]["state"], calls) == (CONFIG, FAILED, [])


def test_the_longest_comment(both):
    assert same_encoding(both, "L", SIZE, comment=b"c" * 65531)[0] == END


def test_files_that_are_longer_than_they_are_said_to_be(both):
    """OpenJPEG, with its assertions, ends the process."""
    data = made(both[1], "L", SIZE)
    for length in range(0, len(data), 13):
        log, calls = decode(both[1], decoding("L", SIZE, length=length), data)
        assert errcode(log) in (BROKEN, END) and all(count == 1 << 20 for _, count in calls)
    assert errcode(decode(both[1], decoding("L", SIZE, length=0), data)[0]) == BROKEN


def test_a_position_below_zero_is_an_error(both):
    """The reference asks OpenJPEG to skip more and more."""
    data = with_box(made(both[1], "L", SIZE), 300)
    log = run(both[1], "Decode", decoding("L", SIZE), Odd(data, {"tell": -5}, 50))
    assert errcode(log) == BROKEN


def test_a_tile_without_columns_of_a_component_is_an_error(both):
    """OpenJPEG divides by the number of columns."""
    data = made(both[1], "L", (1, 1), format=J2K)

    def change(fields: bytearray) -> None:
        for at, value in (0, 2), (8, 1), (16, 2):
            fields[at : at + 4] = value.to_bytes(4, "big")
        fields[35] = 4

    changed = with_siz(data, change)
    assert divides_by_zero(changed)
    assert errcode(decode(both[1], decoding("RGB", (1, 1), format=J2K), changed)[0]) == BROKEN
    # To an image that has such a component, and at a lower resolution.
    color = with_siz(made(both[1], "RGB", (1, 1), format=J2K), change)
    assert errcode(decode(both[1], decoding("RGB", (1, 1), format=J2K), color)[0]) == BROKEN
    tiled = made(both[1], "L", (7, 7), format=J2K, tile_size_x=2, tile_size_y=2, tile_offset_x=1, offset_x=1, num_resolutions=2)
    assert errcode(decode(both[1], decoding("L", (4, 4), format=J2K, reduce=1), tiled)[0]) == BROKEN


def test_a_resolution_that_is_halved_32_times_is_an_error(both):
    """The reference shifts by 32."""
    data = made(both[1], "L", (64, 64), format=J2K)
    at = data.index(b"\xff\x52") + 9
    changed = data[:at] + b"\x20" + data[at + 1 :]
    log = decode(both[1], decoding("L", (1, 1), format=J2K, reduce=32), changed)[0]
    assert errcode(log) == BROKEN


def test_the_decoder_closes_a_file_of_the_c_library_if_it_succeeds(both):
    """The reference leaves a pointer to it."""
    _libc.fopen.restype, _libc.fopen.argtypes = c_void_p, [ctypes.c_char_p] * 2
    _libc.fclose.argtypes = [c_void_p]
    data = made(both[1], "L", SIZE)
    for file in data, data[:50]:
        task, file = decoding("L", SIZE), Recorded(file)
        state, image = task.state(both[1], packs=False), task.image(both[1])
        context = Jpeg2KDecodeState.from_address(state.context)
        context.pfile, state.fd = _libc.fopen(b"/dev/null", b"r"), id(file)
        both[1].ImagingJpeg2KDecode(image, state, None, 0)
        assert (context.pfile is None) == (state.errcode == END)
        if context.pfile:
            assert _libc.fclose(context.pfile) == 0
        both[1].ImagingJpeg2KDecodeCleanup(state)
        both[1].ImagingDelete(image)
        release(state)


def test_no_context_is_an_error(both):
    library = both[1]
    task = Task("Jpeg2K", "L", SIZE)
    state, image = task.state(library, packs=False), task.image(library)
    assert library.ImagingJpeg2KDecode(image, state, None, 0) == -1 and state.errcode == CONFIG
    state.errcode = 0
    assert library.ImagingJpeg2KEncode(image, state, None, 0) == -1 and state.errcode == CONFIG
    for name in "Decode", "Encode":
        getattr(library, f"ImagingJpeg2K{name}Cleanup")(state)
        getattr(library, f"ImagingJpeg2K{name}Cleanup")(None)
    library.ImagingDelete(image)


def test_a_bomb_needs_the_memory_of_its_image_alone(both):
    """A file of some hundred bytes that says it is 20000 pixels wide and high, decoded to a small image."""
    data = made(both[1], "L", (64, 64), format=J2K)

    def change(fields: bytearray) -> None:
        for at in 0, 4, 16, 20:
            fields[at : at + 4] = (20000).to_bytes(4, "big")

    assert same_decoding(both, decoding("L", (64, 64), format=J2K), with_siz(data, change))["errcode"] == BROKEN


@pytest.mark.skipif(USES_WHEEL, reason="this is for any OpenJPEG")
def test_without_openjpeg_there_is_a_warning_and_an_error(both, tmp_path, capfd):
    library = without("libopenjp2.so.7", tmp_path)
    assert library.ImagingJpeg2KVersion() == b""
    assert errcode(decode(library, decoding("L", SIZE), b"")[0]) == CONFIG
    log, calls, _ = encode(library, "L", SIZE)
    assert (errcode(log), calls) == (CONFIG, [])
    [warning] = capfd.readouterr().err.splitlines()
    assert "JPEG 2000 need a library: ???" in warning
