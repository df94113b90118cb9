"""Importing pixels from Arrow: accepted arrays, row pointers, ownership of the capsule, and errors."""

from __future__ import annotations

import ctypes
import sys

import pyarrow
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from abi import MODE_ID, ArrowArray, ArrowSchema
from side_by_side import attempt, describe, pixels, rows
from strategies import BOGUS_MODES, MODE_NAMES, modes

_new_capsule = ctypes.pythonapi.PyCapsule_New
_new_capsule.restype = ctypes.py_object
_new_capsule.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_void_p]

MISMATCH = ("ValueError", ("Invalid Arrow array mode or size mismatch",))


class Lent:
    """An Arrow array and schema in capsules, which may be invalid."""

    def __init__(self, form, length, *, offset=0, n_buffers=2, children=(), child_forms=(), null_data=False):
        self.bytes = ctypes.create_string_buffer(bytes(index % 251 for index in range(4 * (length + offset) + 64)))
        self.keep = []
        self.array = self._array(length, offset, n_buffers, children, null_data)
        self.schema = self._schema(form, child_forms)
        self.array_capsule = _new_capsule(ctypes.addressof(self.array), b"arrow_array", None)
        self.schema_capsule = _new_capsule(ctypes.addressof(self.schema), b"arrow_schema", None)

    def _array(self, length, offset, n_buffers, children, null_data):
        data = None if null_data else ctypes.addressof(self.bytes)
        buffers = (ctypes.c_void_p * max(n_buffers, 2))(None, data)
        array = ArrowArray(length=length, offset=offset, n_buffers=n_buffers, buffers=buffers, n_children=len(children))
        below = [self._array(*child, (), null_data) for child in children]
        array.children = (ctypes.POINTER(ArrowArray) * max(len(below), 1))(*map(ctypes.pointer, below))
        self.keep += [buffers, array, below]
        return array

    def _schema(self, form, child_forms):
        below = [self._schema(child, ()) for child in child_forms]
        schema = ArrowSchema(format=form, n_children=len(below))
        schema.children = (ctypes.POINTER(ArrowSchema) * max(len(below), 1))(*map(ctypes.pointer, below))
        self.keep.append(below)
        return schema

    def offer(self, library, mode, width, height):
        """Imports it. Returns the error, or the image's description and the offsets of its rows in the array."""
        holders = sys.getrefcount(self.array_capsule)
        result = attempt(library.ImagingNewArrow, mode, width, height, self.schema_capsule, self.array_capsule)
        held = sys.getrefcount(self.array_capsule) - holders
        if isinstance(result, tuple):
            assert held == 0, "an array that was not imported must not be retained"
            return result
        state = describe(result, with_pixels=False)
        # Rows without pixels are NULL in ours, and point into the array in the reference.
        state["rows"] = [row - ctypes.addressof(self.bytes) for row in rows(result)] if width else []
        state["held"] = held
        library.ImagingDelete(result)
        # Outside of the assert statement, which would keep references.
        still_held = sys.getrefcount(self.array_capsule) - holders
        assert still_held == 0, "deleting the image must release the array"
        return state


def compare(both, lent, mode, width, height):
    wheels, ours = (lent.offer(library, mode, width, height) for library in both)
    assert ours == wheels
    return ours


@pytest.mark.parametrize("mode", MODE_NAMES)
@pytest.mark.parametrize("form", [b"C", b"s", b"i", b"f", b"I", b"+w:4", b"S", b"", b"CC", b"+w:3"])
@settings(max_examples=25)
@given(
    width=st.integers(0, 6),
    height=st.integers(0, 6),
    per_pixel=st.sampled_from([1, 1, 4]),
    wrong_by=st.sampled_from([0, 0, 0, 1, -1]),
    offset=st.integers(0, 5),
)
def test_flat_array(both, mode, form, width, height, per_pixel, wrong_by, offset):
    length = max(width * height * per_pixel + wrong_by, 0)
    compare(both, Lent(form, length, offset=offset), MODE_ID[mode], width, height)


