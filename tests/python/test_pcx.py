"""The PCX codec beside the reference's: the same states, pixels and bytes after every call."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incremental import CONFIG, END, MUTATIONS, OVERRUN, PIECES, Task, decode, encode, mutations, tasks

PACKED = [("1", "1"), ("L", "L"), ("P", "P"), ("RGB", "RGB;L")]
UNPACKED = [*PACKED, ("P", "P;2L"), ("P", "P;4L"), ("P", "P;4"), ("L", "L;2"), ("RGB", "RGB")]
PLANES = {"RGB;L": 3, "P;2L": 2, "P;4L": 4}
BITS = {"1": 1, "P;2L": 1, "P;4L": 1, "P;4": 4, "L;2": 2, "RGB": 24}
WIDTHS = st.integers(1, 40) | st.sampled_from([62, 63, 64, 65, 126, 127, 300])
BUFFERS = st.lists(st.integers(0, 5) | st.integers(1, 700), min_size=1, max_size=4)


def for_decoder(task: Task, padding: int = -1) -> Task:
    """A decoder's state has the bytes of a line, whose planes are padded: to even lengths, or by a number of bytes."""
    plane = (task.size[0] * BITS.get(task.raw_mode, 8) + 7) // 8
    stride = plane + (plane % 2 if padding < 0 else padding)
    return replace(task, fields={"bytes": stride * PLANES.get(task.raw_mode, 1)}, seed=task.seed + 1)


@given(task=tasks("Pcx", PACKED, WIDTHS), buffers=BUFFERS, pieces=PIECES)
def test_encode_and_decode(both, task, buffers, pieces):
    theirs, ours = (encode(library, task, buffers, limit=2000) for library in both)
    assert ours == theirs
    if max(buffers) < 3 or not ours.ended:
        return
    assert ours.errcode == END
    decoded = [decode(library, for_decoder(task), ours.result, pieces) for library in both]
    assert decoded[0] == decoded[1]
    assert decoded[1].ended and decoded[1].errcode == 0


RUNS = st.tuples(st.integers(0xC0, 0xFF), st.integers(0, 255)).map(bytes)
FILES = st.binary(max_size=600) | st.lists(RUNS | st.binary(max_size=30), max_size=60).map(b"".join)


@given(task=tasks("Pcx", UNPACKED, WIDTHS), padding=st.integers(-1, 5), file=FILES, pieces=PIECES)
def test_decode_any_bytes(both, task, padding, file, pieces):
    theirs, ours = (decode(library, for_decoder(task, padding), file, pieces) for library in both)
    assert ours == theirs
    assert ours.errcode in (0, OVERRUN)


@pytest.mark.parametrize(("mode", "raw_mode"), UNPACKED)
def test_decode_changed_files(both, mode, raw_mode):
    source = Task("Pcx", mode, (97, 9), dict(PACKED)[mode], values=3)
    task = for_decoder(replace(source, raw_mode=raw_mode))
    file = encode(both[0], source, [1000]).result
    for index, changed in enumerate(mutations(file, 5, MUTATIONS // len(UNPACKED))):
        theirs, ours = (decode(library, task, changed, [1 + index % 400], each=False) for library in both)
        assert ours == theirs, changed.hex()


@pytest.mark.parametrize("fields", [{"bytes": 14}, {"bytes": 2}, {"xsize": 2**31 - 1}])
def test_a_line_that_is_too_short_is_an_error(ours, fields):
    task = Task("Pcx", "RGB", (5, 3), "RGB;L", fields={"bytes": 15} | fields)
    if "xsize" in fields:
        task = replace(task, size=(2**31 - 1, 3), offset=(6 - 2**31, 0))
    log = decode(ours, task, b"\x01" * 100, [100])
    assert (log.errcode, len(log.calls)) == (OVERRUN, 1)


@pytest.mark.parametrize("fields", [{"x": -1}, {"x": 15}, {"x": 1000}, {"y": 9}, {"y": -1}])
def test_an_invalid_state_is_an_error(ours, fields):
    task = Task("Pcx", "RGB", (5, 3), "RGB;L", fields={"bytes": 15} | fields)
    assert decode(ours, task, b"\x01" * 100, [100]).errcode == CONFIG


@pytest.mark.parametrize(("raw_mode", "bytes"), [("P;2L", 1), ("P;4L", 1), ("P;4L", 3)])
def test_bit_planes_that_a_line_lacks_are_an_error(ours, raw_mode, bytes):
    """The reference's unpacker reads beyond the line."""
    task = Task("Pcx", "P", (2, 1), raw_mode, fields={"bytes": bytes})
    assert decode(ours, task, b"\x01" * 9, [9]).errcode == CONFIG


@pytest.mark.parametrize(
    "fields", [{"bits": 0}, {"x": 16}, {"x": 0}, {"x": -1}, {"count": 64}, {"count": -1}, {"ystep": 256}, {"y": 3}, {"y": -1}, {"state": 3}]
)
def test_an_encoder_refuses_an_invalid_state(ours, fields):
    task = Task("Pcx", "RGB", (5, 3), "RGB;L", fields={"state": 2, "x": 1, "count": 1} | fields)
    if "bits" in fields or "y" in fields:
        task = replace(task, fields=task.fields | {"state": 1})
    log = encode(ours, task, [1000])
    assert log.errcode == (END if fields == {"y": 3} else CONFIG)
    assert log.result == b""
