"""The structures of these tests and the exported symbols agree with the description of the ABI."""

from __future__ import annotations

import ctypes

import pytest

import abi

COMPLETE_GROUPS = {"Storage", "Access", "Arrow", "Mode", "Palette", "Resample"}
"""The groups of `abi/symbols.tsv` that the library defines completely, except data that no extension module uses."""

HOST_SYMBOLS = {
    "ImagingError_MemoryError",
    "ImagingError_Mismatch",
    "ImagingError_ModeError",
    "ImagingError_ValueError",
    "ImagingOpenPPM",
    "ImagingSavePPM",
    "ImagingSectionEnter",
    "ImagingSectionLeave",
}
"""Functions that the reference declares for the host to define, and that the library defines."""


@pytest.mark.parametrize("name", abi.STRUCTURES)
def test_structure_matches_the_layout(name):
    structure = abi.STRUCTURES[name]
    layout = abi.LAYOUT[name]
    # Those with an underscore belong to a codec.
    public = [field for field, _ in structure._fields_ if not field.startswith("_")]
    described = {field: [getattr(structure, field).offset, getattr(structure, field).size] for field in public}
    assert described == layout["fields"]
    assert (ctypes.sizeof(structure), ctypes.alignment(structure)) == (layout["size"], layout["align"])


def test_symbols_are_exported(ours):
    complete = (row for row in abi.public_symbols() if row["group"] in COMPLETE_GROUPS)
    expected = HOST_SYMBOLS | {row["symbol"] for row in complete if (row["kind"], row["used"]) != ("data", "no")}
    assert len(expected) > len(HOST_SYMBOLS)
    assert [symbol for symbol in sorted(expected) if not ours.exports(symbol)] == []


def test_initial_arena_is_that_of_the_reference(both):
    """Before a program has configured anything."""
    for library in both:
        library.reset_arena()
    states = [
        {field: getattr(library.arena, field) for field, _ in abi.ImagingMemoryArena._fields_[:4]} for library in both
    ]
    assert states[0] == states[1]
    assert states[1] == {"alignment": 1, "block_size": 16 * 1024 * 1024, "blocks_max": 0, "blocks_cached": 0}
