"""Operations on large images beside the reference's: the same pixels."""

from __future__ import annotations

import pytest

import child


def digests(**how: str | bool) -> list[str]:
    """What each operation gives, in a process of its own."""
    return child.run("import large; large.main()", timeout=600, **how).splitlines()


@pytest.fixture(scope="module")
def expected() -> list[str]:
    """What the wheel by itself gives."""
    return digests()


@pytest.mark.parametrize("threads", ["1", "5"])
def test_large_images_are_the_references(expected, threads):
    assert len(expected) > 400
    assert digests(interposed=True, IMAGING_NUM_THREADS=threads) == expected
