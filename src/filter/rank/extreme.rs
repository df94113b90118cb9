//! Minima and maxima: those of the columns of all windows of a row, and then those of neighbouring columns.

use super::network::{Key, Pixel};
use crate::error::Result;
use crate::exec::parallel;
use crate::image::{ImageMut, ImageRef};
use crate::memory::heap::try_vec;
use crate::simd::isa::multiversion;

/// Filters an image by the minimum or the maximum of `size` by `size` pixels.
pub fn filter<P: Pixel>(out: ImageMut<'_>, image: &ImageRef<'_>, size: usize, is_max: bool) -> Result<()> {
    let cost = 2 * size * out.xsize() * size_of::<P>() / 4;
    parallel::try_for_rows(out, cost, |first, mut chunk| {
        let width = chunk.xsize();
        let mut columns = try_vec(P::zeroed().to_key(), image.xsize())?;
        let mut row = try_vec(P::zeroed().to_key(), width)?;
        for y in 0..chunk.ysize() {
            let top = first + y;
            to_keys(&mut columns, image.pixels::<P>(top));
            for below in top + 1..top + size {
                combine_row(&mut columns, image.pixels::<P>(below), is_max);
            }
            row.copy_from_slice(&columns[..width]);
            for right in 1..size {
                combine(&mut row, &columns[right..right + width], is_max);
            }
            from_keys(chunk.pixels_mut::<P>(y), &row);
        }
        Ok(())
    })
}

multiversion! {
    fn to_keys<P: Pixel>(keys: &mut [P::Key], row: &[P]) {
        for (key, pixel) in keys.iter_mut().zip(row) {
            *key = pixel.to_key();
        }
    }

    fn from_keys<P: Pixel>(row: &mut [P], keys: &[P::Key]) {
        for (pixel, key) in row.iter_mut().zip(keys) {
            *pixel = P::from_key(*key);
        }
    }

    fn combine_row<P: Pixel>(keys: &mut [P::Key], row: &[P], is_max: bool) {
        if is_max {
            for (key, pixel) in keys.iter_mut().zip(row) {
                *key = (*key).max(pixel.to_key());
            }
        } else {
            for (key, pixel) in keys.iter_mut().zip(row) {
                *key = (*key).min(pixel.to_key());
            }
        }
    }

    fn combine<T: Key>(keys: &mut [T], others: &[T], is_max: bool) {
        if is_max {
            for (key, other) in keys.iter_mut().zip(others) {
                *key = (*key).max(*other);
            }
        } else {
            for (key, other) in keys.iter_mut().zip(others) {
                *key = (*key).min(*other);
            }
        }
    }
}
