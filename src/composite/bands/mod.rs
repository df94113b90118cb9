//! Bands: copies single bands out of an image and into it, fills one, splits an image into all its bands, and merges them.
//!
//! A pixel of two to four bands has four bytes. Its bands are the first bytes, except that the second of two bands is the
//! last byte, where alpha lies in RGBA. Pixels are read as little-endian numbers and bands are shifted out of them, since
//! LLVM vectorises shifts for every ISA, but strided bytes only for some. Merging has a kernel for SSE2, used up to AVX2:
//! with AVX-512 VBMI, LLVM's own code is as fast.

#[cfg(target_arch = "x86_64")]
mod sse2;

use crate::error::{Error, Result};
use crate::exec::parallel;
use crate::image::{ImageMut, ImageRef};
use crate::mode::{Mode, PixelType};
#[cfg(target_arch = "x86_64")]
use crate::simd::isa::Sse2;
use crate::simd::isa::{self, Isa, multiversion};

/// A band of a mode with two to four bands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Band {
    /// The offset of its byte in a pixel.
    byte: usize,
}

impl Band {
    /// Returns the band with an index; an error where the mode has fewer bands, or bands that are not of 8 bits.
    pub fn of_8_bits(mode: Mode, index: i32) -> Result<Self> {
        check_8_bits(mode)?;
        Self::new(mode, index)
    }

    /// Returns the band with an index; an error where the mode has fewer bands.
    pub fn new(mode: Mode, index: i32) -> Result<Self> {
        let bands = usize::from(mode.spec().bands);
        match usize::try_from(index) {
            Ok(index) if index < bands => Ok(Self { byte: byte_offset(index, bands) }),
            _ => Err(Error::Value("band index out of range")),
        }
    }

    /// Returns its lowest bit in a pixel that is a little-endian number.
    fn shift(self) -> u32 {
        8 * self.byte as u32
    }
}

/// Checks that the bands of a mode have 8 bits.
pub fn check_8_bits(mode: Mode) -> Result<()> {
    if mode.spec().pixel_type == PixelType::U8 { Ok(()) } else { Err(Error::Mode) }
}

/// Checks the bands of a merge, given the mode and the size of each, and returns their size. Each has one band, and they
/// have one size. A single band may be of any type; several are not of 32 bits.
pub fn check_bands<S: PartialEq + Copy>(bands: &[(Mode, S)]) -> Result<S> {
    let &[(_, size), ..] = bands else { return Err(WRONG_NUMBER) };
    for &(mode, other) in bands {
        let spec = mode.spec();
        if spec.bands != 1 || bands.len() != 1 && spec.pixel_size == 4 {
            return Err(Error::Mode);
        }
        if other != size {
            return Err(Error::Mismatch);
        }
    }
    Ok(size)
}

/// Checks that a mode has this number of bands.
pub fn check_band_count(mode: Option<Mode>, count: usize) -> Result<()> {
    if mode.is_some_and(|mode| usize::from(mode.spec().bands) == count) { Ok(()) } else { Err(WRONG_NUMBER) }
}

const WRONG_NUMBER: Error = Error::Value("wrong number of bands");

/// Returns the offset of a band's byte in a pixel.
const fn byte_offset(index: usize, bands: usize) -> usize {
    if bands == 2 && index == 1 { 3 } else { index }
}

/// Returns the cost of copying one band of a row.
const fn cost(xsize: usize) -> usize {
    xsize / 2
}

/// Copies a band of `input` to `out`, an image of one 8-bit band and the same size.
pub fn get_band(out: ImageMut<'_>, input: &ImageRef<'_>, band: Band) {
    parallel::write_rows(out, &[input], cost(input.xsize()), |y, out| get_row(out, input.pixels(y), band.shift()));
}

/// Copies `input`, an image of one 8-bit band and the same size, to a band of `im`.
pub fn put_band(im: ImageMut<'_>, input: &ImageRef<'_>, band: Band) {
    parallel::for_rows(im, cost(input.xsize()), |first, mut chunk| {
        for y in 0..chunk.ysize() {
            put_row(chunk.pixels_mut(y), input.row(first + y), band.shift());
        }
    });
}

