"""Published faults of the reference's codecs: the smallest input of each is refused here. `docs/security.md` lists them.

Only ours is called.
"""

from __future__ import annotations

import struct
from functools import partial

from incremental import CONFIG, OVERRUN, Task, decode, encode, release
from test_sgi import Recorded, run, task_of


def sgi_errcode(ours, offset: int, packets: bytes, count: int = 9, tables: int | None = None) -> int:
    """Decodes an image of 3 by 1 pixels, whose one row is at an offset behind the tables."""
    file = bytes(512) + struct.pack(">2I", 520 + offset, count)[:tables] + packets
    return run(ours, task_of("L", "L", (3, 1), 1), Recorded(file))[0].errcode


def test_msp(ours):
    """CVE-2026-112892: a packet that exceeds its row is an error, and no row is larger than the image."""
    assert decode(ours, Task("Msp", "1", (8, 1), "1"), b"\0\xff\x07" * 1000, [9]).errcode == OVERRUN


TILE = Task("Packbits", "L", (5, 3), "L")


def test_packbits_tiles(ours):
    """CVE-2026-25990, CVE-2026-42311: tiles outside of the image."""
    for offset in (-1, 0), (0, -1), (1, 0), (0, 1), (2**31 - 1, 0), (0, 2**31 - 1), (-(2**31), 0):
        state, image = (make(ours) for make in (partial(TILE.state, packs=False), TILE.image))
        state.xoff, state.yoff = offset
        file = b"\xfc\x07" * 3
        assert ours.ImagingPackbitsDecode(image, state, file, len(file)) == -1
        assert state.errcode == CONFIG
        ours.ImagingDelete(image)
        release(state)


def test_pcx_lines(ours):
    """CVE-2020-5312, CVE-2020-35653: lines shorter than the pixels."""
    for mode, raw_mode, bytes in ("P", "P", 4), ("P", "P;4L", 2), ("RGB", "RGB;L", 14), ("1", "1", 0):
        task = Task("Pcx", mode, (5, 3), raw_mode, fields={"bytes": bytes} | ({} if bytes else {"bits": 0}))
        assert decode(ours, task, b"\x01" * 99, [99]).errcode in (OVERRUN, CONFIG)


def test_pcx_unpackers(ours):
    """CVE-2020-10378: an unpacker that reads more than the bits say."""
    task = Task("Pcx", "RGB", (5, 3), "RGB;L", fields={"bits": 8, "bytes": 5})
    assert decode(ours, task, b"\x01" * 99, [99]).errcode == CONFIG


def test_sgi_rows(ours):
    """CVE-2020-5311: rows longer than the image."""
    for packets in b"\x04\x07\0", b"\x84\1\2\3\4\0", b"\x02\7\x02\7\0":
        assert sgi_errcode(ours, 0, packets + b"\0") == OVERRUN


def test_sgi_offsets(ours):
    """CVE-2020-11538, CVE-2021-25293: rows beyond the file, and packets that cross its end."""
    for offset, packets in (100, b"\x03\x07\0\0"), (4, b"\x03\x07\0\0"), (0, b"\x83\x07"), (0, b"\x03"), (-9, b"\x03\x07\0\0"):
        assert sgi_errcode(ours, offset, packets) == OVERRUN


def test_sgi_tables(ours):
    """CVE-2020-35655: tables that exceed the file."""
    for tables in range(8):
        assert sgi_errcode(ours, 0, b"", tables=tables) == OVERRUN


def test_tga_literals(ours):
    """CVE-2022-30595: literals that span rows, of which the input lacks a byte."""
    task = Task("TgaRle", "L", (3, 3), "L", fields={"count": 1})
    log = decode(ours, task, b"\x07" + b"\x01" * 7, [99])
    assert [result for result, *_ in log.calls] == [0, 0]


def test_tga_of_mode_1(ours):
    """CVE-2026-59198: packed bits are fewer bytes than the pixels that are compared."""
    assert encode(ours, Task("TgaRle", "1", (50, 3), "1"), [99]).errcode == CONFIG
