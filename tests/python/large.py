"""Prints a digest of the result of each operation on images larger than the caches.

    python large.py

Large results are written with non-temporal stores, small ones are not.
"""

from __future__ import annotations

import hashlib
import random

from PIL import Image, ImageFilter

SIZES = {"many rows": (2049, 1600), "wide rows": (40001, 90)}
"""Rows that begin anywhere in a cache line, and rows longer than the kernels' buffers."""


def picture(mode: str, size: tuple[int, int]) -> Image.Image:
    """Returns an image of random bytes; mode F has random integral values."""
    width, height = size
    bytes_of_row = len(Image.new(mode, (width, 1)).tobytes())
    lines = [random.Random(seed).randbytes(bytes_of_row) for seed in range(16)]
    if mode == "F":
        lines = [Image.frombytes("I", (width, 1), line).convert("F").tobytes() for line in lines]
    return Image.frombytes(mode, size, b"".join(lines[y * y % 31 % 16] for y in range(height)))


def operations(image: Image.Image):
    """Yields the operations with their names."""
    width, height = image.size
    several, bytes_ = len(image.getbands()) > 1, image.mode not in ("I", "F")
    yield "copy", lambda: image.copy()
    yield "crop inside", lambda: image.crop((3, 2, width - 1, height - 1))
    yield "crop beyond", lambda: image.crop((-3, -2, width + 1, height + 1))
    for method in Image.Transpose:
        yield method.name, lambda method=method: image.transpose(method)
    for mode in ["RGB", "RGBA", "La", "LA", "RGBa", "CMYK", "YCbCr", "HSV", "LAB", "I", "F", "L", "P"]:
        yield f"to {mode}", lambda mode=mode: image.convert(mode)
    for filter in Image.Resampling.NEAREST, Image.Resampling.BILINEAR, Image.Resampling.LANCZOS:
        yield f"wider by {filter.name}", lambda filter=filter: image.resize((width + 500, height), filter)
        yield f"taller by {filter.name}", lambda filter=filter: image.resize((width, height + 300), filter)
        yield f"larger by {filter.name}", lambda filter=filter: image.resize((width + 50, height + 30), filter)
    for filter in Image.Resampling.NEAREST, Image.Resampling.BICUBIC:
        yield f"rotated by {filter.name}", lambda filter=filter: image.rotate(7, filter)
        scale = (0.9, 0, 5, 0, 1.1, 3)
        yield f"affine by {filter.name}", lambda filter=filter: image.transform(image.size, 0, scale, filter)
        quad = (0, 0, 5, height, width, height - 5, width - 9, 0)
        yield f"quad by {filter.name}", lambda filter=filter: image.transform(image.size, 3, quad, filter)
    if bytes_:
        yield "expand", lambda: Image.Image()._new(image.im.expand(3))
        yield "smooth", lambda: image.filter(ImageFilter.SMOOTH)
        yield "smooth more", lambda: image.filter(ImageFilter.SMOOTH_MORE)
        yield "box blur", lambda: image.filter(ImageFilter.BoxBlur(1.5))
        yield "wide box blur", lambda: image.filter(ImageFilter.BoxBlur((150, 200)))
        yield "gaussian blur", lambda: image.filter(ImageFilter.GaussianBlur(2.5))
        yield "unsharp mask", lambda: image.filter(ImageFilter.UnsharpMask())
        yield "point", lambda: image.point([255 - value // 2 for value in range(256)] * len(image.getbands()))
    if several and bytes_:
        yield "split and merge", lambda: Image.merge(image.mode, image.split()[::-1])
        yield "alpha", lambda: image.getchannel(len(image.getbands()) - 1)
    if image.mode == "RGB":
        yield "matrix", lambda: image.convert("RGB", (0.4, 0.3, 0.2, 5, 0.1, 0.7, 0.3, -5, 0, 0.5, 0.5, 0))
        yield "color LUT", lambda: image.filter(ImageFilter.Color3DLUT.generate(5, lambda r, g, b: (g, b * b, r)))
    if image.mode == "RGBA":
        yield "composite", lambda: Image.alpha_composite(image, image.transpose(Image.Transpose.ROTATE_180))


def main() -> None:
    for what, size in SIZES.items():
        for mode in ["RGB", "RGBA", "I", "F", "P"]:
            image = picture(mode, (size[0] * 4, size[1]) if mode == "P" else size)
            for name, operation in operations(image):
                try:
                    result = hashlib.sha256(operation().tobytes()).hexdigest()[:16]
                except (ValueError, OSError) as error:
                    result = repr(error)
                print(f"{what}, {mode}, {name}: {result}", flush=True)


if __name__ == "__main__":
    main()
