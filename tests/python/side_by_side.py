"""What two copies of the library must agree on, written as plain values that `==` compares and pytest can print.

Addresses differ between any two runs, so they never appear here. What appears is what a program can rely on: where a row
lies within its block, whether a pointer is set, what the bytes are.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import PIL.Image

from abi import Image, ImagingMemoryArena, Library, Palette

_PLAIN_FIELDS = (
    "mode type depth bands xsize ysize pixelsize linesize refcount read_only blocks_count lines_per_block".split()
)


def rows(image: Image) -> list[int | None]:
    """The addresses of the rows."""
    return image.contents.image[: max(image.contents.ysize, 0)]


def pixels(image: Image) -> bytes:
    """All pixels as they are stored, padding bytes included and the space between rows left out."""
    linesize = image.contents.linesize
    if linesize <= 0:
        return b""
    assert None not in rows(image), "an image without storage has no pixels"
    return b"".join(ctypes.string_at(row, linesize) for row in rows(image))


def fill(image: Image, data: bytes) -> None:
    """Stores `data`, repeated as needed, into the rows."""
    linesize = image.contents.linesize
    wanted = linesize * image.contents.ysize
    data = (data * (wanted // len(data) + 1))[:wanted]
    for y, row in enumerate(rows(image)):
        ctypes.memmove(row, data[y * linesize : (y + 1) * linesize], linesize)


def blocks(image: Image) -> list[tuple[int, int]]:
    """Address and size of each block of an image that is stored in blocks."""
    count = image.contents.blocks_count
    if not image.contents.blocks:
        return []
    assert image.contents.blocks[count].ptr is None, "the list of blocks must end with a null block"
    return [(block.ptr, block.size) for block in image.contents.blocks[:count]]


def _placement(image: Image, alignment: int) -> list[int | None]:
    """For each row, its distance from the first usable byte of the memory it lies in."""
    me = image.contents
    if me.blocks:
        starts = [-(-address // alignment) * alignment for address, _ in blocks(image)]
        return [row - starts[y // me.lines_per_block] for y, row in enumerate(rows(image))]
    if not me.linesize:
        return []  # NULL here; there, the start of a block without bytes
    if me.block:
        return [row - me.block for row in rows(image)]
    return rows(image)


def palette_state(palette: Palette) -> dict[str, Any] | None:
    if not palette:
        return None
    me = palette.contents
    return {
        "mode": me.mode,
        "size": me.size,
        "palette": bytes(me.palette),
        "has cache": bool(me.cache),
        "keep_cache": me.keep_cache,
    }


def describe(image: Image, *, alignment: int = 1, with_pixels: bool = True) -> dict[str, Any]:
    """Everything about an image that must be the same whichever library made it."""
    me = image.contents
    state = {field: getattr(me, field) for field in _PLAIN_FIELDS}
    state["band_names"] = bytes(me.band_names)
    state["arrow_band_format"] = ctypes.string_at(ctypes.addressof(me) + type(me).arrow_band_format.offset, 2)
    state["palette"] = palette_state(me.palette)
    table = ctypes.cast(me.image, ctypes.c_void_p).value
    state["image8 is image"] = me.image8 == table
    state["image32 is image"] = me.image32 == table
    state["image8 or image32 is null"] = me.image8 is None or me.image32 is None
    state["has block"] = me.block is not None
    state["has destroy"] = me.destroy is not None
    state["has capsule"] = me.arrow_array_capsule is not None
    state["block sizes"] = [size for _, size in blocks(image)]
    state["rows"] = _placement(image, alignment)
    if with_pixels:
        state["pixels"] = pixels(image)
    return state


_capsule_pointer = ctypes.pythonapi.PyCapsule_GetPointer
_capsule_pointer.restype = ctypes.c_void_p
_capsule_pointer.argtypes = [ctypes.py_object, ctypes.c_char_p]


def storage_of(picture: PIL.Image.Image) -> Image:
    """The instance inside one of Pillow's images, which stays Pillow's."""
    picture.load()
    return ctypes.cast(_capsule_pointer(picture.getim(), b"Pillow Imaging"), Image)


def attempt(call: Callable[..., Any], *arguments: Any) -> Any:
    """What a call gives: its result, or the type and the arguments of the exception it raises."""
    try:
        return call(*arguments)
    except Exception as error:
        return type(error).__name__, error.args


def image_outcome(library: Library, make: str, *arguments: Any, **describe_options: Any) -> Any:
    """What making an image gives: its description, or the error. The image is deleted again."""
    result = attempt(getattr(library, make), *arguments)
    if isinstance(result, tuple):
        return result
    assert result, f"{make} of {library} returned NULL without an error"
    try:
        return describe(result, **describe_options)
    finally:
        library.ImagingDelete(result)


def unequal(tell: Callable[[Library], list[Any]], *both: Library) -> list[int]:
    """Which of the things that are told of two libraries, counted from 0, differ."""
    wheel, ours = (tell(library) for library in both)
    assert len(wheel) == len(ours)
    return [number for number, pair in enumerate(zip(wheel, ours)) if pair[0] != pair[1]]


def arena_state(library: Library) -> dict[str, Any]:
    """The default arena: settings, statistics and the sizes of the cached blocks.

    `stats_reallocated_blocks` is left out: it counts how often the C allocator moved a block, which depends on what
    happens to lie next to it. `arena` tests hold it to what can be observed instead.
    """
    arena = library.arena
    state = {
        field: getattr(arena, field)
        for field, _ in ImagingMemoryArena._fields_
        if field not in ("blocks_pool", "stats_reallocated_blocks")
    }
    state["cached block sizes"] = [size for _, size in cached_blocks(library)]
    return state


def cached_blocks(library: Library) -> list[tuple[int, int]]:
    """Address and size of each block that the default arena keeps for later, the next one to be used last."""
    arena = library.arena
    return (
        [(block.ptr, block.size) for block in arena.blocks_pool[: arena.blocks_cached]] if arena.blocks_cached else []
    )


@contextmanager
def arena(*libraries: Library, alignment: int = 1, block_size: int = 1 << 24, blocks_max: int = 0) -> Iterator[None]:
    """Sets up the default arena of each library, and puts it back afterwards."""
    for library in libraries:
        library.reset_arena()
        library.arena.alignment = alignment
        library.arena.block_size = block_size
        library.ImagingMemorySetBlocksMax(library.arena, blocks_max)
    try:
        yield
    finally:
        for library in libraries:
            library.reset_arena()
