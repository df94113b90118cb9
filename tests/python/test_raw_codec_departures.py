"""The raw codec where the reference reads or writes out of bounds: `errcode` is CONFIG, and nothing is written.

All cases run in one child process, which may crash without ending the tests.
"""

from __future__ import annotations

import json

import pytest

import child

CONFIG = -8
END = 1
MOST = 2**31 - 1

_PREPARED = """
    import json, os
    from ctypes import addressof, create_string_buffer
    from side_by_side import fill, pixels
    library = load()
    L = abi.MODE_ID["L"], abi.RAW_MODE_ID["L"]

    @abi.Shuffler
    def foreign(out, line, pixels):
        '''A shuffler of the program.'''
        ctypes.memset(out, 255, 1)

    def outcome(codec, image=True, buffer=True, length=100, context=True, calls=1, **fields):
        '''Calls a codec on an image of 10 by 10, into or out of a rectangle of 4 by 3, but for what is given.'''
        picture = library.ImagingNew(L[0], 10, 10)
        fill(picture, bytes(range(100)))
        raw, place = abi.RawState(stride=fields.pop("stride", 0)), create_string_buffer(b"x" * 100, 100)
        find = library.ImagingFindUnpacker if codec == "decode" else library.ImagingFindPacker
        wanted = dict(shuffle=find(*L, None), bits=8, xsize=4, ysize=3, xoff=2, yoff=1, context=addressof(raw))
        wanted |= dict(bytes=4) if codec == "encode" else {}
        wanted |= {} if context else dict(context=None)
        wanted |= dict(shuffle=abi.Shuffler()) if fields.pop("no_shuffle", False) else {}
        wanted |= dict(shuffle=foreign) if fields.pop("foreign", False) else {}
        if named := fields.pop("named", None):
            wanted |= dict(shuffle=abi.Shuffler((named, library.handle)))
        for other, search in dict(unpacker=library.ImagingFindUnpacker, packer=library.ImagingFindPacker).items():
            if other in fields:
                mode, raw_mode = fields.pop(other)
                wanted |= dict(shuffle=search(abi.MODE_ID[mode], abi.RAW_MODE_ID[raw_mode], None))
        state = abi.ImagingCodecStateInstance(**(wanted | fields))
        call = library.ImagingRawDecode if codec == "decode" else library.ImagingRawEncode
        for _ in range(calls):
            result = call(picture if image else None, state, place if buffer else None, length)
        touched = pixels(picture) != bytes(range(100)), place.raw != b"x" * 100
        library.ImagingDelete(picture)
        return result, state.errcode, touched

    print(json.dumps([outcome(codec, **arguments) for codec, arguments in json.loads(os.environ["CASES"])]))
"""

OUTSIDE = {
    "left": dict(xoff=-1),
    "right": dict(xoff=7),
    "above": dict(yoff=-1),
    "below": dict(yoff=10),
    "far": dict(xoff=MOST),
    "far above": dict(yoff=-MOST - 1),
    "far below": dict(yoff=MOST),
    "nothing of it inside": dict(xoff=10, yoff=10),
    "no columns, beside it": dict(xsize=0, xoff=11),
    "no columns, far more lines": dict(xsize=0, ysize=MOST),
    "below, from the bottom up": dict(yoff=8, ystep=-1),
    "no lines": dict(ysize=0),
    "no lines, from the bottom up": dict(ysize=0, ystep=-1),
    "lines less than none": dict(ysize=-1),
    "a line above the first": dict(y=-1),
    "a line behind the last": dict(y=3),
    "a line nowhere": dict(y=MOST),
    "an offset that overflows": dict(y=2, yoff=MOST),
    "no image": dict(image=False),
    "no shuffler": dict(no_shuffle=True),
}
"""Cases of both codecs."""