/// Sets a band of all pixels to a value.
pub fn fill_band(im: ImageMut<'_>, band: Band, value: u8) {
    let cost = cost(im.xsize());
    parallel::for_rows(im, cost, |_, mut chunk| {
        for y in 0..chunk.ysize() {
            fill_row(chunk.pixels_mut(y), value, band.shift());
        }
    });
}

/// Splits an image into its `N` bands: images of one 8-bit band and the same size.
pub fn split<const N: usize>(out: [ImageMut<'_>; N], input: &ImageRef<'_>) {
    parallel::for_rows_of(out, N * cost(input.xsize()), |first, mut out| {
        for y in 0..out[0].ysize() {
            let mut rows = out.each_mut().map(|band| band.row_mut(y));
            split_row(&mut rows, input.pixels(first + y));
        }
    });
}

/// Merges `N` bands of the same size into an image. An error where a band has no 8-bit pixels.
pub fn merge<const N: usize>(out: ImageMut<'_>, bands: [ImageRef<'_>; N]) -> Result<()> {
    if out.ysize() > 0 && bands.iter().any(|band| band.mode().spec().pixel_type != PixelType::U8) {
        return Err(Error::Mode);
    }
    let cost = N * cost(out.xsize());
    parallel::write_rows(out, &bands.each_ref(), cost, |y, out| {
        let (out, bands) = (bytemuck::cast_slice_mut(out), bands.each_ref().map(|band| band.row(y)));
        let vectorised = merge_vectors(out, bands);
        merge_row(&mut out[vectorised..], &bands.map(|band| &band[vectorised..]));
    });
    Ok(())
}

/// Merges the bands of leading pixels where the ISA has a kernel, and returns their count.
fn merge_vectors<const N: usize>(out: &mut [[u8; 4]], bands: [&[u8]; N]) -> usize {
    match isa::current() {
        #[cfg(target_arch = "x86_64")]
        Isa::Generic | Isa::Sse41(_) | Isa::Avx2(_) => {
            let mut planes = [None; 4];
            for (index, band) in bands.into_iter().enumerate() {
                planes[byte_offset(index, N)] = Some(band.as_chunks().0);
            }
            let out = out.as_chunks_mut().0;
            sse2::merge(Sse2, out, planes);
            16 * out.len()
        }
        _ => 0,
    }
}

multiversion! {
    fn get_row(out: &mut [u8], pixels: &[[u8; 4]], shift: u32) {
        for (out, pixel) in out.iter_mut().zip(pixels) {
            *out = (u32::from_le_bytes(*pixel) >> shift) as u8;
        }
    }

    fn put_row(pixels: &mut [[u8; 4]], input: &[u8], shift: u32) {
        let others = !(0xff << shift);
        for (pixel, value) in pixels.iter_mut().zip(input) {
            *pixel = (u32::from_le_bytes(*pixel) & others | u32::from(*value) << shift).to_le_bytes();
        }
    }

    fn fill_row(pixels: &mut [[u8; 4]], value: u8, shift: u32) {
        let (others, value) = (!(0xff << shift), u32::from(value) << shift);
        for pixel in pixels {
            *pixel = (u32::from_le_bytes(*pixel) & others | value).to_le_bytes();
        }
    }

    fn split_row(bands: &mut [&mut [u8]], pixels: &[[u8; 4]]) {
        match bands {
            [first, last] => split_pixels([first, last], pixels),
            [first, second, third] => split_pixels([first, second, third], pixels),
            [first, second, third, fourth] => split_pixels([first, second, third, fourth], pixels),
            _ => {}
        }
    }

    fn merge_row(pixels: &mut [[u8; 4]], bands: &[&[u8]]) {
        match *bands {
            [first, last] => merge_pixels(pixels, [first, last]),
            [first, second, third] => merge_pixels(pixels, [first, second, third]),
            [first, second, third, fourth] => merge_pixels(pixels, [first, second, third, fourth]),
            _ => {}
        }
    }
}

