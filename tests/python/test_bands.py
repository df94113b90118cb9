"""Bands, alpha compositing and filling beside the reference's: the same pixels and the same errors."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

import child
from abi import MODE_ID, MODES, Image, Library
from side_by_side import attempt, describe, fill, pixels, unequal
from strategies import MODE_NAMES, mode_ids, modes

sides = st.integers(0, 70) | st.sampled_from([127, 128, 129, 300])
sizes = st.tuples(sides, sides)
numbers = st.integers(-1, 4) | st.sampled_from([-(2**31), 2**31 - 1])
seeds = st.integers(0, 2**32)

BYTES_OF_SEVERAL_BANDS = ["CMYK", "HSV", "LA", "LAB", "La", "PA", "RGB", "RGBA", "RGBX", "RGBa", "YCbCr"]


def new(library: Library, mode: int, size: tuple[int, int], seed: int = 0) -> Image:
    """Makes an image of random pixels, unused bytes included."""
    image = library.ImagingNew(mode, *size)
    if image.contents.linesize and image.contents.ysize:
        fill(image, random.Random(seed).randbytes(min(image.contents.linesize * image.contents.ysize, 50_000)))
    return image


def outcome(library: Library, result, *others) -> object:
    """Returns the error or the description of the image that a call returned. Deletes the images."""
    state = result if isinstance(result, tuple) else describe(result)
    for image in {id(image): image for image in others}.values():
        library.ImagingDelete(image)
    if not isinstance(result, tuple):
        library.ImagingDelete(result)
    return state


def same(both, call) -> object:
    state = [call(library) for library in both]
    assert state[1] == state[0]
    return state[1]


@given(mode=modes, size=sizes, band=numbers, seed=seeds)
def test_get_band(both, mode, size, band, seed):
    def call(library):
        image = new(library, mode, size, seed)
        return outcome(library, attempt(library.ImagingGetBand, image, band), image)

    same(both, call)


@given(into=modes, mode=st.sampled_from(["L", "P", "1"]).map(MODE_ID.get) | modes, size=sizes, other=sizes | st.none(),
       band=numbers, seed=seeds)  # fmt: skip
def test_put_band(both, into, mode, size, other, band, seed):
    def call(library):
        target, source = new(library, into, size, seed), new(library, mode, other or size, seed + 1)
        result = attempt(library.ImagingPutBand, target, source, band)
        state = result if isinstance(result, tuple) else describe(target)
        library.ImagingDelete(source)
        library.ImagingDelete(target)
        return state

    same(both, call)


@given(mode=modes, size=sizes, band=numbers, color=st.integers(-300, 600), seed=seeds)
def test_fill_band(both, mode, size, band, color, seed):
    """Except for images of one band of several bytes, where the reference writes outside of the pixels."""
    if MODES[mode] in ("1", "L", "P"):
        size = (size[0] % 2, size[1])

    def call(library):
        image = new(library, mode, size, seed)
        result = attempt(library.ImagingFillBand, image, band, color)
        state = result if isinstance(result, tuple) else pixels(image)
        library.ImagingDelete(image)
        return state

    same(both, call)


@pytest.mark.parametrize("mode", ["1", "L", "P"])
def test_fill_band_of_one_band_images(ours, mode):
    image = new(ours, MODE_ID[mode], (2, 2))
    assert attempt(ours.ImagingFillBand, image, 0, 77)[0] == "ValueError"
    ours.ImagingDelete(image)


inks = st.binary(min_size=4, max_size=4) | st.integers(0, 255).map(lambda byte: bytes([byte]) * 4)


@given(mode=modes, size=sizes, ink=inks, seed=seeds)
def test_fill(both, mode, size, ink, seed):
    def call(library):
        image = new(library, mode, size, seed)
        return outcome(library, attempt(library.ImagingFill, image, ink))

    assert isinstance(same(both, call), dict)


@given(mode=modes, size=sizes, seed=seeds)
def test_split(both, mode, size, seed):
    def call(library):
        image = new(library, mode, size, seed)
        bands = (Image * 4)()
        result = attempt(library.ImagingSplit, image, bands)
        state = result, [describe(band) for band in bands if band]
        for band in (image, *filter(None, bands)):
            library.ImagingDelete(band)
        return state

    same(both, call)


one_band = st.sampled_from(["L", "L", "L", "P", "1", "I", "F", "RGB"]).map(MODE_ID.get)


@given(mode=mode_ids, band_modes=st.lists(one_band, max_size=4), size=sizes, odd=sizes, place=st.integers(0, 20),
       seed=seeds)  # fmt: skip
def test_merge(both, mode, band_modes, size, odd, place, seed):
    """One of the bands may have another size."""

    def call(library):
        bands = (Image * 4)()
        for number, band_mode in enumerate(band_modes):
            bands[number] = new(library, band_mode, odd if number == place else size, seed + number)
        return outcome(library, attempt(library.ImagingMerge, mode, bands), *filter(None, bands))

    same(both, call)


@given(mode=st.sampled_from(BYTES_OF_SEVERAL_BANDS), band_mode=st.sampled_from(["L", "P", "1"]), size=sizes, seed=seeds)
def test_merge_with_another_number_of_bands(both, mode, band_mode, size, seed):
    count = {"LA": 2, "La": 2, "PA": 2, "CMYK": 4, "RGBA": 4, "RGBX": 4, "RGBa": 4}.get(mode, 3)

    def call(library):
        bands = (Image * 4)()
        for number in range(count):
            bands[number] = new(library, MODE_ID[band_mode], size, seed + number)
        return outcome(library, attempt(library.ImagingMerge, MODE_ID[mode], bands), *filter(None, bands))

    assert isinstance(same(both, call), dict)


@pytest.mark.parametrize("mode", [mode for mode in MODE_NAMES if mode.startswith("I;16")])
def test_merge_of_16_bits(ours, mode):
    """The reference reads them as bands of bytes, and crashes."""
    bands = (Image * 4)(*(new(ours, MODE_ID[mode], (3, 3)) for _ in range(3)))
    assert attempt(ours.ImagingMerge, MODE_ID["RGB"], bands) == ("ValueError", ("image has wrong mode",))
    for band in bands[:3]:
        ours.ImagingDelete(band)


with_alpha = st.sampled_from(["RGBA", "LA"]).map(MODE_ID.get)


@given(mode=with_alpha, size=sizes, seed=seeds)
def test_alpha_composite(both, mode, size, seed):
    def call(library):
        images = new(library, mode, size, seed), new(library, mode, size, seed + 1)
        return outcome(library, attempt(library.ImagingAlphaComposite, *images), *images)

    assert isinstance(same(both, call), dict)


@given(modes=st.tuples(modes, modes), sizes=st.tuples(sizes, sizes))
def test_alpha_composite_of_mismatched_images(both, modes, sizes):
    def call(library):
        images = [new(library, *arguments) for arguments in zip(modes, sizes)]
        return outcome(library, attempt(library.ImagingAlphaComposite, *images), *images)

    same(both, call)


def every_pair_of_alphas(library: Library) -> bytes:
    """Composites all pairs of alphas, over random colours."""
    images = [library.ImagingNew(MODE_ID["RGBA"], 256, 256 * 4) for _ in range(2)]
    rng = random.Random(1)
    for image, alpha in zip(images, (lambda x, y: x, lambda x, y: y % 256)):
        line = bytearray(rng.randbytes(4 * 256 * 256 * 4))
        line[3::4] = bytes(alpha(x, y) for y in range(1024) for x in range(256))
        fill(image, bytes(line))
    result = library.ImagingAlphaComposite(*images)
    state = pixels(result)
    for image in (*images, result):
        library.ImagingDelete(image)
    return state


def everything(library: Library) -> list[bytes]:
    """Returns a digest of each operation on images large enough for several threads."""
    state = [every_pair_of_alphas(library)]
    for mode in ("LA", "RGB", "RGBA"):
        image = new(library, MODE_ID[mode], (1021, 1203), 5)
        bands = (Image * 4)()
        library.ImagingSplit(image, bands)
        band = library.ImagingGetBand(image, 1)
        merged = library.ImagingMerge(MODE_ID[mode], bands)
        library.ImagingPutBand(image, bands[0], 1)
        state += [pixels(each) for each in (*filter(None, bands), band, merged, image)]
        library.ImagingFillBand(image, 0, 99)
        state.append(pixels(image))
        library.ImagingFill(image, b"\1\2\3\4")
        state.append(pixels(image))
        for each in (*filter(None, bands), band, merged, image):
            library.ImagingDelete(each)
    return state


def differences(*both: Library) -> list[int]:
    return unequal(everything, *both)


@pytest.mark.parametrize("threads", child.THREADS)
@pytest.mark.parametrize("isa", child.ISAS)
def test_every_isa_and_number_of_threads(isa, threads):
    assert child.differences("test_bands.differences(*both)", isa=isa, threads=threads) == ""


NULLS = {
    "ImagingGetBand(None, 0)": "image has wrong mode",
    "ImagingPutBand(None, image, 0)": "image has wrong mode",
    "ImagingPutBand(image, None, 0)": "image has wrong mode",
    "ImagingFillBand(None, 0, 0)": "image has wrong mode",
    "ImagingFill(None, b'1234')": "image is NULL",
    "ImagingFill(image, None)": "ink is NULL",
    "ImagingSplit(None, (abi.Image * 4)())": "image has wrong mode",
    "ImagingSplit(image, None)": "bands is NULL",
    "ImagingMerge(1, (abi.Image * 4)())": "wrong number of bands",
    "ImagingMerge(1, None)": "bands is NULL",
    "ImagingAlphaComposite(None, image)": "image has wrong mode",
    "ImagingAlphaComposite(image, None)": "image has wrong mode",
}


@pytest.mark.parametrize("call, error", NULLS.items(), ids=NULLS)
def test_null_is_an_error(call, error):
    assert child.value_error(call, MODE_ID["LA"]) == error
