"""Drawing: shapes of one call, and many small ones."""

from __future__ import annotations

from collections.abc import Iterator

from .case import Case, Table, source

SETUP = """
from PIL import ImageDraw
import math, random
chosen = random.Random(1)
w, h = image.size
image = image.copy()
"""
INKS = {"": "draw = ImageDraw.Draw(image); ink = draw._getink('#c06030')[0]", "RGBA": "draw = ImageDraw.Draw(image, 'RGBA'); ink = draw._getink((192, 96, 48, 100))[0]"}
"""By the mode of drawing: how ink is drawn."""

STAR = "[(chosen.randrange(w), chosen.randrange(h)) for _ in range({count})]"
DISC = "[(w / 2 + w / 2.1 * math.cos(n * math.tau / {count}), h / 2 + h / 2.1 * math.sin(n * math.tau / {count})) for n in range({count})]"

SHAPES = {
    "rectangle": ("", "draw.draw.draw_rectangle((10, 10, w - 10, h - 10), ink, 1)"),
    "rectangle, border of 20": ("", "draw.draw.draw_rectangle((10, 10, w - 10, h - 10), ink, 0, 20)"),
    "line": ("", "draw.draw.draw_lines((0, 0, w - 1, h - 1), ink, 1)"),
    "line, width 20": ("", "draw.draw.draw_lines((0, 0, w - 1, h - 1), ink, 20)"),
    "ellipse": ("", "draw.draw.draw_ellipse((10, 10, w - 10, h - 10), ink, 1)"),
    "ellipse, outline": ("", "draw.draw.draw_ellipse((10, 10, w - 10, h - 10), ink, 0, 1)"),
    "ellipse, outline of 20": ("", "draw.draw.draw_ellipse((10, 10, w - 10, h - 10), ink, 0, 20)"),
    "arc, width 20": ("", "draw.draw.draw_arc((10, 10, w - 10, h - 10), 30, 250, ink, 20)"),
    "chord": ("", "draw.draw.draw_chord((10, 10, w - 10, h - 10), 30, 250, ink, 1)"),
    "pie slice": ("", "draw.draw.draw_pieslice((10, 10, w - 10, h - 10), 30, 250, ink, 1)"),
    "pie slice, outline of 5": ("", "draw.draw.draw_pieslice((10, 10, w - 10, h - 10), 30, 250, ink, 0, 5)"),
    "polygon, 4 points": ("path = [(w / 2, 0), (w, h / 2), (w / 2, h), (0, h / 2)]", "draw.draw.draw_polygon(path, ink, 1)"),
    "disc, 10000 points": (f"path = {DISC.format(count=10_000)}", "draw.draw.draw_polygon(path, ink, 1)"),
    "star, 1000 points": (f"path = {STAR.format(count=1000)}", "draw.draw.draw_polygon(path, ink, 1)"),
    "star, 10000 points": (f"path = {STAR.format(count=10_000)}", "draw.draw.draw_polygon(path, ink, 1)"),
    "bitmap": ("bitmap = image.convert('L')", "draw.draw.draw_bitmap((5, 5), bitmap.im, ink)"),
}

SMALL = {
    "point": "draw.draw.draw_points((30, 30), ink)",
    "line, 20 pixels": "draw.draw.draw_lines((30, 30, 49, 37), ink, 1)",
    "line, 20 pixels, width 3": "draw.draw.draw_lines((30, 30, 49, 37), ink, 3)",
    "rectangle, 8 x 8": "draw.draw.draw_rectangle((30, 30, 37, 37), ink, 1)",
    "rectangle, 8 x 8, border": "draw.draw.draw_rectangle((30, 30, 37, 37), ink, 0, 1)",
    "ellipse, 8 x 8": "draw.draw.draw_ellipse((30, 30, 37, 37), ink, 1)",
    "ellipse, 8 x 8, outline": "draw.draw.draw_ellipse((30, 30, 37, 37), ink, 0, 1)",
    "arc, 20 x 20": "draw.draw.draw_arc((30, 30, 49, 49), 30, 200, ink, 1)",
    "pie slice, 20 x 20": "draw.draw.draw_pieslice((30, 30, 49, 49), 30, 200, ink, 1)",
    "triangle, 20 pixels": "draw.draw.draw_polygon((30, 30, 49, 33, 40, 49), ink, 1)",
}

CHARTED = {
    ("star, 1000 points", "RGB", ""): "Polygon of 1000 points",
    ("rectangle", "RGB", "RGBA"): "Blended rectangle",
    ("ellipse", "RGB", ""): "Ellipse",
}


def case(name: str, mode: str, drawing: str, setup: str, call: str) -> Case:
    row = name, mode, drawing
    return Case(row, f"{source(mode)}{SETUP}{INKS[drawing]}\n{setup}", call, chart=CHARTED.get(row, ""))


def combinations() -> Iterator[Case]:
    kinds = ("L", ""), ("RGB", ""), ("RGB", "RGBA")
    for name, (setup, call) in SHAPES.items():
        for mode, drawing in kinds[1:2] if name == "bitmap" else kinds:
            yield case(name, mode, drawing, setup, call)
    for name, call in SMALL.items():
        for mode, drawing in kinds:
            yield case(name, mode, drawing, "", call)


TABLES = (Table.of("Drawing", "shape, mode, ink", combinations()),)
