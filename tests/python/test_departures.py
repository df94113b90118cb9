"""Deliberate differences from the reference.

The reference crashes in these calls, or returns an unusable result, so only ours is called. Calls that might crash run
in a child process.
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
def test_prologue_of_a_negative_size_is_an_error(ours, mode, size):
    """The reference returns an image of negative size."""
    assert image_outcome(ours, "ImagingNewPrologue", MODE_ID[mode], *size) == BAD_SIZE
    assert attempt(ours.ImagingNewPrologueSubtype, MODE_ID[mode], *size, 128) == BAD_SIZE


@pytest.mark.parametrize("structure_size", [0, 1, 127, -1, -(2**31)])
def test_structure_smaller_than_an_image_is_an_error(ours, structure_size):
    """The reference writes beyond the structure."""
    assert attempt(ours.ImagingNewPrologueSubtype, MODE_ID["L"], 1, 1, structure_size)[0] == "ValueError"


@pytest.mark.parametrize("mode, size", [("L", (46341, 46341)), ("RGB", (30000, 30000)), ("I;16", (2**20, 2**11))])
def test_block_may_be_larger_than_two_gigabytes(ours, mode, size):
    """An error in the reference. The memory is only reserved, never written to."""
    image = ours.ImagingNewBlock(MODE_ID[mode], *size)
    me = image.contents
    assert me.block == me.image[0]
    assert me.image[size[1] - 1] - me.block == me.linesize * (size[1] - 1)
    ours.ImagingDelete(image)


@pytest.mark.parametrize("alignment", [0, -1, 3, 12, 256, 2**30, -(2**31)])
def test_invalid_alignment_counts_as_1(ours, alignment):
    """A program may write any value to the field. Pillow's bindings check theirs."""
    expected = image_outcome(ours, "ImagingNew", MODE_ID["L"], 50, 50)
    with arena(ours, alignment=alignment):
        assert image_outcome(ours, "ImagingNew", MODE_ID["L"], 50, 50) == expected


@pytest.mark.parametrize("block_size", [0, -1, 1, 7, -(2**31)])
def test_invalid_block_size_makes_one_block_per_line(ours, block_size):
    with arena(ours, block_size=block_size, blocks_max=2):
        image = ours.ImagingNew(MODE_ID["L"], 50, 3)
        assert describe(image)["block sizes"] == [50, 50, 50]
        ours.ImagingDelete(image)
        assert ours.arena.blocks_cached == 2


def test_pool_of_a_negative_size_is_an_error(ours):
    with arena(ours, blocks_max=2):
        ours.ImagingDelete(ours.ImagingNew(MODE_ID["L"], 5, 5))
        result = attempt(ours.ImagingMemorySetBlocksMax, ours.arena, -1)
        assert result == 0 or result[0] == "ValueError"
        assert ours.arena.blocks_max in (0, 2)
        ours.ImagingMemorySetBlocksMax(ours.arena, 0)
        assert arena_state(ours)["cached block sizes"] == []


def test_clearing_to_a_negative_size_clears_all(ours):
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
    output = child.run(
        f"""
        library = load()
        image = library.ImagingNew({MODE_ID["P"]}, 2, 2)
        try: {call}
        except ValueError as error: print(error)
        library.ImagingDelete(image)
        """
    )
    assert "is NULL" in output or "has no cache" in output


@pytest.mark.parametrize("size", [257, 1000, 2**31 - 1, -1, -(2**31)])
def test_palette_of_an_invalid_size(size):
    """At most 256 colours are searched, and a negative size counts as 0."""
    output = child.run(
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
    assert output == "True\n"


ARROW_DAMAGE = {
    "schema.format = None": "mismatch",
    "schema.format = b'+w:4'; schema.n_children = 1": "mismatch",
    "schema.format = b'+w:4'; array.n_children = 1": "mismatch",
    "array.buffers = None": "exactly 2 buffers required",
    "array.offset = -1": "Arrow array reaches beyond what can be memory",
    "array.n_children = 1": "accepted",
}
"""An error of an array of four bytes, and the library's message. A missing child counts as none."""


@pytest.mark.parametrize("damage, expected", ARROW_DAMAGE.items(), ids=ARROW_DAMAGE)
def test_invalid_arrow_array(damage, expected):
    """The reference follows invalid pointers."""
    output = child.run(
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
    assert expected in output


@pytest.mark.parametrize("number", BOGUS_MODES)
def test_error_names_an_unknown_mode(ours, number):
    """The reference omits its name: "conversion from RGB to  not supported"."""
    test_color.declare(ours)
    image = ours.ImagingNew(MODE_ID["RGB"], 3, 3)
    try:
        result = attempt(ours.ImagingConvertTransparent, image, number, 1, 2, 3)
        assert result == ("ValueError", (f"conversion from RGB to mode {number} not supported in convert_transparent",))
        if number != 0:  # 0 means the mode of the palette
            result = attempt(ours.ImagingConvert, None, image, number, None, 0)
            assert result == ("ValueError", (f"conversion from RGB to mode {number} not supported",))
    finally:
        ours.ImagingDelete(image)
