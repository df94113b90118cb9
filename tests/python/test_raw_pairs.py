"""Every packer and unpacker beside the reference's: the same pairs, bits and bytes, with every ISA."""

from __future__ import annotations

import ctypes
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

import child
from abi import MODES, PACKERS, RAW_MODES, UNPACKERS
from shufflers import AROUND, IN_PLACE, PAIRS, PUBLIC, SideBySide, all_pairs_of_bytes, contents, find

EXTREMES = [-(2**31), -1000, -2, -1, 1000, 2**31 - 1]


@pytest.mark.parametrize("packs", [False, True], ids=["unpackers", "packers"])
def test_same_pairs_and_bits(both, packs):
    """For all ids, unknown ones included. If there is no shuffler, `bits` is not written to."""
    found = 0
    for mode in [*range(len(MODES) + 2), *EXTREMES]:
        for raw_mode in [*range(len(RAW_MODES) + 2), *EXTREMES]:
            (theirs, their_bits), (ours, our_bits) = (find(library, packs, mode, raw_mode) for library in both)
            assert (bool(ours), our_bits) == (bool(theirs), their_bits), (mode, raw_mode)
            found += bool(ours)
    assert found == sum(map(len, (PACKERS if packs else UNPACKERS).values()))


def test_bits_may_be_null(ours):
    for pair in PAIRS:
        assert (ours.ImagingFindPacker if pair.packs else ours.ImagingFindUnpacker)(*pair.ids, None)


def test_the_isa_variable_is_obeyed():
    """Otherwise the tests below would all test the same ISA."""
    assert "IMAGING_SIMD=unknown: must be generic" in child.differences(
        "shufflers.public_differences(*both)", isa="unknown"
    )


@pytest.mark.parametrize("isa", child.ISAS)
def test_every_pair(isa):
    assert child.differences("shufflers.differences(*both)", isa=isa) == ""


@pytest.mark.parametrize("isa", child.ISAS)
def test_public_shufflers(isa):
    assert child.differences("shufflers.public_differences(*both)", isa=isa) == ""


@pytest.mark.parametrize("name", IN_PLACE)
def test_in_place(both, name):
    line = all_pairs_of_bytes(4)[: 4 * 65536]
    lines = [ctypes.create_string_buffer(line, len(line)) for _ in both]
    for library, place in zip(both, lines):
        getattr(library, name)(place, place, 65536)
    assert lines[1].raw == lines[0].raw != line


@pytest.mark.parametrize("name", PUBLIC)
def test_no_pixels(ours, name):
    """A count of 0 or less reads and writes nothing."""
    for pixels in (0, -1, -(2**31)):
        getattr(ours, name)(None, None, pixels)


@pytest.fixture(scope="module")
def room() -> SideBySide:
    return SideBySide(5000)


@given(
    pair=st.sampled_from(PAIRS),
    pixels=st.integers(0, 5000),
    kind=st.sampled_from(list(contents(1))),
    seed=st.integers(0, 2**32),
    offsets=st.tuples(st.integers(0, 63), st.integers(0, 63)),
)
def test_any_line(both, room, pair, pixels, kind, seed, offsets):
    length = pair.lengths(pixels)[0] + AROUND
    line = random.Random(seed).randbytes(length) if kind == "random" else contents(8 * 5000 + AROUND)[kind][:length]
    theirs, ours = (pair.find(library)[0] for library in both)
    assert room.difference(pair, theirs, ours, pixels, line, offsets) is None
