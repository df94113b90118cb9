"""The C ABI of libImaging, as ctypes sees it.

The structures below are checked field by field against `abi/layout.json` (see test_layout.py). A `Library` is one loaded
copy of libImaging with typed functions. Two copies live in the test process: the one inside Pillow's extension module,
which is the reference, and ours. They are loaded privately, so each has its own arena and its own error path, and since
both take the same structures, what one makes the other can read.
"""

from __future__ import annotations

import csv
import ctypes
import json
from ctypes import (
    CFUNCTYPE,
    POINTER,
    PYFUNCTYPE,
    Structure,
    c_byte,
    c_char,
    c_char_p,
    c_float,
    c_double,
    c_int,
    c_int16,
    c_int32,
    c_int64,
    c_long,
    c_size_t,
    c_ssize_t,
    c_ubyte,
    c_ulong,
    c_uint32,
    c_uint64,
    c_void_p,
    py_object,
)
from pathlib import Path

from interposition import ROOT

LAYOUT = json.loads((ROOT / "abi" / "layout.json").read_text())
_MODES = json.loads((ROOT / "abi" / "modes.json").read_text())
MODES: list[str] = _MODES["modes"]
RAW_MODES: list[str] = _MODES["rawmodes"]
UNPACKERS: dict[str, dict[str, int]] = _MODES["unpackers"]
PACKERS: dict[str, dict[str, int]] = _MODES["packers"]
MODE_ID = {name: number for number, name in enumerate(MODES)}
RAW_MODE_ID = {name: number for number, name in enumerate(RAW_MODES)}

PALETTE_CACHE_ENTRIES = 64 * 64 * 64
ARROW_INCOMPATIBLE_MODE = -10
ARROW_MEMORY_LAYOUT = -11


def public_symbols() -> list[dict[str, str]]:
    """The rows of `abi/symbols.tsv`: group, symbol, kind, used."""
    text = (ROOT / "abi" / "symbols.tsv").read_text()
    return list(csv.DictReader((line for line in text.splitlines() if not line.startswith("#")), delimiter="\t"))


class ImagingColorItem(Structure):
    _fields_ = [("x", c_int), ("y", c_int), ("count", c_int32), ("pixel", c_int32)]


class ImagingHistogramInstance(Structure):
    _fields_ = [("mode", c_int), ("bands", c_int), ("histogram", POINTER(c_long))]


class ImagingPaletteInstance(Structure):
    _fields_ = [
        ("mode", c_int),
        ("size", c_int),
        ("palette", c_ubyte * 1024),
        ("cache", POINTER(c_int16)),
        ("keep_cache", c_int),
    ]


class ImagingMemoryBlock(Structure):
    _fields_ = [("ptr", c_void_p), ("size", c_int)]


class ImagingMemoryInstance(Structure):
    _fields_ = [
        ("mode", c_int),
        ("type", c_int),
        ("depth", c_int),
        ("bands", c_int),
        ("xsize", c_int),
        ("ysize", c_int),
        ("palette", POINTER(ImagingPaletteInstance)),
        ("image8", c_void_p),
        ("image32", c_void_p),
        ("image", POINTER(c_void_p)),
        ("block", c_void_p),
        ("blocks", POINTER(ImagingMemoryBlock)),
        ("pixelsize", c_int),
        ("linesize", c_int),
        ("destroy", c_void_p),
        ("refcount", c_int),
        ("band_names", c_char * 3 * 4),
        ("arrow_band_format", c_char * 2),
        ("read_only", c_int),
        ("arrow_array_capsule", c_void_p),
        ("blocks_count", c_int),
        ("lines_per_block", c_int),
    ]


class ImagingMemoryArena(Structure):
    _fields_ = [
        ("alignment", c_int),
        ("block_size", c_int),
        ("blocks_max", c_int),
        ("blocks_cached", c_int),
        ("blocks_pool", POINTER(ImagingMemoryBlock)),
        ("stats_new_count", c_int),
        ("stats_allocated_blocks", c_int),
        ("stats_reused_blocks", c_int),
        ("stats_reallocated_blocks", c_int),
        ("stats_freed_blocks", c_int),
        ("use_block_allocator", c_int),
    ]


