"""Views keep the memory of their image, free it when they end, and copy nothing."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import libimaging
import numpy
import pytest
from PIL import Image

from conftest import HERE, succeed

SCRIPT = HERE / "lifetimes.py"


@pytest.mark.parametrize("interposed", ["interposed", "alone"])
def test_nothing_is_freed_early(interposed):
    assert succeed(sys.executable, "-X", "dev", SCRIPT, interposed) == "7 good\n"


@pytest.mark.parametrize("interposed", ["interposed", "alone"])
def test_nothing_is_freed_early_under_valgrind(interposed):
    """Finds invalid reads and writes; uninitialised memory of Python itself is ignored."""
    valgrind = ["valgrind", "-q", "--error-exitcode=9", "--undef-value-errors=no"]
    suppressions = f"--suppressions={HERE / 'dynamic_loader.supp'}"
    told = succeed(*valgrind, suppressions, sys.executable, SCRIPT, interposed, PYTHONMALLOC="malloc")
    assert told == "7 good\n"


def resident() -> int:
    """Returns the resident set size in bytes."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096


@pytest.mark.parametrize("size", [(8, 8), (200, 200)], ids=["a block", "blocks"])
def test_nothing_leaks(size):
    Image.core.set_block_size(4096)
    image = Image.new("RGB", size)
    shared = libimaging.view(image)

    def take(count):
        for _ in range(count):
            memoryview(libimaging.view(image, writable=True)).release()
            memoryview(shared).release()

    def refuse(count):
        for _ in range(count):
            try:
                numpy.frombuffer(libimaging.view(image, packed=True, rows=True), dtype="u4")
            except BufferError:
                pass

    take(1000), refuse(1000)
    references, before = sys.getrefcount(image.im), resident()
    # Twice a million, with both sizes.
    take(500_000), refuse(100_000)
    # Counted outside of the assert statement, of which pytest keeps references.
    references_now = sys.getrefcount(image.im)
    assert references_now == references
    assert resident() - before < 1 << 20


@pytest.mark.parametrize("single", [0, 1], ids=["blocks", "single block"])
def test_a_view_of_200_megapixels(single):
    """A view allocates no memory and takes a small part of the time of a copy."""
    Image.core.set_use_block_allocator(single)
    image = Image.new("L", (20_000, 10_000), 7)

    def cost(take):
        before, start = resident(), time.thread_time_ns()
        taken = take()
        spent = time.thread_time_ns() - start
        return spent, resident() - before, taken

    spent, memory, view = min((cost(lambda: libimaging.view(image)) for _ in range(20)), key=lambda cost: cost[0])
    copied, copy_memory, array = cost(lambda: numpy.asarray(image))
    print(f"a view: {copied / spent:.0f} times sooner than numpy.asarray(image), {memory} bytes; that: {copy_memory}")
    assert memory < 1 << 16 < copy_memory
    assert spent * 200 < copied
    assert memoryview(view)[9_999, 19_999] == array[9_999, 19_999] == 7
