"""Hexadecimal digits beside the reference's: the same states, pixels and bytes after every call."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incremental import CONFIG, END, MUTATIONS, PIECES, Task, decode, encode, mutations, tasks

UNPACKED = [("1", "1"), ("L", "L"), ("LA", "LA"), ("P", "P;4"), ("RGB", "RGB"), ("RGBA", "RGBA"), ("I;16", "I;16B")]
MODES = [(mode, None) for mode in ["1", "L", "LA", "P", "RGB", "YCbCr", "LAB", "RGBA", "CMYK", "I", "F", "I;16"]]
WIDTHS = st.integers(1, 40) | st.sampled_from([77, 78, 79, 300])
DIGITS = st.text("0123456789abcdefABCDEF", max_size=40)
TEXT = st.lists(DIGITS | st.sampled_from(["\n", " ", "\r\n", "g", "<", "0", "%\0", "\xff"]), max_size=20)
BUFFERS = st.lists(st.integers(0, 5) | st.integers(1, 700), min_size=1, max_size=4).filter(lambda buffers: max(buffers) > 1)


@given(task=tasks("Hex", UNPACKED, WIDTHS), text=TEXT, pieces=PIECES)
def test_decode(both, task, text, pieces):
    theirs, ours = (decode(library, task, "".join(text).encode("latin-1"), pieces) for library in both)
    assert ours == theirs
    assert ours.errcode == 0


@given(task=tasks("Eps", MODES, WIDTHS), buffers=BUFFERS)
def test_encode(both, task, buffers):
    theirs, ours = (encode(library, task, buffers) for library in both)
    assert ours == theirs
    assert ours.errcode == END


@given(task=tasks("Eps", [("L", None)], WIDTHS), pieces=PIECES)
def test_decode_what_was_encoded(both, task, pieces):
    file = encode(both[1], task, [1000]).result
    copy = Task("Hex", "L", task.size, "L")
    theirs, ours = (decode(library, copy, file, pieces) for library in both)
    assert ours == theirs
    assert ours.ended


@given(task=tasks("Hex", UNPACKED, WIDTHS), file=st.binary(max_size=600), pieces=PIECES)
def test_decode_any_bytes(both, task, file, pieces):
    theirs, ours = (decode(library, task, file, pieces) for library in both)
    assert ours == theirs


@pytest.mark.parametrize(("mode", "raw_mode"), UNPACKED)
def test_decode_changed_files(both, mode, raw_mode):
    task = Task("Hex", mode, (37, 9), raw_mode, values=3)
    file = encode(both[0], Task("Eps", "L", (37 * 4, 9)), [10000]).result
    for index, changed in enumerate(mutations(file, 1, MUTATIONS // len(UNPACKED))):
        theirs, ours = (decode(library, task, changed, [1 + index % 400], each=False) for library in both)
        assert ours == theirs, changed.hex()


@pytest.mark.parametrize("fields", [{"x": -1}, {"x": 15}, {"y": 3}, {"y": -1}, {"bytes": 14}, {"bits": 0}])
def test_an_invalid_state_is_an_error(ours, fields):
    task = Task("Hex", "RGB", (5, 3), "RGB", fields=fields)
    assert decode(ours, task, b"00" * 100, [1000]).errcode == CONFIG


@pytest.mark.parametrize("fields", [{"x": 20}, {"x": -1}, {"y": 3}, {"y": -1}])
def test_an_encoder_refuses_an_invalid_state(ours, fields):
    task = Task("Eps", "RGB", (5, 3), fields={"state": 1} | fields)
    log = encode(ours, task, [1000])
    assert (log.errcode, log.result) == (CONFIG, b"")


@pytest.mark.parametrize("size", [(6, 3), (5, 4)])
def test_an_encoder_refuses_a_rectangle_beyond_the_image(ours, size):
    log = encode(ours, Task("Eps", "L", size, margins=(5 - size[0], 3 - size[1])), [1000])
    assert (log.errcode, log.result) == (CONFIG, b"")
