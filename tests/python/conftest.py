"""Fixtures: the two copies of the library, and one deterministic hypothesis profile."""

from __future__ import annotations

import os

from interposition import ROOT, library_path

# Before hypothesis creates a directory of its own in the working directory.
os.environ.setdefault("HYPOTHESIS_STORAGE_DIRECTORY", str(ROOT / "target" / "hypothesis"))

import pytest
from hypothesis import HealthCheck, settings
from PIL import Image

from abi import Library

# Derandomized: every run tests the same examples. IMAGING_EXAMPLES sets how many.
settings.register_profile(
    "repeatable",
    derandomize=True,
    database=None,
    deadline=None,
    max_examples=int(os.environ.get("IMAGING_EXAMPLES", "300")),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    print_blob=True,
)
settings.load_profile("repeatable")


@pytest.fixture(scope="session")
def wheel() -> Library:
    """The reference: libImaging inside the extension module of the released Pillow."""
    return Library("wheel", Image.core.__file__, ours=False)


@pytest.fixture(scope="session")
def stock() -> Library:
    """The reference for JPEG, JPEG 2000 and TIFF: Pillow built from source with the libraries of this system."""
    pattern = "target/stock/lib/python*/site-packages/PIL/_imaging.*.so"
    return Library("stock", str(next(ROOT.glob(pattern))), ours=False)


@pytest.fixture(scope="session")
def ours() -> Library:
    """The library under test, called as Pillow calls it: with the GIL held."""
    return Library("ours", library_path(), ours=True)


@pytest.fixture(scope="session")
def ours_without_python() -> Library:
    """The library under test, called with the GIL released: errors go to its own last-error slot."""
    return Library("ours", library_path(), ours=True, hold_gil=False)


@pytest.fixture(scope="session")
def both(wheel: Library, ours: Library) -> tuple[Library, Library]:
    """(reference, library under test), for tests that call both and compare the results."""
    return wheel, ours
