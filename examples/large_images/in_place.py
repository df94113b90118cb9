"""Draws on an image that is larger than memory, in its file."""

from __future__ import annotations

import libimaging
from PIL import ImageDraw

from common import report, size, sparse_file

with sparse_file(size()) as path:
    image = libimaging.map(path, "RGBX", size(), access="r+")
    corner = (image.width - 300, image.height - 200)
    part = libimaging.window(image, (*corner, image.width, image.height))
    ImageDraw.Draw(part).ellipse((10, 10, 250, 150), fill=(200, 100, 50))
    libimaging.flush(part)
    libimaging.release(part)

    again = libimaging.map(path, "RGBX", size())
    assert again.getpixel((corner[0] + 130, corner[1] + 80))[:3] == (200, 100, 50)
    report(f"{image.width}×{image.height}: drawn at {corner}; {path.stat().st_blocks * 512 // 1024} KiB on the disk")
