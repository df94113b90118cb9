"""Copies parts of a large image to images whose memory is kept for reuse: by Pillow's settings of blocks.

In a loop over tiles of one size, each new image then gets the memory of the last one.
"""

from __future__ import annotations

import libimaging
from PIL import Image

from common import report, size, sparse_file

TILE = (1024, 1024)

with sparse_file(size()) as path:
    Image.core.set_block_size(1 << 20)
    Image.core.set_blocks_max(16)
    image = libimaging.map(path, "RGBX", size())
    area = libimaging.window(image, (0, 0, image.width // TILE[0] * TILE[0], TILE[1]))
    before = Image.core.get_stats()
    for _, tile in libimaging.tiles(area, TILE):
        copy = tile.copy()
        del copy
        libimaging.release(tile)
    stats = Image.core.get_stats()
    reused = stats["reused_blocks"] - before["reused_blocks"]
    assert reused > 0
    report(f"{image.width}×{image.height}: {area.width // TILE[0]} tiles copied, {reused} blocks of memory used again")
    Image.core.set_blocks_max(0)
