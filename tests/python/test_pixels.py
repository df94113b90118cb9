"""Channel operations, point operations, blending, pasting, filling, statistics, rank filters and effects beside the
reference's: the same pixels, numbers and errors."""

from __future__ import annotations

import ctypes
import random
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

import child
from abi import CHOPS, MODE_ID, MODES, ImagingColorItem, Library
from side_by_side import attempt, describe, fill, unequal_calls
from strategies import MODE_NAMES, modes
from test_bands import new, outcome, same, seeds, sizes

LIBC = ctypes.CDLL(None)

small_sides = st.integers(0, 24) | st.sampled_from([33, 70])
small_sizes = st.tuples(small_sides, small_sides)
floats = st.floats(width=32) | st.sampled_from([0.0, 0.5, 1.0, 2.0, -1.0, 0.3])
doubles = st.floats() | st.sampled_from([0.0, 1.0, 0.5, 255.0, -3.25])
ints = st.integers(-(2**31), 2**31 - 1) | st.integers(-300, 300)
chops = [f"ImagingChop{name}" for name in CHOPS] + ["ImagingOverlay"]


def one(both, mode, size, seed, operation, draw=new):
    """Compares what an operation makes of an image."""

    def call(library):
        image = draw(library, mode, size, seed)
        return outcome(library, attempt(operation, library, image), image)

    return same(both, call)


def two(both, modes, sizes, seed, operation):
    """Compares what an operation makes of two images."""

    def call(library):
        images = [new(library, mode, size, seed + n) for n, (mode, size) in enumerate(zip(modes, sizes))]
        return outcome(library, attempt(operation, library, *images), *images)

    return same(both, call)


def few_values(library: Library, mode: int, size: tuple[int, int], seed: int, values: int = 6):
    """An image whose bytes take few values, runs of them."""
    image = new(library, mode, size)
    chosen = random.Random(seed)
    palette = chosen.randbytes(values)
    if image.contents.linesize and image.contents.ysize:
        data = b"".join(bytes([chosen.choice(palette)]) * chosen.choice([1, 2, 4, 8]) for _ in range(4000))
        fill(image, data)
    return image


def plain_floats(library: Library, mode: int, size: tuple[int, int], seed: int):
    """An image of mode F without NaN and infinities."""
    image = new(library, mode, size)
    chosen = random.Random(seed)
    if image.contents.linesize and image.contents.ysize:
        numbers = [chosen.choice([0.0, -0.0, 1.5, -2.0, chosen.uniform(-300, 600)]) for _ in range(3000)]
        fill(image, struct.pack("3000f", *numbers))
    return image


@pytest.mark.parametrize("name", chops)
@given(modes=st.tuples(modes, modes) | modes.map(lambda mode: (mode, mode)) | st.just((MODE_ID["1"],) * 2),
       sizes=st.tuples(sizes, sizes), seed=seeds)  # fmt: skip
def test_chops(both, name, modes, sizes, seed):
    two(both, modes, sizes, seed, lambda library, a, b: getattr(library, name)(a, b))


@pytest.mark.parametrize("name", ["ImagingChopAdd", "ImagingChopSubtract"])
@given(mode=modes, size=small_sizes, scale=floats, offset=ints, seed=seeds)
def test_scaled_chops(both, name, mode, size, scale, offset, seed):
    two(both, (mode, mode), (size, size), seed, lambda library, a, b: getattr(library, name)(a, b, scale, offset))


@given(modes=st.tuples(modes, modes) | modes.map(lambda mode: (mode, mode)), size=sizes, other=sizes | st.none(),
       alpha=floats, seed=seeds)  # fmt: skip
def test_blend(both, modes, size, other, alpha, seed):
    two(both, modes, (size, other or size), seed, lambda library, a, b: library.ImagingBlend(a, b, alpha))


def test_blend_of_a_large_image(both):
    for alpha in [n / 64 + 1 / 1000 for n in range(64)] + [0.1, 0.25, 0.3, 0.5]:
        two(both, (MODE_ID["L"],) * 2, ((600, 450),) * 2, 1, lambda library, a, b: library.ImagingBlend(a, b, alpha))


