"""Operations on large images beside the reference's: the same pixels."""

from __future__ import annotations

import pytest

import child


def digests(**options: str | bool) -> list[str]:
    """Runs each operation in a child process and returns the digests of the results."""
    return child.run("import large; large.main()", timeout=600, **options).splitlines()


@pytest.fixture(scope="module")
def expected() -> list[str]:
    """The digests of the wheel alone."""
    return digests()


@pytest.mark.parametrize("threads", ["1", "5"])
def test_large_images(expected, threads):
    assert len(expected) > 400
    assert digests(interposed=True, IMAGING_NUM_THREADS=threads) == expected
