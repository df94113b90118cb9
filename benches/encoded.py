"""Encoded pictures, for the cases of codecs: also in formats that Pillow only reads."""

from __future__ import annotations

import io
import re
import struct
from collections.abc import Callable, Iterator

from PIL import Image

import pictures

BANDS = {"L": 1, "RGB": 3}

RUN = re.compile(rb"(.)\1{2,126}", re.DOTALL)
"""A run that is worth it, and that every format can have."""

SUN_ESCAPES = re.compile(rb"(.)\1{2,126}|\x80", re.DOTALL)


def packets(row: bytes, longest: int) -> Iterator[tuple[bool, bytes]]:
    """Splits a row into runs and literals."""
    start = 0
    for run in [*RUN.finditer(row), None]:
        end = run.start() if run else len(row)
        for at in range(start, end, longest):
            yield False, row[at : min(at + longest, end)]
        if run:
            yield True, run[0]
            start = run.end()


def packbits(row: bytes) -> bytes:
    return b"".join(bytes([257 - len(data), data[0]]) if is_run else bytes([len(data) - 1]) + data for is_run, data in packets(row, 128))


def sun(row: bytes) -> bytes:
    return SUN_ESCAPES.sub(lambda run: bytes([0x80, len(run[0]) - 1, run[0][0]]) if len(run[0]) > 1 else b"\x80\0", row)


def sgi(image: Image.Image) -> bytes:
    """Makes a file."""
    rows, counts = [], []
    for band in image.split():
        data = band.tobytes()
        for y in reversed(range(image.height)):
            row = [*packets(data[y * image.width : (y + 1) * image.width], 127)]
            rows.append(b"".join(bytes([len(data), data[0]]) if is_run else bytes([0x80 | len(data)]) + data for is_run, data in row) + b"\0")
            counts.append(len(row) + 1)
    offsets, end = [], 512 + 8 * len(rows)
    for row in rows:
        offsets.append(end)
        end += len(row)
    return bytes(512) + struct.pack(f">{2 * len(rows)}I", *offsets, *counts) + b"".join(rows) + b"\0"


def rows(image: Image.Image) -> Iterator[bytes]:
    data = image.tobytes()
    size = len(data) // image.height
    return (data[y * size : (y + 1) * size] for y in range(image.height))


def saved(image: Image.Image, format: str, header: int, **options: str) -> bytes:
    """Returns what Pillow saves, without its header."""
    file = io.BytesIO()
    image.save(file, format, **options)
    return file.getvalue()[header:]


def decoding(format: str, name: str, mode: str) -> Callable[[], None]:
    """Returns a function that decodes a picture."""
    image = pictures.picture(name, mode)
    width, height = image.size
    if format == "SGI":
        file = io.BytesIO(sgi(image))
        data, make = b"", lambda: Image.core.sgi_rle_decoder(mode, mode, -1, 1)
    else:
        data, make = {
            "PCX": lambda: (saved(image, "PCX", 128), lambda: Image.core.pcx_decoder(mode, "RGB;L" if mode == "RGB" else mode, BANDS[mode] * width)),
            "PackBits": lambda: (b"".join(map(packbits, rows(image))), lambda: Image.core.packbits_decoder(mode, mode)),
            "Sun": lambda: (b"".join(map(sun, rows(image))), lambda: Image.core.sun_rle_decoder(mode, mode)),
            "TGA": lambda: (saved(image, "TGA", 18, compression="tga_rle"), lambda: Image.core.tga_rle_decoder(mode, "BGR" if mode == "RGB" else mode, -1, 8 * BANDS[mode])),
        }[format]()
        file = None
    out = Image.new(mode, image.size)

    def decode() -> None:
        decoder = make()
        decoder.setimage(out.im, (0, 0, width, height))
        if file:
            decoder.setfd(file)
        _, errcode = decoder.decode(data)
        assert errcode == 0

    decode()
    assert out.tobytes() == image.tobytes()
    return decode


def encoding(format: str, name: str, mode: str) -> Callable[[], None]:
    """Returns a function that encodes a picture."""
    image = pictures.picture(name, mode)
    arguments = {"PCX": ("pcx", "RGB;L" if mode == "RGB" else mode), "TGA": ("tga_rle", "BGR" if mode == "RGB" else mode)}[format]

    def encode() -> None:
        encoder = getattr(Image.core, f"{arguments[0]}_encoder")(mode, arguments[1], 8 * BANDS[mode] if format == "PCX" else 1)
        encoder.setimage(image.im, (0, 0, *image.size))
        errcode = 0
        while errcode == 0:
            _, errcode, _ = encoder.encode(65536)

    return encode