/// The pixels that are split at a time: they stay in the first-level cache from one band to the next.
const CHUNK: usize = 512;

#[inline(always)]
fn split_pixels<const N: usize>(mut bands: [&mut [u8]; N], pixels: &[[u8; 4]]) {
    for (chunk, pixels) in pixels.chunks(CHUNK).enumerate() {
        for (index, band) in bands.iter_mut().enumerate() {
            let shift = 8 * byte_offset(index, N);
            for (out, pixel) in band[chunk * CHUNK..].iter_mut().zip(pixels) {
                *out = (u32::from_le_bytes(*pixel) >> shift) as u8;
            }
        }
    }
}

/// The pixels that are merged at a time, a constant so that LLVM vectorises short rows too.
const STEP: usize = 16;

#[inline(always)]
fn merge_pixels<const N: usize>(pixels: &mut [[u8; 4]], bands: [&[u8]; N]) {
    let bands = bands.map(|band| &band[..pixels.len()]);
    let merge = |out: &mut [[u8; 4]], x: usize| {
        let bands = bands.map(|band| &band[x..][..out.len()]);
        for (x, pixel) in out.iter_mut().enumerate() {
            let mut value = 0;
            for (index, band) in bands.iter().enumerate() {
                value |= u32::from(band[x]) << (8 * byte_offset(index, N));
            }
            *pixel = value.to_le_bytes();
        }
    };
    let (steps, rest) = pixels.as_chunks_mut::<STEP>();
    let done = steps.len() * STEP;
    for (step, out) in steps.iter_mut().enumerate() {
        merge(out, step * STEP);
    }
    merge(rest, done);
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::image::Image;
    use crate::testing_random::words;

    #[test]
    fn a_band_exists_in_its_mode() {
        for mode in Mode::ALL {
            let bands = i32::from(mode.spec().bands);
            for index in [i32::MIN, -1, 0, 1, 2, 3, 4, i32::MAX] {
                assert_eq!(Band::new(mode, index).is_ok(), (0..bands).contains(&index), "{mode:?} {index}");
            }
        }
        assert_eq!(Band::new(Mode::LA, 1), Band::new(Mode::RGBA, 3));
    }

    /// Splits an image and merges its bands again.
    fn split_and_merge<const N: usize>(image: &Image) -> Result<Image> {
        let input = image.view()?;
        let new = |mode| Image::new(mode, input.xsize(), input.ysize());
        let mut bands = Vec::new();
        for _ in 0..N {
            bands.push(new(Mode::L)?);
        }
        let views: Result<Vec<_>> = bands.iter_mut().map(Image::view_mut).collect();
        split::<N>(views?.try_into().expect("N bands"), &input);
        let mut merged = new(input.mode())?;
        let views: Result<Vec<_>> = bands.iter().map(Image::view).collect();
        merge::<N>(merged.view_mut()?, views?.try_into().expect("N bands"))?;
        Ok(merged)
    }

    proptest! {
        #[test]
        fn split_bands_merge_again(xsize in 0..150usize, ysize in 0..5usize, seed: u32) {
            for (mode, bands) in [(Mode::LA, 0xff00_00ff_u32), (Mode::RGB, 0x00ff_ffff), (Mode::CMYK, !0)] {
                let mut image = Image::new(mode, xsize, ysize)?;
                let mut random = words(seed);
                for row in image.view_mut()?.rows_mut() {
                    for (pixel, word) in row.as_chunks_mut::<4>().0.iter_mut().zip(&mut random) {
                        *pixel = ((word ^ word >> 16) & bands).to_le_bytes();
                    }
                }
                let again = match mode.spec().bands {
                    2 => split_and_merge::<2>(&image),
                    3 => split_and_merge::<3>(&image),
                    _ => split_and_merge::<4>(&image),
                }?;
                prop_assert!(again.view()?.rows().eq(image.view()?.rows()));
            }
        }
    }
}
