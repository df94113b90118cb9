"""Random calls of Pillow's Python functions, in a process with the library interposed and in one without it: the same
images, values and exceptions.

IMAGING_RANDOM_CALLS sets how many.
"""

from __future__ import annotations

import os

import child

COUNT = int(os.environ.get("IMAGING_RANDOM_CALLS", "4000"))


def outcomes(*, interposed: bool) -> list[str]:
    output = child.run(
        f"""
        interposition.require({interposed})
        import random_calls
        for number in range({COUNT}): print(random_calls.outcome(number))
        """,
        interposed=interposed,
        timeout=100 + COUNT / 100,
    )
    return output.splitlines()


def test_same_outcomes():
    without, with_us = outcomes(interposed=False), outcomes(interposed=True)
    assert len(without) == COUNT
    assert [pair for pair in zip(without, with_us, strict=True) if pair[0] != pair[1]] == []