@given(mode=modes, size=sizes, seed=seeds)
def test_negative(both, mode, size, seed):
    one(both, mode, size, seed, lambda library, image: library.ImagingNegative(image))


@given(mode=modes, size=sizes, x=ints, y=ints, seed=seeds)
def test_offset(both, mode, size, x, y, seed):
    one(both, mode, size, seed, lambda library, image: library.ImagingOffset(image, x, y))


# The reference writes out of bounds where 16-bit pixels are asked for.
POINT_MODES = [name for name in MODE_NAMES if not name.startswith("I;16")]


@given(mode=modes, to=st.sampled_from(POINT_MODES).map(MODE_ID.get) | st.just(0) | st.just(None), size=sizes, seed=seeds)
def test_point(both, mode, to, size, seed):
    table = random.Random(seed).randbytes(65536)
    target = mode if to is None else to
    one(both, mode, size, seed, lambda library, image: library.ImagingPoint(image, target, table))


def test_point_of_every_value(both):
    def values(library, mode, size, seed):
        image = library.ImagingNew(mode, *size)
        fill(image, struct.pack("66000i", *range(-200, 65800)))
        return image

    table = random.Random(3).randbytes(65536)
    one(both, MODE_ID["I"], (1000, 66), 0, lambda library, image: library.ImagingPoint(image, MODE_ID["L"], table), values)


@given(mode=modes | st.sampled_from(["I", "F", "I;16"]).map(MODE_ID.get), size=small_sizes, scale=doubles, offset=doubles, seed=seeds)
def test_point_transform(both, mode, size, scale, offset, seed):
    draw = plain_floats if mode == MODE_ID["F"] else new
    one(both, mode, size, seed, lambda library, image: library.ImagingPointTransform(image, scale, offset), draw)


@pytest.mark.parametrize("name", ["ImagingFillLinearGradient", "ImagingFillRadialGradient"])
def test_gradients(both, name):
    for mode in range(len(MODES)):
        same(both, lambda library: outcome(library, attempt(getattr(library, name), mode)))


mask_modes = st.sampled_from(["1", "L", "LA", "RGBA", "RGBa"]).map(MODE_ID.get) | modes | st.none()
corners = st.tuples(st.integers(-30, 60), st.integers(-30, 60))


def region(library, target, others, call):
    """What a call made of the target; the others are deleted."""
    result = attempt(call)
    told = result if isinstance(result, tuple) else (result, describe(target))
    for image in [target, *others]:
        if image:
            library.ImagingDelete(image)
    return told


@given(into=modes, mode=modes | st.none(), mask=mask_modes, size=small_sizes, box=small_sizes, corner=corners,
       wrong=st.sampled_from([0, 0, 0, 1]), seed=seeds, sparse=st.booleans())  # fmt: skip
def test_paste(both, into, mode, mask, size, box, corner, wrong, seed, sparse):
    def call(library):
        target, source = new(library, into, size, seed), new(library, mode or into, box, seed + 1)
        draw = few_values if sparse else new
        through = None if mask is None else draw(library, mask, box, seed + 2)
        bounds = *corner, corner[0] + box[0] + wrong, corner[1] + box[1]
        return region(library, target, [source, through], lambda: library.ImagingPaste(target, source, through, *bounds))

    same(both, call)


@given(into=modes, mask=mask_modes, size=small_sizes, box=small_sizes, corner=corners | st.just((0, 0)),
       wrong=st.sampled_from([0, 0, 0, 1]), seed=seeds, sparse=st.booleans())  # fmt: skip
def test_fill_region(both, into, mask, size, box, corner, wrong, seed, sparse):
    ink = random.Random(seed).randbytes(4)

    def call(library):
        draw = few_values if sparse else new
        target = draw(library, into, size, seed)
        through = None if mask is None else draw(library, mask, box, seed + 2)
        bounds = *corner, corner[0] + box[0] + wrong, corner[1] + box[1]
        return region(library, target, [through], lambda: library.ImagingFill2(target, ink, through, *bounds))

    same(both, call)


