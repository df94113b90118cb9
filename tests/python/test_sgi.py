"""The SGI decoder beside the reference's: the same states, pixels, exceptions, and calls of the file."""

from __future__ import annotations

import io
import random
import struct
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from abi import SgiState
from incremental import CONFIG, MEMORY, MUTATIONS, OVERRUN, UNKNOWN, Task, decode, mutations
from side_by_side import attempt

MODES = [("L", "L", 1), ("L", "L;16B", 2), ("RGB", "RGB", 1), ("RGB", "RGB;16B", 2), ("RGBA", "RGBA", 1), ("RGBA", "RGBA;16B", 2)]
"""Those of Pillow's plugin: mode, raw mode, bytes of an atom."""
MISFITS = [("L", "L", 2), ("L", "L;16B", 1), ("RGB", "RGB;16B", 1), ("RGB", "BGR", 2), ("LA", "LA", 1), ("P", "P", 1), ("P", "P;4", 1)]
BANDS = {"L": 1, "P": 1, "LA": 2, "RGB": 3, "RGBA": 4}


def packets(row: bytes, bpc: int, source: random.Random) -> tuple[bytes, int]:
    """Encodes a row of one band by random packets. Returns them and their number."""
    file, count, x = b"", 1, 0
    atoms = [row[at : at + bpc] for at in range(0, len(row), bpc)]
    while x < len(atoms):
        length = min(source.choice([1, 2, 5, 127]), len(atoms) - x)
        if source.random() < 0.5:
            file += length.to_bytes(bpc, "big") + atoms[x]
        else:
            file += (0x80 | length).to_bytes(bpc, "big") + b"".join(atoms[x : x + length])
        count, x = count + 1, x + length
    return file + bytes(bpc), count


