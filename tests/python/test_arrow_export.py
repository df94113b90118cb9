"""Exporting an image's pixels to Arrow: every field of the schema and of the array, and the reference count."""

from __future__ import annotations

import ctypes

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from abi import ARROW_INCOMPATIBLE_MODE, ARROW_MEMORY_LAYOUT, MODE_ID, ArrowArray, ArrowSchema
from side_by_side import arena, describe, fill, pixels, rows
from strategies import MODE_NAMES, alignments, block_sizes, modes


def metadata_of(schema):
    """Returns the bytes of the metadata. Arrow's format is a count, then keys and values, each behind its length."""
    if not schema.metadata:
        return None
    at = schema.metadata
    for _ in range(2 * ctypes.c_int32.from_address(at).value):
        at += 4 + ctypes.c_int32.from_address(at + 4).value
    return ctypes.string_at(schema.metadata, at + 4 - schema.metadata)


def schema_state(schema):
    return {
        "format": schema.format,
        "name": schema.name,
        "metadata": metadata_of(schema),
        "flags": schema.flags,
        "children": [schema_state(schema.children[index].contents) for index in range(schema.n_children)],
        "has dictionary": bool(schema.dictionary),
        "has release": bool(schema.release),
    }


def array_state(array, image):
    """Describes an array. A pointer to the first pixel becomes "pixels"."""
    first = image.contents.block or image.contents.image[0]
    return {
        "length": array.length,
        "null_count": array.null_count,
        "offset": array.offset,
        "buffers": [
            {None: None, first: "pixels"}.get(buffer, "elsewhere") for buffer in array.buffers[: array.n_buffers]
        ],
        "children": [array_state(array.children[index].contents, image) for index in range(array.n_children)],
        "has dictionary": bool(array.dictionary),
        "has release": bool(array.release),
        "reference count": image.contents.refcount,
    }


def export(library, maker, mode, width, height):
    """Exports schema and array of a new image and releases both. Returns the states and return values in order."""
    image = getattr(library, maker)(mode, width, height)
    schema, array = ArrowSchema(), ArrowArray()
    steps = [library.export_imaging_schema(image, schema), library.export_imaging_array(image, array)]
    if steps[0] == 0:
        steps.append(schema_state(schema))
        schema.release(schema)
        steps.append(("schema released", bool(schema.release)))
    if steps[1] == 0:
        steps.append(array_state(array, image))
        array.release(array)
        steps.append(("array released", bool(array.release)))
    steps.append(image.contents.refcount)
    library.ImagingDelete(image)
    return steps


@pytest.mark.parametrize("maker", ["ImagingNew", "ImagingNewBlock"])
@pytest.mark.parametrize("mode", MODE_NAMES)
@settings(max_examples=40)
@given(width=st.integers(0, 30), height=st.integers(0, 30))
def test_export(both, maker, mode, width, height):
    wheels, ours = (export(library, maker, MODE_ID[mode], width, height) for library in both)
    assert ours == wheels
    assert ours[:2] == [0, 0]


@given(
    mode=modes,
    width=st.integers(0, 70),
    height=st.integers(0, 70),
    alignment=alignments,
    block_size=block_sizes,
)
def test_only_contiguous_images_are_exported(both, mode, width, height, alignment, block_size):
    with arena(*both, alignment=alignment, block_size=block_size):
        wheels, ours = (export(library, "ImagingNew", mode, width, height) for library in both)
    assert ours == wheels


def test_several_blocks_are_an_error(both):
    with arena(*both, block_size=4096):
        for library in both:
            assert export(library, "ImagingNew", MODE_ID["RGB"], 64, 64) == [
                ARROW_MEMORY_LAYOUT,
                ARROW_MEMORY_LAYOUT,
                1,
            ]


def test_padded_lines_are_an_error(both):
    with arena(*both, alignment=64):
        for library in both:
            assert export(library, "ImagingNew", MODE_ID["L"], 63, 2) == [ARROW_MEMORY_LAYOUT, ARROW_MEMORY_LAYOUT, 1]


def test_rows_in_another_order_are_an_error(both):
    """Such as those of a bottom-up file that a host has mapped."""
    for library in both:
        image = library.ImagingNewBlock(MODE_ID["L"], 4, 2)
        table = image.contents.image
        table[0], table[1] = table[1], table[0]
        assert library.export_imaging_schema(image, ArrowSchema()) == ARROW_MEMORY_LAYOUT
        assert library.export_imaging_array(image, ArrowArray()) == ARROW_MEMORY_LAYOUT
        assert image.contents.refcount == 1
        library.ImagingDelete(image)


def test_image_without_an_arrow_format_is_an_error(both):
    for library in both:
        image = library.ImagingNew(MODE_ID["L"], 4, 2)
        image.contents.arrow_band_format = b""
        assert library.export_imaging_schema(image, ArrowSchema()) == ARROW_INCOMPATIBLE_MODE
        assert library.export_imaging_array(image, ArrowArray()) == ARROW_INCOMPATIBLE_MODE
        library.ImagingDelete(image)


@pytest.mark.parametrize("mode", MODE_NAMES)
def test_array_outlives_the_image(both, mode):
    """The pixels stay until the exported array is released, though the image is deleted."""
    for library in both:
        with arena(library):
            image = library.ImagingNew(MODE_ID[mode], 5, 5)
            fill(image, b"pixels")
            array = ArrowArray()
            assert library.export_imaging_array(image, array) == 0
            library.ImagingDelete(image)
            data = array.children[0].contents if array.n_children else array
            assert ctypes.string_at(data.buffers[1], image.contents.linesize * 5) == pixels(image)
            assert library.arena.stats_freed_blocks == 0
            array.release(array)
            assert library.arena.stats_freed_blocks == 1


def test_two_arrays_of_one_image(both):
    def play(library):
        image = library.ImagingNew(MODE_ID["RGBA"], 2, 2)
        arrays = [ArrowArray(), ArrowArray()]
        counts = []
        for array in arrays:
            assert library.export_imaging_array(image, array) == 0
            counts.append(image.contents.refcount)
        for array in arrays:
            array.release(array)
            counts.append(image.contents.refcount)
        state = describe(image)
        library.ImagingDelete(image)
        return counts, state

    wheels, ours = map(play, both)
    assert ours == wheels


def test_moved_child_is_released_on_its_own(both):
    """Arrow allows a consumer to move a child out of its parent and to release it later."""
    for library in both:
        image = library.ImagingNew(MODE_ID["RGB"], 2, 2)
        array, child = ArrowArray(), ArrowArray()
        assert library.export_imaging_array(image, array) == 0
        ctypes.memmove(ctypes.byref(child), array.children[0], ctypes.sizeof(child))
        array.children[0].contents.release = type(array.release)()
        array.release(array)
        assert image.contents.refcount == 2
        assert child.buffers[1] == rows(image)[0]
        child.release(child)
        assert image.contents.refcount == 1
        library.ImagingDelete(image)
