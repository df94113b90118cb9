"""Programs whose images are gone are as small as before: without a call after a moment, and at once with one."""

from __future__ import annotations

import os

import pytest

import child

PROGRAMS = {
    "new": "Image.new('RGB', size, 'red')",
    "resize": "picture().resize((3000, 2500), Image.Resampling.LANCZOS)",
    "convert": "picture().convert('L').convert('RGBA')",
    "blur": "picture().filter(ImageFilter.GaussianBlur(5))",
    "rotate": "picture().rotate(30, expand=True, resample=Image.Resampling.BICUBIC)",
    "paste": "picture().paste(picture(), (100, 100), picture().convert('L'))",
    "decode": "Image.open(io.BytesIO(png)).load()",
    "crops": "[picture().crop((n, n, n + 999, n + 700)) for n in range(20)]",
    "bands": "Image.merge('RGB', picture().split()[::-1])",
    "threads": "[thread.join() for thread in [start(lambda: picture().resize((999, 999))) for _ in range(4)]]",
}
"""Operations on images of some 25 MB."""

MALLOCS = 4 << 20
"""What `malloc` may keep of buffers that operations, and Python, have freed."""

PREPARED = """
import io, os, threading, time
from PIL import Image, ImageFilter, PngImagePlugin
interposition.require(True)

def start(work):
    thread = threading.Thread(target=work)
    thread.start()
    return thread

def resident():
    with open("/proc/self/statm") as statm:
        return int(statm.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")

library = load()
picture = lambda: Image.new("RGB", size, (10, 200, 30))
size = 3000, 2000
picture().save(file := io.BytesIO(), "PNG", compress_level=1)
png = file.getvalue()
del file
def work(): {operation}
work()  # brings its code into memory
library.ImagingMemoryTrim()
"""


def grown(operation: str, afterwards: str, **env: str) -> tuple[int, int]:
    """Returns the resident bytes of a process before some calls, and the bytes that it has grown by."""
    code = f"""
    before = resident()
    for _ in range(5): work()
    {afterwards}
    print(before, resident() - before)
    """
    lines = [line.removeprefix("    ") for line in code.splitlines()]
    before, more = child.run(PREPARED.format(operation=operation) + "\n".join(lines), interposed=True, **env).split()
    return int(before), int(more)


@pytest.mark.parametrize("program", PROGRAMS)
def test_memory_is_given_back_by_itself(program):
    before, more = grown(PROGRAMS[program], "time.sleep(2)")
    assert more <= before * 0.05 + MALLOCS, f"{before >> 10} KiB + {more >> 10} KiB"


@pytest.mark.parametrize("threads", ["1", "3"])
@pytest.mark.parametrize("program", ["new", "rotate", "decode"])
def test_memory_is_given_back_on_request(program, threads):
    before, more = grown(PROGRAMS[program], "library.ImagingMemoryTrim()", IMAGING_NUM_THREADS=threads)
    assert more <= before * 0.05 + MALLOCS, f"{before >> 10} KiB + {more >> 10} KiB"


def test_little_is_kept_where_there_is_one_thread():
    """Without a thread that gives it back, as much as `malloc` would keep."""
    _, more = grown("picture().resize((9000, 9000))", "time.sleep(1)", IMAGING_NUM_THREADS="1")
    assert more < 80 << 20


def test_pages_are_kept_between_calls():
    """A loop of large images does not fault their pages in each time."""
    output = child.run(
        """
        import resource
        from PIL import Image
        interposition.require(True)
        def work(): Image.new("RGB", (4000, 3000), "red").convert("L")
        faults = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_minflt
        work()
        before = faults()
        for _ in range(10): work()
        print(faults() - before)
        """,
        interposed=True,
    )
    # 15,000 pages each time, if they were not kept.
    assert int(output) < 30_000


IMAGES = int(os.environ.get("IMAGING_IMAGES", "20000"))
"""The number of images of the test below; for a million: IMAGING_IMAGES=1000000."""


def test_threads_that_make_images_of_many_sizes():
    """Four threads make and drop images: no growth from the second quarter to the last."""
    output = child.run(
        f"""
        import os, random, threading
        from PIL import Image
        interposition.require(True)
        library = load()
        resident = lambda: int(open("/proc/self/statm").read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
        def work(seed):
            draw, held = random.Random(seed), [None] * 3
            for _ in range({IMAGES} // 16):
                side = int(4 * 2 ** draw.uniform(0, 8))
                held[draw.randrange(3)] = Image.new(draw.choice(["L", "RGB"]), (side, draw.randint(1, side)), draw.choice([None, 9]))
        for quarter in range(4):
            threads = [threading.Thread(target=work, args=(quarter * 4 + n,)) for n in range(4)]
            for thread in threads: thread.start()
            for thread in threads: thread.join()
            library.ImagingMemoryTrim()
            print(resident())
        state = library.arena
        print(state.stats_allocated_blocks - state.stats_freed_blocks)
        """,
        interposed=True,
        timeout=6000,
    )
    *sizes, blocks = map(int, output.split())
    assert blocks == 0
    assert sizes[3] <= sizes[1] * 1.05
