//! The smallest and the greatest value of a one-band image.

#[cfg(target_arch = "x86_64")]
mod avx2;

use std::ops::Range;

use crate::error::{Error, Result};
use crate::exec::parallel;
use crate::image::ImageRef;
use crate::mode::{Mode, PixelType};
#[cfg(target_arch = "x86_64")]
use crate::simd::isa;
use crate::simd::isa::multiversion;

/// The smallest and the greatest value, of the image's type.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Extrema {
    /// Of 8-bit pixels.
    U8(u8, u8),
    /// Of mode I;16.
    U16(u16, u16),
    /// Of mode I.
    I32(i32, i32),
    /// Of mode F.
    F32(f32, f32),
}

/// Returns the extrema of an image; `None` where it has no pixels. An error for more than one band, and for 16-bit modes
/// but I;16.
///
/// NaN is skipped, but an image that starts with NaN has NaN as both extrema. Of zeros with different signs the first one
/// counts.
pub fn extrema(image: &ImageRef<'_>) -> Result<Option<Extrema>> {
    let spec = image.mode().spec();
    if spec.bands != 1 {
        return Err(Error::Mode);
    }
    if image.bytes() == 0 {
        return Ok(None);
    }
    Ok(Some(match spec.pixel_type {
        PixelType::U8 => u8_extrema(image),
        PixelType::I32 => {
            let [min, max] = reduce(image, [i32::MAX, i32::MIN], |row, extrema| i32_row(row.as_chunks().0, extrema));
            Extrema::I32(min, max)
        }
        PixelType::F32 => f32_extrema(image),
        PixelType::I16 if image.mode() == Mode::I16 => {
            let [min, max] = reduce(image, [u16::MAX, 0], |row, extrema| u16_row(row.as_chunks().0, extrema));
            Extrema::U16(min, max)
        }
        PixelType::I16 => return Err(Error::Mode),
    }))
}

/// Combines the extrema of all rows. `row_extrema` returns those of a row and others.
fn reduce<T: Copy + PartialOrd + Send + Sync>(
    image: &ImageRef<'_>,
    none: [T; 2],
    row_extrema: impl Fn(&[u8], [T; 2]) -> [T; 2] + Sync,
) -> [T; 2] {
    let work = |rows: Range<usize>| rows.fold(none, |extrema, y| row_extrema(image.row(y), extrema));
    let combine = |total: &mut [T; 2], [min, max]: [T; 2]| {
        // There is no NaN here.
        if min < total[0] {
            total[0] = min;
        }
        if max > total[1] {
            total[1] = max;
        }
    };
    let cost = image.xsize() * size_of::<T>() / 4;
    parallel::reduce_rows(image.ysize(), cost, none, work, combine)
}

fn u8_extrema(image: &ImageRef<'_>) -> Extrema {
    let mut extrema = [u8::MAX, 0];
    for row in image.rows() {
        extrema = u8_row(row.as_chunks().0, extrema);
        if extrema == [0, u8::MAX] {
            break;
        }
    }
    Extrema::U8(extrema[0], extrema[1])
}

fn f32_extrema(image: &ImageRef<'_>) -> Extrema {
    let first = image.pixels::<f32>(0)[0];
    if first.is_nan() {
        return Extrema::F32(first, first);
    }
    let none = [f32::INFINITY, f32::NEG_INFINITY];
    let [min, max] = reduce(image, none, |row, extrema| {
        let row = row.as_chunks().0;
        #[cfg(target_arch = "x86_64")]
        if let Some(isa) = isa::current().avx2() {
            return avx2::f32_extrema(isa, row, extrema);
        }
        f32_row(row, extrema)
    });
    // -0.0 and 0.0 are equal: the one that comes first counts.
    let first_zero =
        || (0..image.ysize()).find_map(|y| image.pixels::<f32>(y).iter().copied().find(|value| *value == 0.0));
    let exact = |value: f32| if value == 0.0 { first_zero().unwrap_or(value) } else { value };
    Extrema::F32(exact(min), exact(max))
}

/// The independent minima and maxima of a row, so that comparisons do not wait for each other.
const LANES: usize = 32;

/// Defines the reduction of a row. `$min` and `$max` take the accumulator and a value.
macro_rules! row_extrema {
    ($name:ident: $bytes:literal bytes of $type:ty, $min:expr, $max:expr) => {
        multiversion! {
            fn $name(row: &[[u8; $bytes]], extrema: [$type; 2]) -> [$type; 2] {
                let (min, max) = ($min, $max);
                let (mut least, mut greatest) = ([extrema[0]; LANES], [extrema[1]; LANES]);
                let (blocks, rest) = row.as_chunks::<LANES>();
                for block in blocks {
                    for n in 0..LANES {
                        let value = <$type>::from_ne_bytes(block[n]);
                        least[n] = min(least[n], value);
                        greatest[n] = max(greatest[n], value);
                    }
                }
                for (n, value) in rest.iter().enumerate() {
                    let value = <$type>::from_ne_bytes(*value);
                    least[n] = min(least[n], value);
                    greatest[n] = max(greatest[n], value);
                }
                [least.into_iter().fold(least[0], min), greatest.into_iter().fold(greatest[0], max)]
            }
        }
    };
}

row_extrema!(u8_row: 1 bytes of u8, |a: u8, b: u8| a.min(b), |a: u8, b: u8| a.max(b));
row_extrema!(u16_row: 2 bytes of u16, |a: u16, b: u16| a.min(b), |a: u16, b: u16| a.max(b));
row_extrema!(i32_row: 4 bytes of i32, |a: i32, b: i32| a.min(b), |a: i32, b: i32| a.max(b));
// NaN is not less and not greater than the accumulator, which stays: `minps` and `maxps` with the operands in this order.
row_extrema!(f32_row: 4 bytes of f32, |a: f32, b: f32| if b < a { b } else { a }, |a: f32, b: f32| if b > a { b } else { a });