@pytest.mark.parametrize("mask", ["1", "L", "LA", "RGBA", "RGBa", None])
@pytest.mark.parametrize("mode", MODE_NAMES)
def test_every_mode_through_every_mask(both, mode, mask):
    size, box = (50, 9), (41, 7)

    def call(library, paste):
        target, source = new(library, MODE_ID[mode], size, 1), new(library, MODE_ID[mode], box, 2)
        through = mask and few_values(library, MODE_ID[mask], box, 3)
        bounds = 4, 1, 4 + box[0], 1 + box[1]
        if paste:
            return region(library, target, [source, through], lambda: library.ImagingPaste(target, source, through, *bounds))
        ink = b"\xfe\x37\x80\x05"
        return region(library, target, [source, through], lambda: library.ImagingFill2(target, ink, through, *bounds))

    same(both, lambda library: call(library, True))
    same(both, lambda library: call(library, False))


@given(mode=modes, size=sizes, seed=seeds, cut=st.tuples(small_sides, small_sides), alpha_only=st.booleans())
def test_bounding_box(both, mode, size, seed, cut, alpha_only):
    def call(library):
        image = library.ImagingNew(mode, *size)
        inner = new(library, mode, (max(size[0] - 2 * cut[0], 0), max(size[1] - 2 * cut[1], 0)), seed)
        if inner.contents.xsize and inner.contents.ysize:
            right, bottom = cut[0] + inner.contents.xsize, cut[1] + inner.contents.ysize
            library.ImagingPaste(image, inner, None, *cut, right, bottom)
        box = (ctypes.c_int * 4)(*[7] * 4)
        found = library.ImagingGetBBox(image, box, alpha_only)
        columns, rows = ctypes.create_string_buffer(b"x" * size[0]), ctypes.create_string_buffer(b"x" * size[1])
        projected = library.ImagingGetProjection(image, columns, rows)
        library.ImagingDelete(inner)
        library.ImagingDelete(image)
        return found, list(box), projected, columns.raw, rows.raw

    same(both, call)


@given(mode=modes | st.sampled_from(["F", "I", "I;16"]).map(MODE_ID.get), size=sizes, seed=seeds, plain=st.booleans())
def test_extrema(both, mode, size, seed, plain):
    def call(library):
        draw = plain_floats if plain and mode == MODE_ID["F"] else new
        image = draw(library, mode, size, seed)
        extrema = ctypes.create_string_buffer(b"01234567")
        result = attempt(library.ImagingGetExtrema, image, extrema)
        library.ImagingDelete(image)
        return result, extrema.raw

    same(both, call)


@given(mode=modes, size=sizes, limit=st.integers(0, 40) | st.sampled_from([256, 100_000, 2**30, 2**31 - 1]), seed=seeds,
       values=st.integers(1, 4) | st.none())  # fmt: skip
def test_colors(both, mode, size, limit, seed, values):
    def call(library):
        image = few_values(library, mode, size, seed, values) if values else new(library, mode, size, seed)
        count = ctypes.c_int(-5)
        result = attempt(library.ImagingGetColors, image, limit, count)
        library.ImagingDelete(image)
        if isinstance(result, tuple):
            return result
        items = [bytes(result[n]) for n in range(min(count.value, limit))]
        end = result[min(count.value, limit)].count
        LIBC.free(ctypes.cast(result, ctypes.c_void_p))
        return count.value, items, end

    assert ctypes.sizeof(ImagingColorItem) == 16
    same(both, call)


def colors_of(library: Library, image, limit: int):
    """Returns the number of colours and all items."""
    count = ctypes.c_int()
    items = library.ImagingGetColors(image, limit, count)
    told = count.value, ctypes.string_at(items, 16 * min(count.value, limit))
    LIBC.free(ctypes.cast(items, ctypes.c_void_p))
    return told


