"""Makes a thumbnail of an image that is larger than memory, from strips of rows that are read one after the other."""

from __future__ import annotations

import libimaging
from PIL import Image

from common import report, size, sparse_file

SCALE = 64

with sparse_file(size()) as path:
    width, height = size()
    thumbnail = Image.new("RGB", (width // SCALE, min(height // SCALE, 24)))
    for y in range(thumbnail.height):
        strip = libimaging.read_tile(path, "RGB", (width, SCALE), offset=y * SCALE * width * 4, rawmode="RGBX")
        thumbnail.paste(strip.reduce(SCALE).crop((0, 0, thumbnail.width, 1)), (0, y))
    report(f"{width}×{height}: {thumbnail.height} strips, a thumbnail of {thumbnail.width}×{thumbnail.height}")