@given(
    mode=modes,
    width=st.integers(0, 6),
    height=st.integers(0, 6),
    form=st.sampled_from([b"+w:4", b"+w:4", b"C"]),
    child_forms=st.sampled_from([(b"C",), (b"C",), (b"c",), (b"i",), (), (b"C", b"C")]),
    wrong_by=st.sampled_from([0, 0, 0, 1, -1]),
    child_wrong_by=st.sampled_from([0, 0, 0, 1, -4]),
    offset=st.integers(0, 5),
    child_offset=st.integers(0, 5),
    children=st.sampled_from([1, 1, 1, 0, 2]),
    n_buffers=st.sampled_from([2, 2, 2, 1, 3]),
)
def test_array_of_pixels(
    both, mode, width, height, form, child_forms, wrong_by, child_wrong_by, offset, child_offset, children, n_buffers
):
    child = max(4 * width * height + child_wrong_by, 0), child_offset, n_buffers
    # Longer children are those of slices: see test_slices_of_pixels.
    assume(child_wrong_by != 1 or child_forms != (b"C",) or wrong_by or offset)
    # A child with too few items, of an array that is not a list: see test_child_of_too_few_items_is_an_error.
    assume(form != b"C" or children != 1 or child[0] >= max(width * height + wrong_by, 0))
    lent = Lent(
        form,
        max(width * height + wrong_by, 0),
        offset=offset,
        n_buffers=1,
        children=[child] * children,
        child_forms=child_forms,
    )
    compare(both, lent, mode, width, height)


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "RGBX", "RGBa", "CMYK", "LA", "La", "PA", "YCbCr", "LAB", "HSV"])
@pytest.mark.parametrize("form", ["I", "C", "+w:4"])
def test_many_bands_are_accepted(both, mode, form):
    shapes = {
        "I": Lent(b"I", 12, offset=2),
        "C": Lent(b"C", 48, offset=2),
        "+w:4": Lent(b"+w:4", 12, offset=2, n_buffers=1, children=[(48, 8, 2)], child_forms=[b"C"]),
    }
    state = compare(both, shapes[form], MODE_ID[mode], 4, 3)
    assert (state["read_only"], state["held"], state["has capsule"]) == (1, 1, True)
    assert state["rows"][0] == {"I": 8, "C": 2, "+w:4": 8}[form]


@pytest.mark.parametrize(
    "mode, form", [("1", b"C"), ("L", b"C"), ("P", b"C"), ("I", b"i"), ("F", b"f"), ("I;16", b"s"), ("I;16B", b"s")]
)
def test_one_band_is_accepted(both, mode, form):
    state = compare(both, Lent(form, 12, offset=1), MODE_ID[mode], 4, 3)
    assert state["rows"][0] == state["pixelsize"]
    assert state["read_only"] == state["held"] == 1


@pytest.mark.parametrize("offset", [2**63 - 1, 2**63 - 12, -1, -(2**63)])
@pytest.mark.parametrize("mode, form, length", [("L", b"C", 12), ("I", b"i", 12), ("RGB", b"I", 12), ("RGB", b"C", 48)])
def test_offset_beyond_memory_is_an_error(both, mode, form, length, offset):
    lent = Lent(form, length)
    lent.array.offset = offset
    kind, _ = lent.offer(both[1], MODE_ID[mode], 4, 3)
    assert kind == "ValueError"


@pytest.mark.parametrize("offset", [2**63 - 1, 2**63 - 48, -1])
def test_offset_of_a_list_beyond_memory_is_an_error(both, offset):
    lent = Lent(b"+w:4", 12, n_buffers=1, children=[(48, 0, 2)], child_forms=[b"C"])
    lent.array.children[0].contents.offset = offset
    kind, _ = lent.offer(both[1], MODE_ID["RGB"], 4, 3)
    assert kind == "ValueError"


def test_child_of_too_few_items_is_an_error(both):
    lent = Lent(b"C", 12, n_buffers=1, children=[(11, 0, 2)])
    assert lent.offer(both[1], MODE_ID["L"], 4, 3) == MISMATCH


@pytest.mark.parametrize("n_buffers, null_data", [(0, False), (1, False), (3, False), (2, True)])
def test_array_without_two_buffers_is_an_error(both, n_buffers, null_data):
    lent = Lent(b"C", 4, n_buffers=n_buffers, null_data=null_data)
    assert compare(both, lent, MODE_ID["L"], 2, 2) == ("ValueError", ("Arrow Array, exactly 2 buffers required",))


@pytest.mark.parametrize("mode", BOGUS_MODES)
def test_unknown_mode_is_an_error(both, mode):
    assert compare(both, Lent(b"C", 4), mode, 2, 2) == ("ValueError", ("unrecognized image mode",))


@pytest.mark.parametrize("size", [(-1, 4), (4, -1), (-2, -2)])
def test_negative_size_is_an_error(both, size):
    assert compare(both, Lent(b"C", 4), MODE_ID["L"], *size) == ("ValueError", ("bad image size",))


