"""Decoders and encoders of image files, called as Pillow's plugins call them: with pieces of 64 KiB.

The setup encodes or makes a file in memory, so a case measures the codec alone.
"""

from __future__ import annotations

from collections.abc import Iterator

from .case import PICTURES, Case, Table

SIZE = 2560, 1600

_DECODE = """
def decode(make, file, image, piece=65536):
    decoder = make()
    decoder.setimage(image.im, (0, 0, *image.size))
    begin = end = 0
    while True:
        end = min(end + piece, len(file))
        used, error = decoder.decode(file[begin:end])
        if used < 0:
            break
        begin += used
        if end == len(file):
            raise ValueError("the file is too short")
    if error:
        raise ValueError(error)
"""

_ENCODE = """
def encode(make, image, room=65536):
    encoder, pieces, error = make(), [], 0
    encoder.setimage(image.im, (0, 0, *image.size))
    while not error:
        _, error, piece = encoder.encode(room)
        pieces.append(piece)
    if error < 0:
        raise ValueError(error)
    return b"".join(pieces)
"""


def decoding(row: tuple[str, ...], file: str, make: str, image: str, piece: int = 65536, **options) -> Case:
    """Measures a decoder. `file`, `make` and `image` are expressions; `file` may use `encode`."""
    setup = f"import random, struct\n{_DECODE}{_ENCODE}\nimage = {image}\nmake = lambda: {make}\nfile = {file}"
    return Case(row, setup, f"decode(make, file, image, {piece})", **options)


def encoding(row: tuple[str, ...], make: str, image: str, **options) -> Case:
    """Measures an encoder."""
    return Case(row, f"{_ENCODE}\nimage = {image}\nmake = lambda: {make}", "encode(make, image)", **options)


def random_bytes(count: int) -> str:
    return f"random.Random(1).randbytes({count})"


def fli() -> Iterator[Case]:
    """Frames of one chunk: all pixels, runs and pixels, changes."""
    width, height = SIZE
    frame = "(lambda kind, data: struct.pack('<IHH8xIH', 22 + len(data), 0xF1FA, 1, 6 + len(data), kind) + data)"
    line = "b''.join(bytes([256 - 8]) + bytes(range(8)) + bytes([8, 7]) for _ in range(160))"
    changes = "b''.join(bytes([2, 256 - 14, 9, 4, 12]) + bytes(12) for _ in range(80))"
    pairs = "b''.join(bytes([2, 256 - 3, 9, 9, 0, 4]) + bytes(8) for _ in range(160))"
    files = {
        "pixels": f"(16, {random_bytes(width * height)})",
        "runs": f"(15, (b'\\0' + {line}) * {height})",
        "byte changes": f"(12, struct.pack('<HH', 0, {height}) + (bytes([160]) + {changes}) * {height})",
        "word changes": f"(7, struct.pack('<H', {height}) + (struct.pack('<H', 320) + {pairs}) * {height})",
    }
    for name, arguments in files.items():
        file = f"{frame}{arguments}"
        yield decoding((f"decode FLI, {name}", "P"), file, "Image.core.fli_decoder('P')", f"Image.new('P', {SIZE})", 1 << 30)


def scientific() -> Iterator[Case]:
    width, height = SIZE
    for bits in 1, 12, 16:
        for fill in 0, 3:
            make = f"Image.core.bit_decoder('F', {bits}, 8, {fill}, 0, 1)"
            file = random_bytes(width * height * bits // 8)
            yield decoding((f"decode {bits} bits, order {fill}", "F"), file, make, f"Image.new('F', {SIZE})")


def text() -> Iterator[Case]:
    """Hexadecimal digits: PostScript and X bitmaps."""
    for mode in "L", "RGB", "CMYK":
        yield encoding(("encode EPS", mode), f"Image.core.eps_encoder({mode!r}, {mode!r})", f"noise({mode!r})")
    for mode in "L", "RGB":
        file = f"encode(lambda: Image.core.eps_encoder({mode!r}, {mode!r}), noise({mode!r}))"
        make = f"Image.core.hex_decoder({mode!r}, {mode!r})"
        yield decoding(("decode hexadecimal digits", mode), file, make, f"Image.new({mode!r}, noise({mode!r}).size)")
    dithered = "photo('L').convert('1')"
    make = "Image.core.xbm_encoder('1', '1;R')"
    yield encoding(("encode XBM", "1"), make, dithered)
    yield decoding(("decode XBM", "1"), f"encode(lambda: {make}, {dithered})", "Image.core.xbm_decoder('1', '1;R')", f"Image.new('1', photo('L').size)")


def photo_cd() -> Iterator[Case]:
    width, height = SIZE
    file = random_bytes(width * height * 3 // 2)
    yield decoding(("decode Photo CD", "RGB"), file, "Image.core.pcd_decoder('RGB')", f"Image.new('RGB', {SIZE})")


def textures() -> Iterator[Case]:
    """BC1 to BC7. Blocks of BC6H and BC7 are random, those of BC7 of all modes alike."""
    width, height = SIZE
    blocks = width * height // 16
    for number, mode in {1: "RGB", 2: "RGBA", 3: "RGBA", 5: "RGB"}.items():
        yield encoding((f"encode BC{number}", mode), f"Image.core.bcn_encoder({mode!r}, {number})", f"photo({mode!r}).resize({SIZE})")
    encoded = "encode(lambda: Image.core.bcn_encoder({mode!r}, {number}), photo({mode!r}).resize({size}))"
    files = {
        1: encoded.format(mode="RGB", number=1, size=SIZE),
        2: encoded.format(mode="RGBA", number=2, size=SIZE),
        3: encoded.format(mode="RGBA", number=3, size=SIZE),
        4: random_bytes(8 * blocks),
        5: encoded.format(mode="RGB", number=5, size=SIZE),
        6: random_bytes(16 * blocks),
        7: f"b''.join(bytes([1 << n % 8]) + random.Random(n % 1000).randbytes(15) for n in range({blocks}))",
    }
    for number, file in files.items():
        mode = "L" if number == 4 else "RGB" if number in (5, 6) else "RGBA"
        make = f"Image.core.bcn_decoder({mode!r}, {number}, '')"
        yield decoding((f"decode BC{number}", mode), file, make, f"Image.new({mode!r}, {SIZE})")


DECODERS = "PCX", "PackBits", "SGI", "Sun", "TGA"
ENCODERS = "PCX", "TGA"


def runs() -> Iterator[Case]:
    for verb, formats in {"decode": DECODERS, "encode": ENCODERS}.items():
        for format in formats:
            for picture in "photograph", "drawing":
                for mode in "RGB", "L":
                    setup = f"import encoded; call = encoded.{verb[:-1]}ing({format!r}, {PICTURES[picture]!r}, {mode!r})"
                    yield Case((f"{verb} {format}", mode, picture), setup, "call()")


TABLES = (
    Table.of("Codecs of run lengths", "call, mode, picture", runs()),
    Table.of("Block-compressed textures", "call, mode", textures()),
    Table.of("Other codecs", "call, mode", (*scientific(), *fli(), *text(), *photo_cd())),
)
