"""What the benchmark measures: tables of data, a file for each family of operations."""

from __future__ import annotations

from . import bands, codecs, colours, drawing, filters, geometry, pixels, quantizing, resizing, small, storage
from .case import Case, Table

TABLES: tuple[Table, ...] = (
    *resizing.TABLES,
    *geometry.TABLES,
    *colours.TABLES,
    *filters.TABLES,
    *bands.TABLES,
    *codecs.TABLES,
    *pixels.TABLES,
    *codecs.TABLES,
    *drawing.TABLES,
    *quantizing.TABLES,
    *small.TABLES,
    *storage.TABLES,
)

__all__ = ["TABLES", "Case", "Table"]