Image = POINTER(ImagingMemoryInstance)
Palette = POINTER(ImagingPaletteInstance)
Arena = POINTER(ImagingMemoryArena)


class ImagingAccessInstance(Structure):
    _fields_ = [
        ("mode", c_int),
        ("get_pixel", PYFUNCTYPE(None, Image, c_int, c_int, c_void_p)),
        ("put_pixel", PYFUNCTYPE(None, Image, c_int, c_int, c_void_p)),
    ]


Shuffler = PYFUNCTYPE(None, c_void_p, c_void_p, c_int)
"""A packer or an unpacker; arguments: output, input, number of pixels. A null pointer is false."""


class ImagingCodecStateInstance(Structure):
    _fields_ = [
        ("count", c_int),
        ("state", c_int),
        ("errcode", c_int),
        ("x", c_int),
        ("y", c_int),
        ("ystep", c_int),
        ("xsize", c_int),
        ("ysize", c_int),
        ("xoff", c_int),
        ("yoff", c_int),
        ("shuffle", Shuffler),
        ("bits", c_int),
        ("bytes", c_int),
        ("planes", c_int),
        ("buffer", c_void_p),
        ("context", c_void_p),
        ("fd", c_void_p),
    ]


class BcnState(Structure):
    """`BCNSTATE`, the context of the decoder of textures."""

    _fields_ = [("pixel_format", c_char_p)]


class RawState(Structure):
    """`RAWSTATE`, the context of the raw decoder."""

    _fields_ = [("stride", c_int), ("skip", c_int)]


class BitState(Structure):
    """`BITSTATE`, the context of the decoder of bit fields."""

    _fields_ = [
        ("bits", c_int),
        ("pad", c_int),
        ("fill", c_int),
        ("sign", c_int),
        ("lutsize", c_ulong),
        ("lut", c_void_p),
        ("mask", c_ulong),
        ("signmask", c_ulong),
        ("bitbuffer", c_ulong),
        ("bitcount", c_int),
    ]


class SgiState(Structure):
    """`SGISTATE`, the context of the SGI decoder."""

    _fields_ = [
        ("bpc", c_int),
        ("starttab", c_void_p),
        ("lengthtab", c_void_p),
        ("rleoffset", c_uint32),
        ("rlelength", c_uint32),
        ("tablen", c_int),
        ("tabindex", c_int),
        ("bufindex", c_int),
        ("rowno", c_int),
        ("channo", c_int),
        ("bufsize", c_long),
    ]


class GifDecoderState(Structure):
    """`GIFDECODERSTATE`, the context of the GIF decoder."""

    _fields_ = [("bits", c_int), ("interlace", c_int), ("transparency", c_int), ("internal", c_int * 4109)]


class GifEncoderState(Structure):
    """`GIFENCODERSTATE`, the context of the GIF encoder."""

    _fields_ = [("bits", c_int), ("interlace", c_int), ("internal", c_int * 8207)]


class ZipState(Structure):
    """`ZIPSTATE`, the context of the ZIP codec."""

    _fields_ = [
        ("mode", c_int),
        ("optimize", c_int),
        ("compress_level", c_int),
        ("compress_type", c_int),
        ("dictionary", c_void_p),
        ("dictionary_size", c_int),
        ("z_stream", c_void_p * 14),
        ("_buffers", c_void_p * 7),
        ("_prefix", c_int),
        ("interlaced", c_int),
        ("_pass", c_int),
    ]


class Jpeg2KDecodeState(Structure):
    """`JPEG2KDECODESTATE`, the context of the JPEG 2000 decoder."""

    _fields_ = [
        ("fd", c_int),
        ("pfile", c_void_p),
        ("length", c_int64),
        ("format", c_int),
        ("reduce", c_int),
        ("layers", c_int),
        ("error_msg", c_char_p),
    ]