def test_too_large_a_width_is_an_error(both):
    assert compare(both, Lent(b"C", 4), MODE_ID["L"], 2**31 - 1, 1) == ("MemoryError", ())


def test_size_that_matches_by_overflow_is_an_error(both):
    """65536 × 65536 and 4 × 2^30 are 0 in 32 bits."""
    assert compare(both, Lent(b"C", 0), MODE_ID["L"], 65536, 65536) == MISMATCH
    assert compare(both, Lent(b"C", 0), MODE_ID["RGB"], 32768, 32768) == MISMATCH


def test_capsules_of_another_name_are_an_error(both):
    lent = Lent(b"C", 4)
    stranger = _new_capsule(ctypes.addressof(lent.array), b"stranger", None)
    offers = [
        (lent.array_capsule, lent.schema_capsule),
        (stranger, lent.array_capsule),
        (lent.schema_capsule, stranger),
        (object(), lent.array_capsule),
        (lent.schema_capsule, None),
    ]
    for offer in offers:
        wheels, ours = (attempt(library.ImagingNewArrow, MODE_ID["L"], 2, 2, *offer) for library in both)
        assert ours == wheels
        assert ours[0] == "ValueError"


@pytest.mark.parametrize(
    "mode, kind", [("L", "uint8"), ("I", "int32"), ("F", "float32"), ("I;16", "int16"), ("RGBA", "uint32")]
)
def test_pyarrow_array(both, mode, kind):
    """A sliced array of pyarrow, which starts in the middle of its buffer."""
    array = pyarrow.array(range(30), getattr(pyarrow, kind)())[6:18]
    for library in both:
        schema_capsule, array_capsule = array.__arrow_c_array__()
        image = library.ImagingNewArrow(MODE_ID[mode], 4, 3, schema_capsule, array_capsule)
        width = array.type.bit_width // 8
        assert pixels(image) == array.buffers()[1].to_pybytes()[6 * width : 18 * width]
        library.ImagingDelete(image)


def test_pyarrow_pixels(both):
    kind = pyarrow.list_(pyarrow.uint8(), 4)
    array = pyarrow.array([[index, index + 1, index + 2, 255] for index in range(12)], kind)
    for library in both:
        image = library.ImagingNewArrow(MODE_ID["RGB"], 4, 3, *array.__arrow_c_array__())
        assert pixels(image) == bytes(byte for index in range(12) for byte in (index, index + 1, index + 2, 255))
        library.ImagingDelete(image)


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "CMYK", "LA"])
@pytest.mark.parametrize(("first", "child_first"), [(0, 0), (5, 0), (5, 8), (88, 0)])
def test_slices_of_pixels(ours, mode, first, child_first):
    """A slice has an offset and the whole child, which may have an offset of its own. The reference refuses slices."""
    items = pyarrow.array([index % 251 for index in range(500)], pyarrow.uint8())[child_first : child_first + 400]
    array = pyarrow.FixedSizeListArray.from_arrays(items, 4).slice(first, 12)
    image = ours.ImagingNewArrow(MODE_ID[mode], 4, 3, *array.__arrow_c_array__())
    start = child_first + 4 * first
    assert pixels(image) == bytes(index % 251 for index in range(start, start + 48))
    ours.ImagingDelete(image)


@pytest.mark.parametrize("offset", [11, -1, 2**62, 2**63 - 1])
def test_slices_beyond_the_child_are_errors(ours, offset):
    lent = Lent(b"+w:4", 12, n_buffers=1, children=[(88, 0, 2)], child_forms=[b"C"])
    lent.array.offset = offset
    assert lent.offer(ours, MODE_ID["RGB"], 4, 3) == MISMATCH


@pytest.mark.parametrize("mode", MODE_NAMES)
def test_round_trip_between_the_libraries(both, mode):
    """One library imports the array that the other exports, without a copy."""
    for lender, borrower in (both, reversed(both)):
        image = lender.ImagingNewBlock(MODE_ID[mode], 3, 2)
        schema, array = ArrowSchema(), ArrowArray()
        assert lender.export_imaging_schema(image, schema) == lender.export_imaging_array(image, array) == 0
        capsules = (
            _new_capsule(ctypes.addressof(schema), b"arrow_schema", None),
            _new_capsule(ctypes.addressof(array), b"arrow_array", None),
        )
        borrowed = borrower.ImagingNewArrow(MODE_ID[mode], 3, 2, *capsules)
        assert rows(borrowed) == rows(image)
        borrower.ImagingDelete(borrowed)
        schema.release(schema)
        array.release(array)
        lender.ImagingDelete(image)
