"""What a case is.

A case is Python text, so that it can run in any interpreter with any Pillow: `setup` once, then `call` again and again.
Both see `Image`, `ImageFilter`, and from `pictures.py` the functions `photo` and `noise`. Their images are shared: a case
that writes to one copies it first. Where Pillow-SIMD has no such call, its cell stays empty. To measure more, add a
`Table`, or lines to one.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

PICTURES = {"photograph": "photo", "noise": "noise"}
"""What is called what in `pictures.py`."""


@dataclass(frozen=True)
class Case:
    """One line of a table: where it stands, and what is run for it."""

    row: tuple[str, ...]
    setup: str
    call: str
    arithmetic: bool = False
    """Whether it is to be measured on two threads as well."""
    own: bool = False
    """Whether Pillow-SIMD has code of its own for it."""
    chart: str = ""
    """What the chart calls it, if it stands there."""


@dataclass(frozen=True)
class Table:
    """Cases that belong together: one Markdown table."""

    title: str
    headings: tuple[str, ...]
    cases: tuple[Case, ...]

    @classmethod
    def of(cls, title: str, headings: str, cases: Iterable[Case]) -> Table:
        return cls(title, tuple(headings.split(", ")), tuple(cases))


def source(mode: str, picture: str = "photograph", size: tuple[int, int] | None = None) -> str:
    """The setup that most cases have: `image`."""
    return f"image = {PICTURES[picture]}({', '.join(repr(value) for value in (mode, size) if value)})"
