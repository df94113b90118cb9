"""What the benchmark measures: tables of data, a file for each family of operations."""

from __future__ import annotations

from . import bands, codecs, colours, drawing, filters, geometry, gif, pixels, png, quantizing, resizing, small, storage
from .case import Case, Table

TABLES: tuple[Table, ...] = (
    *resizing.TABLES,
    *geometry.TABLES,
    *colours.TABLES,
    *filters.TABLES,
    *bands.TABLES,
    *pixels.TABLES,
    *drawing.TABLES,
    *quantizing.TABLES,
    *codecs.TABLES,
    *gif.TABLES,
    *png.TABLES,
    *small.TABLES,
    *storage.TABLES,
)

__all__ = ["TABLES", "Case", "Table"]
