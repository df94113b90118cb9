"""Measures the codecs of JPEG 2000 beside a Pillow with the same OpenJPEG: `target/stock`, built from source.

    target/venv/bin/python benches/jpeg2000.py

A preloaded library leaves Pillow's wheel its own codecs of JPEG 2000, so `run.py` cannot measure them. Both libraries run
alternately in one process, on a photograph of 2560 by 1600 pixels. A ratio is the other's median divided by ours.
"""

from __future__ import annotations

import ctypes
import io
import sys
from pathlib import Path
from statistics import median
from time import thread_time

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests" / "python"))

import interposition
import pictures
from abi import MODE_ID, ImagingCodecStateInstance, Jpeg2KDecodeState, Jpeg2KEncodeState, Library

_libc = ctypes.CDLL(None)
_libc.free.argtypes = [ctypes.c_void_p]

ROUNDS = 7
OPTIONS = {
    "lossless": {},
    "lossy": {"irreversible": 1, "layers": [30]},
    "lossless, tiles of 512": {"tile_size_x": 512, "tile_size_y": 512},
}


def call(library: Library, name: str, image, context, file: io.BytesIO) -> float:
    """Calls a codec. Returns the seconds of processor time that it took: other programs may be running."""
    state = ImagingCodecStateInstance(context=ctypes.addressof(context), fd=id(file))
    begin = thread_time()
    getattr(library, f"ImagingJpeg2K{name}")(image, state, None, 0)
    seconds = thread_time() - begin
    assert state.errcode == 1
    # The reference leaves its buffer in the state.
    _libc.free(state.buffer)
    getattr(library, f"ImagingJpeg2K{name}Cleanup")(state)
    return seconds


def encode(library: Library, image, layers=None, **options) -> tuple[float, bytes]:
    context = Jpeg2KEncodeState(format=2, **options)
    if layers is not None:
        context.quality_layers = id(layers)
        ctypes.pythonapi.Py_IncRef(ctypes.py_object(layers))
    file = io.BytesIO()
    seconds = call(library, "Encode", image, context, file)
    return seconds, file.getvalue()


def decode(library: Library, image, data: bytes) -> float:
    return call(library, "Decode", image, Jpeg2KDecodeState(format=2, length=len(data)), io.BytesIO(data))


def main() -> None:
    pictures.make()
    pattern = "target/stock/lib/python*/site-packages/PIL/_imaging.*.so"
    stock = Library("stock", str(next(ROOT.glob(pattern))), ours=False)
    ours = Library("ours", interposition.library_path(), ours=True)
    print("| call, mode | ratio | ms |\n| --- | --: | --: |")
    for mode in "RGB", "L":
        picture = pictures.photo(mode)
        image = ours.ImagingNew(MODE_ID[mode], *picture.size)
        pixels, linesize = picture.convert("RGBX" if mode == "RGB" else mode).tobytes(), image.contents.linesize
        for y in range(picture.height):
            ctypes.memmove(image.contents.image[y], pixels[y * linesize : (y + 1) * linesize], linesize)
        for name, options in OPTIONS.items():
            _, data = encode(ours, image, **options)
            assert encode(stock, image, **options)[1] == data
            calls = {
                f"encode, {name}": lambda library: encode(library, image, **options)[0],
                f"decode, {name}": lambda library: decode(library, output, data),
            }
            output = ours.ImagingNew(MODE_ID[mode], *picture.size)
            for what, measure in calls.items():
                times = [(measure(stock), measure(ours)) for _ in range(ROUNDS)]
                theirs, mine = (median(column) for column in zip(*times))
                print(f"| {what}, {mode} | {theirs / mine:.2f} | {mine * 1000:.0f} |", flush=True)
            ours.ImagingDelete(output)
        ours.ImagingDelete(image)


if __name__ == "__main__":
    main()