class Jpeg2KEncodeState(Structure):
    """`JPEG2KENCODESTATE`, the context of the JPEG 2000 encoder."""

    _fields_ = [
        ("fd", c_int),
        ("pfile", c_void_p),
        ("format", c_int),
        ("offset_x", c_int),
        ("offset_y", c_int),
        ("tile_offset_x", c_int),
        ("tile_offset_y", c_int),
        ("tile_size_x", c_int),
        ("tile_size_y", c_int),
        ("quality_is_in_db", c_int),
        ("quality_layers", c_void_p),
        ("num_resolutions", c_int),
        ("cblk_width", c_int),
        ("cblk_height", c_int),
        ("precinct_width", c_int),
        ("precinct_height", c_int),
        ("irreversible", c_int),
        ("mct", c_byte),
        ("sgnd", c_int),
        ("progression", c_int),
        ("cinema_mode", c_int),
        ("error_msg", c_char_p),
        ("comment", c_void_p),
        ("plt", c_int),
    ]


class JpegState(Structure):
    """`JPEGSTATE`, the context of the JPEG decoder, with libjpeg-turbo 2.1."""

    _fields_ = [("jpegmode", c_int), ("rawmode", c_int), ("draft", c_int), ("scale", c_int), ("_own", c_void_p * 133)]


class JpegEncoderState(Structure):
    """`JPEGENCODERSTATE`, the context of the JPEG encoder, with libjpeg-turbo 2.1."""

    _fields_ = [
        ("quality", c_int),
        ("progressive", c_int),
        ("smooth", c_int),
        ("optimize", c_int),
        ("keep_rgb", c_int),
        ("streamtype", c_int),
        ("xdpi", c_int),
        ("ydpi", c_int),
        ("subsampling", c_int),
        ("restart_marker_blocks", c_uint32),
        ("restart_marker_rows", c_uint32),
        ("rawmode", c_int),
        ("qtables", c_void_p),
        ("qtablesLen", c_int),
        ("comment", c_void_p),
        ("comment_size", c_size_t),
        ("extra", c_void_p),
        ("extra_size", c_int),
        ("_own", c_void_p * 117),
        ("rawExifLen", c_size_t),
        ("rawExif", c_void_p),
    ]


class TiffState(Structure):
    """`TIFFSTATE`, the context of the TIFF codec."""

    _fields_ = [
        ("data", c_void_p),
        ("loc", c_uint64),
        ("size", c_ssize_t),
        ("fp", c_int),
        ("ifd", c_uint32),
        ("tiff", c_void_p),
        ("eof", c_uint64),
        ("flrealloc", c_int),
    ]


class NamedMode(Structure):
    """`ModeData` and `RawModeData`."""

    _fields_ = [("name", c_char_p)]


class ArrowSchema(Structure):
    """The Arrow C data interface's description of a type."""


ArrowSchema._fields_ = [
    ("format", c_char_p),
    ("name", c_char_p),
    ("metadata", c_void_p),
    ("flags", c_int64),
    ("n_children", c_int64),
    ("children", POINTER(POINTER(ArrowSchema))),
    ("dictionary", POINTER(ArrowSchema)),
    ("release", PYFUNCTYPE(None, POINTER(ArrowSchema))),
    ("private_data", c_void_p),
]


class ArrowArray(Structure):
    """The Arrow C data interface's description of the data."""


ArrowArray._fields_ = [
    ("length", c_int64),
    ("null_count", c_int64),
    ("offset", c_int64),
    ("n_buffers", c_int64),
    ("n_children", c_int64),
    ("buffers", POINTER(c_void_p)),
    ("children", POINTER(POINTER(ArrowArray))),
    ("dictionary", POINTER(ArrowArray)),
    ("release", PYFUNCTYPE(None, POINTER(ArrowArray))),
    ("private_data", c_void_p),
]

