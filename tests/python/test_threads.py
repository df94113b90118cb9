"""Many threads, and forks while they run. The reference relies on the GIL; the library must not."""

from __future__ import annotations

import ctypes
import threading

import pytest

import child
from abi import MODE_ID, ArrowArray
from side_by_side import arena

THREADS = 4
ROUNDS = 1500


def make_and_delete(library, seed):
    """Makes images of various sizes and keeps a few. Checks that a new one is black and shares no memory."""
    kept = []
    for number in range(ROUNDS):
        mode = MODE_ID["RGB" if number % 3 else "P"]
        image = library.ImagingNew(mode, (seed * 31 + number * 17) % 90 + 1, number % 40 + 1)
        size = image.contents.linesize
        view = (ctypes.c_ubyte * size).from_address(image.contents.image[image.contents.ysize - 1])
        assert not any(view), "a new image must be black"
        view[0] = view[size - 1] = seed
        kept.append((image, view))
        if len(kept) > 6:
            old, its = kept.pop(0)
            assert its[0] == its[len(its) - 1] == seed, "another image shares this memory"
            library.ImagingDelete(old)
    for image, _ in kept:
        library.ImagingDelete(image)


@pytest.mark.parametrize("blocks_max", [0, 3, 50])
def test_counters_are_exact(ours_without_python, blocks_max):
    """After all threads have ended, every image was counted once and every block was freed or is cached."""
    library, failures = ours_without_python, []

    def work(seed):
        try:
            make_and_delete(library, seed)
        except BaseException as error:  # reported on the main thread
            failures.append(error)

    with arena(library, blocks_max=blocks_max, block_size=4096):
        threads = [threading.Thread(target=work, args=(seed + 1,)) for seed in range(THREADS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert failures == []
        counted = library.arena
        assert counted.stats_new_count == THREADS * ROUNDS
        assert counted.blocks_cached <= blocks_max
        assert counted.stats_allocated_blocks - counted.stats_freed_blocks == counted.blocks_cached
        assert (counted.stats_reused_blocks > 0) == (blocks_max > 0)


def test_settings_may_change_while_threads_run(ours_without_python):
    """One thread changes every setting while others make images."""
    library, done, failures = ours_without_python, threading.Event(), []

    def change_settings():
        number = 0
        while not done.is_set():
            number += 1
            library.arena.alignment = 1 << number % 8
            library.arena.block_size = 4096 * (number % 5 + 1)
            library.ImagingMemorySetBlocksMax(library.arena, number % 9)
            library.ImagingMemoryClearCache(library.arena, number % 4)
            library.ImagingMemorySetBlockAllocator(library.arena, number % 2)

    def work(seed):
        try:
            make_and_delete(library, seed)
        except BaseException as error:
            failures.append(error)

    with arena(library, blocks_max=8):
        changer = threading.Thread(target=change_settings)
        workers = [threading.Thread(target=work, args=(seed + 1,)) for seed in range(THREADS)]
        for thread in (changer, *workers):
            thread.start()
        for thread in workers:
            thread.join()
        done.set()
        changer.join()
        assert failures == []
        library.ImagingMemorySetBlocksMax(library.arena, 0)
        counted = library.arena
        assert counted.blocks_cached == 0
        assert counted.stats_allocated_blocks == counted.stats_freed_blocks


def test_one_image_with_many_owners(ours_without_python):
    """Arrays of one image are exported and released on many threads; its owner keeps the image."""
    library = ours_without_python
    image = library.ImagingNew(MODE_ID["L"], 8, 8)
    release = ctypes.CFUNCTYPE(None, ctypes.c_void_p)  # the member's type, but without the GIL

    def work():
        for _ in range(ROUNDS):
            array = ArrowArray()
            assert library.export_imaging_array(image, array) == 0
            release(ctypes.cast(array.release, ctypes.c_void_p).value)(ctypes.addressof(array))

    threads = [threading.Thread(target=work) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert image.contents.refcount == 1
    library.ImagingDelete(image)


def test_fork_while_threads_are_busy():
    """A child forked while other threads make and delete images can do the same."""
    output = child.run(
        """
        import os, sys, threading, time
        library = load(hold_gil=False)
        library.ImagingMemorySetBlocksMax(library.arena, 16)
        done = threading.Event()

        def work():
            while not done.is_set():
                images = [library.ImagingNew(12, 60, number) for number in range(1, 12)]
                for image in images: library.ImagingDelete(image)

        threads = [threading.Thread(target=work) for _ in range(3)]
        for thread in threads: thread.start()
        good = 0
        for _ in range(60):
            pid = os.fork()
            if pid == 0:
                for size in range(1, 200):
                    image = library.ImagingNew(12, size, size)
                    if not image: os._exit(1)
                    library.ImagingDelete(image)
                library.ImagingMemorySetBlocksMax(library.arena, 0)
                os._exit(0 if library.arena.blocks_cached == 0 else 2)
            until = time.monotonic() + 20
            while True:
                ended, status = os.waitpid(pid, os.WNOHANG)
                if ended: break
                if time.monotonic() > until:
                    os.kill(pid, 9)
                    os.waitpid(pid, 0)
                    done.set()
                    sys.exit("a child hangs")
                time.sleep(0.001)
            good += status == 0
        done.set()
        for thread in threads: thread.join()
        print(good)
        """
    )
    assert output == "60\n"


@pytest.mark.parametrize("threads", ["1", "4"])
def test_multiprocessing_by_fork_under_interposition(threads):
    """Pillow works in children forked while other threads run its operations."""
    output = child.run(
        """
        import hashlib, multiprocessing, os, threading, interposition
        from PIL import Image
        interposition.require(True)
        source = Image.frombytes("RGB", (700, 500), bytes(range(250)) * 4200)
        done = threading.Event()

        def work(size):
            return hashlib.sha256(source.resize((size, 90), Image.Resampling.LANCZOS).rotate(90).tobytes()).hexdigest()

        def go_on():
            while not done.is_set(): work(100)

        sizes = list(range(60, 100))
        alone = [work(size) for size in sizes]
        threads = [threading.Thread(target=go_on) for _ in range(3)]
        for thread in threads: thread.start()
        context = multiprocessing.get_context("fork")
        for _ in range(5):
            with context.Pool(3) as pool:
                assert pool.map_async(work, sizes).get(timeout=60) == alone
        done.set()
        for thread in threads: thread.join()
        print("the same")
        """,
        interposed=True,
        IMAGING_NUM_THREADS=threads,
    )
    assert output == "the same\n"
