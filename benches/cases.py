"""What the benchmark measures: a table of data.

A case is Python text, so that it can run in any interpreter with any Pillow: `setup` once, then `call` again and again.
Both see `Image`. To measure more, add a `Table`, or lines to one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Case:
    """One number in a table: where it stands, and what is run for it."""

    row: tuple[str, ...]
    column: str
    setup: str
    call: str


@dataclass(frozen=True)
class Table:
    """Cases that belong together: one Markdown table."""

    title: str
    headings: tuple[str, ...]
    cases: tuple[Case, ...]


SIZES = {"64×64": (64, 64), "2560×1600": (2560, 1600), "20000×10000": (20000, 10000)}
MODES = {"L": 77, "RGB": (10, 120, 230)}

POOLS = {"pool off": 0, "pool on": 128}
"""How many blocks the arena keeps. The largest image here takes fewer than this."""


def storage() -> Iterator[Case]:
    """Making and copying images: what the arena is for."""
    for size_name, size in SIZES.items():
        for mode, colour in MODES.items():
            calls = {
                "Image.new": f"Image.new({mode!r}, {size})",
                "Image.new, a colour": f"Image.new({mode!r}, {size}, {colour})",
                "Image.new, no colour": f"Image.new({mode!r}, {size}, None)",
                "copy": "image.copy()",
            }
            for name, call in calls.items():
                for pool, blocks in POOLS.items():
                    setup = f"Image.core.set_blocks_max({blocks})"
                    if "image." in call:
                        setup += f"; image = Image.new({mode!r}, {size}, {colour})"
                    yield Case((name, size_name, mode), pool, setup, call)


TABLES = (Table("Storage", ("call", "size", "mode"), tuple(storage())),)
