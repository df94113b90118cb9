"""An unmodified Pillow with the library interposed: the same images and the same counters as without."""

from __future__ import annotations

import json
import re
from textwrap import dedent

import pytest

import child
import interposition

SETTINGS = {
    "defaults": {},
    "pool": {"PILLOW_BLOCKS_MAX": "8"},
    "alignment": {"PILLOW_ALIGNMENT": "64"},
    "small blocks": {"PILLOW_BLOCK_SIZE": "4096"},
    "all of them": {"PILLOW_BLOCKS_MAX": "20", "PILLOW_ALIGNMENT": "32", "PILLOW_BLOCK_SIZE": "64k"},
}

_WORK = """
    import hashlib, io, json, pickle, sys
    interposition.require(INTERPOSED)
    from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageOps
    core = Image.core
    steps = []

    def step(name, picture=None):
        stats = core.get_stats()
        stats.pop("reallocated_blocks")  # depends on the C allocator
        digest = None
        if picture is not None:
            digest = [picture.mode, picture.size, hashlib.sha256(picture.tobytes()).hexdigest()]
        steps.append([name, stats, digest])

    def fewer_images(name, make):
        # Our operation may make fewer images than the reference's. It begins and ends with an empty pool and counters
        # of zero, so that the next steps are comparable.
        core.clear_cache()
        core.reset_stats()
        picture = make()
        digest = hashlib.sha256(picture.tobytes()).hexdigest()
        steps.append([name, "images made", core.get_stats()["new_count"], digest])
        del picture
        core.clear_cache()
        core.reset_stats()

    def error(name, call):
        try: call()
        except Exception as problem: steps.append([name, type(problem).__name__, str(problem)])
        else: steps.append([name, "no error"])

    core.reset_stats()
    base = Image.effect_mandelbrot((317, 211), (-2, -1.5, 1, 1.5), 80)
    step("mandelbrot", base)
    for mode in "1 L LA P PA I F RGB RGBA RGBX RGBa CMYK YCbCr HSV LAB La I;16".split():
        try: picture = base.convert("RGB").convert(mode)
        except ValueError: picture = Image.new(mode, (40, 30))
        step("convert " + mode, picture)
        step("copy " + mode, picture.copy())
        step("crop " + mode, picture.crop((-5, 3, 120, 90)))
        step("transpose " + mode, picture.transpose(Image.Transpose.ROTATE_90))
        step("pickle " + mode, pickle.loads(pickle.dumps(picture)))
        pixel = picture.getpixel((3, 4))
        picture.putpixel((5, 6), pixel)
        step("putpixel " + mode, picture)
        error("getpixel " + mode, lambda: picture.getpixel((10**6, 0)))
    rgb = base.convert("RGB")
    for size in ((1, 1), (64, 64), (0, 5), (1000, 700)):
        step(f"new {size}", Image.new("RGB", size, (1, 2, 3)))
        step(f"new without a colour {size}"); Image.new("L", size, None)
    for kind in ("PNG", "JPEG", "GIF", "TIFF", "WEBP", "BMP", "PPM"):
        stream = io.BytesIO()
        rgb.save(stream, kind)
        stream.seek(0)
        step("file " + kind, Image.open(stream))
    fewer_images("resize", lambda: rgb.resize((100, 333), Image.Resampling.LANCZOS))
    fewer_images("thumbnail", lambda: ImageOps.fit(rgb, (50, 50)))
    step("rotate", rgb.rotate(33, expand=True))
    fewer_images("blur", lambda: rgb.filter(ImageFilter.GaussianBlur(3)))
    step("median", rgb.filter(ImageFilter.MedianFilter(3)))
    step("quantize", rgb.quantize(20))
    step("palette", rgb.convert("P", palette=Image.Palette.ADAPTIVE))
    step("nearest colours", rgb.quantize(palette=rgb.quantize(16), dither=Image.Dither.FLOYDSTEINBERG))
    step("split and merge", Image.merge("RGB", rgb.split()[::-1]))
    step("difference", ImageChops.difference(rgb, rgb.transpose(Image.Transpose.FLIP_LEFT_RIGHT)))
    drawing = rgb.copy()
    ImageDraw.Draw(drawing).ellipse((20, 30, 200, 150), fill="red", outline="blue", width=5)
    step("draw", drawing)
    step("frombuffer", Image.frombuffer("L", (16, 16), bytes(256), "raw", "L", 0, 1))
    core.set_use_block_allocator(1)
    step("block allocator", rgb.copy())
    core.set_use_block_allocator(0)
    core.clear_cache(2)
    step("clear cache")
    core.set_blocks_max(3)
    step("smaller pool", rgb.crop((1, 2, 64, 64)))
    core.set_alignment(16)
    step("alignment", rgb.crop((1, 2, 63, 65)))
    error("bad size", lambda: core.new("L", (-1, 1)))
    error("bad mode", lambda: core.new("nonsense", (1, 1)))
    error("too wide", lambda: core.new("L", (2**31 - 1, 1)))
    error("mismatch", lambda: Image.blend(rgb, rgb.convert("L"), 0.5))
    error("bad access", lambda: rgb.putpixel((0, 0), "no colour"))
    del picture, drawing, rgb, base
    step("all deleted")
    print(json.dumps(steps))
"""


