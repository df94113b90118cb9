"""The arena: after any settings, new images and deletions, both libraries have equal statistics and caches."""

from __future__ import annotations

import ctypes

import pytest
from hypothesis import given
from hypothesis import strategies as st

from abi import MODE_ID, ImagingMemoryArena
from side_by_side import arena, arena_state, attempt, blocks, cached_blocks, describe
from strategies import alignments, block_sizes, modes, sides

libc = ctypes.CDLL(None)
libc.malloc.restype = ctypes.c_void_p
libc.malloc.argtypes = [ctypes.c_size_t]


def action(name, *arguments):
    return st.tuples(st.just(name), *arguments)


makers = st.sampled_from(["ImagingNew", "ImagingNew", "ImagingNewDirty", "ImagingNewBlock"])
several_sizes = st.lists(st.tuples(sides, st.integers(0, 200)), min_size=1, max_size=4)
several_choices = st.lists(st.integers(0, 100), min_size=1, max_size=6)

# Lists rather than a state machine of hypothesis, which omits kinds of steps and ends early: only long sequences of new
# and deleted images fill and empty the pool.
histories = st.lists(
    action("make", makers, modes, several_sizes)
    | action("delete", several_choices)
    | action("make", makers, modes, several_sizes)
    | action("delete", several_choices)
    | action("set_lines", alignments, block_sizes)
    | action("set_blocks_max", st.sampled_from([0, 1, 2, 3, 4, 8, 16, 32]))
    | action("set_block_allocator", st.booleans())
    | action("clear_cache", st.integers(0, 8))
    | action("fail", st.sampled_from([0, 99]), st.sampled_from([(1, 1), (-1, 1), (2**31 - 1, 1)])),
    min_size=20,
    max_size=60,
)


class History:
    """Performs every step with both libraries, and compares their arenas after each."""

    def __init__(self, both):
        self.both = both
        self.images = []

    def play(self, steps):
        for name, *arguments in steps:
            getattr(self, name)(*arguments)
            self.compare()
        self.delete([0] * len(self.images))
        self.compare()

    def compare(self):
        wheels, ours = map(arena_state, self.both)
        assert ours == wheels

    def set_lines(self, alignment, block_size):
        for library in self.both:
            library.arena.alignment = alignment
            library.arena.block_size = block_size

    def set_blocks_max(self, blocks_max):
        results = [library.ImagingMemorySetBlocksMax(library.arena, blocks_max) for library in self.both]
        assert results == [1, 1]

    def set_block_allocator(self, use):
        for library in self.both:
            library.ImagingMemorySetBlockAllocator(library.arena, int(use))

    def clear_cache(self, size):
        for library in self.both:
            library.ImagingMemoryClearCache(library.arena, size)

    def make(self, maker, mode, sizes):
        for size in sizes:
            made = [self.make_and_count_moves(library, maker, mode, *size) for library in self.both]
            wheels, ours = (
                describe(image, alignment=library.arena.alignment, with_pixels=maker != "ImagingNewDirty")
                for library, image in zip(self.both, made)
            )
            self.images.append(made)
            assert ours == wheels

    def make_and_count_moves(self, library, maker, *arguments):
        """Makes an image, and compares `stats_reallocated_blocks` with the number of blocks that moved."""
        cached = cached_blocks(library)
        before = library.arena.stats_reallocated_blocks
        image = getattr(library, maker)(*arguments)
        taken = blocks(image)
        moved = sum(now != then for (now, _), (then, _) in zip(taken, reversed(cached)))
        assert library.arena.stats_reallocated_blocks - before == moved
        return image

    def delete(self, choices):
        for choice in choices[: len(self.images)]:
            for library, image in zip(self.both, self.images.pop(choice % len(self.images))):
                library.ImagingDelete(image)

    def fail(self, mode, size):
        """An image that cannot be made changes no statistics."""
        wheels, ours = (attempt(library.ImagingNew, mode, *size) for library in self.both)
        assert isinstance(ours, tuple)
        assert ours == wheels


@given(alignment=alignments, block_size=block_sizes, blocks_max=st.integers(0, 16), steps=histories)
def test_any_sequence_of_steps(both, alignment, block_size, blocks_max, steps):
    with arena(*both, alignment=alignment, block_size=block_size, blocks_max=blocks_max):
        History(both).play(steps)


@given(blocks_max=st.integers(0, 6), planted=st.integers(0, 6), keep=st.integers(0, 7))
def test_an_arena_of_the_caller(both, blocks_max, planted, keep):
    """The functions change the arena that is passed, not the default one."""
    planted = min(planted, blocks_max)

    def play(library):
        with arena(library):
            untouched = arena_state(library)
            mine = ImagingMemoryArena(alignment=8, block_size=4096)
            steps = [library.ImagingMemorySetBlocksMax(mine, blocks_max)]
            for index in range(planted):
                mine.blocks_pool[index].ptr = libc.malloc(16)
                mine.blocks_pool[index].size = 16
                mine.blocks_cached += 1
            library.ImagingMemoryClearCache(mine, keep)
            steps += [mine.blocks_cached, mine.stats_freed_blocks]
            library.ImagingMemorySetBlockAllocator(mine, 5)
            steps += [library.ImagingMemorySetBlocksMax(mine, max(blocks_max - 1, 1)), mine.blocks_cached]
            steps += [library.ImagingMemorySetBlocksMax(mine, 0), bool(mine.blocks_pool)]
            steps += [
                mine.alignment,
                mine.block_size,
                mine.blocks_max,
                mine.stats_freed_blocks,
                mine.use_block_allocator,
            ]
            assert arena_state(library) == untouched
            return steps

    wheels, ours = map(play, both)
    assert ours == wheels


def test_pool_larger_than_memory(both):
    """Setting a pool that cannot be allocated fails, and the current pool stays."""
    with arena(*both, blocks_max=2):
        for library in both:
            library.ImagingDelete(library.ImagingNew(MODE_ID["L"], 9, 9))
        results = [library.ImagingMemorySetBlocksMax(library.arena, 2**31 - 1) for library in both]
        assert results[0] == results[1]
        wheels, ours = map(arena_state, both)
        assert ours == wheels
        for library in both:
            library.ImagingMemorySetBlocksMax(library.arena, 2)


@pytest.mark.parametrize("blocks_max", [1, 3, 8])
def test_pool_is_last_in_first_out(both, blocks_max):
    """The block returned last is reused first: it is still in the processor's cache."""
    for library in both:
        with arena(library, blocks_max=blocks_max):
            images = [library.ImagingNew(MODE_ID["L"], 100, 100) for _ in range(blocks_max)]
            addresses = [blocks(image)[0][0] for image in images]
            for image in images:
                library.ImagingDelete(image)
            assert [address for address, _ in cached_blocks(library)] == addresses
            images = [library.ImagingNew(MODE_ID["L"], 100, 100) for _ in range(blocks_max)]
            assert [blocks(image)[0][0] for image in images] == addresses[::-1]
            for image in images:
                library.ImagingDelete(image)


def test_cached_block_is_shrunk_to_the_block_size(both):
    def play(library):
        with arena(library, block_size=4096, blocks_max=4):
            library.ImagingDelete(library.ImagingNew(MODE_ID["L"], 10_000, 2))
            return arena_state(library)

    wheels, ours = map(play, both)
    assert ours["cached block sizes"] == [4096, 4096]
    assert ours == wheels
