"""What the benchmark measures: tables of data, a file for each family of operations."""

from __future__ import annotations

from . import bands, codecs, colours, drawing, filters, geometry, gif, pixels, quantizing, resizing, small, storage
from .case import Case, Table

TABLES: tuple[Table, ...] = (
    *resizing.TABLES,
    *geometry.TABLES,
    *colours.TABLES,
    *filters.TABLES,
    *bands.TABLES,
    *codecs.TABLES,
    *gif.TABLES,
    *pixels.TABLES,
    *codecs.TABLES,
    *gif.TABLES,
    *drawing.TABLES,
    *quantizing.TABLES,
    *small.TABLES,
    *storage.TABLES,
    *codecs.TABLES,
    *gif.TABLES,
)

__all__ = ["TABLES", "Case", "Table"]
