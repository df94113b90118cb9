"""The example with Dask: the same thumbnails as without."""

from __future__ import annotations

import sys

from PIL import Image

from conftest import ROOT, succeed
from pictures import picture

EXAMPLE = ROOT / "examples" / "batch" / "thumbnails.py"


def test_workers_make_the_same_thumbnails(tmp_path):
    source, output = tmp_path / "source", tmp_path / "output"
    source.mkdir()
    expected = {}
    for number in range(6):
        size = (600 + 100 * number, 500)
        image = picture("RGBX" if number % 2 else "RGB", size)
        name = f"{number}-{size[0]}x{size[1]}"
        if image.mode == "RGBX":
            (source / f"{name}.rgbx").write_bytes(image.tobytes())
        else:
            image.save(source / f"{name}.png")
        image.thumbnail((256, 256))
        expected[name] = image.convert("RGB").tobytes()
    told = succeed(sys.executable, "-m", "libimaging", str(EXAMPLE), str(source), str(output), "2")
    assert told.startswith("6 thumbnails by 2 workers: ")
    made = {path.stem: Image.open(path).tobytes() for path in output.iterdir()}
    assert made == expected
