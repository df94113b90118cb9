"""The XBM codec beside the reference's: the same states, pixels and bytes after every call."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incremental import CONFIG, END, MEMORY, MUTATIONS, PIECES, Task, decode, encode, mutations, tasks

PAIR = [("1", "1;R")]
PACKED = [("1", "1;R"), ("1", "1"), ("L", "L")]
WIDTHS = st.integers(1, 70) | st.sampled_from([119, 120, 121, 128, 300])
GROUPS = st.from_regex(r"0[xX][0-9a-fA-Fgx ]{2}[, \n]?", fullmatch=True)
TEXT = st.lists(GROUPS | st.sampled_from(["x", ",", "\n", "static char im_bits[] = {", "0x", "};", "xx"]), max_size=60)
BUFFERS = st.lists(st.integers(0, 5) | st.integers(0, 700), min_size=1, max_size=4)


@given(task=tasks("Xbm", PACKED, WIDTHS), buffers=BUFFERS, pieces=PIECES)
def test_encode_and_decode(both, task, buffers, pieces):
    theirs, ours = (encode(library, task, buffers) for library in both)
    assert ours == theirs
    assert ours.errcode in (END, MEMORY)
    if task.raw_mode == "1;R":
        decoded = [decode(library, task, ours.result, pieces) for library in both]
        assert decoded[0] == decoded[1]
        assert decoded[1].ended == (ours.errcode == END)


@given(task=tasks("Xbm", PAIR, WIDTHS), text=TEXT, pieces=PIECES)
def test_decode_text(both, task, text, pieces):
    theirs, ours = (decode(library, task, "".join(text).encode(), pieces) for library in both)
    assert ours == theirs
    assert ours.errcode == 0


@given(task=tasks("Xbm", PAIR, WIDTHS), file=st.binary(max_size=600), pieces=PIECES)
def test_decode_any_bytes(both, task, file, pieces):
    theirs, ours = (decode(library, task, file, pieces) for library in both)
    assert ours == theirs


def test_decode_changed_files(both):
    task = Task("Xbm", "1", (37, 9), "1;R", values=3)
    file = encode(both[0], task, [1000]).result
    for index, changed in enumerate(mutations(file, 1, MUTATIONS)):
        theirs, ours = (decode(library, task, changed, [1 + index % 400], each=False) for library in both)
        assert ours == theirs, changed.hex()


@pytest.mark.parametrize("fields", [{"x": -1}, {"x": 15}, {"y": 3}, {"y": -1}, {"bytes": 1}, {"bits": 0}])
def test_an_invalid_state_is_an_error(ours, fields):
    task = Task("Xbm", "1", (13, 3), "1;R", fields=fields)
    assert decode(ours, task, b"0x00," * 100, [1000]).errcode == CONFIG


@pytest.mark.parametrize("fields", [{"bits": 0}, {"y": 3}, {"y": -1}, {"state": 1, "y": 3}])
def test_an_encoder_refuses_an_invalid_state(ours, fields):
    log = encode(ours, Task("Xbm", "1", (13, 3), "1;R", fields=fields), [1000])
    assert (log.errcode, log.result) == (CONFIG, b"")


def test_an_encoder_refuses_a_width_that_was_changed(ours):
    """The reference would write beyond the buffers."""
    task = Task("Xbm", "1", (13, 3), "1;R", fields={"state": 1})
    log = encode(ours, task, [1000])
    assert (log.errcode, log.result) == (CONFIG, b""), "the room for a row is that of a packed line"