def sgi(mode: str, size: tuple[int, int], bpc: int, seed: int) -> bytes:
    """Makes a file: rows lie in a random order, and the second half of a row may end early."""
    source = random.Random(seed)
    rows = [packets(source.randbytes(bpc * source.choice([size[0], size[0], size[0] // 2])), bpc, source) for _ in range(BANDS[mode] * size[1])]
    offsets, data = [0] * len(rows), b""
    for index in source.sample(range(len(rows)), len(rows)):
        offsets[index] = 512 + 8 * len(rows) + len(data)
        data += rows[index][0]
    return bytes(512) + struct.pack(f">{2 * len(rows)}I", *offsets, *(count for _, count in rows)) + data + b"\0"


class Recorded(io.BytesIO):
    """A file that remembers its calls."""

    def __init__(self, data: bytes) -> None:
        super().__init__(data)
        self.calls: list[Any] = []

    def read(self, *arguments: int) -> bytes:
        self.calls.append(("read", arguments))
        return super().read(*arguments)

    def seek(self, *arguments: int) -> int:
        self.calls.append(("seek", arguments))
        return super().seek(*arguments)

    def tell(self) -> int:
        self.calls.append(("tell",))
        return super().tell()


def task_of(mode: str, raw_mode: str, size: tuple[int, int], bpc: int, **fields: int) -> Task:
    return Task("SgiRle", mode, size, raw_mode, fields=fields, context=SgiState(bpc=bpc))


def run(library, task: Task, file: Any, limit: int = 1) -> Any:
    """Decodes a file. Returns what can be seen, or the exception, and the calls."""
    task = Task(**{**task.__dict__, "fields": task.fields | {"fd": id(file)}})
    return attempt(lambda: decode(library, task, b"", [1], limit=limit)), getattr(file, "calls", None)


def same(both, task: Task, data: bytes, limit: int = 1) -> Any:
    theirs, ours = (run(library, task, Recorded(data), limit) for library in both)
    assert ours == theirs
    return ours[0]


@given(
    mode=st.sampled_from(MODES + MISFITS),
    size=st.tuples(st.integers(1, 300), st.integers(1, 6)),
    ystep=st.sampled_from([-1, 1, 0]),
    seed=st.integers(0, 1000),
    limit=st.sampled_from([1, 1, 2]),
)
def test_decode(both, mode, size, ystep, seed, limit):
    mode, raw_mode, bpc = mode
    log = same(both, task_of(mode, raw_mode, size, bpc, ystep=ystep), sgi(mode, size, bpc, seed), limit)
    assert log.errcode == 0 and log.calls[0][0] == 0


@pytest.mark.parametrize(("mode", "raw_mode", "bpc"), MODES)
def test_decode_changed_files(both, mode, raw_mode, bpc):
    size = (41, 5)
    task = task_of(mode, raw_mode, size, bpc, ystep=-1)
    found = set()
    for changed in mutations(sgi(mode, size, bpc, 7)[512:], 8, MUTATIONS // len(MODES)):
        found.add(same(both, task, bytes(512) + changed).errcode)
    assert found <= {0, OVERRUN, UNKNOWN}


@given(data=st.binary(max_size=300), tables=st.lists(st.integers(500, 900) | st.integers(0, 2**32 - 1), min_size=12, max_size=12))
def test_decode_any_bytes(both, data, tables):
    for bpc in 1, 2:
        same(both, task_of("RGB", "RGB" if bpc == 1 else "RGB;16B", (9, 2), bpc), bytes(512) + struct.pack(">12I", *tables) + data)


@pytest.mark.parametrize("length", [0, 1, 511, 512, 513, 519, 520, 521])
def test_short_files(both, length):
    same(both, task_of("L", "L", (3, 1), 1), bytes(length))


@dataclass
class Odd:
    """A file whose methods return what they are given, or raise it."""

    returns: dict[str, Any]

    def answer(self, name: str, default: Any) -> Any:
        value = self.returns.get(name, default)
        if isinstance(value, Exception):
            raise value
        return value

    def seek(self, offset: int, whence: int = 0) -> Any:
        return self.answer("seek" if whence else "rewind", 0)

    def tell(self) -> Any:
        return self.answer("tell", 512 + 11)

    def read(self, bytes: int) -> Any:
        return self.answer("read", b"\0\0\2\x08\0\0\0\2\3\7\0")


ODD = [
    {},
    *({name: value} for name in ("seek", "rewind", "tell", "read") for value in (OSError("odd"), None, "text", 5, -1, 2.5, 2**70)),
    *({"tell": value} for value in (-5, 2**63 - 1, 2**62, 522, 524)),
    *({"read": value} for value in (b"", b"\0\0\2\x08\0\0\0\2\3\7", b"\0\0\2\x08\0\0\0\2\3\7\0\0", bytearray(11))),
]


@pytest.mark.parametrize("returns", ODD, ids=str)
def test_odd_files(both, returns):
    task = task_of("L", "L", (3, 1), 1)
    theirs, ours = (run(library, task, Odd(returns)) for library in both)
    assert ours == theirs


@pytest.mark.parametrize("file", [None, 5, object()])
def test_no_files(both, file):
    theirs, ours = (run(library, task_of("L", "L", (3, 1), 1), file) for library in both)
    assert ours == theirs


def test_without_python_no_python_file_is_read(ours_without_python):
    assert run(ours_without_python, task_of("L", "L", (3, 1), 1), Recorded(bytes(600)))[0].errcode == UNKNOWN


def test_rows_beyond_the_image_are_an_error(ours):
    """The reference goes on by any step, below the first row."""
    task = task_of("L", "L", (3, 2), 1, ystep=-5)
    assert run(ours, task, Recorded(sgi("L", (3, 2), 1, 1)))[0].errcode == CONFIG


def test_an_image_that_is_too_large_is_an_error(both):
    """Without pixels: nothing is allocated."""
    for size in (0, 2**30), (2**29, 0):
        logs = [attempt(wide, library, size) for library in both]
        assert logs[0] == logs[1] == MEMORY


def wide(library, size: tuple[int, int]) -> int:
    task = task_of("RGBA", "RGBA", (1, 1), 1)
    state, image = task.state(library, packs=False), task.image(library)
    real = image.contents.xsize, image.contents.ysize
    image.contents.xsize, image.contents.ysize = size
    file = Recorded(bytes(600))
    state.fd = id(file)
    assert library.ImagingSgiRleDecode(image, state, None, 0) == -1
    image.contents.xsize, image.contents.ysize = real
    library.ImagingDelete(image)
    return state.errcode