STRUCTURES = {
    "ImagingMemoryInstance": ImagingMemoryInstance,
    "ImagingMemoryBlock": ImagingMemoryBlock,
    "ImagingMemoryArena": ImagingMemoryArena,
    "ImagingPaletteInstance": ImagingPaletteInstance,
    "ImagingAccessInstance": ImagingAccessInstance,
    "ImagingHistogramInstance": ImagingHistogramInstance,
    "ImagingColorItem": ImagingColorItem,
    "ImagingCodecStateInstance": ImagingCodecStateInstance,
    "BITSTATE": BitState,
    "BCNSTATE": BcnState,
    "JPEG2KDECODESTATE": Jpeg2KDecodeState,
    "JPEG2KENCODESTATE": Jpeg2KEncodeState,
    "RAWSTATE": RawState,
    "JPEGSTATE": JpegState,
    "JPEGENCODERSTATE": JpegEncoderState,
    "TIFFSTATE": TiffState,
    "ZIPSTATE": ZipState,
    "ModeData": NamedMode,
    "RawModeData": NamedMode,
}

CHOPS = [
    "Lighter", "Darker", "Difference", "Multiply", "Screen", "AddModulo", "SubtractModulo", "SoftLight", "HardLight",
    "And", "Or", "Xor",
]  # fmt: skip
"""The channel operations with two images and no other argument, except `ImagingOverlay`."""

DECODERS = [
    "Bcn", "Bit", "Fli", "Gif", "Hex", "Jpeg", "Jpeg2K", "LibTiff", "Msp", "Packbits", "Pcd", "Pcx", "Raw", "SgiRle", "SunRle",
    "TgaRle", "Xbm", "Zip",
]  # fmt: skip
"""The decoders: `Imaging...Decode`."""

ENCODERS = ["Bcn", "Eps", "Gif", "Jpeg", "Jpeg2K", "LibTiff", "Pcx", "Raw", "TgaRle", "Xbm", "Zip"]
"""The encoders: `Imaging...Encode`."""

