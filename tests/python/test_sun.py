"""The Sun raster decoder beside the reference's: the same states and pixels after every call."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incremental import CONFIG, MUTATIONS, PIECES, Task, decode, mutations, tasks

UNPACKED = [("1", "1;I"), ("L", "L"), ("P", "P"), ("P", "P;4"), ("RGB", "BGR"), ("RGB", "BGRX"), ("RGB", "RGB")]
WIDTHS = st.integers(1, 40) | st.sampled_from([127, 128, 129, 255, 256, 257, 300])

RUNS = st.tuples(st.just(0x80), st.integers(0, 255), st.integers(0, 255)).map(bytes)
ANY = st.binary(max_size=30) | st.lists(st.sampled_from([0, 1, 0x7F, 0x80, 0x81, 0xFF]), max_size=30).map(bytes)
FILES = st.binary(max_size=600) | st.lists(RUNS | ANY, max_size=40).map(b"".join)


@given(task=tasks("SunRle", UNPACKED, WIDTHS), file=FILES, pieces=PIECES)
def test_decode(both, task, file, pieces):
    theirs, ours = (decode(library, task, file, pieces) for library in both)
    assert ours == theirs
    assert ours.errcode == 0


@pytest.mark.parametrize(("mode", "raw_mode"), UNPACKED)
def test_decode_changed_files(both, mode, raw_mode):
    task = Task("SunRle", mode, (97, 9), raw_mode)
    source = random.Random(3)
    file = b"".join(source.choice([source.randbytes(9), bytes([0x80, 0]), b"\x80" + source.randbytes(2)]) for _ in range(60))
    for index, changed in enumerate(mutations(file, 4, MUTATIONS // len(UNPACKED))):
        theirs, ours = (decode(library, task, changed, [1 + index % 400], each=False) for library in both)
        assert ours == theirs, changed.hex()


@pytest.mark.parametrize("file", [b"\x01" * 200, b"\x80\x09\x07" * 50, b"\x80\x00" * 50])
@pytest.mark.parametrize("fields", [{"x": -1}, {"x": 15}, {"x": 1000}, {"y": 9}, {"y": -1}, {"bytes": 3}, {"xsize": 99}])
def test_an_invalid_state_is_an_error(ours, fields, file):
    task = Task("SunRle", "RGB", (5, 3), "RGB", fields=fields)
    if "xsize" in fields:
        task = Task("SunRle", "RGB", (99, 3), "RGB", offset=(-94, 0))
        file *= 9
    assert decode(ours, task, file, [10000]).errcode == CONFIG
