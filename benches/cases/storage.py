"""Making and copying images: the arena."""

from __future__ import annotations

from collections.abc import Iterator

from .case import Case, Table

SIZES = {"64×64": (64, 64), "2560×1600": (2560, 1600), "20000×10000": (20000, 10000)}
MODES = {"L": 77, "RGB": (10, 120, 230)}

POOLS = {"off": 0, "on": 128}
"""The number of blocks that the arena caches. The largest image here has fewer."""


def storage() -> Iterator[Case]:
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
                    yield Case((name, size_name, mode, pool), setup, call)


TABLES = (Table.of("Storage", "call, size, mode, pool of blocks", storage()),)