_PROTOTYPES = {
    "ImagingNew": (Image, c_int, c_int, c_int),
    "ImagingNewDirty": (Image, c_int, c_int, c_int),
    "ImagingNewBlock": (Image, c_int, c_int, c_int),
    "ImagingNewPrologue": (Image, c_int, c_int, c_int),
    "ImagingNewPrologueSubtype": (Image, c_int, c_int, c_int, c_int),
    "ImagingNew2Dirty": (Image, c_int, Image, Image),
    "ImagingNewArrow": (Image, c_int, c_int, c_int, py_object, py_object),
    "ImagingDelete": (None, Image),
    "ImagingCopyPalette": (None, Image, Image),
    "ImagingMemorySetBlocksMax": (c_int, Arena, c_int),
    "ImagingMemoryClearCache": (None, Arena, c_int),
    "ImagingMemorySetBlockAllocator": (None, Arena, c_int),
    "ImagingAccessNew": (POINTER(ImagingAccessInstance), Image),
    "_ImagingAccessDelete": (None, Image, POINTER(ImagingAccessInstance)),
    "ImagingPaletteNew": (Palette, c_int),
    "ImagingPaletteNewBrowser": (Palette,),
    "ImagingPaletteDuplicate": (Palette, Palette),
    "ImagingPaletteDelete": (None, Palette),
    "ImagingPaletteCachePrepare": (c_int, Palette),
    "ImagingPaletteCacheUpdate": (None, Palette, c_int, c_int, c_int),
    "ImagingPaletteCacheDelete": (None, Palette),
    "findModeID": (c_int, c_char_p),
    "findRawModeID": (c_int, c_char_p),
    "getModeData": (POINTER(NamedMode), c_int),
    "getRawModeData": (POINTER(NamedMode), c_int),
    "isModeI16": (c_int, c_int),
    "ImagingFindUnpacker": (Shuffler, c_int, c_int, POINTER(c_int)),
    "ImagingFindPacker": (Shuffler, c_int, c_int, POINTER(c_int)),
    "ImagingPackBGR": (None, c_void_p, c_void_p, c_int),
    "ImagingUnpackYCC": (None, c_void_p, c_void_p, c_int),
    "ImagingUnpackYCCA": (None, c_void_p, c_void_p, c_int),
    "ImagingConvertRGB2YCbCr": (None, c_void_p, c_void_p, c_int),
    "ImagingConvertYCbCr2RGB": (None, c_void_p, c_void_p, c_int),
    "ImagingGetBand": (Image, Image, c_int),
    "ImagingPutBand": (Image, Image, Image, c_int),
    "ImagingFillBand": (Image, Image, c_int, c_int),
    "ImagingFill": (Image, Image, c_void_p),
    "ImagingSplit": (c_int, Image, POINTER(Image)),
    "ImagingMerge": (Image, c_int, POINTER(Image)),
    "ImagingAlphaComposite": (Image, Image, Image),
    "ImagingReduce": (Image, Image, c_int, c_int, POINTER(c_int)),
    **{
        f"Imaging{name}Decode": (c_int, Image, POINTER(ImagingCodecStateInstance), c_void_p, c_ssize_t)
        for name in DECODERS
    },
    **{f"Imaging{name}Encode": (c_int, Image, POINTER(ImagingCodecStateInstance), c_void_p, c_int) for name in ENCODERS},
    "_imaging_read_pyFd": (c_ssize_t, py_object, c_void_p, c_ssize_t),
    "_imaging_write_pyFd": (c_ssize_t, py_object, c_void_p, c_ssize_t),
    "_imaging_seek_pyFd": (c_int, py_object, c_ssize_t, c_int),
    "_imaging_tell_pyFd": (c_ssize_t, py_object),
    "ImagingJpeg2KDecodeCleanup": (None, POINTER(ImagingCodecStateInstance)),
    "ImagingJpeg2KEncodeCleanup": (None, POINTER(ImagingCodecStateInstance)),
    "ImagingJpeg2KVersion": (c_char_p,),
    "ImagingJpegDecodeCleanup": (None, POINTER(ImagingCodecStateInstance)),
    "ImagingJpegUseJCSExtensions": (c_int,),
    "ImagingZipDecodeCleanup": (None, POINTER(ImagingCodecStateInstance)),
    "ImagingZipEncodeCleanup": (None, POINTER(ImagingCodecStateInstance)),
    "ImagingZipVersion": (c_char_p,),
    "ImagingLibTiffInit": (c_int, POINTER(ImagingCodecStateInstance), c_int, c_uint32),
    "ImagingLibTiffEncodeInit": (c_int, POINTER(ImagingCodecStateInstance), c_char_p, c_int),
    "ImagingLibTiffEncodeCleanup": (None, POINTER(ImagingCodecStateInstance)),
    "ImagingLibTiffMergeFieldInfo": (c_int, POINTER(ImagingCodecStateInstance), c_int, c_int, c_int),
    "ImagingLibTiffFindField": (
        c_int, POINTER(ImagingCodecStateInstance), c_int, POINTER(c_int), POINTER(c_int), POINTER(c_int),
    ),
    # Further arguments are the values.
    "ImagingLibTiffSetField": (c_int, POINTER(ImagingCodecStateInstance), c_uint32),
    "ImagingTiffVersion": (c_char_p,),
    "ImagingResample": (Image, Image, c_int, c_int, c_int, POINTER(c_float)),
    "ImagingCrop": (Image, Image, c_int, c_int, c_int, c_int),
    "ImagingFlipLeftRight": (Image, Image, Image),
    "ImagingFlipTopBottom": (Image, Image, Image),
    "ImagingRotate90": (Image, Image, Image),
    "ImagingRotate180": (Image, Image, Image),
    "ImagingRotate270": (Image, Image, Image),
    "ImagingTranspose": (Image, Image, Image),
    "ImagingTransverse": (Image, Image, Image),
    "ImagingTransform": (
        c_int, Image, Image, c_int, c_int, c_int, c_int, c_int, POINTER(c_double), c_int, c_int,
    ),
    "ImagingOffset": (Image, Image, c_int, c_int),
    "ImagingBlend": (Image, Image, Image, c_float),
    "ImagingFill2": (c_int, Image, c_void_p, Image, c_int, c_int, c_int, c_int),
    "ImagingPaste": (c_int, Image, Image, Image, c_int, c_int, c_int, c_int),
    "ImagingFillLinearGradient": (Image, c_int),
    "ImagingFillRadialGradient": (Image, c_int),
    **{f"ImagingChop{name}": (Image, Image, Image) for name in CHOPS},
    "ImagingOverlay": (Image, Image, Image),
    "ImagingChopAdd": (Image, Image, Image, c_float, c_int),
    "ImagingChopSubtract": (Image, Image, Image, c_float, c_int),
    "ImagingPoint": (Image, Image, c_int, c_void_p),
    "ImagingPointTransform": (Image, Image, c_double, c_double),
    "ImagingNegative": (Image, Image),
    "ImagingRankFilter": (Image, Image, c_int, c_int),
    "ImagingModeFilter": (Image, Image, c_int),
    "ImagingGetBBox": (c_int, Image, POINTER(c_int), c_int),
    "ImagingGetProjection": (c_int, Image, c_void_p, c_void_p),
    "ImagingGetExtrema": (c_int, Image, c_void_p),
    "ImagingGetColors": (POINTER(ImagingColorItem), Image, c_int, POINTER(c_int)),
    "ImagingGetHistogram": (POINTER(ImagingHistogramInstance), Image, Image, c_void_p),
    "ImagingHistogramDelete": (None, POINTER(ImagingHistogramInstance)),
    "ImagingEffectMandelbrot": (Image, c_int, c_int, POINTER(c_double), c_int),
    "ImagingEffectNoise": (Image, c_int, c_int, c_float),
    "ImagingQuantize": (Image, Image, c_int, c_int, c_int),
    "ImagingEffectSpread": (Image, Image, c_int),
    "ImagingDrawPoint": (c_int, Image, c_int, c_int, c_void_p, c_int),
    "ImagingDrawLine": (c_int, Image, c_int, c_int, c_int, c_int, c_void_p, c_int),
    "ImagingDrawWideLine": (c_int, Image, c_int, c_int, c_int, c_int, c_void_p, c_int, c_int, Image),
    "ImagingDrawRectangle": (c_int, Image, c_int, c_int, c_int, c_int, c_void_p, c_int, c_int, c_int),
    "ImagingDrawEllipse": (c_int, Image, c_int, c_int, c_int, c_int, c_void_p, c_int, c_int, c_int),
    "ImagingDrawArc": (c_int, Image, c_int, c_int, c_int, c_int, c_float, c_float, c_void_p, c_int, c_int),
    "ImagingDrawChord": (c_int, Image, c_int, c_int, c_int, c_int, c_float, c_float, c_void_p, c_int, c_int, c_int),
    "ImagingDrawPieslice": (c_int, Image, c_int, c_int, c_int, c_int, c_float, c_float, c_void_p, c_int, c_int, c_int),
    "ImagingDrawPolygon": (c_int, Image, c_int, c_void_p, c_void_p, c_int, c_int, c_int, Image),
    "ImagingDrawBitmap": (c_int, Image, c_int, c_int, Image, c_void_p, c_int),
    "ImagingDrawOutline": (c_int, Image, c_void_p, c_void_p, c_int, c_int),
    "ImagingOutlineNew": (c_void_p,),
    "ImagingOutlineDelete": (None, c_void_p),
    "ImagingOutlineMove": (c_int, c_void_p, c_float, c_float),
    "ImagingOutlineLine": (c_int, c_void_p, c_float, c_float),
    "ImagingOutlineCurve": (c_int, c_void_p, c_float, c_float, c_float, c_float, c_float, c_float),
    "ImagingOutlineClose": (c_int, c_void_p),
    "ImagingOutlineTransform": (c_int, c_void_p, POINTER(c_double)),
    "export_imaging_schema": (c_int, Image, POINTER(ArrowSchema)),
    "export_imaging_array": (c_int, Image, POINTER(ArrowArray)),
    "ImagingError_MemoryError": (c_void_p,),
    "ImagingError_ModeError": (c_void_p,),
    "ImagingError_Mismatch": (c_void_p,),
    "ImagingError_ValueError": (c_void_p, c_char_p),
    "ImagingSectionEnter": (None, POINTER(c_void_p)),
    "ImagingSectionLeave": (None, POINTER(c_void_p)),
}

