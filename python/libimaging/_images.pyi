import os
from collections.abc import Buffer, Iterator
from typing import Literal

from PIL.Image import Image

_Size = tuple[int, int]
_Box = tuple[int, int, int, int]
_Path = str | bytes | os.PathLike[str] | os.PathLike[bytes]

def from_buffer(
    obj: Buffer,
    mode: str,
    size: _Size | None = None,
    stride: int | None = None,
    readonly: bool | None = None,
    rawmode: str | None = None,
) -> Image: ...
def image_of(capsule: object) -> Image: ...
def map(
    path: _Path,
    mode: str,
    size: _Size,
    offset: int = 0,
    stride: int | None = None,
    ystep: int = 1,
    access: Literal["r", "c", "r+"] = "r",
) -> Image: ...
def flush(image: Image) -> None: ...
def release(image: Image) -> None: ...
def read_tile(
    path: _Path,
    mode: str,
    size: _Size,
    offset: int = 0,
    stride: int | None = None,
    ystep: int = 1,
    rawmode: str | None = None,
) -> Image: ...
def window(image: Image, box: _Box) -> Image: ...
def tiles(image: Image, size: _Size) -> Iterator[tuple[_Box, Image]]: ...
