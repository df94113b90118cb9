"""Names and ids of modes and raw modes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from abi import MODES, RAW_MODES

FAMILIES = {"mode": ("findModeID", "getModeData", MODES), "raw mode": ("findRawModeID", "getRawModeData", RAW_MODES)}
families = pytest.mark.parametrize("find, get, names", FAMILIES.values(), ids=FAMILIES)
EDGES = [-1, -(2**31), 2**31 - 1, 10**6, 255, 256]


@families
def test_every_name_finds_its_id(both, find, get, names):
    for library in both:
        assert [getattr(library, find)(name.encode()) for name in names] == list(range(len(names)))


@families
def test_every_id_has_its_name(both, find, get, names):
    for library in both:
        assert [getattr(library, get)(number).contents.name.decode() for number in range(len(names))] == names


@families
def test_ids_out_of_range_are_unknown(both, find, get, names):
    for library in both:
        assert {getattr(library, get)(number).contents.name for number in [*EDGES, len(names), len(names) + 1]} == {b""}


@families
@pytest.mark.parametrize(
    "name", [None, b"", b"rgb", b"RGB ", b"RGBAA", b"I;", b"I;16X", b";", b"\xff\xfe", b"x" * 10_000]
)
def test_other_names_are_unknown(both, find, get, names, name):
    assert [getattr(library, find)(name) for library in both] == [0, 0]


@families
@given(name=st.text(alphabet="RGBALIPXCMYKabr;0123456", max_size=7))
def test_any_name(both, find, get, names, name):
    expected = names.index(name) if name in names else 0
    assert [getattr(library, find)(name.encode()) for library in both] == [expected, expected]


@families
def test_descriptions_are_one_table(both, find, get, names):
    """An id always has the same record at the same address: callers keep the pointer."""
    for library in both:
        first, again = (getattr(library, get)(3) for _ in range(2))
        assert first.contents.name == again.contents.name == names[3].encode()


def test_sixteen_bit_modes(both):
    numbers = [*range(len(MODES) + 2), *EDGES]
    wheels, ours = ([bool(library.isModeI16(number)) for number in numbers] for library in both)
    assert ours == wheels
    assert {MODES[number] for number, yes in zip(numbers, ours) if yes} == {"I;16", "I;16L", "I;16B", "I;16N"}
