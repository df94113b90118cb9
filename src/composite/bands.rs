//! Single bands of images of several: taken out, put in, set, and all of them at once.
//!
//! A pixel of two to four bands has four bytes. Bands are its first bytes, but the second of two is the last byte.

#[cfg(target_arch = "x86_64")]
use super::kernels::merge_sse2;
use crate::error::{Error, Result};
use crate::exec::simd::{self, for_each_level};
use crate::exec::threads;
use crate::image::{ImageMut, ImageRef};
use crate::mode::{Mode, PixelType};

/// A band of a mode of several.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Band {
    /// Which byte of a pixel it is.
    byte: usize,
}

impl Band {
    /// The band with this number.
    pub fn new(mode: Mode, number: i32) -> Result<Self> {
        let bands = usize::from(mode.spec().bands);
        match usize::try_from(number) {
            Ok(number) if number < bands => Ok(Self { byte: byte_of(number, bands) }),
            _ => Err(Error::Value("band index out of range")),
        }
    }

    /// How far up it is in a pixel as a number, low byte first.
    fn shift(self) -> u32 {
        8 * self.byte as u32
    }
}

/// Which byte of a pixel a band is.
const fn byte_of(number: usize, bands: usize) -> usize {
    if bands == 2 && number == 1 { 3 } else { number }
}

/// What a row of so many pixels costs, where they only move.
const fn cost(xsize: usize) -> usize {
    xsize / 2
}

/// Copies a band to `out`, which has bytes for pixels and the same size.
pub fn get_band(out: ImageMut<'_>, input: &ImageRef<'_>, band: Band) {
    threads::make_rows(out, &[input], cost(input.xsize()), |y, out| get_row(out, input.pixels(y), band.shift()));
}

/// Copies `input`, which has bytes for pixels and the same size, to a band of `im`.
pub fn put_band(im: ImageMut<'_>, input: &ImageRef<'_>, band: Band) {
    threads::for_rows(im, cost(input.xsize()), |first, mut im| {
        for y in 0..im.ysize() {
            put_row(im.pixels_mut(y), input.row(first + y), band.shift());
        }
    });
}

/// Sets a band of all pixels to a value.
pub fn fill_band(im: ImageMut<'_>, band: Band, value: u8) {
    let cost = cost(im.xsize());
    threads::for_rows(im, cost, |_, mut im| {
        for y in 0..im.ysize() {
            fill_row(im.pixels_mut(y), value, band.shift());
        }
    });
}

/// Copies all `N` bands of an image to images of their own, which have bytes for pixels and the same size.
pub fn split<const N: usize>(out: [ImageMut<'_>; N], input: &ImageRef<'_>) {
    threads::for_rows_of(out, N * cost(input.xsize()), |first, mut out| {
        for y in 0..out[0].ysize() {
            let mut rows = out.each_mut().map(|band| band.row_mut(y));
            split_row(&mut rows, input.pixels(first + y));
        }
    });
}

/// Makes an image of its `N` bands, which have its size. An error where they do not have bytes for pixels.
pub fn merge<const N: usize>(out: ImageMut<'_>, bands: [ImageRef<'_>; N]) -> Result<()> {
    if out.ysize() > 0 && bands.iter().any(|band| band.mode().spec().pixel_type != PixelType::U8) {
        return Err(Error::Mode);
    }
    let cost = N * cost(out.xsize());
    threads::make_rows(out, &bands.each_ref(), cost, |y, out| {
        let (out, bands) = (bytemuck::cast_slice_mut(out), bands.each_ref().map(|band| band.row(y)));
        let done = merge_many(out, bands);
        merge_row(&mut out[done..], &bands.map(|band| &band[done..]));
    });
    Ok(())
}

