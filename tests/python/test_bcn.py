"""The BCn codec beside the reference's: the same states, pixels and bytes after every call."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import child
from abi import BcnState, Library
from incremental import CONFIG, END, MUTATIONS, PIECES, Log, Task, decode, encode, mutations

MODES = {1: "RGBA", 2: "RGBA", 3: "RGBA", 4: "L", 5: "RGB", 6: "RGB", 7: "RGBA"}
"""The mode of each format, as Pillow's binding has it."""

VARIANTS = [(number, b"") for number in MODES] + [(4, b"BC4S"), (5, b"BC5"), (5, b"BC5S"), (6, b"BC6H"), (6, b"BC6HS"), (6, b"BC5S"), (5, b"BC6HS")]
"""Formats, and names of pixel formats."""

ENCODED = [("L", 1), ("LA", 1), ("RGB", 1), ("RGBA", 1), ("L", 2), ("LA", 2), ("RGB", 2), ("RGBA", 2), ("L", 3), ("LA", 3), ("RGB", 3), ("RGBA", 3), ("RGB", 5), ("RGBA", 5), ("RGBX", 0), ("CMYK", 4), ("P", 7), ("I", 1), ("La", 2), ("PA", 3)]
"""Modes and formats to encode."""

SIDES = st.integers(1, 30)
WHOLE = st.integers(1, 8).map(lambda blocks: 4 * blocks)


def block_bytes(number: int) -> int:
    return 8 if number in (1, 4) else 16


def task_of(variant: tuple[int, bytes], size: tuple[int, int], **rest) -> Task:
    number, name = variant
    fields = {"state": number} | rest.pop("fields", {})
    return Task("Bcn", MODES[number], size, fields=fields, context=BcnState(name), **rest)


def blocks(seed: int, number: int, count: int) -> bytes:
    """Random blocks, of all modes alike, some with few values."""
    source = random.Random(seed)
    made = bytearray()
    for _ in range(count):
        block = bytearray(source.randbytes(block_bytes(number)))
        if number == 7:
            mode = source.randrange(9)
            block[0] = (block[0] << mode + 1 | 1 << mode) & 255
        if source.randrange(4) == 0:
            mask = source.choice([0, 1, 3, 0xF, 0xF0, 0xFF])
            block = bytearray(byte | mask for byte in block)
        made += block
    return bytes(made)


def without_padding(log: Log, task: Task) -> Log:
    """The reference leaves the fourth byte of BC6H's pixels uninitialised."""
    if task.fields["state"] & 0xF != 6:
        return log

    def colors(pixels: bytes) -> bytes:
        return b"".join(pixels[n::4] for n in range(3))

    calls = [(result, state, colors(pixels)) for result, state, pixels in log.calls]
    return replace(log, calls=calls, result=colors(log.result))


def same(both, task: Task, file: bytes, pieces, **rest) -> Log:
    theirs, ours = (without_padding(decode(library, task, file, pieces, **rest), task) for library in both)
    assert ours == theirs
    return ours