@pytest.mark.parametrize("settings", SETTINGS.values(), ids=SETTINGS)
def test_same_images_and_counters(settings):
    without, with_us = (
        json.loads(child.run(f"INTERPOSED = {interposed}\n" + dedent(_WORK), interposed=interposed, **settings))
        for interposed in (False, True)
    )
    assert len(with_us) > 150
    for theirs, ours in zip(without, with_us, strict=True):
        if theirs[1] == "images made":
            assert (ours[0], ours[3]) == (theirs[0], theirs[3])
            assert 1 <= ours[2] <= theirs[2]
        else:
            assert ours == theirs


def test_arrow_round_trip_through_pyarrow():
    """Pillow exports an array to pyarrow and imports it again, through the library."""
    output = child.run(
        """
        interposition.require(True)
        import pyarrow
        from PIL import Image
        for mode in ("L", "RGB", "RGBA", "CMYK", "I", "F", "I;16", "LA"):
            picture = Image.effect_noise((40, 30), 50)
            picture = picture.convert(mode) if mode == "I;16" else picture.convert("RGB").convert(mode)
            array = pyarrow.array(picture)
            again = Image.fromarrow(array, mode, picture.size)
            assert again.tobytes() == picture.tobytes(), mode
            assert again.readonly
            del picture, array
            assert len(again.copy().tobytes()) > 0
        print("good")
        """,
        interposed=True,
    )
    assert output == "good\n"


def test_global_loading_interposes_too():
    """Loading the library globally before Pillow interposes it without LD_PRELOAD."""
    output = child.run(
        """
        ctypes.CDLL(str(interposition.library_path()), ctypes.RTLD_GLOBAL)
        interposition.require(True)
        print("good")
        """
    )
    assert output == "good\n"


_CODECS = """
    import io
    from PIL import Image, features
    print([features.version(name) for name in ("jpg", "jpg_2000", "libtiff", "libjpeg_turbo")])
    for kind, options in ("JPEG", {}), ("JPEG2000", {}), ("TIFF", {"compression": "jpeg"}):
        stream = io.BytesIO()
        Image.new("RGB", (70, 50), "teal").save(stream, kind, **options)
        Image.open(stream).load()
"""


def test_pillow_keeps_the_codecs_of_the_libraries_it_contains():
    """Their states embed structs of those libraries. Nothing of a second copy is in the scope of Pillow's libraries."""
    assert child.run(_CODECS, interposed=True) == child.run(_CODECS)
    bindings = child.run(_CODECS, interposed=True, LD_DEBUG="bindings", LD_BIND_NOW="1", keep_stderr=True)
    library = interposition.library_path().name
    to_us = {
        (line.split("binding file ")[1].split(" ")[0], line.rsplit("`", 1)[1].split("'")[0])
        for line in bindings.splitlines()
        if "binding file " in line and f"/{library} [" in line.split(" to ")[1]
    }
    from_pillow = {symbol for file, symbol in to_us if "/PIL/" in file or "/pillow.libs/" in file}
    assert len(from_pillow) > 100
    own = re.compile(r"_?[Ii]maging|export_imaging|findModeID|getModeData|findRawModeID|getRawModeData|isModeI16|rawModesForMode")
    assert not {symbol for symbol in from_pillow if not own.match(symbol)}
