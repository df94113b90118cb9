"""Making images: the same structure, row addresses and errors as the reference."""

from __future__ import annotations

import ctypes

import pytest
from hypothesis import given
from hypothesis import strategies as st

import child
from abi import LAYOUT, MODE_ID, MODES, ImagingMemoryInstance
from side_by_side import arena, arena_state, attempt, blocks, describe, fill, image_outcome, palette_state, pixels, rows
from strategies import BOGUS_MODES, MODE_NAMES, alignments, block_sizes, mode_ids, modes, sides, signed_sides

MAKERS = ["ImagingNew", "ImagingNewDirty", "ImagingNewBlock", "ImagingNewPrologue"]
ZEROED = {"ImagingNew", "ImagingNewBlock"}
L, P, PA, RGB, RGBA = (MODE_ID[name] for name in ("L", "P", "PA", "RGB", "RGBA"))


@pytest.mark.parametrize("maker", MAKERS[:3])
@given(mode=mode_ids, width=signed_sides, height=signed_sides)
def test_new_image(both, maker, mode, width, height):
    wheels, ours = (image_outcome(library, maker, mode, width, height, with_pixels=maker in ZEROED) for library in both)
    assert ours == wheels


@pytest.mark.parametrize("maker", MAKERS)
@pytest.mark.parametrize("mode", MODE_NAMES)
def test_every_mode_can_be_made(both, maker, mode):
    wheels, ours = (image_outcome(library, maker, MODE_ID[mode], 7, 5, with_pixels=maker in ZEROED) for library in both)
    assert isinstance(ours, dict)
    assert ours == wheels


@pytest.mark.parametrize("maker", MAKERS)
@pytest.mark.parametrize("mode", BOGUS_MODES)
def test_unknown_mode_is_an_error(both, maker, mode):
    wheels, ours = (image_outcome(library, maker, mode, 1, 1) for library in both)
    assert ours == wheels == ("ValueError", ("unrecognized image mode",))


@pytest.mark.parametrize("maker", MAKERS[:3])
@pytest.mark.parametrize("size", [(-1, 1), (1, -1), (-1, -1), (-(2**31), 0), (0, -(2**31))])
def test_negative_size_is_an_error(both, maker, size):
    wheels, ours = (image_outcome(library, maker, L, *size) for library in both)
    assert ours == wheels == ("ValueError", ("bad image size",))


