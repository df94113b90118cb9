"""Where the library departs from the reference, on purpose.

The reference crashes here, or hands out what nobody can use; so there is nothing to compare with, and only ours is asked.
What might crash runs in a process of its own.
"""

from __future__ import annotations

import pytest

import child
import test_color
from abi import MODE_ID
from side_by_side import arena, arena_state, attempt, describe, image_outcome
from strategies import BOGUS_MODES, MODE_NAMES

BAD_SIZE = ("ValueError", ("bad image size",))


@pytest.mark.parametrize("mode", MODE_NAMES)
@pytest.mark.parametrize("size", [(-1, 1), (1, -1), (-1, -1), (-(2**31), -(2**31))])
def test_prologue_of_a_negative_size_is_refused(ours, mode, size):
    """The reference hands out an image of negative size."""
    assert image_outcome(ours, "ImagingNewPrologue", MODE_ID[mode], *size) == BAD_SIZE
    assert attempt(ours.ImagingNewPrologueSubtype, MODE_ID[mode], *size, 128) == BAD_SIZE


@pytest.mark.parametrize("structure_size", [0, 1, 127, -1, -(2**31)])
def test_structure_smaller_than_an_image_is_refused(ours, structure_size):
    """The reference writes beyond it."""
    assert attempt(ours.ImagingNewPrologueSubtype, MODE_ID["L"], 1, 1, structure_size)[0] == "ValueError"


@pytest.mark.parametrize("mode, size", [("L", (46341, 46341)), ("RGB", (30000, 30000)), ("I;16", (2**20, 2**11))])
def test_block_may_be_larger_than_two_gigabytes(ours, mode, size):
    """The reference refuses it. The memory is only reserved: nothing touches it."""
    image = ours.ImagingNewBlock(MODE_ID[mode], *size)
    me = image.contents
    assert me.block == me.image[0]
    assert me.image[size[1] - 1] - me.block == me.linesize * (size[1] - 1)
    ours.ImagingDelete(image)


@pytest.mark.parametrize("alignment", [0, -1, 3, 12, 256, 2**30, -(2**31)])
def test_alignment_that_cannot_be_counts_as_1(ours, alignment):
    """The field is the program's to write. The bindings check what they write there."""
    expected = image_outcome(ours, "ImagingNew", MODE_ID["L"], 50, 50)
    with arena(ours, alignment=alignment):
        assert image_outcome(ours, "ImagingNew", MODE_ID["L"], 50, 50) == expected


@pytest.mark.parametrize("block_size", [0, -1, 1, 7, -(2**31)])
def test_block_size_that_cannot_be_gives_a_block_a_line(ours, block_size):
    with arena(ours, block_size=block_size, blocks_max=2):
        image = ours.ImagingNew(MODE_ID["L"], 50, 3)
        assert describe(image)["block sizes"] == [50, 50, 50]
        ours.ImagingDelete(image)
        assert ours.arena.blocks_cached == 2


def test_pool_of_a_negative_size_is_refused(ours):
    with arena(ours, blocks_max=2):
        ours.ImagingDelete(ours.ImagingNew(MODE_ID["L"], 5, 5))
        result = attempt(ours.ImagingMemorySetBlocksMax, ours.arena, -1)
        assert result == 0 or result[0] == "ValueError"
        assert ours.arena.blocks_max in (0, 2)
        ours.ImagingMemorySetBlocksMax(ours.arena, 0)
        assert arena_state(ours)["cached block sizes"] == []


def test_clearing_to_less_than_nothing_clears_all(ours):
    with arena(ours, blocks_max=2):
        ours.ImagingDelete(ours.ImagingNew(MODE_ID["L"], 5, 5))
        ours.ImagingMemoryClearCache(ours.arena, -5)
        assert (ours.arena.blocks_cached, ours.arena.stats_freed_blocks) == (0, 1)


