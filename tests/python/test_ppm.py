"""PBM, PGM and PPM files: read and written as by Pillow's own plugin; errors of invalid files name what is wrong."""

from __future__ import annotations

import math
import os
import threading

import PIL.Image
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from abi import MODE_ID, MODES
from side_by_side import arena, attempt, fill, pixels, storage_of

KINDS = {1: "1", 2: "L", 3: "RGB", 4: "1", 5: "L", 6: "RGB"}
SAVED_BY_PILLOW = ["1", "L", "I", "I;16", "RGB", "RGBA", "F"]
SAVED_BY_US_TOO = ["I;16B", "I;16L", "I;16N", "RGBX"]
NOT_SAVED = [mode for mode in MODES[1:] if mode not in SAVED_BY_PILLOW + SAVED_BY_US_TOO]

maxima = st.sampled_from([1, 2, 3, 7, 15, 127, 254, 255, 256, 1023, 4095, 32767, 65534, 65535]) | st.integers(1, 65535)
blanks = st.text(alphabet=" \t\n\r\v\f", min_size=1, max_size=3).map(str.encode)
comments = st.text(alphabet="ab1 #\t", max_size=8).map(lambda text: b"#" + text.encode() + b"\n")
gaps = blanks | st.tuples(blanks, comments).map(b"".join) | st.tuples(blanks, comments, blanks).map(b"".join)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "picture.ppm"


def opened_by_us(library, path):
    """Returns mode, size and stored pixels."""
    image = library.ImagingOpenPPM(os.fsencode(path))
    state = MODES[image.contents.mode], (image.contents.xsize, image.contents.ysize), pixels(image)
    library.ImagingDelete(image)
    return state


def opened_by_pillow(path):
    with PIL.Image.open(path) as picture:
        return picture.mode, picture.size, pixels(storage_of(picture))


def body(kind, width, height, maximum, values, gap):
    """Encodes the pixels of a file of this kind."""
    count = width * height * (3 if KINDS[kind] == "RGB" else 1)
    if kind == 1:
        return gap.join(b"%d" % values.randrange(2) for _ in range(count))
    if kind in (2, 3):
        return gap.join(b"%d" % values.randint(0, maximum) for _ in range(count))
    if kind == 4:
        return values.randbytes(math.ceil(width / 8) * height)
    return values.randbytes(count * (1 if maximum < 256 else 2))


@st.composite
def files(draw, kind):
    """Draws a valid file of this kind, with unusual white space and comments."""
    width, height, maximum = draw(st.integers(1, 40)), draw(st.integers(1, 12)), draw(maxima)
    values, gap = draw(st.randoms(use_true_random=False)), draw(gaps if kind < 4 else blanks)
    numbers = [width, height] if KINDS[kind] == "1" else [width, height, maximum]
    zeros = draw(st.integers(0, 3))
    header = b"P%d" % kind + draw(blanks)
    for number in numbers[:-1]:
        header += b"%0*d" % (zeros, number) + draw(gaps)
    header += b"%d" % numbers[-1] + draw(st.sampled_from([b" ", b"\n", b"\t"]))
    tail = (
        draw(st.sampled_from([b"", b"\n", b" \n", b" more"]))
        if kind > 3
        else draw(st.sampled_from([b"", b"\n", b" \n"]))
    )
    return header + body(kind, width, height, maximum, values, gap) + tail


@pytest.mark.parametrize("kind", KINDS)
@given(data=st.data())
def test_open(ours, path, kind, data):
    path.write_bytes(data.draw(files(kind)))
    assert opened_by_us(ours, path) == opened_by_pillow(path)


scales = st.sampled_from([b"1", b"-1", b"1.0", b"-1.0", b"+.5", b"5.", b"1e3", b"-2.5E-3", b"007", b"-1e-300"])


