"""With default settings, NumPy and DLPack take every image, however large it is."""

from __future__ import annotations

import sys

from conftest import HERE, succeed


def test_large_images_are_arrays():
    assert succeed(sys.executable, HERE / "one_piece.py") == "5 good\n"
