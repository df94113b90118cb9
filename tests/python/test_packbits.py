"""The PackBits decoder beside the reference's: the same states and pixels after every call."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incremental import CONFIG, MUTATIONS, PIECES, Task, decode, mutations, tasks

UNPACKED = [("1", "1"), ("L", "L"), ("LA", "LA"), ("P", "P;4"), ("RGB", "RGB"), ("RGB", "R"), ("CMYK", "CMYK"), ("I;16", "I;16B")]
WIDTHS = st.integers(1, 40) | st.sampled_from([127, 128, 129, 130, 300])

RUNS = st.tuples(st.integers(0x81, 0xFF), st.integers(0, 255)).map(bytes)
LITERALS = st.binary(min_size=1, max_size=128).map(lambda data: bytes([len(data) - 1]) + data)
FILES = st.binary(max_size=600) | st.lists(RUNS | LITERALS | st.just(b"\x80"), max_size=40).map(b"".join)


def packed(seed: int, packets: int) -> bytes:
    """Makes packets of all kinds."""
    source = random.Random(seed)
    file = bytearray()
    for _ in range(packets):
        head = source.randrange(256)
        file += bytes([head]) + source.randbytes(head + 1 if head < 0x80 else int(head > 0x80))
    return bytes(file)


@given(task=tasks("Packbits", UNPACKED, WIDTHS), file=FILES, pieces=PIECES)
def test_decode(both, task, file, pieces):
    theirs, ours = (decode(library, task, file, pieces) for library in both)
    assert ours == theirs
    assert ours.errcode == 0


@pytest.mark.parametrize(("mode", "raw_mode"), UNPACKED)
def test_decode_changed_files(both, mode, raw_mode):
    task = Task("Packbits", mode, (97, 9), raw_mode)
    for index, changed in enumerate(mutations(packed(sum(mode.encode()), 60), 2, MUTATIONS // len(UNPACKED))):
        theirs, ours = (decode(library, task, changed, [1 + index % 400], each=False) for library in both)
        assert ours == theirs, changed.hex()



@pytest.mark.parametrize("fields", [{"x": -1}, {"x": 1000}, {"y": 9}, {"y": -1}, {"bytes": 3}, {"xsize": 99}])
def test_an_invalid_state_is_an_error(ours, fields):
    task = Task("Packbits", "RGB", (5, 3), "RGB", fields=fields)
    if "xsize" in fields:
        task = Task("Packbits", "RGB", (99, 3), "RGB", offset=(-94, 0))
    assert decode(ours, task, bytes([0x81, 1] * 200), [1000]).errcode == CONFIG
