"""Changes and deletions of an image while views of it exist. Run alone and under valgrind: no memory is freed early."""

from __future__ import annotations

import gc
import mmap
import os
import sys
import tempfile

import libimaging

if "interposed" in sys.argv:
    libimaging.interpose()

from PIL import Image


def picture(mode: str, size: tuple[int, int]) -> Image.Image:
    image = Image.new(mode, size)
    image.putpixel((size[0] - 1, size[1] - 1), 77 if mode == "L" else (77, 77, 77))
    return image


def last(buffer: memoryview) -> int:
    place = tuple(length - 1 for length in buffer.shape[:2])
    return buffer[place if buffer.ndim == 2 else (*place, 0)]


def view_outlives_image(image):
    memory = memoryview(libimaging.view(image))
    del image
    gc.collect()
    others = [Image.new("RGB", (200, 200), (1, 2, 3)) for _ in range(20)]
    assert last(memory) == 77
    del others


def image_outlives_view(image):
    view = libimaging.view(image)
    del view
    gc.collect()
    assert image.getpixel((image.width - 1, image.height - 1)) in (77, (77, 77, 77))


def closed(image):
    memory = memoryview(libimaging.view(image))
    image.close()
    assert last(memory) == 77


def loaded_again(image):
    memory = memoryview(libimaging.view(image))
    image.load()
    assert last(memory) == 77


def pixel_put(image):
    memory = memoryview(libimaging.view(image))
    copied = image.readonly
    image.putpixel((image.width - 1, image.height - 1), 99 if image.mode == "L" else (99, 99, 99))
    # Pillow copies a read-only image before it writes: the view keeps the old memory.
    assert last(memory) == (77 if copied else 99)


def changed_in_place(image):
    memory = memoryview(libimaging.view(image))
    image.thumbnail((3, 3))
    image.paste(0, (0, 0, *image.size))
    assert last(memory) == 77


def every_owner_in_turn(image):
    view = libimaging.view(image, writable=not image.readonly)
    memory, other = memoryview(view), memoryview(view)
    again = libimaging.view(view)
    del image, view
    memory.release()
    assert last(other) == 77
    other.release()
    assert last(memoryview(again)) == 77


def mapped(folder: str):
    path = os.path.join(folder, "picture.bmp")
    picture("L", (64, 30)).save(path)
    image = Image.open(path)
    image.load()
    assert isinstance(image.map, mmap.mmap)
    return image


def main() -> None:
    scenarios = [
        view_outlives_image,
        image_outlives_view,
        closed,
        loaded_again,
        pixel_put,
        changed_in_place,
        every_owner_in_turn,
    ]
    with tempfile.TemporaryDirectory() as folder:
        for scenario in scenarios:
            for block_size, single in (1 << 24, 0), (4096, 0), (4096, 1):
                Image.core.set_block_size(block_size)
                Image.core.set_use_block_allocator(single)
                for mode in "L", "RGB":
                    scenario(picture(mode, (150, 70)))
            scenario(mapped(folder))
    print(len(scenarios), "good")


main()