def striped(byte: int):
    """Returns a function that draws noise in two bytes of a pixel, and constants in the others: many colours on few paths through
    the reference's hash table."""

    def draw(library: Library, mode: int, size: tuple[int, int], seed: int):
        image = library.ImagingNew(mode, *size)
        data = bytearray(b"\x11\x22\x33\x44" * 50_000)
        noise = random.Random(seed).randbytes(100_000)
        data[byte::4], data[(byte + 1) % 4 :: 4] = noise[::2], noise[1::2]
        fill(image, bytes(data))
        return image

    return draw


COLORFUL = {"noise": new, "few": few_values, "low": striped(0), "middle": striped(1), "high": striped(2)}


@pytest.mark.parametrize("draw", COLORFUL.values(), ids=COLORFUL)
@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
def test_colors_of_a_large_image(both, mode, draw):
    def call(library):
        image = draw(library, MODE_ID[mode], (400, 301), 7)
        told = [colors_of(library, image, limit) for limit in (3, 255, 256, 1000, 30_000, 65_536, 100_000, 1 << 20)]
        library.ImagingDelete(image)
        return told

    same(both, call)


@given(mode=modes | st.sampled_from(["F", "I"]).map(MODE_ID.get), size=sizes, mask=st.sampled_from(["1", "L", "RGB", None]),
       mask_size=sizes | st.none(), bounds=st.tuples(ints, ints), given_bounds=st.booleans(), seed=seeds)  # fmt: skip
