"""The Microsoft Paint decoder beside Pillow's plugin, which is written in Python: the same pixels."""

from __future__ import annotations

import io
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, MspImagePlugin

from incremental import CONFIG, MUTATIONS, OVERRUN, PIECES, Task, decode, mutations


@st.composite
def images(draw) -> tuple[tuple[int, int], list[bytes]]:
    """Draws a size and the packets of each row, some of which have none."""
    size = draw(st.tuples(st.integers(1, 300), st.integers(1, 6)))
    rows = []
    for _ in range(size[1]):
        row, left = b"", (size[0] + 7) // 8
        while left and (row or draw(st.integers(0, 4))):
            count = draw(st.integers(1, min(left, 255)))
            if draw(st.booleans()):
                row += bytes([0, count, draw(st.integers(0, 255))])
            else:
                row += bytes([count]) + draw(st.binary(min_size=count, max_size=count))
            left -= count
        rows.append(row)
    return size, rows


def by_plugin(size: tuple[int, int], rows: list[bytes]) -> bytes:
    """Decodes a file of these rows with Pillow's plugin."""
    header = bytearray(struct.pack("<4s4H20x", b"LinS", *size, 1, 1))
    words = struct.unpack("<16H", header)
    for word in words:
        header[30] ^= word & 255
        header[31] ^= word >> 8
    with Image.open(io.BytesIO(bytes(header) + struct.pack(f"<{size[1]}H", *map(len, rows)) + b"".join(rows))) as image:
        assert isinstance(image, MspImagePlugin.MspImageFile)
        return image.tobytes("raw", "L") if image.mode == "L" else image.convert("L").tobytes()


@given(image=images(), pieces=PIECES)
def test_decode(ours, image, pieces):
    size, rows = image
    expected = by_plugin(size, rows)
    for y, row in enumerate(rows):
        if row:
            log = decode(ours, Task("Msp", "1", (size[0], 1), "1"), row, pieces)
            assert (log.ended, log.errcode) == (True, 0)
            assert log.result == expected[y * size[0] :][: size[0]]
        else:
            assert expected[y * size[0] :][: size[0]] == b"\xff" * size[0]
    if all(rows):
        assert decode(ours, Task("Msp", "1", size, "1"), b"".join(rows), pieces).result == expected


@given(file=st.binary(max_size=600), size=st.tuples(st.integers(1, 3000), st.integers(1, 6)), pieces=PIECES)
def test_any_bytes_in_any_pieces(ours, file, size, pieces):
    """There is no reference for invalid data: results do not depend on the pieces."""
    task = Task("Msp", "1", size, "1")
    in_pieces, at_once = decode(ours, task, file, pieces), decode(ours, task, file, [1000])
    assert (in_pieces.result, in_pieces.errcode) == (at_once.result, at_once.errcode)
    assert at_once.errcode in (0, OVERRUN)


def test_changed_files(ours):
    file = bytes([0, 10, 255, 3, 1, 2, 3, 0, 0, 9, 5, 1, 2, 3, 4, 5, 0, 18, 7] * 3)
    task = Task("Msp", "1", (141, 6), "1")
    for index, changed in enumerate(mutations(file, 6, MUTATIONS)):
        in_pieces, at_once = (decode(ours, task, changed, [length], each=False) for length in (1 + index % 40, 1000))
        assert (in_pieces.result, in_pieces.errcode) == (at_once.result, at_once.errcode), changed.hex()


@pytest.mark.parametrize("file", [b"\x00\x03\x07", b"\x03\x01\x02\x03"])
def test_a_packet_beyond_its_row_is_an_error(ours, file):
    assert decode(ours, Task("Msp", "1", (16, 3), "1"), file, [9]).errcode == OVERRUN


@pytest.mark.parametrize("fields", [{"x": -1}, {"x": 1000}, {"y": 9}, {"y": -1}, {"bytes": 1}, {"xsize": 99}])
def test_an_invalid_state_is_an_error(ours, fields):
    task = Task("Msp", "1", (16, 3), "1", fields=fields)
    if "xsize" in fields:
        task = Task("Msp", "1", (99, 3), "1", offset=(-94, 0))
    assert decode(ours, task, bytes([0, 1, 7] * 200), [1000]).errcode == CONFIG