@pytest.mark.parametrize("maker", MAKERS)
@pytest.mark.parametrize("mode", ["L", "I;16", "RGB"])
@pytest.mark.parametrize("width", [2**31 // 4 - 1, 2**31 // 4, 2**31 - 1])
def test_line_too_long_is_a_memory_error(both, maker, mode, width):
    wheels, ours = (image_outcome(library, maker, MODE_ID[mode], width, 1) for library in both)
    assert ours == wheels == ("MemoryError", ())


@pytest.mark.parametrize("mode", ["L", "RGB"])
def test_longest_line_can_be_made(both, mode):
    """The longest valid line. Its memory is only reserved, never written to."""
    width = 2**31 // 4 - 2
    wheels, ours = (
        image_outcome(library, "ImagingNewDirty", MODE_ID[mode], width, 2, with_pixels=False) for library in both
    )
    assert isinstance(ours, dict)
    assert ours == wheels


@given(
    mode=modes,
    width=sides,
    height=sides,
    alignment=alignments,
    block_size=block_sizes,
    maker=st.sampled_from(MAKERS[:2]),
)
def test_rows_lie_in_blocks_of_the_arenas_size(both, mode, width, height, alignment, block_size, maker):
    with arena(*both, alignment=alignment, block_size=block_size):
        wheels, ours = (
            image_outcome(library, maker, mode, width, height, alignment=alignment, with_pixels=maker in ZEROED)
            for library in both
        )
    assert ours == wheels


@given(mode=modes, width=st.integers(1, 70), height=st.integers(1, 70), alignment=alignments, block_size=block_sizes)
def test_rows_are_aligned_and_inside_their_blocks(ours, mode, width, height, alignment, block_size):
    with arena(ours, alignment=alignment, block_size=block_size):
        image = ours.ImagingNew(mode, width, height)
        try:
            bounds = blocks(image)
            for y, row in enumerate(rows(image)):
                start, size = bounds[y // image.contents.lines_per_block]
                assert row % alignment == 0
                assert start <= row and row + image.contents.linesize <= start + size
        finally:
            ours.ImagingDelete(image)


@given(mode=modes, width=sides, height=sides, alignment=alignments, block_size=block_sizes)
def test_rows_are_evenly_spaced_without_a_pool(ours, mode, width, height, alignment, block_size):
    """However many blocks there are."""
    with arena(ours, alignment=alignment, block_size=block_size):
        image = ours.ImagingNew(mode, width, height)
        linesize = image.contents.linesize
        places = rows(image) if linesize else []
        ours.ImagingDelete(image)
    assert {after - before for before, after in zip(places, places[1:])} <= {-(-linesize // alignment) * alignment}


@pytest.mark.parametrize("width", [1000, 4096])
@pytest.mark.parametrize("changed", [None, 0, 2, 5, 40])
@pytest.mark.parametrize("pool", [0, 3, 40])
def test_large_images_have_the_counters_of_separate_blocks(both, pool, changed, width):
    """Whatever pool there is when the image is made, and when it is deleted."""
    with arena(*both, block_size=1 << 20, blocks_max=pool):
        for maker in "ImagingNew", "ImagingNewDirty", "ImagingNewBlock":
            for library in both:
                images = [getattr(library, maker)(RGB, width, height) for height in (20, 900, 2000)]
                if changed is not None:
                    library.ImagingMemorySetBlocksMax(library.arena, changed)
                for image in images:
                    library.ImagingDelete(image)
                library.ImagingDelete(library.ImagingNew(RGB, width, 700))
                library.ImagingMemoryClearCache(library.arena, 1)
            wheels, ours = map(arena_state, both)
            assert ours == wheels


def test_fragmented_address_space():
    """Where there is memory for the blocks of an image, but not in one piece, they are separate, as in the reference."""
    output = child.run(
        """
        import resource
        from PIL import Image
        from side_by_side import arena_state
        M_TRIM_THRESHOLD, M_MMAP_THRESHOLD = -1, -3
        libc = ctypes.CDLL(None)
        libc.malloc.restype = ctypes.c_void_p
        libc.malloc.argtypes, libc.free.argtypes = [ctypes.c_size_t], [ctypes.c_void_p]
        both = abi.Library("wheel", Image.core.__file__, ours=False), load()
        libc.mallopt(M_MMAP_THRESHOLD, 1 << 29), libc.mallopt(M_TRIM_THRESHOLD, 1 << 29)
        # Between free pieces of a bit more than a block, one that is not.
        pieces = [libc.malloc([300_000, (1 << 20) + 5000][n % 2]) for n in range(128)]
        for piece in pieces[1::2]: libc.free(piece)
        size = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (size + (8 << 20), -1))
        for library in both:
            library.arena.block_size = 1 << 20
            image = library.ImagingNew(abi.MODE_ID["L"], 4096, 8000)
            steps = {image.contents.image[y + 1] - image.contents.image[y] for y in range(7999)}
            print(len(steps) > 1, image.contents.blocks_count)
            library.ImagingDelete(image)
        print(*(state[name] for state in map(arena_state, both) for name in ("stats_allocated_blocks", "stats_freed_blocks")))
        """
    )
    assert output.split() == ["True", "32"] * 2 + ["32", "32"] * 2


@given(mode=modes, width=sides, height=sides, data=st.binary(min_size=1, max_size=50))
def test_image_from_the_pool_is_zeroed(both, mode, width, height, data):
    """`ImagingNew` zeroes a block of the pool, which held another image before."""
    with arena(*both, blocks_max=4):
        for library in both:
            used = library.ImagingNewDirty(mode, width, height)
            fill(used, data)
            library.ImagingDelete(used)
        wheels, ours = (image_outcome(library, "ImagingNew", mode, width, height) for library in both)
        assert both[1].arena.stats_reused_blocks == (1 if width and height else 0)
    assert ours == wheels


@given(mode=mode_ids, width=sides, height=sides, extra=st.integers(0, 200))
def test_prologue_of_a_subtype(both, mode, width, height, extra):
    """A host may ask for a larger structure: the bytes behind the instance are zeroed and for its own use."""
    size = LAYOUT["ImagingMemoryInstance"]["size"]

    def make(library):
        image = library.ImagingNewPrologueSubtype(mode, width, height, size + extra)
        try:
            return describe(image, with_pixels=False), ctypes.string_at(ctypes.addressof(image.contents) + size, extra)
        finally:
            library.ImagingDelete(image)

    wheels, ours = (attempt(make, library) for library in both)
    assert ours == wheels


@given(
    wanted=mode_ids,
    out=st.none() | st.tuples(modes, st.integers(0, 3), st.integers(0, 3)),
    source=st.tuples(modes, st.integers(0, 3), st.integers(0, 3)),
)
def test_new2_dirty(both, wanted, out, source):
    """Returns a new image of the input's size, or the given output if mode and size match, or an error."""

    def make(library):
        image_in = library.ImagingNew(*source)
        image_out = library.ImagingNew(*out) if out else None
        made = None
        try:
            made = library.ImagingNew2Dirty(wanted, image_out, image_in)
            offered = image_out is not None and ctypes.addressof(made.contents) == ctypes.addressof(image_out.contents)
            return offered, describe(made, with_pixels=offered)
        finally:
            if made and not image_out:
                library.ImagingDelete(made)
            for image in filter(None, (image_out, image_in)):
                library.ImagingDelete(image)

    wheels, ours = (attempt(make, library) for library in both)
    assert ours == wheels


@pytest.mark.parametrize("wanted", MODE_NAMES)
def test_new2_dirty_accepts_a_matching_image(both, wanted):
    for library in both:
        image_in = library.ImagingNew(L, 3, 2)
        image_out = library.ImagingNew(MODE_ID[wanted], 3, 2)
        made = library.ImagingNew2Dirty(MODE_ID[wanted], image_out, image_in)
        assert ctypes.addressof(made.contents) == ctypes.addressof(image_out.contents)
        library.ImagingDelete(image_in)
        library.ImagingDelete(image_out)


@pytest.mark.parametrize("to, source", [(P, P), (PA, P), (P, PA), (L, P), (P, L), (RGB, RGB)])
@given(colours=st.binary(max_size=1024), size=st.integers(0, 256))
def test_copy_palette(both, to, source, colours, size):
    def copy(library):
        image_in, image_out = library.ImagingNew(source, 1, 1), library.ImagingNew(to, 1, 1)
        if image_in.contents.palette:
            palette = image_in.contents.palette.contents
            ctypes.memmove(palette.palette, colours, len(colours))
            palette.size = size
            assert library.ImagingPaletteCachePrepare(image_in.contents.palette) == 0
        library.ImagingCopyPalette(image_out, image_in)
        state = describe(image_in), describe(image_out)
        library.ImagingDelete(image_in)
        library.ImagingDelete(image_out)
        return state

    wheels, ours = map(copy, both)
    assert ours == wheels


def test_delete_counts_references(both):
    """An exported Arrow array keeps the image: the last of all deletions frees it."""
    for library in both:
        with arena(library):
            image = library.ImagingNew(P, 3, 3)
            image.contents.refcount = 3
            library.ImagingDelete(image)
            library.ImagingDelete(image)
            assert (image.contents.refcount, library.arena.stats_freed_blocks) == (1, 0)
            assert palette_state(image.contents.palette)["mode"] == RGB
            library.ImagingDelete(image)
            assert library.arena.stats_freed_blocks == 1


def test_delete_calls_the_hosts_destroy(both):
    """A host that provides the pixels sets `destroy`, which is called with the instance still valid."""
    seen = []
    destroy = ctypes.PYFUNCTYPE(None, ctypes.POINTER(ImagingMemoryInstance))(
        lambda image: seen.append((image.contents.mode, image.contents.xsize, image.contents.ysize))
    )
    for library in both:
        image = library.ImagingNewPrologue(RGBA, 4, 2)
        image.contents.destroy = ctypes.cast(destroy, ctypes.c_void_p).value
        library.ImagingDelete(image)
    assert seen == [(RGBA, 4, 2)] * 2


def test_delete_null(both):
    for library in both:
        with arena(library):
            library.ImagingDelete(None)
            assert library.arena.stats_freed_blocks == 0


@pytest.mark.parametrize("maker", MAKERS)
@pytest.mark.parametrize("mode", MODE_NAMES)
def test_one_library_reads_and_deletes_what_the_other_made(both, maker, mode):
    """Memory is that of the C allocator, so either library can free it."""
    for maker_of, deleter in (both, reversed(both)):
        with arena(maker_of, deleter):
            image = getattr(maker_of, maker)(MODE_ID[mode], 5, 4)
            description = describe(image, with_pixels=maker in ZEROED)
            deleter.ImagingDelete(image)
            assert description["mode"] == MODE_ID[mode]
            assert maker_of.arena.stats_freed_blocks == (1 if maker in ("ImagingNew", "ImagingNewDirty") else 0)


@given(mode=modes, width=sides, height=sides)
def test_block_allocator_is_obeyed(both, mode, width, height):
    with arena(*both):
        for library in both:
            library.ImagingMemorySetBlockAllocator(library.arena, 1)
        made = {
            maker: [image_outcome(library, maker, mode, width, height) for library in both]
            for maker in ("ImagingNew", "ImagingNewDirty", "ImagingNewBlock")
        }
        assert both[0].arena.stats_new_count == both[1].arena.stats_new_count == 3
    for wheels, ours in made.values():
        assert ours["has block"] and ours["block sizes"] == []
        assert ours == wheels


def test_names_of_modes_are_complete():
    assert len(MODES) == 21 and MODES[0] == ""


def test_helpers_read_and_write_pixels(ours):
    """`fill` and `pixels`, on an image whose rows lie in several blocks."""
    with arena(ours, alignment=64, block_size=4096, blocks_max=1):
        image = ours.ImagingNew(RGB, 33, 70)
        assert image.contents.blocks_count > 1
        fill(image, b"libimaging")
        assert pixels(image) == (b"libimaging" * 1000)[: 33 * 70 * 4]
        ours.ImagingDelete(image)
