"""Encoding and decoding image files in memory."""

from __future__ import annotations

from collections.abc import Iterator

from .case import Case, Table, source

LEVELS = {"default level": "", "level 1": ", compress_level=1", "level 9": ", compress_level=9"}
PICTURES = "photograph", "noisy photograph", "screenshot", "drawing"


def png() -> Iterator[Case]:
    for picture in PICTURES:
        for mode in "RGB", "RGBA", "L", "P":
            setup = f"import io; {source(mode, picture)}"
            for name, option in LEVELS.items():
                # The highest level takes many seconds.
                if name != "level 9" or mode == "RGB":
                    save = f"image.save(io.BytesIO(), 'PNG'{option})"
                    yield Case((f"PNG, encode, {name}", f"{mode}, {picture}"), setup, save, arithmetic=True)
            decoding = f"{setup}; file = io.BytesIO(); image.save(file, 'PNG', compress_type=3)"
            yield Case(("PNG, decode", f"{mode}, {picture}"), decoding, "file.seek(0); Image.open(file).load()")
    for side in 16, 64:
        setup = f"import io; {source('RGB', size=(side, side))}"
        yield Case((f"PNG, encode, {side} × {side}", "RGB"), setup, "image.save(io.BytesIO(), 'PNG')")
        decoding = f"{setup}; file = io.BytesIO(); image.save(file, 'PNG', compress_type=3)"
        yield Case((f"PNG, decode, {side} × {side}", "RGB"), decoding, "file.seek(0); Image.open(file).load()")


TABLES = (Table.of("Files", "call, mode", png()),)
