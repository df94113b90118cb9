"""The decoder of bit fields beside the reference's: the same states and pixels after every call."""

from __future__ import annotations

import ctypes
import random
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from abi import BitState
from incremental import CONFIG, MUTATIONS, PIECES, Task, decode, mutations, tasks

WIDTHS = st.integers(1, 40) | st.sampled_from([127, 128, 300])
ORIENTATIONS = st.sampled_from([1, -1, 0]).map(lambda ystep: {"ystep": ystep})
TABLE = (ctypes.c_float * 20)(*(number**3 / 7 for number in range(-5, 15)))
BITS = st.integers(1, 31)
CONTEXTS = st.builds(
    lambda **fields: BitState(lut=ctypes.addressof(TABLE), **fields),
    bits=BITS,
    pad=st.sampled_from([0, 8, -1]),
    fill=st.integers(0, 3) | st.sampled_from([-1, 6]),
    sign=st.sampled_from([0, 1, 2]),
    lutsize=st.just(0) | st.integers(1, 20),
)


@given(task=tasks("Bit", [("F", None)], WIDTHS, ORIENTATIONS), context=CONTEXTS, seed=st.integers(0, 1000), pieces=PIECES)
def test_decode(both, task, context, seed, pieces):
    file = random.Random(seed).randbytes(task.size[1] * (task.size[0] * context.bits // 8 + 1))
    theirs, ours = (decode(library, replace(task, context=context), file, pieces) for library in both)
    assert ours == theirs
    assert ours.ended and ours.errcode == 0


@given(task=tasks("Bit", [("F", None)], WIDTHS, ORIENTATIONS), context=CONTEXTS, file=st.binary(max_size=600), pieces=PIECES)
def test_decode_any_bytes(both, task, context, file, pieces):
    theirs, ours = (decode(library, replace(task, context=context), file, pieces) for library in both)
    assert ours == theirs


def test_decode_changed_files(both):
    source = random.Random(1)
    for index, changed in enumerate(mutations(source.randbytes(150), 1, MUTATIONS)):
        context = BitState(bits=1 + index % 31, pad=index % 3, fill=index % 4, sign=index % 5)
        task = Task("Bit", "F", (11, 4), context=context)
        theirs, ours = (decode(library, task, changed, [1 + index % 200], each=False) for library in both)
        assert ours == theirs, changed.hex()


@pytest.mark.parametrize("mode", ["L", "RGBA", "I", "I;16"])
def test_an_image_of_another_type_is_an_error(both, mode):
    theirs, ours = (decode(library, Task("Bit", mode, (3, 2), context=BitState(bits=8)), bytes(9), [9]) for library in both)
    assert ours == theirs
    assert ours.errcode == CONFIG


@pytest.mark.parametrize("bits", [-(2**31), -1, 0, 32, 2**31 - 1])
def test_other_numbers_of_bits_are_an_error(both, bits):
    theirs, ours = (decode(library, Task("Bit", "F", (3, 2), context=BitState(bits=bits)), bytes(9), [9]) for library in both)
    assert ours == theirs
    assert ours.errcode == CONFIG


@pytest.mark.parametrize("fields", [{"x": -1}, {"x": 5}, {"y": 3}, {"y": -1}, {"state": 1, "x": 0}])
def test_an_invalid_state_is_an_error(ours, fields):
    """In the last case, the context has no number of bits."""
    context = BitState(bits=0 if "state" in fields else 8)
    task = Task("Bit", "F", (5, 3), fields={"state": 0} | fields, context=context)
    assert decode(ours, task, bytes(100), [1000]).errcode == CONFIG


@pytest.mark.parametrize("fields", [{"bitcount": -1}, {"bitcount": 8}, {"bitcount": 2**31 - 1}, {"lutsize": 5}, {"lutsize": 2**63}, {"lutsize": 2**62 - 1, "lut": 1}])
def test_an_invalid_context_is_an_error(ours, fields):
    task = Task("Bit", "F", (5, 3), context=BitState(bits=8, **fields))
    assert decode(ours, task, bytes(100), [1000]).errcode == CONFIG


def test_no_context_is_an_error(ours):
    assert decode(ours, Task("Bit", "F", (5, 3)), bytes(100), [1000]).errcode == CONFIG


@pytest.mark.parametrize("margins", [(-1, 0), (0, -1)])
def test_a_rectangle_beyond_the_image_is_an_error(ours, margins):
    task = Task("Bit", "F", (5, 3), margins=margins, context=BitState(bits=8))
    assert decode(ours, task, bytes(100), [1000]).errcode == CONFIG
