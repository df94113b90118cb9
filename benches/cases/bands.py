"""Splitting and merging bands, and alpha compositing."""

from __future__ import annotations

from collections.abc import Iterator

from .case import Case, Table, source

BANDS = {"LA": 2, "RGB": 3, "RGBA": 4, "CMYK": 4, "YCbCr": 3}


def bands() -> Iterator[Case]:
    for mode, count in BANDS.items():
        own = mode in ("LA", "RGB", "RGBA")
        image = source(mode)
        yield Case(("split", mode), image, "image.split()", own=own, chart="Split" if mode == "RGB" else "")
        yield Case(
            ("merge", mode),
            f"{image}; bands = image.split()",
            f"Image.merge({mode!r}, bands)",
            own=own,
            chart="Merge" if mode == "RGB" else "",
        )
        for band in range(count):
            yield Case((f"getchannel, {band}", mode), image, f"image.getchannel({band})", own=own)
        setup = f"{source(mode)}.copy(); core = image.im; band = photo('L').im"
        yield Case(("putband, 1", mode), setup, "core.putband(band, 1)")
        yield Case(("fillband, 1", mode), setup, "core.fillband(1, 77)")
    yield Case(("putalpha, a band", "RGBA"), f"{source('RGBA')}.copy(); band = photo('L')", "image.putalpha(band)")
    yield Case(("putalpha, a number", "RGBA"), f"{source('RGBA')}.copy()", "image.putalpha(77)")


def compositions() -> Iterator[Case]:
    pictures = {
        "a photograph over noise": ("photo", "noise"),
        "noise over a photograph": ("noise", "photo"),
        "a photograph over itself": ("photo", "photo"),
    }
    for mode in "RGBA", "LA":
        for name, (over, under) in pictures.items():
            yield Case(
                (f"alpha_composite, {name}", mode),
                f"over, under = {over}({mode!r}), {under}({mode!r})",
                "Image.alpha_composite(under, over)",
                own=mode == "RGBA",
                chart="Alpha composite" if (mode, over, under) == ("RGBA", "photo", "noise") else "",
            )


TABLES = (Table.of("Bands and compositing", "call, mode", (*bands(), *compositions())),)
