"""Finds the brightest pixel of each tile of an image that is larger than memory.

The file is mapped, and each tile is a window of the image: Pillow's functions read its pixels from the file. The pages of
a tile are released when it is done.
"""

from __future__ import annotations

import libimaging

from common import report, size, sparse_file

TILE = (2048, 512)

with sparse_file(size()) as path:
    with open(path, "r+b") as file:
        file.seek(4 * (size()[0] * 700 + 900))
        file.write(bytes([10, 250, 30, 0]))
    image = libimaging.map(path, "RGBX", size())
    width = image.width // TILE[0] * TILE[0]
    brightest, count = (0, None), 0
    # A sparse file reads as zeros; a few rows of tiles show as much as all of them.
    area = libimaging.window(image, (0, 0, width, min(image.height, 2 * TILE[1])))
    for box, tile in libimaging.tiles(area, TILE):
        brightest = max(brightest, (max(high for _, high in tile.getextrema()), box[:2]), key=lambda pair: pair[0])
        libimaging.release(tile)
        count += 1
    report(f"{image.width}×{image.height}: {count} tiles, the brightest value is {brightest[0]} in that at {brightest[1]}")
