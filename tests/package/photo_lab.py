"""Uses most of Pillow, its other extension modules included, and prints its version and a digest of all pixels.

`photo_lab.py CHILDREN` also does so in that number of child processes. A preloaded libImaging.so must not be used: its
arena must not change.
"""

from __future__ import annotations

import ctypes
import hashlib
import io
import subprocess
import sys

process = ctypes.CDLL(None)
arena = (ctypes.c_ubyte * 64).in_dll(process, "ImagingDefaultArena") if hasattr(process, "ImagingVersion") else b""
untouched = bytes(arena)

import PIL
from PIL import Image, ImageChops, ImageCms, ImageDraw, ImageFilter, ImageFont, ImageMath, ImageMorph


def main() -> None:
    pixels = []
    image = Image.radial_gradient("L").resize((300, 200), Image.Resampling.LANCZOS)
    edges = ImageMorph.MorphOp(op_name="edge").apply(image.convert("1").convert("L"))[1]
    image = Image.merge("RGB", [image, image.rotate(180), ImageChops.invert(image)])
    image.paste((9, 8, 7), (0, 0), edges)
    ImageDraw.Draw(image).ellipse((20, 30, 90, 120), fill=(1, 2, 3))
    ImageDraw.Draw(image).text((5, 5), "text", font=ImageFont.load_default())
    image = image.filter(ImageFilter.GaussianBlur(3))
    pixels += [image.convert(mode) for mode in "1 L LA P RGBA CMYK YCbCr HSV I F".split()]
    for kind in "PNG", "JPEG", "WEBP", "PPM", "GIF", "TIFF":
        file = io.BytesIO()
        image.save(file, kind)
        pixels.append(Image.open(file))
    profiles = ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB")
    pixels.append(ImageCms.profileToProfile(image, *profiles, outputMode="LAB"))
    evaluate = getattr(ImageMath, "unsafe_eval", None) or ImageMath.eval
    pixels.append(evaluate("a * 2", a=image.getchannel(0).convert("I")))
    small = image.copy()
    small.thumbnail((50, 50))
    pixels += [small, small.quantize(5), small.transpose(Image.Transpose.ROTATE_90)]
    digest = hashlib.sha256(b"".join(picture.tobytes() for picture in pixels)).hexdigest()
    print(PIL.__version__, digest, "untouched" if bytes(arena) == untouched else "used", flush=True)

    for _ in range(int(sys.argv[1])):
        subprocess.run([sys.executable, __file__, "0"], check=True)


main()
