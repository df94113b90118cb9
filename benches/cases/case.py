"""The cases and tables of the benchmark.

A case is Python source, which can run in any interpreter with any Pillow: `setup` once, then `call` repeatedly. Both
can use `Image`, `ImageFilter`, and a function for each of the `PICTURES`. These images are shared: a case that writes to
one copies it first. The cell of a call that Pillow-SIMD lacks is empty. To measure more, add a `Table` or a row of one.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

PICTURES = {
    "photograph": "photo",
    "noise": "noise",
    "noisy photograph": "noisy",
    "screenshot": "screen",
    "drawing": "drawing",
}
"""Names of pictures in tables, and in `pictures.py`."""


@dataclass(frozen=True)
class Case:
    """A row of a table, and the code that is measured."""

    row: tuple[str, ...]
    setup: str
    call: str
    arithmetic: bool = False
    """Whether it is also measured with two threads."""
    own: bool = False
    """Whether Pillow-SIMD optimises it."""
    chart: str = ""
    """Its name in the chart, or empty if it is not in the chart."""


@dataclass(frozen=True)
class Table:
    """Related cases: one Markdown table."""

    title: str
    headings: tuple[str, ...]
    cases: tuple[Case, ...]

    @classmethod
    def of(cls, title: str, headings: str, cases: Iterable[Case]) -> Table:
        return cls(title, tuple(headings.split(", ")), tuple(cases))


def source(mode: str, picture: str = "photograph", size: tuple[int, int] | None = None) -> str:
    """Returns the setup of most cases, which defines `image`."""
    return f"image = {PICTURES[picture]}({', '.join(repr(value) for value in (mode, size) if value)})"
