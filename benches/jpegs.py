"""JPEG files, decoded and encoded through the C functions.

A Pillow with its own JPEG library keeps its codecs, whatever is interposed. So the cases call the functions of the library that is
interposed, or those of Pillow's core.
"""

from __future__ import annotations

import ctypes
import io
from collections.abc import Callable

import PIL
from PIL import Image

import pictures
from abi import RAW_MODE_ID, ImagingCodecStateInstance, Shuffler

RAW_MODES = {"L": "L", "RGB": "RGBX", "CMYK": "CMYK;I"}
BITS = {"L": 8, "RGB": 32, "CMYK": 32}
PIECE = 1 << 16
END = 1

_pointer = ctypes.pythonapi.PyCapsule_GetPointer
_pointer.restype, _pointer.argtypes = ctypes.c_void_p, [ctypes.py_object, ctypes.c_char_p]


def library() -> ctypes.CDLL:
    if PIL.__version__.split(".")[0] != "13":
        raise NotImplementedError("its states have another layout")
    interposed = ctypes.CDLL(None)
    return interposed if hasattr(interposed, "ImagingJpegDecode") else ctypes.CDLL(Image.core.__file__)


def state_of(functions: ctypes.CDLL, image: Image.Image, shuffler: str, context: ctypes.Array) -> ImagingCodecStateInstance:
    find = getattr(functions, shuffler)
    find.restype = Shuffler
    state = ImagingCodecStateInstance(bits=BITS[image.mode])
    mode = functions.findModeID(image.mode.encode())
    state.shuffle = find(mode, RAW_MODE_ID[RAW_MODES[image.mode]], None)
    state.xsize, state.ysize = image.size
    state.bytes = state.xsize * state.bits // 8
    state.line = ctypes.create_string_buffer(state.bytes)
    state.buffer, state.context = ctypes.addressof(state.line), ctypes.addressof(context)
    return state


def decoding(mode: str, **options) -> Callable[[], None]:
    """Returns a function that decodes a photograph, in pieces of 64 KiB."""
    functions, file = library(), io.BytesIO()
    pictures.photo(mode).save(file, "JPEG", **options)
    data, image = file.getvalue(), Image.new(mode, pictures.SIZE)
    bytes_of_file = ctypes.create_string_buffer(data, len(data))
    address = ctypes.addressof(bytes_of_file)
    im = ctypes.c_void_p(_pointer(image.getim(), b"Pillow Imaging"))

    def call() -> None:
        context = (ctypes.c_int * 1024)(0, RAW_MODE_ID[RAW_MODES[mode]], 0, 1)
        state = state_of(functions, image, "ImagingFindUnpacker", context)
        begin, end, used = 0, 0, 0
        while used >= 0:
            end = min(end + PIECE, len(data))
            used = functions.ImagingJpegDecode(im, ctypes.byref(state), ctypes.c_void_p(address + begin), ctypes.c_ssize_t(end - begin))
            begin += used
        functions.ImagingJpegDecodeCleanup(ctypes.byref(state))
        if state.errcode or state.y != state.ysize:
            raise ValueError(state.errcode)

    call.file = bytes_of_file
    return call


def encoding(mode: str, quality: int, progressive: int = 0) -> Callable[[], None]:
    """Returns a function that encodes a photograph, into pieces of 64 KiB, or into one of the image's size."""
    functions, image = library(), pictures.photo(mode)
    room = ctypes.create_string_buffer(4 * image.width * image.height if progressive else PIECE)
    im = ctypes.c_void_p(_pointer(image.getim(), b"Pillow Imaging"))

    def call() -> None:
        context = (ctypes.c_int * 1024)(quality, progressive, *[0] * 6, -1, 0, 0, RAW_MODE_ID[RAW_MODES[mode]])
        state = state_of(functions, image, "ImagingFindPacker", context)
        while not state.errcode:
            functions.ImagingJpegEncode(im, ctypes.byref(state), room, len(room))
        if state.errcode != END:
            raise ValueError(state.errcode)

    return call
