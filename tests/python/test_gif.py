"""The GIF codec beside the reference's: the same states, pixels and bytes after every call."""

from __future__ import annotations

import ctypes
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from abi import LAYOUT, GifDecoderState, GifEncoderState
from incremental import BROKEN, CONFIG, END, MUTATIONS, OVERRUN, PIECES, Task, decode, encode, mutations, tasks

WIDTHS = st.integers(1, 40) | st.sampled_from([127, 128, 129, 130, 300, 2000])
BITS = st.integers(0, 12)
"""Minimum code sizes. Pixels may be larger, and then lose bits."""
BUFFERS = st.tuples(st.integers(5, 700), st.lists(st.integers(0, 5) | st.integers(2, 700), max_size=3)).map(
    lambda lengths: [lengths[0], *lengths[1]]
)
TRANSPARENCY = st.sampled_from([-1, 0, 1, 255, 256, -2, 2**31 - 1]) | st.integers(0, 255)
MODES = ["L", "P", "1"]


def for_encoder(task: Task, bits: int, interlace: int) -> Task:
    return replace(task, context=GifEncoderState(bits=bits, interlace=interlace))


def for_decoder(task: Task, bits: int, interlace: int, transparency: int) -> Task:
    context = GifDecoderState(bits=bits, interlace=interlace, transparency=transparency)
    return replace(task, raw_mode=None, context=context, seed=task.seed + 1)