@given(variant=st.sampled_from(VARIANTS), size=st.tuples(SIDES, SIDES) | st.tuples(WHOLE, WHOLE), margins=st.tuples(*[st.integers(0, 4)] * 2), ystep=st.sampled_from([1, -1, 0]), seed=st.integers(0, 1 << 30), pieces=PIECES, lack=st.sampled_from([0, 0, 0, 1, 50]))
def test_decode(both, variant, size, margins, ystep, seed, pieces, lack):
    task = task_of(variant, size, margins=margins, seed=seed, fields={"ystep": ystep})
    count = -(-size[0] // 4) * -(-size[1] // 4)
    file = blocks(seed, variant[0], count)
    log = same(both, task, file[: len(file) - lack], pieces, each=count < 20)
    assert log.errcode == 0 and log.ended == (lack == 0)


@given(variant=st.sampled_from(VARIANTS), size=st.tuples(SIDES, SIDES), offset=st.tuples(*[st.integers(0, 5)] * 2), ystep=st.sampled_from([1, -1]), seed=st.integers(0, 1000), pieces=PIECES)
def test_decode_at_an_offset(both, variant, size, offset, ystep, seed, pieces):
    """Columns and rows count from the corner of the image. The margins keep all that the reference writes within the image."""
    assume(ystep > 0 or size[0] % 4 or size[1] % 4)  # else rows above the image
    margins = (8, 8 + offset[1])
    task = task_of(variant, size, offset=offset, margins=margins, seed=seed, fields={"ystep": ystep})
    same(both, task, blocks(seed, variant[0], 200), pieces, each=False)


@given(number=st.sampled_from([0, 8, 9, 15, 16, 17, 23, 24, -1, -9, 1 << 30]), pieces=PIECES)
def test_other_formats(both, number, pieces):
    """Four bits are the number of the format."""
    task = replace(task_of((1, b""), (9, 5), seed=3), fields={"state": number})
    same(both, task, blocks(1, 7, 6), pieces)


@given(variant=st.sampled_from(VARIANTS), mode=st.sampled_from(["1", "L", "LA", "I;16", "I", "F", "RGB", "CMYK"]), fields=st.sampled_from([{}, {"x": 4}, {"y": 4}, {"x": 3, "y": 1}, {"y": 40}, {"x": 40}]))
def test_pixels_of_another_size(both, variant, mode, fields):
    """The reference writes the bytes of pixels, whatever the mode. The margins keep it within the image."""
    assume(variant[0] != 6)  # its padding lies anywhere
    task = replace(task_of(variant, (6, 7), margins=(200, 60), fields=fields), mode=mode)
    same(both, task, blocks(2, variant[0], 8), [1000])


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("size", [(24, 16), (23, 13)])
def test_decode_changed_files(both, variant, size):
    task = task_of(variant, size)
    file = blocks(5, variant[0], 24)
    for index, changed in enumerate(mutations(file, 1, MUTATIONS // len(VARIANTS) // 2)):
        same(both, task, changed, [1 + index % 400], each=False)


def differences(*both: Library) -> Iterator[str]:
    """Yields the formats whose results differ, with blocks of all kinds beside each other."""
    for number, name in VARIANTS:
        for size in (4 * 37, 256), (4 * 64 + 3, 251):
            task = task_of((number, name), size)
            file = blocks(size[0], number, 65 * 64)
            theirs, ours = (without_padding(decode(library, task, file, [1 << 20], each=False), task) for library in both)
            if theirs != ours or not ours.ended:
                yield f"decode {number} {name!r} {size}"
    for pair in ENCODED:
        for values in 2, 5, 256:
            task = encoder(pair, (4 * 70, 32), seed=values, values=values)
            theirs, ours = (encode(library, task, [1 << 16]) for library in both)
            if theirs != ours or ours.errcode != END:
                yield f"encode {pair} {values}"


@pytest.mark.parametrize("isa", child.ISAS)
def test_every_isa(isa):
    assert child.differences("test_bcn.differences(*both)", isa=isa) == ""


@pytest.mark.parametrize("number", MODES)
@pytest.mark.parametrize("fields", [{"x": -4}, {"y": -4}, {"x": 1 << 20}, {"y": 1 << 20}, {"x": (1 << 31) - 1}, {"y": (1 << 31) - 1}])
def test_an_invalid_place_is_an_error(ours, number, fields):
    task = task_of((number, b""), (8, 8), fields=fields)
    before = decode(ours, task, b"", [1]).result
    log = decode(ours, task, blocks(1, number, 4), [1000])
    assert (log.errcode, log.result) == (CONFIG, before)


@pytest.mark.parametrize("number", MODES)
def test_a_rectangle_outside_the_image_is_an_error(ours, number):
    """CVE-2026-25990 and CVE-2026-42311: rectangles that Pillow did not check, written beyond the rows."""
    for task in [
        task_of((number, b""), (4, 4), offset=(1, 0)),
        task_of((number, b""), (4, 4), offset=(0, 1)),
        task_of((number, b""), (4, 4), offset=(0, 1), fields={"ystep": -1}),
        task_of((number, b""), (64, 4), margins=(-60, 0)),
        task_of((number, b""), (4, 64), margins=(0, -60)),
        task_of((number, b""), (63, 4), margins=(-59, 0)),
        task_of((number, b""), (4, 63), margins=(0, -59)),
        task_of((number, b""), (-8, 4), margins=(12, 0), fields={"y": 8}),
    ]:
        log = decode(ours, task, blocks(1, number, 64), [1 << 20])
        assert log.errcode == CONFIG, task


@pytest.mark.parametrize("mode", ["L", "I;16"])
def test_large_pixels_do_not_fit_small_ones(ours, mode):
    task = replace(task_of((1, b""), (8, 8)), mode=mode)
    assert decode(ours, task, blocks(1, 1, 4), [1000]).errcode == CONFIG


def test_names_are_read_where_they_matter(ours):
    for number in MODES:
        task = replace(task_of((number, b""), (4, 4)), context=BcnState(None))
        assert decode(ours, task, blocks(1, number, 1), [16]).errcode == (CONFIG if number in (5, 6) else 0)
        assert decode(ours, replace(task, context=None), blocks(1, number, 1), [16]).errcode == CONFIG


def test_the_padding_of_bc6h_is_opaque(ours):
    pixels = decode(ours, task_of((6, b""), (4, 4)), bytes(16), [16]).result
    assert pixels[3::4] == b"\xff" * 16
    reserved = decode(ours, task_of((6, b""), (4, 4)), b"\x1f" + bytes(15), [16]).result
    assert reserved == bytes(64)


BUFFERS = st.lists(st.integers(0, 40) | st.integers(0, 700), min_size=1, max_size=4).filter(lambda buffers: max(buffers) > 16)


def encoder(pair: tuple[str, int], size, **rest) -> Task:
    mode, number = pair
    return Task("Bcn", mode, size, fields={"state": number} | rest.pop("fields", {}), **rest)


def encoded(both, task: Task, buffers) -> Log:
    """Encodes with both. Pixels outside the image, in blocks with transparency, are uninitialised in the reference: they
    are left out."""
    theirs, ours = (encode(library, task, buffers) for library in both)
    if task.fields["state"] == 1 and task.mode in ("RGBA", "LA"):
        theirs.result, ours.result = (without_the_outside(log.result, task.size) for log in (theirs, ours))
    assert ours == theirs
    return ours


def without_the_outside(file: bytes, size: tuple[int, int]) -> bytes:
    """Clears the indices of pixels outside the image in blocks of BC1."""
    columns, kept = max(-(-size[0] // 4), 1), bytearray(file)
    for block in range(len(file) // 8):
        left, top = 4 * (block % columns), 4 * (block // columns)
        for row in range(4):
            inside = min(size[0] - left, 4) if top + row < size[1] else 0
            kept[8 * block + 4 + row] &= (1 << 2 * inside) - 1
    return bytes(kept)


@given(pair=st.sampled_from(ENCODED), size=st.tuples(SIDES, SIDES) | st.tuples(WHOLE, WHOLE), offset=st.tuples(*[st.integers(0, 4)] * 2), margins=st.tuples(*[st.integers(0, 4)] * 2), ystep=st.sampled_from([1, -1]), seed=st.integers(0, 1 << 30), values=st.sampled_from([1, 2, 3, 20, 256]), buffers=BUFFERS)
def test_encode(both, pair, size, offset, margins, ystep, seed, values, buffers):
    task = encoder(pair, size, offset=offset, margins=margins, seed=seed, values=values, fields={"ystep": ystep})
    assert encoded(both, task, buffers).errcode == END


@given(pair=st.sampled_from(ENCODED), seed=st.integers(0, 1 << 30), values=st.sampled_from([2, 4, 256]), transparent=st.booleans())
def test_encode_many_blocks(both, pair, seed, values, transparent):
    task = encoder(pair, (4 * 31, 32), seed=seed, values=values)
    log = encoded(both, task, [1 << 16])
    assert log.errcode == END
    if pair[1] in MODES:
        same(both, task_of((pair[1], b""), task.size), log.result, [1000], each=False)


@pytest.mark.parametrize("number", [1, 2, 3, 5])
@pytest.mark.parametrize("room", [9, 17, 100, 1 << 16])
def test_an_image_of_more_blocks_than_a_buffer_has_room_for(both, number, room):
    """CVE-2025-48379: the encoder wrote all blocks, however long the buffer was. `encode` looks at the bytes behind it."""
    task = encoder(("RGB", number), (512, 272 if room > 100 else 16))
    log = encoded(both, task, [max(room, 17)])
    assert log.errcode == END and len(log.calls) > 1


@given(length=st.integers(0, 33), number=st.sampled_from([1, 2, 3, 5]))
def test_a_block_needs_room_for_another_byte(both, length, number):
    theirs, ours = (encode(library, encoder(("RGB", number), (8, 4)), [length], limit=3) for library in both)
    assert ours == theirs


@pytest.mark.parametrize("number", [1, 2, 3, 5])
@pytest.mark.parametrize("size", [(0, 0), (0, 5), (5, 0)])
def test_an_empty_image_has_a_block(both, number, size):
    assert encoded(both, encoder(("RGBA", number), size), [100]).errcode == END


@pytest.mark.parametrize("fields", [{"x": 4}, {"x": 16}, {"x": 1000}, {"y": 3}, {"y": 50}, {"x": 6, "y": 1}])
@pytest.mark.parametrize("number", [1, 2, 3, 5])
def test_encode_from_anywhere(both, number, fields):
    encoded(both, encoder(("RGB", number), (15, 9), margins=(4, 0), fields=fields), [1000])


@pytest.mark.parametrize("fields", [{"x": -1}, {"y": -1}, {"x": -(1 << 31)}, {"y": (1 << 31) - 1, "x": 4}])
def test_an_encoder_refuses_an_invalid_place(ours, fields):
    log = encode(ours, encoder(("RGB", 1), (8, (1 << 31) - 1 if fields.get("y", 0) > 0 else 8), margins=(0, 8 - (1 << 31) + 1 if fields.get("y", 0) > 0 else 0), fields=fields), [1000])
    assert (log.errcode, log.result) == (CONFIG, b"")


@pytest.mark.parametrize(("pair", "size", "margins"), [(("L", 5), (4, 4), (0, 0)), (("I;16", 1), (4, 4), (0, 0)), (("I;16", 3), (1, 1), (0, 0)), (("RGB", 1), (64, 4), (-60, 0)), (("RGB", 5), (4, 64), (0, -60)), (("L", 1), (5, 4), (-1, 0))])
def test_an_encoder_refuses_rows_that_are_too_short(ours, pair, size, margins):
    log = encode(ours, encoder(pair, size, margins=margins), [1 << 16])
    assert log.errcode == CONFIG


@pytest.mark.parametrize("pair", [("L", 5), ("I;16", 1), ("I;16", 2), ("I;16", 5)])
def test_bytes_of_the_next_pixel(both, pair):
    """With small pixels the reference reads the next one's bytes. The margin keeps it within the row."""
    encoded(both, encoder(pair, (9, 5), margins=(3, 0)), [300])