# Functions that only ours defines: extensions, and functions that the reference declares and does not define.
class ImagingBuffer(Structure):
    _fields_ = [
        ("buf", c_void_p),
        ("format", c_char_p),
        ("itemsize", c_ssize_t),
        ("len", c_ssize_t),
        ("ndim", c_int),
        ("read_only", c_int),
        ("has_suboffsets", c_int),
        ("shape", c_ssize_t * 3),
        ("strides", c_ssize_t * 3),
        ("suboffsets", c_ssize_t * 3),
    ]


class ImagingCodecIO(Structure):
    _fields_ = [
        ("read", CFUNCTYPE(c_ssize_t, c_void_p, c_void_p, c_ssize_t)),
        ("write", CFUNCTYPE(c_ssize_t, c_void_p, c_void_p, c_ssize_t)),
        ("seek", CFUNCTYPE(c_int, c_void_p, c_ssize_t, c_int)),
        ("tell", CFUNCTYPE(c_ssize_t, c_void_p)),
        ("file", c_void_p),
    ]


Release = CFUNCTYPE(None, c_void_p)

_OUR_PROTOTYPES = {
    "ImagingGetBuffer": (c_int, Image, POINTER(ImagingBuffer)),
    "ImagingGetPackedBuffer": (c_int, Image, POINTER(ImagingBuffer)),
    "ImagingNewFromBuffer": (Image, c_int, POINTER(ImagingBuffer), Release, c_void_p),
    "ImagingSetCodecIO": (None, POINTER(ImagingCodecStateInstance), POINTER(ImagingCodecIO)),
    "ImagingCodecIOFromFile": (None, POINTER(ImagingCodecIO), c_void_p),
    "ImagingCodecIOFromDescriptor": (None, POINTER(ImagingCodecIO), c_int),
    "ImagingJpegEncodeCleanup": (None, POINTER(ImagingCodecStateInstance)),
    "ImagingOpenPPM": (Image, c_char_p),
    "ImagingSavePPM": (c_int, Image, c_char_p),
    "ImagingGetLastError": (c_int, POINTER(c_char_p)),
    "ImagingClearError": (None,),
    "ImagingMemoryConfigureFromEnv": (c_int,),
    "ImagingMemoryTrim": (None,),
}