NULLS = {
    "ImagingCopyPalette, no source": "library.ImagingCopyPalette(image, None)",
    "ImagingCopyPalette, no destination": "library.ImagingCopyPalette(None, image)",
    "ImagingCopyPalette, neither": "library.ImagingCopyPalette(None, None)",
    "ImagingNew2Dirty, no input": "library.ImagingNew2Dirty(6, image, None)",
    "ImagingAccessNew": "library.ImagingAccessNew(None)",
    "ImagingPaletteCachePrepare": "library.ImagingPaletteCachePrepare(None)",
    "ImagingPaletteCacheUpdate": "library.ImagingPaletteCacheUpdate(None, 1, 2, 3)",
    "ImagingPaletteCacheUpdate, not prepared": "library.ImagingPaletteCacheUpdate(image.contents.palette, 1, 2, 3)",
    "ImagingMemorySetBlocksMax": "library.ImagingMemorySetBlocksMax(None, 1)",
    "ImagingMemoryClearCache": "library.ImagingMemoryClearCache(None, 1)",
    "ImagingMemorySetBlockAllocator": "library.ImagingMemorySetBlockAllocator(None, 1)",
    "export_imaging_schema, no image": "library.export_imaging_schema(None, abi.ArrowSchema())",
    "export_imaging_schema, no schema": "library.export_imaging_schema(image, None)",
    "export_imaging_array, no image": "library.export_imaging_array(None, abi.ArrowArray())",
    "export_imaging_array, no array": "library.export_imaging_array(image, None)",
    "ImagingOpenPPM": "library.ImagingOpenPPM(None)",
    "ImagingSavePPM, no image": "library.ImagingSavePPM(None, b'/nowhere/at/all')",
    "ImagingSavePPM, no name": "library.ImagingSavePPM(image, None)",
}


@pytest.mark.parametrize("call", NULLS.values(), ids=NULLS)
def test_null_is_an_error(call):
    """The reference crashes."""
    told = child.run(
        f"""
        library = load()
        image = library.ImagingNew({MODE_ID["P"]}, 2, 2)
        try: {call}
        except ValueError as error: print(error)
        library.ImagingDelete(image)
        """
    )
    assert "is NULL" in told or "has no cache" in told


@pytest.mark.parametrize("size", [257, 1000, 2**31 - 1, -1, -(2**31)])
def test_palette_of_a_size_that_cannot_be(size):
    """Colours beyond the palette's 256 are not looked for, and less than none is none."""
    told = child.run(
        f"""
        library = load()
        caches = []
        for size in ({size}, {min(max(size, 0), 256)}):
            palette = library.ImagingPaletteNewBrowser()
            palette.contents.size = size
            library.ImagingPaletteCachePrepare(palette)
            library.ImagingPaletteCacheUpdate(palette, 200, 100, 50)
            caches.append(ctypes.string_at(palette.contents.cache, 2 * abi.PALETTE_CACHE_ENTRIES))
            library.ImagingPaletteDelete(palette)
        print(caches[0] == caches[1])
        """
    )
    assert told == "True\n"


ARROW_DAMAGE = {
    "schema.format = None": "mismatch",
    "schema.format = b'+w:4'; schema.n_children = 1": "mismatch",
    "schema.format = b'+w:4'; array.n_children = 1": "mismatch",
    "array.buffers = None": "exactly 2 buffers required",
    "array.offset = -1": "Arrow array reaches beyond what can be memory",
    "array.n_children = 1": "accepted",
}
"""What is wrong with an array of four bytes, and what the library says to it. A child that is not there is none."""


@pytest.mark.parametrize("damage, expected", ARROW_DAMAGE.items(), ids=ARROW_DAMAGE)
def test_arrow_array_that_breaks_arrows_rules(damage, expected):
    """The reference follows pointers that are not there."""
    told = child.run(
        f"""
        new_capsule = ctypes.pythonapi.PyCapsule_New
        new_capsule.restype, new_capsule.argtypes = ctypes.py_object, [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_void_p]
        def capsule(thing, name): return new_capsule(ctypes.addressof(thing), name, None)
        data = ctypes.create_string_buffer(64)
        buffers = (ctypes.c_void_p * 2)(None, ctypes.addressof(data))
        array = abi.ArrowArray(length=4, n_buffers=2, buffers=buffers)
        schema = abi.ArrowSchema(format=b"C")
        {damage}
        mode = {MODE_ID["L"]} if schema.format != b"+w:4" else {MODE_ID["RGB"]}
        capsules = capsule(schema, b"arrow_schema"), capsule(array, b"arrow_array")
        try: load().ImagingNewArrow(mode, 2, 2, *capsules)
        except ValueError as error: print(error)
        else: print("accepted")
        """
    )
    assert expected in told


@pytest.mark.parametrize("number", BOGUS_MODES)
def test_error_names_a_mode_that_there_is_not(ours, number):
    """The reference has nothing in its place: "conversion from RGB to  not supported"."""
    test_color.declare(ours)
    image = ours.ImagingNew(MODE_ID["RGB"], 3, 3)
    try:
        told = attempt(ours.ImagingConvertTransparent, image, number, 1, 2, 3)
        assert told == ("ValueError", (f"conversion from RGB to mode {number} not supported in convert_transparent",))
        if number != 0:  # which asks for the mode of the image's palette
            told = attempt(ours.ImagingConvert, None, image, number, None, 0)
            assert told == ("ValueError", (f"conversion from RGB to mode {number} not supported",))
    finally:
        ours.ImagingDelete(image)