def test_histogram(both, mode, size, mask, mask_size, bounds, given_bounds, seed):
    kind = {MODE_ID["I"]: "2i", MODE_ID["F"]: "2f"}.get(mode)
    # Differences beyond 31 bits are undefined in the reference.
    bounds = [bound // 4 for bound in bounds]

    def call(library):
        draw = {MODE_ID["F"]: plain_floats, MODE_ID["I"]: small_numbers}.get(mode, new)
        image = draw(library, mode, size, seed)
        through = mask and few_values(library, MODE_ID[mask], mask_size or size, seed)
        extrema = struct.pack(kind, *bounds) if kind and given_bounds else None
        result = attempt(library.ImagingGetHistogram, image, through, extrema)
        for each in [image, through]:
            if each:
                library.ImagingDelete(each)
        if isinstance(result, tuple):
            return result
        me = result.contents
        told = me.mode, me.bands, me.histogram[: 256 * me.bands]
        library.ImagingHistogramDelete(result)
        return told

    same(both, call)


def small_numbers(library: Library, mode: int, size: tuple[int, int], seed: int):
    """An image of mode I whose values are far from the limits of their type."""
    image = new(library, mode, size)
    chosen = random.Random(seed)
    if image.contents.linesize and image.contents.ysize:
        fill(image, struct.pack("3000i", *(chosen.randint(-1000, 1000) for _ in range(3000))))
    return image


@given(mode=modes | st.sampled_from(["L", "I", "F"]).map(MODE_ID.get), size=small_sizes,
       filter_size=st.sampled_from([1, 3, 5, 7, 9, 11, 13]) | st.integers(-3, 12), rank=st.integers(-1, 170),
       seed=seeds, kind=st.sampled_from(["any", "few", "plain"]))  # fmt: skip
def test_rank_filter(both, mode, size, filter_size, rank, seed, kind):
    draw = {"any": new, "few": few_values, "plain": plain_floats if mode == MODE_ID["F"] else new}[kind]
    if filter_size < 0 and filter_size % 2 and 0 <= rank < filter_size * filter_size:
        return  # The reference copies memory of a negative length then.
    one(both, mode, size, seed, lambda library, image: library.ImagingRankFilter(image, filter_size, rank), draw)


@pytest.mark.parametrize("mode", ["L", "I", "F"])
@pytest.mark.parametrize("size", [3, 5, 7, 9, 11, 15])
def test_every_rank(both, mode, size):
    for rank in range(0, size * size, 1 if size < 11 else 7):
        one(both, MODE_ID[mode], (300, 16), rank, lambda library, image: library.ImagingRankFilter(image, size, rank),
            plain_floats if mode == "F" else new)  # fmt: skip


@pytest.mark.parametrize("mode", ["L", "I", "F"])
@pytest.mark.parametrize("size", [3, 5])
def test_rank_filter_at_every_width(both, mode, size):
    """Rows of whole vectors, and all lengths of what is left."""
    for width in range(size, 134):
        for rank in 0, size * size // 2, size * size - 1:
            one(both, MODE_ID[mode], (width, size + 2), width, lambda library, image: library.ImagingRankFilter(image, size, rank),
                plain_floats if mode == "F" else new)  # fmt: skip


@given(mode=modes | st.sampled_from(["L", "P", "1"]).map(MODE_ID.get), size=small_sizes, filter_size=st.integers(-3, 15),
       seed=seeds)  # fmt: skip
def test_mode_filter(both, mode, size, filter_size, seed):
    one(both, mode, size, seed, lambda library, image: library.ImagingModeFilter(image, filter_size), few_values)


@given(size=small_sizes, extent=st.tuples(doubles, doubles, doubles, doubles) | st.just((-2.0, -1.5, 1.0, 1.5)),
       quality=st.integers(-1, 120))  # fmt: skip
def test_mandelbrot(both, size, extent, quality):
    box = (ctypes.c_double * 4)(*extent)
    same(both, lambda library: outcome(library, attempt(library.ImagingEffectMandelbrot, *size, box, quality)))


@given(size=sizes, sigma=floats, seed=st.integers(0, 2**31))
def test_noise(both, size, sigma, seed):
    def call(library):
        LIBC.srand(seed)
        return outcome(library, attempt(library.ImagingEffectNoise, *size, sigma)), LIBC.rand()

    same(both, call)


# Of 16-bit pixels the reference writes one half.
SPREAD_MODES = [name for name in MODE_NAMES if not name.startswith("I;16")]


@given(mode=st.sampled_from(SPREAD_MODES).map(MODE_ID.get), size=small_sizes, distance=st.integers(-9, 30), seed=seeds)
def test_spread(both, mode, size, distance, seed):
    def operation(library, image):
        LIBC.srand(seed % 2**31)
        return library.ImagingEffectSpread(image, distance)

    one(both, mode, size, seed, operation)


def differences(wheel, ours):
    """The calls whose results differ, on images large enough for vectors and threads."""
    size = 1100, 700

    def calls(library):
        for mode in ["L", "RGB", "RGBA", "LA"]:
            a, b = (new(library, MODE_ID[mode], size, seed) for seed in (1, 2))
            mask = few_values(library, MODE_ID["L"], size, 3)
            for name in chops:
                yield f"{name} {mode}", getattr(library, name)(a, b) if name[-2:] not in ("nd", "Or", "or") else None
            for scale, offset in [(1, 0), (2, 3), (0.7, -9), (1.0, 200), (1e-3, 1)]:
                yield f"add {mode} {scale}", library.ImagingChopAdd(a, b, scale, offset)
                yield f"subtract {mode} {scale}", library.ImagingChopSubtract(a, b, scale, offset)
            for alpha in [0.3, 0.5, 0.75, 0.123, 1.7, -0.4]:
                yield f"blend {mode} {alpha}", library.ImagingBlend(a, b, alpha)
            yield f"negative {mode}", library.ImagingNegative(a)
            yield f"offset {mode}", library.ImagingOffset(a, 333, -100)
            yield f"point {mode}", library.ImagingPoint(a, MODE_ID[mode], random.Random(5).randbytes(1024))
            for through in ["1", "L", "LA", "RGBA", "RGBa", None]:
                other = through and few_values(library, MODE_ID[through], size, 4)
                into = new(library, MODE_ID[mode], size, 1)
                library.ImagingPaste(into, b, other, 5, 7, 5 + size[0], 7 + size[1])
                yield f"paste {mode} {through}", into
                if through != "LA":
                    into = new(library, MODE_ID[mode], size, 1)
                    library.ImagingFill2(into, b"\x11\x99\xf0\x50", other, -5, 7, -5 + size[0], 7 + size[1])
                    yield f"fill {mode} {through}", into
                if other:
                    library.ImagingDelete(other)
            for image in [a, b, mask]:
                library.ImagingDelete(image)
        for mode in ["L", "I", "F"]:
            image = (plain_floats if mode == "F" else few_values)(library, MODE_ID[mode], (700, 60), 9)
            for filter_size, rank in [(3, 0), (3, 4), (5, 12), (5, 24), (7, 20), (9, 40), (11, 60)]:
                yield f"rank {mode} {filter_size} {rank}", library.ImagingRankFilter(image, filter_size, rank)
            if mode == "L":
                for filter_size in [3, 5, 7, 9]:
                    yield f"mode filter {filter_size}", library.ImagingModeFilter(image, filter_size)
            if mode != "L":
                yield f"point transform {mode}", library.ImagingPointTransform(image, 1.7, -9)
            library.ImagingDelete(image)
        for mode in ["L", "LA", "RGB", "RGBA", "I", "F", "I;16"]:
            image = (plain_floats if mode == "F" else new)(library, MODE_ID[mode], (1101, 700), 9)
            masks = [few_values(library, MODE_ID["L"], (1101, 700), seed, values) for seed, values in [(1, 2), (2, 9)]]
            extrema = {"I": struct.pack("2i", -(2**30), 2**30 - 1), "F": struct.pack("2f", -299, 555)}.get(mode)
            for n, mask in enumerate([None] if extrema else [None, *masks]):
                counts = library.ImagingGetHistogram(image, mask, extrema)
                yield f"histogram {mode} {n}", tuple(counts.contents.histogram[: 256 * counts.contents.bands])
                library.ImagingHistogramDelete(counts)
            if mode in ["L", "I", "F", "I;16"]:
                found = ctypes.create_string_buffer(8)
                yield f"extrema {mode}", (library.ImagingGetExtrema(image, found), found.raw)
            if mode in ["RGB", "RGBA"]:
                for limit in [1000, 1 << 20]:
                    yield f"colors {mode} {limit}", colors_of(library, image, limit)
            for each in [image, *masks]:
                library.ImagingDelete(each)

    yield from unequal_calls(calls, wheel, ours)


@pytest.mark.parametrize("threads", child.THREADS)
@pytest.mark.parametrize("isa", child.ISAS)
def test_every_isa_and_number_of_threads(isa, threads):
    assert child.differences("test_pixels.differences(*both)", isa=isa, threads=threads) == ""


NULLS = {
    "ImagingBlend(None, image, .5)": "image has wrong mode",
    "ImagingChopAdd(image, None, 1, 0)": "image has wrong mode",
    "ImagingPaste(image, None, None, 0, 0, 2, 2)": "image has wrong mode",
    "ImagingFill2(image, None, None, 0, 0, 2, 2)": "image has wrong mode",
    "ImagingPoint(None, 0, b'1')": "image has wrong mode",
    "ImagingPoint(image, 0, None)": "table is NULL",
    "ImagingNegative(None)": "image has wrong mode",
    "ImagingOffset(None, 1, 1)": "image has wrong mode",
    "ImagingGetBBox(image, None, 0)": "bbox is NULL",
    "ImagingGetProjection(image, None, None)": "xproj is NULL",
    "ImagingGetColors(image, 5, None)": "colors is NULL",
    "ImagingGetColors(image, -1, abi.c_int(0))": "maxcolors must not be negative",
    "ImagingGetHistogram(None, None, None)": "image has wrong mode",
    "ImagingRankFilter(None, 3, 0)": "image has wrong mode",
    "ImagingModeFilter(None, 3)": "image has wrong mode",
    "ImagingEffectSpread(None, 3)": "image is NULL",
    "ImagingEffectMandelbrot(4, 4, None, 9)": "extent is NULL",
}


@pytest.mark.parametrize("call, error", NULLS.items(), ids=NULLS)
def test_null_is_an_error(call, error):
    assert child.value_error(call, MODE_ID["LA"]) == error