class Library:
    """One loaded libImaging. `library.ImagingNew(mode, width, height)` calls it, with types checked.

    By default the calls hold the GIL, as Pillow's do, and an error that the library sets is raised here as the Python
    exception it is. With `hold_gil=False` they release it, as a program that knows nothing of Python would be.
    """

    def __init__(self, name: str, path: Path | str, *, ours: bool, hold_gil: bool = True) -> None:
        self.name = name
        self.path = Path(path)
        self.handle = (ctypes.PyDLL if hold_gil else ctypes.CDLL)(str(path))
        self.arena = ImagingMemoryArena.in_dll(self.handle, "ImagingDefaultArena")
        for symbol, (result, *arguments) in (_PROTOTYPES | (_OUR_PROTOTYPES if ours else {})).items():
            function = getattr(self.handle, symbol, None)
            if function is None:
                continue  # a test that needs it fails with the name of the function
            function.restype = result
            function.argtypes = arguments
            setattr(self, symbol, function)

    def __repr__(self) -> str:
        return self.name

    def exports(self, symbol: str) -> bool:
        return hasattr(self.handle, symbol)

    def reset_arena(self) -> None:
        """Resets the default arena to the state in a new process."""
        self.ImagingMemorySetBlocksMax(self.arena, 0)
        self.ImagingMemorySetBlockAllocator(self.arena, 0)
        self.arena.alignment = 1
        self.arena.block_size = 16 * 1024 * 1024
        for field, _ in ImagingMemoryArena._fields_:
            if field.startswith("stats_"):
                setattr(self.arena, field, 0)