def packed(codes: Iterable[tuple[int, int]], block: int = 255) -> bytes:
    """Packs codes, each with its width, into sub-blocks."""
    number = length = 0
    for code, width in codes:
        number |= code << length
        length += width
    data = number.to_bytes((length + 7) // 8, "little")
    blocks = (data[start : start + block] for start in range(0, len(data), block))
    return b"".join(bytes([len(data)]) + data for data in blocks)


def test_the_contexts_have_the_layout_of_the_reference():
    sizes = ctypes.sizeof(GifDecoderState), ctypes.sizeof(GifEncoderState)
    assert sizes == (LAYOUT["GIFDECODERSTATE"]["size"], LAYOUT["GIFENCODERSTATE"]["size"])


@given(
    task=tasks("Gif", [("L", "L"), ("P", "P")], WIDTHS),
    bits=BITS,
    interlace=st.integers(-1, 4),
    transparency=TRANSPARENCY,
    buffers=BUFFERS,
    pieces=PIECES,
)
def test_encode_and_decode(both, task, bits, interlace, transparency, buffers, pieces):
    theirs, ours = (encode(library, for_encoder(task, bits, interlace), buffers, limit=5000) for library in both)
    assert ours == theirs
    decoder = for_decoder(task, bits, interlace, transparency)
    assert decode(both[1], decoder, ours.result, pieces) == decode(both[0], decoder, ours.result, pieces)


@given(
    packing=st.sampled_from([("RGB", "RGB"), ("LA", "LA"), ("P", "P"), ("RGBA", "A"), ("CMYK", "CMYK;I")]),
    size=st.tuples(st.integers(1, 40), st.integers(1, 20)),
    bits=st.integers(0, 30),
    buffers=BUFFERS,
    values=st.sampled_from([1, 2, 256]),
)
def test_encode_any_packed_bytes_and_any_bits(both, packing, size, bits, buffers, values):
    task = Task("Gif", packing[0], size, packing[1], values=values, context=GifEncoderState(bits=bits))
    theirs, ours = (encode(library, task, buffers, limit=5000) for library in both)
    assert ours == theirs


@given(
    task=tasks("Gif", [(mode, None) for mode in MODES], WIDTHS),
    bits=st.integers(-1, 13),
    interlace=st.integers(0, 1),
    transparency=TRANSPARENCY,
    file=st.binary(max_size=600) | st.lists(st.integers(0, 511), max_size=200).map(lambda codes: packed((code, 9) for code in codes)),
    pieces=PIECES,
)
def test_decode_any_bytes(both, task, bits, interlace, transparency, file, pieces):
    task = for_decoder(task, bits, interlace, transparency)
    theirs, ours = (decode(library, task, file, pieces) for library in both)
    assert ours == theirs
    assert ours.errcode in (0, OVERRUN, BROKEN, CONFIG)


@given(
    bits=st.integers(2, 12),
    new=st.lists(st.integers(0, 20), max_size=300),
    block=st.integers(1, 255),
    clear_after=st.integers(2, 400),
    pieces=PIECES,
)
def test_decode_codes_that_are_just_added(both, bits, new, block, clear_after, pieces):
    """0 is the code that is added now, others go back from it, and from the largest pixel on they are pixels."""
    clear, codes, width, next_ = 1 << bits, [(1 << bits, bits + 1)], bits + 1, (1 << bits) + 2
    for index, back in enumerate(new):
        if index % clear_after == 0:
            codes += [(clear, width), (back % clear, bits + 1)]
            width, next_ = bits + 1, clear + 2
            continue
        code = next_ - back
        codes.append((code if code > clear + 1 else back % clear, width))
        if next_ < 4096:
            width += next_ == (1 << width) - 1 and width < 12
            next_ += 1
    task = for_decoder(Task("Gif", "L", (61, 40)), bits, 0, -1)
    theirs, ours = (decode(library, task, packed(codes, block), pieces) for library in both)
    assert ours == theirs


@pytest.mark.parametrize("values", [2, 3, 256])
@pytest.mark.parametrize("interlace", [0, 1])
@pytest.mark.parametrize("transparency", [-1, 7])
def test_large_images(both, values, interlace, transparency):
    """Dictionaries that are full and cleared, and strings of thousands of pixels, in pieces as Pillow reads them."""
    task = Task("Gif", "P", (640, 480), "P", values=values)
    theirs, ours = (encode(library, for_encoder(task, 8, interlace), [65536]) for library in both)
    assert ours == theirs
    decoder = for_decoder(task, 8, interlace, transparency)
    for pieces in [[65536], [3000, 20000], [1 << 20], [4000], [100, 9000, 1]]:
        theirs, ours = (decode(library, decoder, ours.result if ours.result[0] else b"", pieces, each=False) for library in both)
        assert ours == theirs
        ours = encode(both[1], for_encoder(task, 8, interlace), [65536])


def test_a_dictionary_that_stays_full(both):
    """Codes after the last one that has a place, without a clear code, and longest strings."""
    for pixels in [[0] * 5000, [value % 256 for value in range(0, 35000, 7)]]:
        for long in 258, 4000, 4095:
            codes, width, next_ = [(256, 9), (1, 9)], 9, 258
            for pixel in pixels:
                codes.append((min(next_, 4095) if pixel == 0 else pixel, width))
                if next_ < 4096:
                    width += next_ == (1 << width) - 1 and width < 12
                    next_ += 1
            codes += [(long, 12)] * 20
            for pieces in [[7], [5000], [1 << 20]]:
                task = for_decoder(Task("Gif", "L", (5000, 4000)), 8, 0, -1)
                theirs, ours = (decode(library, task, packed(codes), pieces, each=False) for library in both)
                assert ours == theirs


@pytest.mark.parametrize("size", [(37, 9), (300, 30)])
@pytest.mark.parametrize(("bits", "interlace", "transparency"), [(8, 0, -1), (2, 1, 1), (11, 0, 0)])
def test_decode_changed_files(both, size, bits, interlace, transparency):
    task = Task("Gif", "P", size, "P", values=3 if size[0] == 37 else 256)
    file = encode(both[0], for_encoder(task, bits, interlace), [5000]).result
    decoder = for_decoder(task, bits, interlace, transparency)
    for index, changed in enumerate(mutations(file, 1, MUTATIONS // 6)):
        piece = 1 + index % 400 if size[0] == 37 else 1 << 20
        theirs, ours = (decode(library, decoder, changed, [piece], each=False) for library in both)
        assert ours == theirs, changed.hex()


def test_an_end_within_a_sub_block(both):
    """The decoder returns behind the byte of the end code, and goes on there."""
    file = packed([(4, 3), (1, 3), (5, 3), (2, 3), (5, 3), (3, 3), (1, 3), (5, 3)] * 30, 40)
    for piece in 1, 41, 50, 1000:
        task = for_decoder(Task("Gif", "L", (50, 50)), 2, 0, -1)
        theirs, ours = (decode(library, task, file, [piece]) for library in both)
        assert ours == theirs


@pytest.mark.parametrize("size", [(0, 3), (3, 0), (0, 0)])
@pytest.mark.parametrize("bits", [0, 1, 2, 8, 11, 12, 30])
def test_encode_an_image_without_pixels(both, size, bits):
    task = Task("Gif", "L", size, "L", context=GifEncoderState(bits=bits))
    theirs, ours = (encode(library, task, [100]) for library in both)
    assert ours == theirs
    assert ours.errcode == (END if bits < 12 else BROKEN)


@pytest.mark.parametrize("length", range(8))
def test_short_buffers(both, length):
    task = Task("Gif", "L", (5, 3), "L", context=GifEncoderState(bits=8))
    for buffers in [length], [5, length], [length, 100]:
        theirs, ours = (encode(library, task, buffers, limit=100) for library in both)
        assert ours == theirs
    assert length >= 5 or ours.errcode == CONFIG


def changed(context: Any, words: dict[int, int]) -> Any:
    for index, word in words.items():
        context.internal[index] = word
    return context


@pytest.mark.parametrize("fields", [{"x": -1}, {"x": 5}, {"x": 1000}, {"y": -1}, {"xsize": 99}, {"state": 1}, {"state": 2}, {"state": 3}, {"state": 4}, {"state": -1}])
def test_an_invalid_state_is_an_error(ours, fields):
    task = for_decoder(Task("Gif", "L", (5, 3), fields=fields), 2, 0, -1)
    if "xsize" in fields:
        task = replace(task, size=(99, 3), offset=(-94, 0), fields={})
    assert decode(ours, task, packed([(1, 3)] * 50), [1000]).errcode == CONFIG


@pytest.mark.parametrize("mode", ["RGB", "I;16", "F", "LA"])
def test_only_pixels_of_a_byte_are_decoded(ours, mode):
    task = for_decoder(Task("Gif", mode, (5, 3)), 2, 0, -1)
    assert decode(ours, task, packed([(1, 3)] * 50), [1000]).errcode == CONFIG


@pytest.mark.parametrize("index", range(13))
@pytest.mark.parametrize("word", [-1, 1 << 30, 4096, 300])
def test_any_context_is_safe(ours, index, word):
    for state in 0, 1, 2, 3:
        context = changed(GifDecoderState(bits=3, transparency=-1), {5: 4, 6: 20, 7: 3, 9: 3, index: word, 100: -1, 14: -1})
        decode(ours, Task("Gif", "L", (50, 30), context=context, fields={"state": state}), packed([(9, 4)] * 9999), [999, 9999])
        context = changed(GifEncoderState(bits=3), {1: 2, 5: 4, 6: 15, 7: 10, index: word, 500: -1, 3000: 1 << 20})
        encode(ours, Task("Gif", "L", (50, 30), "L", context=context, fields={"state": state}), [999], limit=100)


@pytest.mark.parametrize("fields", [{"x": -1}, {"x": 6}, {"y": -1}, {"y": 3}, {"state": 3}, {"state": -1}, {"bits": -1}, {"bits": 31}, {"mode": "1"}])
def test_an_encoder_refuses_an_invalid_state(ours, fields):
    bits = fields.get("bits", 8)
    context = changed(GifEncoderState(bits=bits), {0: 1, 1: 1, 5: 9})
    task = Task("Gif", "L", (5, 3), "L", fields={"state": 1, "x": 5} | fields, context=context)
    if "bits" in fields:
        task = replace(task, fields={})
    if "mode" in fields:
        task = replace(task, mode="1", raw_mode="1", fields={})  # packed bits are fewer bytes than pixels
    if "y" in fields:
        context.interlace = 1
    if fields == {"x": 6}:
        task = replace(task, fields={"state": 2, "x": 6})
    log = encode(ours, task, [1000])
    assert (log.errcode, log.result) == (CONFIG, b"")
