"""Describes results of two copies of the library as plain values that `==` compares and pytest can print.

Addresses differ between any two runs and are left out. A description has the facts that a program can rely on: the
offset of a row within its block, whether a pointer is set, the bytes.
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
    """Returns the addresses of the rows."""
    return image.contents.image[: max(image.contents.ysize, 0)]


def pixels(image: Image) -> bytes:
    """Returns all pixels as they are stored, with padding bytes and without the gaps between rows."""
    linesize = image.contents.linesize
    if linesize <= 0:
        return b""
    assert None not in rows(image), "an image without storage has no pixels to read"
    return b"".join(ctypes.string_at(row, linesize) for row in rows(image))


def fill(image: Image, data: bytes) -> None:
    """Writes `data`, repeated as needed, to the rows."""
    linesize = image.contents.linesize
    wanted = linesize * image.contents.ysize
    data = (data * (wanted // len(data) + 1))[:wanted]
    for y, row in enumerate(rows(image)):
        ctypes.memmove(row, data[y * linesize : (y + 1) * linesize], linesize)


def blocks(image: Image) -> list[tuple[int, int]]:
    """Returns address and size of each block of an image that is stored in blocks."""
    count = image.contents.blocks_count
    if not image.contents.blocks:
        return []
    assert image.contents.blocks[count].ptr is None, "the list of blocks must end with a null block"
    return [(block.ptr, block.size) for block in image.contents.blocks[:count]]


def _placement(image: Image, alignment: int) -> list[int | None]:
    """Returns the offset of each row from the first usable byte of its block."""
    me = image.contents
    if me.blocks:
        starts = [-(-address // alignment) * alignment for address, _ in blocks(image)]
        return [row - starts[y // me.lines_per_block] for y, row in enumerate(rows(image))]
    if not me.linesize:
        return []  # NULL in ours; in the reference, the start of a block without bytes
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
    """Describes everything of an image that must be equal in both libraries."""
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
    """Returns the instance inside one of Pillow's images, which keeps the ownership."""
    picture.load()
    return ctypes.cast(_capsule_pointer(picture.getim(), b"Pillow Imaging"), Image)


def attempt(call: Callable[..., Any], *arguments: Any) -> Any:
    """Returns the result of a call, or the type and the arguments of its exception."""
    try:
        return call(*arguments)
    except Exception as error:
        return type(error).__name__, error.args


def image_outcome(library: Library, make: str, *arguments: Any, **describe_options: Any) -> Any:
    """Makes an image and deletes it. Returns its description, or the error."""
    result = attempt(getattr(library, make), *arguments)
    if isinstance(result, tuple):
        return result
    assert result, f"{make} of {library} returned NULL without an error"
    try:
        return describe(result, **describe_options)
    finally:
        library.ImagingDelete(result)


def unequal(tell: Callable[[Library], list[Any]], *both: Library) -> list[int]:
    """Returns the indices of the results that differ between two libraries."""
    wheel, ours = (tell(library) for library in both)
    assert len(wheel) == len(ours)
    return [number for number, pair in enumerate(zip(wheel, ours)) if pair[0] != pair[1]]


def unequal_calls(calls: Callable[[Library], Iterator[tuple[str, Any]]], *both: Library) -> Iterator[str]:
    """Makes named calls in both libraries, and yields the names of those whose results differ: images, which are deleted,
    or tuples. A call whose result in the first library is None is passed over."""
    for (name, expected), (_, found) in zip(*map(calls, both), strict=True):
        if expected is None:
            continue
        if isinstance(expected, tuple):
            if expected != found:
                yield name
            continue
        if describe(expected) != describe(found):
            yield name
        for library, image in zip(both, (expected, found), strict=True):
            library.ImagingDelete(image)


def arena_state(library: Library) -> dict[str, Any]:
    """Describes the default arena: settings, statistics and the sizes of the cached blocks.

    `stats_reallocated_blocks` is left out: it counts how often the C allocator moved a block, which depends on the
    neighbouring memory. The tests of the arena compare it with the moves that they observe.
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
    """Returns address and size of each block that the default arena caches. The last one is reused first."""
    arena = library.arena
    return (
        [(block.ptr, block.size) for block in arena.blocks_pool[: arena.blocks_cached]] if arena.blocks_cached else []
    )


@contextmanager
def arena(*libraries: Library, alignment: int = 1, block_size: int = 1 << 24, blocks_max: int = 0) -> Iterator[None]:
    """Configures the default arena of each library, and resets it afterwards."""
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