@given(scale=scales, width=st.integers(1, 20), height=st.integers(1, 9), gap=gaps, data=st.data())
def test_open_floats(ours, path, scale, width, height, gap, data):
    """PFM: rows from the bottom up, byte order by the sign of the scale, any bit patterns."""
    values = data.draw(st.binary(min_size=4 * width * height, max_size=4 * width * height))
    path.write_bytes(b"Pf\n%d %d%s%s\n" % (width, height, gap, scale) + values)
    assert opened_by_us(ours, path) == opened_by_pillow(path)


@given(scale=st.text(alphabet="0123456789+-.einfa", min_size=1, max_size=12).map(str.encode) | scales)
def test_valid_scales_are_those_of_pillow(ours, path, scale):
    path.write_bytes(b"Pf 1 1 " + scale + b"\nabcd")
    our, pillows = attempt(opened_by_us, ours, path), attempt(opened_by_pillow, path)
    assert our == pillows or (our[0] == "OSError" and pillows[0] not in MODES)


@pytest.mark.parametrize("maximum", [1, 254, 255, 256, 65534, 65535])
@pytest.mark.parametrize("kind", [2, 3, 5, 6])
def test_every_value_is_scaled_as_by_pillow(ours, path, kind, maximum):
    """All values up to the maximum and, in binary files, above it."""
    bands = 3 if KINDS[kind] == "RGB" else 1
    if kind > 3:
        wide = maximum > 255
        values = b"".join(value.to_bytes(1 + wide, "big") * bands for value in range(65536 if wide else 256))
        width = len(values) // (bands * (1 + wide))
    else:
        values, width = b"".join(b"%d " % value * bands for value in range(maximum + 1)), maximum + 1
    path.write_bytes(b"P%d %d 1 %d\n" % (kind, width, maximum) + values)
    assert opened_by_us(ours, path) == opened_by_pillow(path)


@pytest.mark.parametrize("mode", SAVED_BY_PILLOW)
@pytest.mark.parametrize("suffix", [".ppm", ".pnm"])
def test_files_of_pillow(ours, path, mode, suffix):
    path = path.with_suffix(suffix)
    picture = PIL.Image.effect_mandelbrot((67, 41), (-2, -1.5, 1, 1.5), 60).convert("L")
    picture.convert("RGB").convert(mode if mode != "I;16" else "I").convert(mode).save(path)
    assert opened_by_us(ours, path) == opened_by_pillow(path)


@pytest.mark.parametrize("mode", SAVED_BY_PILLOW)
@settings(max_examples=60)
@given(width=st.integers(1, 40), height=st.integers(1, 12), values=st.binary(min_size=1, max_size=400))
def test_save(ours, path, mode, width, height, values):
    """The same bytes as Pillow's, for any pixels."""
    picture = PIL.Image.new(mode, (width, height))
    fill(storage_of(picture), values)
    picture.save(path)
    expected = path.read_bytes()
    path.unlink()
    assert ours.ImagingSavePPM(storage_of(picture), os.fsencode(path)) == 1
    assert path.read_bytes() == expected


@pytest.mark.parametrize("mode", SAVED_BY_US_TOO)
@given(width=st.integers(1, 20), height=st.integers(1, 12), values=st.binary(min_size=1, max_size=400))
@settings(max_examples=60)
def test_save_of_modes_that_pillow_cannot_save(ours, path, mode, width, height, values):
    """The same file as that of the nearest mode that Pillow writes."""
    image = ours.ImagingNew(MODE_ID[mode], width, height)
    fill(image, values)
    stored = pixels(image)
    if mode == "RGBX":
        twin, stored_as = "RGBA", stored
    else:
        twin = "I;16"
        stored_as = (
            bytes(byte for at in range(0, len(stored), 2) for byte in reversed(stored[at : at + 2]))
            if mode == "I;16B"
            else stored
        )
    picture = PIL.Image.new(twin, (width, height))
    fill(storage_of(picture), stored_as)
    picture.save(path)
    expected = path.read_bytes()
    assert ours.ImagingSavePPM(image, os.fsencode(path)) == 1
    ours.ImagingDelete(image)
    assert path.read_bytes() == expected


