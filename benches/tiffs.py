"""TIFF files in memory, decoded and encoded through the C functions.

A Pillow with its own libtiff keeps its codec, whatever is interposed. So the cases call the functions of the library that is
interposed, or those of Pillow's core.
"""

from __future__ import annotations

import ctypes
import io
from collections.abc import Callable

import PIL
from PIL import Image

import interposition
import pictures
from abi import Image as Imaging
from abi import Library, TiffState
from incremental import END, release
from tiff import LONG, SHORT, Tag, TiffTask

BITS = {"1": [1], "RGB": [8, 8, 8]}
COMPRESSIONS = {"none": ("raw", 1), "G4": ("group4", 4), "LZW": ("tiff_lzw", 5), "JPEG": ("jpeg", 7), "Deflate": ("tiff_adobe_deflate", 8)}
"""The names in Pillow, and numbers."""

PIECE = 1 << 16

_pointer = ctypes.pythonapi.PyCapsule_GetPointer
_pointer.restype, _pointer.argtypes = ctypes.c_void_p, [ctypes.py_object, ctypes.c_char_p]


def library() -> Library:
    if PIL.__version__.split(".")[0] != "13":
        raise NotImplementedError("its states have another layout")
    if interposition.in_force():
        return Library("ours", interposition.library_path(), ours=True)
    return Library("wheel", Image.core.__file__, ours=False)


def imaging(image: Image.Image) -> Imaging:
    return ctypes.cast(_pointer(image.getim(), b"Pillow Imaging"), Imaging)


def decoding(mode: str, compression: str) -> Callable[[], None]:
    """Returns a function that decodes a photograph."""
    functions, file = library(), io.BytesIO()
    pictures.photo(mode).save(file, "TIFF", compression=COMPRESSIONS[compression][0])
    data, image = file.getvalue(), Image.new(mode, pictures.SIZE)
    raw_mode = {"1": "1", "RGB": "RGB"}[mode]
    task, im = TiffTask("LibTiff", mode, pictures.SIZE, raw_mode, context=TiffState()), imaging(image)

    def call() -> None:
        state = task.state(functions, packs=False)
        functions.ImagingLibTiffDecode(im, state, data, len(data))
        errcode = state.errcode
        release(state)
        if errcode:
            raise ValueError(errcode)

    call.image = image
    return call


def encoding(mode: str, compression: str) -> Callable[[], None]:
    """Returns a function that encodes a photograph, into pieces of 64 KiB."""
    functions, image = library(), pictures.photo(mode)
    bits, (width, height) = BITS[mode], image.size
    tags = [
        Tag(256, LONG, width), Tag(257, LONG, height), Tag(258, SHORT, bits[0]), Tag(259, SHORT, COMPRESSIONS[compression][1]),
        Tag(262, SHORT, 2 if len(bits) > 1 else 1), Tag(277, SHORT, len(bits)), Tag(284, SHORT, 1), Tag(278, LONG, 8),
    ]  # fmt: skip
    task, im = TiffTask("LibTiff", mode, image.size, mode, tags=tuple(tags)), imaging(image)
    room = ctypes.create_string_buffer(PIECE)

    def call() -> None:
        state = task.state(functions, packs=True)
        while not state.errcode:
            functions.ImagingLibTiffEncode(im, state, room, PIECE)
        errcode = state.errcode
        functions.ImagingLibTiffEncodeCleanup(state)
        release(state)
        task.results.clear()
        if errcode != END:
            raise ValueError(errcode)

    call.image = image
    return call