CANNOT_BE = {
    "decode": {
        "no context": dict(context=False),
        "width negative": dict(xsize=-1),
        "width far below 0": dict(xsize=-MOST - 1),
        "line that overflows": dict(xsize=MOST, bits=MOST),
        "planes that overflow": dict(xsize=MOST, planes=MOST),
        "negative planes": dict(planes=-1),
        "bits less than none": dict(bits=-8),
        "stride less than a line": dict(stride=3),
        "stride negative": dict(stride=-MOST - 1),
        "no bits": dict(bits=0),
        "fewer bits than the shuffler reads": dict(unpacker=("L", "L;16B"), bits=13),
        "one bit for bytes": dict(bits=1),
        "pixels of four bytes": dict(unpacker=("RGB", "RGB"), bits=24),
        "pixels of two bytes": dict(unpacker=("I;16", "I;16"), bits=16),
        "no bits for planes": dict(unpacker=("P", "P;4L"), bits=0),
        "bits of an incomplete plane": dict(unpacker=("P", "P;4L"), xsize=3, bits=4),
        "fewer planes than the shuffler reads": dict(unpacker=("P", "P;4L"), bits=4, planes=3),
        "a packer of longer lines": dict(packer=("RGB", "RGB"), bits=8),
        "a named function of longer lines": dict(named="ImagingUnpackYCC", bits=8),
        "a named function of larger pixels": dict(named="ImagingUnpackYCC", bits=24),
        "no bits for a shuffler of the program": dict(foreign=True, bits=0),
    },
    "encode": {
        "width negative": dict(xsize=-1, bytes=0),
        "line shorter than its pixels": dict(bytes=3),
        "line of no bytes": dict(bytes=0),
        "negative line length": dict(bytes=-4),
        "line that overflows": dict(xsize=MOST, bits=MOST),
        "stride less than a line": dict(count=3),
        "no bits, and a line of no bytes": dict(bits=0, bytes=0),
        "fewer bits than the shuffler writes": dict(packer=("L", "L;16"), bits=8),
        "pixels of four bytes": dict(packer=("RGB", "R"), bits=8),
        "pixels of two bytes": dict(packer=("I;16", "I;16"), bits=16, bytes=8),
        "an unpacker of larger pixels": dict(unpacker=("L", "L;16B"), bits=16, bytes=8),
        "a named function of larger pixels": dict(named="ImagingPackBGR", bits=24, bytes=12),
        "no bytes for a shuffler of the program": dict(foreign=True, bits=0, bytes=0),
    },
}

NO_ROOM = {
    "no buffer": dict(buffer=False),
    "buffer of nothing": dict(length=0),
    "negative buffer length": dict(length=-1),
    "buffer shorter than a line": dict(length=3),
    "line of 2 GiB": dict(bytes=MOST),
    "stride of 2 GiB": dict(count=MOST),
}
"""Cases of the encoder; the result is 0."""

OTHERS = {
    "decode with a shuffler of the program": ("decode", dict(foreign=True), [-1, 0, [True, False]]),
    "encode with a shuffler of the program": ("encode", dict(foreign=True), [12, END, [False, True]]),
    "decode, planes that fit": ("decode", dict(unpacker=("P", "P;4L"), planes=4), [-1, 0, [True, False]]),
    "decode, more bits than are read": ("decode", dict(bits=32), [-1, 0, [True, False]]),
    "encode, no bits but bytes": ("encode", dict(bits=0), [12, END, [False, True]]),
    "decode, no buffer": ("decode", dict(buffer=False), [0, 0, [False, False]]),
    "decode, negative length": ("decode", dict(length=-1), [0, 0, [False, False]]),
    "decode, a line of 2 GiB, 100 bytes in the buffer": ("decode", dict(xsize=MOST), [0, 0, [False, False]]),
    "decode, the last line is below": ("decode", dict(yoff=8), [-1, CONFIG, [True, False]]),
    "encode, the last line is below": ("encode", dict(yoff=8), [-1, CONFIG, [False, True]]),
    "decode, all is done": ("decode", dict(calls=1), [-1, 0, [True, False]]),
    "encode, all is done": ("encode", dict(calls=1), [12, END, [False, True]]),
    "decode again after the last line": ("decode", dict(calls=2), [-1, CONFIG, [True, False]]),
    "encode again after the last line": ("encode", dict(calls=2), [-1, CONFIG, [False, True]]),
}

NOTHING_TOUCHED = [False, False]
CASES = {
    **{
        f"{codec}, {name}": (codec, arguments, [-1, CONFIG, NOTHING_TOUCHED])
        for codec in CANNOT_BE
        for name, arguments in (OUTSIDE | CANNOT_BE[codec]).items()
    },
    **{f"encode, {name}": ("encode", arguments, [0, CONFIG, NOTHING_TOUCHED]) for name, arguments in NO_ROOM.items()},
    **OTHERS,
}
"""Codec, arguments and expected outcome: result, `errcode`, whether image and buffer were modified."""


@pytest.fixture(scope="module")
def outcomes() -> dict[str, list]:
    asked = json.dumps([case[:2] for case in CASES.values()])
    return dict(zip(CASES, json.loads(child.run(_PREPARED, CASES=asked)), strict=True))


@pytest.mark.parametrize("name", CASES)
def test_outcome(outcomes, name):
    assert outcomes[name] == CASES[name][2]
