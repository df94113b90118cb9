"""The overhead of calls, on images of 64×64. Calls the core's functions: Pillow's Python code takes longer."""

from __future__ import annotations

from collections.abc import Iterator

from .case import Case, Table
from .colours import TO_COLOURS

SIZE = (64, 64)
MODES = "L", "RGB", "RGBA", "I", "F", "I;16"

TO_SHARPEN = "(3, 3), 16, 0, (-2, -2, -2, -2, 32, -2, -2, -2, -2)"
TO_SMOOTH = "(5, 5), 100, 0, (1, 1, 1, 1, 1, 1, 5, 5, 5, 1, 1, 5, 44, 5, 1, 1, 5, 5, 5, 1, 1, 1, 1, 1, 1)"
AFFINE = "(0, 0, 64, 64), image, 0, (0.9, 0.2, 3.2, -0.1, 0.8, 7.7)"

CALLS = {
    "copy": "image.copy()",
    "crop": "image.crop((5, 7, 55, 60))",
    "resize to 32×32, bicubic": "image.resize((32, 32), 3, (0, 0, 64, 64))",
    "resize to 96×96, Lanczos": "image.resize((96, 96), 1, (0, 0, 64, 64))",
    "resize to 32×32, nearest": "image.resize((32, 32), 0, (0, 0, 64, 64))",
    "reduce by 2": "image.reduce((2, 2), (0, 0, 64, 64))",
    "FLIP_LEFT_RIGHT": "image.transpose(0)",
    "FLIP_TOP_BOTTOM": "image.transpose(1)",
    "ROTATE_90": "image.transpose(2)",
    "ROTATE_180": "image.transpose(3)",
    "TRANSPOSE": "image.transpose(5)",
    "affine, nearest": f"output.transform({AFFINE}, 0, 1)",
    "affine, bicubic": f"output.transform({AFFINE}, 3, 1)",
    "3×3": f"image.filter({TO_SHARPEN})",
    "5×5": f"image.filter({TO_SMOOTH})",
    "expand": "image.expand(2)",
    "box blur": "image.box_blur((3, 3), 1)",
    "Gaussian blur": "image.gaussian_blur((2, 2), 3)",
    "unsharp mask": "image.unsharp_mask(2, 150, 3)",
}
"""Calls that are measured in every mode that the wheel supports."""

NOT_IN = {
    "reduce by 2": ("I;16",),
    "3×3": ("F",),
    "5×5": ("F",),
    "expand": ("I;16",),
    "box blur": ("I", "F", "I;16"),
    "Gaussian blur": ("I", "F", "I;16"),
    "unsharp mask": ("I", "F", "I;16"),
}
"""Modes that the wheel does not support in a call."""

CONVERSIONS = "L RGB, L 1, L F, RGB L, RGB RGBA, RGB YCbCr, RGB HSV, RGB P, RGBA RGB, RGBA RGBa, RGBa RGBA, I F, F L"


def calls() -> Iterator[Case]:
    for name, call in CALLS.items():
        for mode in MODES:
            if mode not in NOT_IN.get(name, ()):
                setup = f"image = photo({mode!r}, {SIZE}).im"
                if call.startswith("output"):
                    setup += f"; output = Image.core.new({mode!r}, {SIZE})"
                yield Case((name, mode), setup, call)


def conversions() -> Iterator[Case]:
    for pair in CONVERSIONS.split(", "):
        mode, other = pair.split()
        yield Case((f"convert to {other}", mode), f"image = photo({mode!r}, {SIZE}).im", f"image.convert({other!r}, 3)")
    colour = f"image = photo('RGB', {SIZE}).im"
    yield Case(("matrix", "RGB"), colour, f"image.convert_matrix('RGB', {TO_COLOURS})")
    # The core's function has other arguments in Pillow-SIMD.
    setup = f"image = photo('RGB', {SIZE}); table = ImageFilter.Color3DLUT.generate(16, lambda r, g, b: (g, b, r))"
    yield Case(("3D table", "RGB"), setup, "image.filter(table)")


def bands() -> Iterator[Case]:
    for mode in "RGB", "RGBA":
        image = f"image = photo({mode!r}, {SIZE}).copy().im"
        band = f"; band = photo('L', {SIZE}).im"
        yield Case(("split", mode), image, "image.split()")
        yield Case(("merge", mode), f"{image}; bands = image.split()", f"Image.core.merge({mode!r}, *bands)")
        yield Case(("getband", mode), image, "image.getband(1)")
        yield Case(("putband", mode), image + band, "image.putband(band, 1)")
        yield Case(("fillband", mode), image, "image.fillband(1, 77)")
    setup = f"over, under = photo('RGBA', {SIZE}).im, noise('RGBA', {SIZE}).im"
    yield Case(("alpha composite", "RGBA"), setup, "Image.core.alpha_composite(under, over)")


def pixels() -> Iterator[Case]:
    for mode in "L", "RGB", "RGBA":
        setup = f"image, other = photo({mode!r}, {SIZE}).copy().im, noise({mode!r}, {SIZE}).im"
        mask = f"{setup}; mask = photo('RGBA', {SIZE}).getchannel('A').im"
        box = (0, 0, *SIZE)
        yield Case(("blend", mode), setup, "Image.core.blend(image, other, 0.3)")
        yield Case(("multiply", mode), setup, "image.chop_multiply(other)")
        yield Case(("add", mode), setup, "image.chop_add(other, 2, 10)")
        yield Case(("difference", mode), setup, "image.chop_difference(other)")
        yield Case(("soft light", mode), setup, "image.chop_soft_light(other)")
        yield Case(("overlay", mode), setup, "image.chop_overlay(other)")
        yield Case(("negative", mode), setup, "image.chop_invert()")
        yield Case(("offset", mode), setup, "image.offset(5, 7)")
        yield Case(("paste", mode), setup, f"image.paste(other, {box})")
        yield Case(("paste, mask L", mode), mask, f"image.paste(other, {box}, mask)")
        yield Case(("fill, mask L", mode), mask, f"image.paste(77, {box}, mask)")
        yield Case(("histogram, mask L", mode), mask, "image.histogram((0, 0), mask)")
        yield Case(("spread", mode), setup, "image.effect_spread(5)")
        yield Case(("point", mode), f"{setup}; table = [*range(256)] * image.bands", "image.point(table, None)")
        yield Case(("histogram", mode), setup, "image.histogram()")
        yield Case(("getbbox", mode), setup, "image.getbbox()")
        yield Case(("getprojection", mode), setup, "image.getprojection()")
    grey = f"image = photo('L', {SIZE}).im"
    for mode in "L", "I", "F", "I;16":
        yield Case(("getextrema", mode), f"image = photo({mode!r}, {SIZE}).im", "image.getextrema()")
    for mode in "I", "F":
        wide = f"image = photo({mode!r}, {SIZE}).im"
        yield Case(("point, linear", mode), wide, "image.point_transform(0.7, 12)")
        yield Case(("rank filter", mode), wide, "image.rankfilter(3, 4)")
    yield Case(("rank filter", "L"), grey, "image.rankfilter(3, 4)")
    yield Case(("mode filter", "L"), grey, "image.modefilter(3)")
    for mode in "RGB", "RGBA":
        yield Case(("getcolors", mode), f"image = photo({mode!r}, {SIZE}).im", "image.getcolors(4096)")
    yield Case(("noise", "L"), "", f"Image.core.effect_noise({SIZE}, 20)")


TABLES = (Table.of("Calls, on 64×64", "call, mode", (*calls(), *conversions(), *bands(), *pixels())),)
