"""The TGA codec beside the reference's: the same states, pixels and bytes after every call."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incremental import CONFIG, END, MUTATIONS, OVERRUN, PIECES, Task, decode, encode, mutations, tasks

UNPACKED = [("L", "L"), ("LA", "LA"), ("P", "P"), ("RGB", "BGR"), ("RGBA", "BGRA"), ("RGBA", "BGRA;15Z"), ("RGB", "BGR;15")]
PACKED = [("L", "L"), ("LA", "LA"), ("P", "P"), ("RGB", "BGR"), ("RGBA", "BGRA")]
DEPTH = {"L": 1, "LA": 2, "P": 1, "BGR": 3, "BGRA": 4, "BGRA;15Z": 2, "BGR;15": 2}
WIDTHS = st.integers(1, 40) | st.sampled_from([127, 128, 129, 130, 300])
ORIENTATIONS = st.sampled_from([1, -1, 0]).map(lambda ystep: {"ystep": ystep})


def for_decoder(task: Task) -> Task:
    """A decoder's state has the bytes of a pixel in `count`."""
    return replace(task, fields=task.fields | {"count": DEPTH[task.raw_mode]}, seed=task.seed + 1)


@given(task=tasks("TgaRle", PACKED, WIDTHS, ORIENTATIONS), buffers=st.lists(st.integers(1, 5) | st.integers(1, 700), min_size=1, max_size=4), pieces=PIECES)
def test_encode_and_decode(both, task, buffers, pieces):
    theirs, ours = (encode(library, task, buffers) for library in both)
    assert ours == theirs
    assert ours.errcode == END
    decoded = [decode(library, for_decoder(task), ours.result, pieces) for library in both]
    assert decoded[0] == decoded[1]
    assert decoded[1].ended and decoded[1].errcode == 0


@given(task=tasks("TgaRle", UNPACKED, WIDTHS, ORIENTATIONS), file=st.binary(max_size=600), pieces=PIECES)
def test_decode_any_bytes(both, task, file, pieces):
    theirs, ours = (decode(library, for_decoder(task), file, pieces) for library in both)
    assert ours == theirs
    assert ours.errcode in (0, OVERRUN)


@pytest.mark.parametrize(("mode", "raw_mode"), PACKED)
def test_decode_changed_files(both, mode, raw_mode):
    task = Task("TgaRle", mode, (37, 9), raw_mode, values=3)
    file = encode(both[0], task, [1000]).result
    for index, changed in enumerate(mutations(file, 1, MUTATIONS // len(PACKED))):
        theirs, ours = (decode(library, for_decoder(task), changed, [1 + index % 400], each=False) for library in both)
        assert ours == theirs, changed.hex()


def test_cve_2022_30595(both):
    """The bytes of a packet that crosses lines were not taken off those of the input."""
    task = Task("TgaRle", "L", (4, 3), "L", fields={"count": 1})
    for length in range(1, 14):
        file = bytes([0x7F, *range(length)])
        theirs, ours = (decode(library, task, file, [len(file)]) for library in both)
        assert ours == theirs
        assert not ours.ended, "a packet is decoded when all of it has come"


def test_cve_2026_59198(ours):
    """Pixels of 1 bit counted as bytes when they were compared."""
    log = encode(ours, Task("TgaRle", "1", (500, 3), "1"), [1000])
    assert (log.errcode, log.result) == (CONFIG, b"")


@pytest.mark.parametrize("fields", [{"count": -1}, {"x": -1}, {"x": 1000}, {"y": 9}, {"y": -1}, {"bytes": 3}, {"xsize": 99}])
def test_an_invalid_state_is_an_error(ours, fields):
    task = Task("TgaRle", "RGB", (5, 3), "BGR", fields={"count": 3, "state": 1, "ystep": 1} | fields)
    if "xsize" in fields:
        task = replace(task, size=(99, 3), offset=(-94, 0), fields={"count": 3})
    assert decode(ours, task, bytes([0x80, 1, 2, 3] * 200), [1000]).errcode == CONFIG


@pytest.mark.parametrize("fields", [{"bits": 40}, {"x": 6}, {"x": -1}, {"count": 100}, {"y": 3}])
def test_an_encoder_refuses_an_invalid_state(ours, fields):
    task = Task("TgaRle", "RGB", (5, 3), "BGR", fields={"state": 1, "ystep": 1} | fields)
    if "bits" in fields:
        task = replace(task, mode="1", raw_mode="1", fields={})  # packed bits are shorter than the pixels that are compared
    log = encode(ours, task, [1000])
    assert (log.errcode, log.result) == (CONFIG, b"")