@pytest.mark.parametrize("mode", ["1", "L", "RGB"])
@given(width=st.integers(0, 40), height=st.integers(0, 12), values=st.binary(min_size=1, max_size=400))
@settings(max_examples=60)
def test_round_trip(ours, path, mode, width, height, values):
    """Opening a saved file gives the same image, also for empty images and images in several blocks."""
    if mode == "1":
        values = bytes(255 * (value & 1) for value in values)
    if mode == "RGB":
        values = b"".join(bytes([value, value ^ 85, 255 - value, 255]) for value in values)
    with arena(ours, block_size=4096, blocks_max=1, alignment=32):
        image = ours.ImagingNew(MODE_ID[mode], width, height)
        fill(image, values)
        assert ours.ImagingSavePPM(image, os.fsencode(path)) == 1
        assert opened_by_us(ours, path) == (mode, (width, height), pixels(image))
        ours.ImagingDelete(image)


BROKEN = {
    "empty": (b"", "not a PPM file"),
    "another format": (b"\x89PNG\r\n\x1a\n" + bytes(40), "not a PPM file"),
    "an unknown kind": (b"P7\n1 1 255\n\0", "not a PPM file"),
    "no kind": (b"P 1 1 255\n\0", "not a PPM file"),
    "no blank behind the kind": (b"P51 1 255\n\0", "not a PPM file"),
    "nothing behind the kind": (b"P5 ", "is truncated"),
    "no height": (b"P5 1", "is truncated"),
    "no maximum": (b"P5 1 1", "is truncated"),
    "a header that is a comment": (b"P5 #1 1 255 ", "is truncated"),
    "a comment that never ends": (b"P5 1 1 2#55", "is truncated"),
    "a letter in the width": (b"P5 1x 1 255\n\0", "invalid width: it contains 'x'"),
    "a negative width": (b"P5 -1 1 255\n\0", "invalid width: it contains '-'"),
    "a fraction": (b"P5 1 1 25.5\n\0", "invalid maximum: it contains '.'"),
    "a zero byte": (b"P5 1 1\0 255\n\0", "invalid height: it contains '\\x00'"),
    "a width of too many digits": (b"P5 12345678901 1 255\n\0", "width of more than 10 digits"),
    "a width that is too large": (b"P5 4294967295 1 255\n\0", "width of 4294967295"),
    "a height just too large": (b"P5 1 2147483648 255\n\0", "height of 2147483648"),
    "a maximum of 0": (b"P5 1 1 0\n\0", "maximum of 0"),
    "a maximum of 65536": (b"P5 1 1 65536\n\0\0", "maximum of 65536"),
    "no pixels": (b"P6 2 2 255\n", "12 bytes, but 0 are left"),
    "a byte less": (b"P6 2 2 255\n" + bytes(11), "12 bytes, but 11 are left"),
    "16-bit values, one byte missing": (b"P5 2 2 256\n" + bytes(7), "8 bytes, but 7 are left"),
    "a byte less of bits": (b"P4 9 2\n" + bytes(3), "4 bytes, but 3 are left"),
    "a size that lies": (b"P6 30000 30000 255\n" + bytes(100), "2700000000 bytes, but 100 are left"),
    "a size far larger than the file": (b"P6 2147483647 2147483647 65535\n" + bytes(100), ""),
    "a size of rows alone": (b"P5 0 2147483647 255\n", "rows of width 0"),
    "a row of 2 GiB": (b"P5 2147483647 1 255\n" + bytes(100), "width of 2147483647, which is too large"),
    "floats of three bands": (b"PF 1 1 -1.0\n" + bytes(12), "colour PFM"),
    "floats: no scale": (b"Pf 1 1", "is truncated"),
    "floats: a scale of 0": (b"Pf 1 1 -0.0\n" + bytes(4), "scale of '-0.0'"),
    "floats: a scale of too many digits": (b"Pf 1 1 inf\n" + bytes(4), "scale of 'inf'"),
    "floats: a long scale": (b"Pf 1 1 1.000000000\n" + bytes(4), "scale of more than 10 characters"),
    "floats: a byte less": (b"Pf 2 2 1\n" + bytes(15), "16 bytes, but 15 are left"),
    "plain: no pixels": (b"P2 2 2 255\n", "is truncated"),
    "plain: a value less": (b"P2 2 2 255\n1 2 3     ", "is truncated"),
    "plain: a bit less": (b"P1 2 2\n1 0 1  ", "is truncated"),
    "plain: a value above the maximum": (b"P2 2 1 7\n1 8 ", "pixel value of 8, above its maximum of 7"),
    "plain: a negative value": (b"P2 2 1 7\n1 -1 ", "invalid pixel value: it contains '-'"),
    "plain: a letter": (b"P3 1 1 7\n1 2 x", "invalid pixel value: it contains 'x'"),
    "plain: no bit": (b"P1 2 1\n1 2", "'2' among its bits: each must be 0 or 1"),
    "plain: too many digits": (b"P2 1 1 7\n00000000001 ", "pixel value of more than 10 digits"),
}


