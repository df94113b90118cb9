"""The sample files of Pillow's own tests, decoded by its plugins in pieces of several lengths.

The test runs this in two processes, one with the library interposed, and compares the digests.
"""

from __future__ import annotations

import hashlib
import io
import re
import warnings
from collections.abc import Iterator
from pathlib import Path

import PIL
from PIL import Image

from interposition import ROOT

IMAGES = ROOT / "target" / f"pillow-{PIL.__version__}" / "Tests" / "images"

SUFFIXES = "bmp blp bw cur dds dib eps fits fli flc ftc ftu gif icns ico im jpg mcidas mpo msp pcd pcx pdf ppm psd ras rgb rgba sgi spider sun tga tif tiff xbm xpm".split()
"""Formats whose plugins use codecs of the library; JPEG is in some of their files."""

FRAMES = 12
"""The most frames of an animation that are decoded."""


def digest(data: bytes, piece: int | None) -> str:
    """Decodes the frames of a file, in pieces of a length if one is given, and describes pixels and errors."""
    found = hashlib.sha256()
    try:
        with Image.open(io.BytesIO(data)) as image:
            if piece is not None:
                image.decodermaxblock = piece
            for frame in range(min(getattr(image, "n_frames", 1), FRAMES)):
                image.seek(frame)
                image.load()
                found.update(f"{image.mode} {image.size} ".encode() + image.tobytes())
    except Exception as error:
        return re.sub(" at 0x[0-9a-f]+", "", f"{type(error).__name__}: {error}")
    return found.hexdigest()


def digests() -> Iterator[str]:
    """Yields a line for each file and way of reading it."""
    warnings.simplefilter("ignore")
    for path in sorted(IMAGES.rglob("*")):
        if path.suffix.lower().lstrip(".") not in SUFFIXES or path.stat().st_size > 2_000_000:
            continue
        data = path.read_bytes()
        for piece in None, 1, 13, 1000:
            if not piece or len(data) < 10_000 * piece:
                yield f"{path.relative_to(IMAGES)} {piece} {digest(data, piece)}"
