"""Pixels on their own, those of two images, regions, and what can be said about all of them."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

from .case import Case, Table, source

PICTURES = "photograph", "noise"

CHOPS = {
    "lighter": "lighter(image, other)",
    "darker": "darker(image, other)",
    "difference": "difference(image, other)",
    "multiply": "multiply(image, other)",
    "screen": "screen(image, other)",
    "add": "add(image, other)",
    "add, scale 2": "add(image, other, 2, 10)",
    "subtract": "subtract(image, other)",
    "subtract, scale 1.5": "subtract(image, other, 1.5, 128)",
    "add_modulo": "add_modulo(image, other)",
    "subtract_modulo": "subtract_modulo(image, other)",
    "soft_light": "soft_light(image, other)",
    "hard_light": "hard_light(image, other)",
    "overlay": "overlay(image, other)",
}
LOGICAL = "logical_and", "logical_or", "logical_xor"

MASKS = {
    "1": "photo('L').convert('1')",
    "1, opaque": "Image.new('1', image.size, 255)",
    "L": "photo('RGBA').getchannel('A')",
    "L, noise": "noise('L')",
    "RGBA": "photo('RGBA')",
    "RGBa": "photo('RGBa')",
}
"""Masks in pasting and filling. The alpha of the photograph is empty, opaque, and between."""

CHARTED = {
    ("multiply", "RGB", "photograph"): "Multiply two images",
    ("blend, 0.3", "RGB", "photograph"): "Blend",
    ("paste, mask L", "RGB", "photograph"): "Paste through a mask",
    ("MedianFilter, 3", "L", "photograph"): "Median of 3×3",
    ("histogram", "RGB", "photograph"): "Histogram",
}


def case(name: str, mode: str, picture: str, setup: str, call: str) -> Case:
    row = name, mode, picture
    return Case(row, f"{source(mode, picture)}{setup}", call, chart=CHARTED.get(row, ""))


def combinations() -> Iterator[Case]:
    chops = "; from PIL import ImageChops; other = image.transpose(Image.Transpose.ROTATE_180)"
    for (name, call), mode, picture in product(CHOPS.items(), ("RGB", "L", "RGBA"), PICTURES):
        yield case(name, mode, picture, chops, f"ImageChops.{call}")
    for name, picture in product(LOGICAL, PICTURES):
        yield case(name, "1", picture, chops, f"ImageChops.{name}(image, other)")
    other = "; other = image.transpose(Image.Transpose.ROTATE_180)"
    for mode, alpha, picture in product(("RGB", "L", "RGBA"), (0.3, 1.7), PICTURES):
        yield case(f"blend, {alpha}", mode, picture, other, f"Image.blend(image, other, {alpha})")
    for picture, mode in product(PICTURES, ("RGB", "L", "RGBA")):
        setup = f"{other}; mask = photo('RGBA').getchannel('A')"
        yield case("composite, mask L", mode, picture, setup, "Image.composite(image, other, mask)")


def regions() -> Iterator[Case]:
    for mode in "RGB", "L", "RGBA", "I;16":
        out = "; out = image.copy()"
        yield case("paste", mode, "photograph", f"{out}; other = noise({mode!r})", "out.paste(other)")
        yield case("fill", mode, "photograph", out, "out.paste(77, (31, 17, 2500, 1590))")
    for mode, (name, mask) in product(("RGB", "L", "RGBA"), MASKS.items()):
        setup = f"; out = image.copy(); other = noise({mode!r}); mask = {mask}"
        yield case(f"paste, mask {name}", mode, "photograph", setup, "out.paste(other, (0, 0), mask)")
        yield case(f"fill, mask {name}", mode, "photograph", setup, "out.paste(77, (0, 0), mask)")


def single_pixels() -> Iterator[Case]:
    for mode, picture in (*product(("L", "RGB", "RGBA"), PICTURES), ("LA", "photograph")):
        table = "; table = [255 - value * value // 255 for value in range(256)] * len(image.getbands())"
        yield case("point", mode, picture, table, "image.point(table)")
    threshold = "; table = [255 * (n > 99) for n in range(256)]"
    yield case("point, to 1", "L", "photograph", threshold, "image.point(table, '1')")
    for picture in PICTURES:
        yield case("point, to L", "I", picture, "; table = [n >> 8 for n in range(65536)]", "image.point(table, 'L')")
        yield case("point, to F", "L", picture, "; table = [n / 3 for n in range(256)]", "image.point(table, 'F')")
    for mode, picture in product(("I", "I;16", "F"), PICTURES):
        yield case("point, linear", mode, picture, "; core = image.im", "core.point_transform(0.7, 12)")
    for mode, picture in product(("L", "RGB", "RGBA"), PICTURES):
        chops = "; from PIL import ImageChops"
        yield case("ImageChops.invert", mode, picture, chops, "ImageChops.invert(image)")
        yield case("ImageChops.offset", mode, picture, chops, "ImageChops.offset(image, 77, 99)")
        yield case("effect_spread, 10", mode, picture, "", "image.effect_spread(10)")
    for mode in "L", "RGB":
        yield case("ImageOps.invert", mode, "photograph", "; from PIL import ImageOps", "ImageOps.invert(image)")
    yield Case(("effect_noise", "L", ""), "", "Image.effect_noise((2560, 1600), 20)")
    yield Case(("effect_mandelbrot", "L", ""), "", "Image.effect_mandelbrot((2560, 1600), (-3, -2.5, 2, 2.5), 100)")
    for name, mode in product(("linear", "radial"), ("L", "F")):
        yield Case((f"{name}_gradient", mode, ""), "", f"Image.{name}_gradient({mode!r})")


def ranks() -> Iterator[Case]:
    def filtered(name: str, mode: str, picture: str, made: str) -> Case:
        return case(name, mode, picture, f"; kind = ImageFilter.{made}", "image.filter(kind)")

    for name, size, picture in product(("MinFilter", "MedianFilter", "MaxFilter"), (3, 5), PICTURES):
        yield filtered(f"{name}, {size}", "L", picture, f"{name}({size})")
    for size, mode in product((3, 5), ("RGB", "I", "F")):
        yield filtered(f"MedianFilter, {size}", mode, "photograph", f"MedianFilter({size})")
    for size in 7, 9:
        yield filtered(f"MedianFilter, {size}", "L", "photograph", f"MedianFilter({size})")
        yield filtered(f"MaxFilter, {size}", "L", "photograph", f"MaxFilter({size})")
    for size in 3, 5, 11:
        yield filtered(f"RankFilter, {size}", "L", "photograph", f"RankFilter({size}, {size * size // 4})")
    for mode in "I", "F":
        # The wheel takes seconds for a whole one.
        small = f"; image = photo({mode!r}, (640, 400)); kind = ImageFilter.RankFilter(11, 60)"
        yield case("RankFilter, 11, of 640×400", mode, "photograph", small, "image.filter(kind)")
    for size, picture in product((3, 5, 7), PICTURES):
        yield filtered(f"ModeFilter, {size}", "L", picture, f"ModeFilter({size})")


def statistics() -> Iterator[Case]:
    for mode, picture in product(("L", "RGB", "RGBA"), PICTURES):
        yield case("histogram", mode, picture, "", "image.histogram()")
        for name in "1", "L":
            mask = f"; mask = {MASKS[name]}"
            yield case(f"histogram, mask {name}", mode, picture, mask, "image.histogram(mask)")
    for mode, picture in product(("I", "F"), PICTURES):
        yield case("histogram", mode, picture, "", "image.histogram()")
    for mode, picture in product(("L", "RGB", "I", "F", "I;16"), PICTURES):
        yield case("getextrema", mode, picture, "", "image.getextrema()")
    for mode in "L", "RGB", "RGBA", "I;16":
        yield case("getbbox", mode, "photograph", "", "image.getbbox()")
        border = f"; out = Image.new({mode!r}, image.size); out.paste(image.crop((0, 0, 640, 400)), (900, 600))"
        yield case("getbbox, a part", mode, "photograph", border, "out.getbbox()")
        empty = f"; out = Image.new({mode!r}, image.size)"
        yield case("getbbox, empty", mode, "photograph", empty, "out.getbbox()")
        yield case("getprojection", mode, "photograph", "", "image.getprojection()")
    few = "; image = image.quantize(64).convert('RGB')"
    yield case("getcolors, of 64", "RGB", "photograph", few, "image.getcolors(256)")
    for mode, picture in product(("RGB", "RGBA"), PICTURES):
        yield case("getcolors, all", mode, picture, "", "image.im.getcolors(1 << 22)")
    yield case("getcolors, too many", "RGB", "photograph", "", "image.getcolors(65536)")
    yield case("getcolors, too many", "RGB", "noise", "", "image.getcolors(65536)")


TABLES = (
    Table.of("Two images", "call, mode, picture", combinations()),
    Table.of("Pasting and filling", "call, mode, picture", regions()),
    Table.of("Single pixels and effects", "call, mode, picture", single_pixels()),
    Table.of("Rank and mode filters", "filter, mode, picture", ranks()),
    Table.of("Statistics", "call, mode, picture", statistics()),
)
