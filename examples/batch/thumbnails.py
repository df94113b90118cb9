"""Makes thumbnails of a folder of PNG and raw files with Dask: one process for each core, with one thread each.

    python -m libimaging thumbnails.py FOLDER OUTPUT [WORKERS]

A raw file has its size in its name, `scan-4000x3000.rgbx`, and four bytes a pixel. It is mapped, not read, so it may be larger than
the memory.

Needs dask and distributed.
"""

from __future__ import annotations

import os
import re
import sys
import time
from pathlib import Path

# Several images at once use the cores better than several threads on each: the workers inherit this.
os.environ["IMAGING_NUM_THREADS"] = "1"

import libimaging
from dask.distributed import Client, LocalCluster
from PIL import Image

SIZE = (256, 256)


def opened(path: Path) -> Image.Image:
    """Opens an image."""
    if path.suffix != ".rgbx":
        return Image.open(path)
    width, height = re.search(r"(\d+)x(\d+)$", path.stem).groups()
    return libimaging.map(path, "RGBX", (int(width), int(height)))


def thumbnail(path: Path, output: Path) -> Path:
    """Writes the thumbnail of a file, and returns its path."""
    with opened(path) as image:
        image.thumbnail(SIZE)
        target = output / f"{path.stem}.png"
        image.convert("RGB").save(target, compress_level=1)
    return target


def main() -> None:
    folder, output = Path(sys.argv[1]), Path(sys.argv[2])
    workers = int(sys.argv[3]) if len(sys.argv) > 3 else len(os.sched_getaffinity(0))
    output.mkdir(exist_ok=True)
    paths = sorted(path for path in folder.iterdir() if path.suffix in (".png", ".rgbx"))
    with (
        LocalCluster(n_workers=workers, threads_per_worker=1, processes=True, dashboard_address=None) as cluster,
        Client(cluster) as client,
    ):
        start = time.perf_counter()
        done = client.gather(client.map(thumbnail, paths, output=output))
        seconds = time.perf_counter() - start
    print(f"{len(done)} thumbnails by {workers} workers: {len(done) / seconds:.0f} a second")


# Workers import this file, too.
if __name__ == "__main__":
    main()