@pytest.mark.parametrize("content, words", BROKEN.values(), ids=BROKEN)
def test_invalid_file_is_an_error(ours, path, content, words):
    """The error names the file and what is wrong with it; no image is leaked."""
    path.write_bytes(content)
    with arena(ours):
        with pytest.raises((OSError, MemoryError)) as error:
            ours.ImagingOpenPPM(os.fsencode(path))
        assert ours.arena.stats_allocated_blocks == ours.arena.stats_freed_blocks
    if words:
        assert str(path) in str(error.value)
        assert words in str(error.value)
    with pytest.raises(Exception):  # noqa: B017 - any exception: Pillow cannot read the file either
        opened_by_pillow(path)


@pytest.mark.parametrize("kind", KINDS)
@given(data=st.data())
def test_truncated_file_is_an_error(ours, path, kind, data):
    """A binary file that is truncated anywhere is an error, and a plain one if it ends before its last value."""
    content = data.draw(files(kind)).rstrip(b" \nmore") if kind < 4 else data.draw(files(kind))
    cut = data.draw(st.integers(0, len(content)))
    path.write_bytes(content[:cut])
    pillows, our = attempt(opened_by_pillow, path), attempt(opened_by_us, ours, path)
    if pillows[0] in MODES:
        assert our == pillows
    else:
        assert our[0] == "OSError"


@given(content=st.binary(max_size=60))
def test_random_bytes_do_not_crash(ours, path, content):
    """Random bytes behind a valid beginning: an image or an error."""
    path.write_bytes(b"P" + content)
    result = attempt(opened_by_us, ours, path)
    assert result[0] in ("OSError", "MemoryError") or len(result[2]) == math.prod(result[1]) * {"RGB": 4, "I": 4, "F": 4}.get(
        result[0], 1
    )


@pytest.mark.parametrize("kind", KINDS)
@given(data=st.data(), changes=st.lists(st.tuples(st.integers(0, 400), st.integers(0, 255)), min_size=1, max_size=4))
def test_damaged_file_is_read_as_by_pillow_or_an_error(ours, path, kind, data, changes):
    content = bytearray(data.draw(files(kind)))
    for at, value in changes:
        content[at % len(content)] = value
    path.write_bytes(content)
    our = attempt(opened_by_us, ours, path)
    if our[0] not in MODES:
        assert our[0] in ("OSError", "MemoryError")
        return
    pillows = attempt(opened_by_pillow, path)
    too_picky = 0 in our[1] or "oken" in str(pillows)  # it opens no empty images, and checks bytes behind the pixels
    assert our == pillows or too_picky