/// Puts bands together for the first pixels, where that was written out for a level, and says for how many.
fn merge_many<const N: usize>(out: &mut [[u8; 4]], bands: [&[u8]; N]) -> usize {
    match simd::level() {
        // With more instructions the compiler does as well.
        #[cfg(target_arch = "x86_64")]
        simd::Level::Generic | simd::Level::Sse41 | simd::Level::Avx2 => {
            let mut bytes = [None; 4];
            for (number, band) in bands.into_iter().enumerate() {
                bytes[byte_of(number, N)] = Some(band);
            }
            merge_sse2(out, bytes)
        }
        _ => 0,
    }
}

for_each_level! {
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

/// How many pixels are split at a time: what one band has read is then still at hand for the next.
const PIECE: usize = 512;

#[inline(always)]
fn split_pixels<const N: usize>(mut bands: [&mut [u8]; N], pixels: &[[u8; 4]]) {
    for (piece, pixels) in pixels.chunks(PIECE).enumerate() {
        for (number, band) in bands.iter_mut().enumerate() {
            let shift = 8 * byte_of(number, N);
            for (out, pixel) in band[piece * PIECE..].iter_mut().zip(pixels) {
                *out = (u32::from_le_bytes(*pixel) >> shift) as u8;
            }
        }
    }
}

/// How many pixels are merged at a time, so that rows that are not long are done in vectors too.
const STEP: usize = 16;

#[inline(always)]
fn merge_pixels<const N: usize>(pixels: &mut [[u8; 4]], bands: [&[u8]; N]) {
    let bands = bands.map(|band| &band[..pixels.len()]);
    let merge = |out: &mut [[u8; 4]], x: usize| {
        let bands = bands.map(|band| &band[x..][..out.len()]);
        for (x, pixel) in out.iter_mut().enumerate() {
            let mut value = 0;
            for (number, band) in bands.iter().enumerate() {
                value |= u32::from(band[x]) << (8 * byte_of(number, N));
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

    #[test]
    fn a_band_is_one_that_the_mode_has() {
        for mode in Mode::ALL {
            let bands = i32::from(mode.spec().bands);
            for number in [i32::MIN, -1, 0, 1, 2, 3, 4, i32::MAX] {
                assert_eq!(Band::new(mode, number).is_ok(), (0..bands).contains(&number), "{mode:?} {number}");
            }
        }
        assert_eq!(Band::new(Mode::LA, 1), Band::new(Mode::RGBA, 3));
    }

    /// Splits an image and merges its bands again.
    fn there_and_back<const N: usize>(image: &Image) -> Result<Image> {
        let input = image.view()?;
        let new = |mode| Image::new(mode, input.xsize(), input.ysize());
        let mut bands = Vec::new();
        for _ in 0..N {
            bands.push(new(Mode::L)?);
        }
        let views: Result<Vec<_>> = bands.iter_mut().map(Image::view_mut).collect();
        split::<N>(views?.try_into().expect("as many"), &input);
        let mut merged = new(input.mode())?;
        let views: Result<Vec<_>> = bands.iter().map(Image::view).collect();
        merge::<N>(merged.view_mut()?, views?.try_into().expect("as many"))?;
        Ok(merged)
    }

    proptest! {
        #[test]
        fn bands_that_were_split_merge_again(xsize in 0..150usize, ysize in 0..5usize, seed: u64) {
            for (mode, bands) in [(Mode::LA, 0xff00_00ff_u32), (Mode::RGB, 0x00ff_ffff), (Mode::CMYK, !0)] {
                let mut image = Image::new(mode, xsize, ysize)?;
                let mut state = seed | 1;
                for row in image.view_mut()?.rows_mut() {
                    for pixel in row.as_chunks_mut::<4>().0 {
                        state = state.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(0x1405_7b7e_f767_814f);
                        *pixel = ((state >> 32) as u32 & bands).to_le_bytes();
                    }
                }
                let again = match mode.spec().bands {
                    2 => there_and_back::<2>(&image),
                    3 => there_and_back::<3>(&image),
                    _ => there_and_back::<4>(&image),
                }?;
                prop_assert!(again.view()?.rows().eq(image.view()?.rows()));
            }
        }
    }
}