@pytest.mark.parametrize("number", [b"+2", b"0_2", b"\xb2"])
def test_numbers_are_digits_only(ours, path, number):
    """The format allows digits only. Pillow takes whatever Python's `int` does."""
    path.write_bytes(b"P5 " + number + b" 1 255\nab")
    with pytest.raises(OSError, match="invalid width: it contains '"):
        ours.ImagingOpenPPM(os.fsencode(path))


def test_missing_file(ours, path):
    with pytest.raises(OSError, match="No such file or directory") as error:
        ours.ImagingOpenPPM(os.fsencode(path))
    assert str(path) in str(error.value)


def test_directory(ours, tmp_path):
    with pytest.raises(OSError, match="is a directory"):
        ours.ImagingOpenPPM(os.fsencode(tmp_path))
    image = ours.ImagingNew(MODE_ID["L"], 1, 1)
    with pytest.raises(OSError, match="directory"):
        ours.ImagingSavePPM(image, os.fsencode(tmp_path))
    ours.ImagingDelete(image)


def test_name_that_is_not_utf8(ours, tmp_path):
    """File names are bytes."""
    name = os.fsencode(tmp_path) + b"/\xff\xfe name.pgm"
    image = ours.ImagingNew(MODE_ID["L"], 2, 2)
    fill(image, b"name")
    assert ours.ImagingSavePPM(image, name) == 1
    assert opened_by_us(ours, name) == ("L", (2, 2), b"name")
    ours.ImagingDelete(image)
    os.unlink(name)
    with pytest.raises(OSError, match="No such file"):
        ours.ImagingOpenPPM(name)


def test_pipe(ours, tmp_path):
    """A pipe is read to its end, and written to in place."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    content = b"P5 300 200 255\n" + bytes(range(250)) * 240

    def write():
        with open(pipe, "wb") as stream:
            stream.write(content)

    writer = threading.Thread(target=write)
    writer.start()
    assert opened_by_us(ours, pipe) == ("L", (300, 200), bytes(range(250)) * 240)
    writer.join()

    received = []
    reader = threading.Thread(target=lambda: received.append(pipe.read_bytes()))
    reader.start()
    image = ours.ImagingNew(MODE_ID["L"], 3, 1)
    fill(image, b"abc")
    assert ours.ImagingSavePPM(image, os.fsencode(pipe)) == 1
    ours.ImagingDelete(image)
    reader.join()
    assert received == [b"P5\n3 1\n255\nabc"]
    assert pipe.is_fifo()


@pytest.mark.parametrize("mode", NOT_SAVED)
def test_unsupported_mode(ours, path, mode):
    path.write_bytes(b"what was here before")
    image = ours.ImagingNew(MODE_ID[mode], 2, 2)
    with pytest.raises(ValueError, match="image has wrong mode"):
        ours.ImagingSavePPM(image, os.fsencode(path))
    ours.ImagingDelete(image)
    assert path.read_bytes() == b"what was here before"
    assert os.listdir(path.parent) == [path.name]


def test_save_to_a_missing_directory(ours, path):
    image = ours.ImagingNew(MODE_ID["L"], 2, 2)
    with pytest.raises(OSError, match="No such file or directory"):
        ours.ImagingSavePPM(image, os.fsencode(path / "below"))
    ours.ImagingDelete(image)


def test_save_replaces_a_file_atomically(ours, tmp_path):
    """Permissions and links to the file stay; no temporary file is left."""
    file, link = tmp_path / "file.pgm", tmp_path / "link.pgm"
    file.write_bytes(b"x" * 1000)
    file.chmod(0o640)
    link.symlink_to(file.name)
    image = ours.ImagingNew(MODE_ID["L"], 2, 2)
    fill(image, b"abcd")
    assert ours.ImagingSavePPM(image, os.fsencode(link)) == 1
    ours.ImagingDelete(image)
    assert file.read_bytes() == b"P5\n2 2\n255\nabcd"
    assert file.stat().st_mode & 0o777 == 0o640
    assert link.is_symlink()
    assert sorted(os.listdir(tmp_path)) == ["file.pgm", "link.pgm"]
