//! Minima and maxima: those of the columns of all windows of a row, and then those of neighbouring columns. Both are
//! combined from five rows, or columns, at once (or from three, for windows of 3 by 3), and then from two more at a time, so that
//! few are stored and read again.

use super::network::Pixel;
use crate::error::Result;
use crate::exec::parallel;
use crate::image::{ImageMut, ImageRef};
use crate::memory::heap::try_vec;
use crate::simd::isa::multiversion;

/// Filters an image by the minimum or the maximum of `size` by `size` pixels. `size` is odd, and not 1.
pub fn filter<P: Pixel>(out: ImageMut<'_>, image: &ImageRef<'_>, size: usize, is_max: bool) -> Result<()> {
    if is_max { filter_by::<P, Maximum>(out, image, size) } else { filter_by::<P, Minimum>(out, image, size) }
}

/// The minimum or the maximum.
trait Extreme {
    fn of<T: Ord>(a: T, b: T) -> T;
}

struct Minimum;

impl Extreme for Minimum {
    #[inline(always)]
    fn of<T: Ord>(a: T, b: T) -> T {
        a.min(b)
    }
}

struct Maximum;

impl Extreme for Maximum {
    #[inline(always)]
    fn of<T: Ord>(a: T, b: T) -> T {
        a.max(b)
    }
}

fn filter_by<P: Pixel, E: Extreme>(out: ImageMut<'_>, image: &ImageRef<'_>, size: usize) -> Result<()> {
    let cost = size * out.xsize() * size_of::<P>() / 4;
    parallel::try_for_rows(out, cost, |first, mut chunk| {
        let width = chunk.xsize();
        let mut columns = try_vec(P::zeroed().to_key(), image.xsize())?;
        let mut row = try_vec(P::zeroed().to_key(), width)?;
        for y in 0..chunk.ysize() {
            let rows = |below: usize| image.pixels::<P>(first + y + below);
            let out = chunk.pixels_mut::<P>(y);
            if size == 3 {
                combine_3_rows::<P, E>(&mut columns, [rows(0), rows(1), rows(2)]);
                combine_3_columns::<P, E>(out, [&columns, &columns[1..], &columns[2..]]);
                continue;
            }
            combine_5_rows::<P, E>(&mut columns, [rows(0), rows(1), rows(2), rows(3), rows(4)]);
            for below in (5..size).step_by(2) {
                add_rows::<P, E>(&mut columns, [rows(below), rows(below + 1)]);
            }
            if size == 5 {
                let [b, c, d, e] = [1, 2, 3, 4].map(|right| &columns[right..]);
                combine_5_columns::<P, E>(out, [&columns, b, c, d, e]);
                continue;
            }
            combine_keys::<P, E>(&mut row, [&columns, &columns[1..], &columns[2..]]);
            for right in (3..size - 2).step_by(2) {
                add_keys::<P, E>(&mut row, [&columns[right..], &columns[right + 1..]]);
            }
            combine_3_columns::<P, E>(out, [&row, &columns[size - 2..], &columns[size - 1..]]);
        }
        Ok(())
    })
}

multiversion! {
    fn combine_3_rows<P: Pixel, E: Extreme>(keys: &mut [P::Key], rows: [&[P]; 3]) {
        let [a, b, c] = rows.map(|row| &row[..keys.len()]);
        for (x, key) in keys.iter_mut().enumerate() {
            *key = E::of(E::of(a[x].to_key(), b[x].to_key()), c[x].to_key());
        }
    }

    fn combine_5_rows<P: Pixel, E: Extreme>(keys: &mut [P::Key], rows: [&[P]; 5]) {
        let [a, b, c, d, e] = rows.map(|row| &row[..keys.len()]);
        for (x, key) in keys.iter_mut().enumerate() {
            let upper = E::of(a[x].to_key(), b[x].to_key());
            *key = E::of(E::of(upper, c[x].to_key()), E::of(d[x].to_key(), e[x].to_key()));
        }
    }

    fn add_rows<P: Pixel, E: Extreme>(keys: &mut [P::Key], rows: [&[P]; 2]) {
        let [a, b] = rows.map(|row| &row[..keys.len()]);
        for (x, key) in keys.iter_mut().enumerate() {
            *key = E::of(E::of(a[x].to_key(), b[x].to_key()), *key);
        }
    }

    fn combine_keys<P: Pixel, E: Extreme>(keys: &mut [P::Key], others: [&[P::Key]; 3]) {
        let [a, b, c] = others.map(|others| &others[..keys.len()]);
        for (x, key) in keys.iter_mut().enumerate() {
            *key = E::of(E::of(a[x], b[x]), c[x]);
        }
    }

    fn add_keys<P: Pixel, E: Extreme>(keys: &mut [P::Key], others: [&[P::Key]; 2]) {
        let [a, b] = others.map(|others| &others[..keys.len()]);
        for (x, key) in keys.iter_mut().enumerate() {
            *key = E::of(E::of(a[x], b[x]), *key);
        }
    }

    fn combine_5_columns<P: Pixel, E: Extreme>(out: &mut [P], keys: [&[P::Key]; 5]) {
        let [a, b, c, d, e] = keys.map(|keys| &keys[..out.len()]);
        for (x, pixel) in out.iter_mut().enumerate() {
            *pixel = P::from_key(E::of(E::of(E::of(a[x], b[x]), c[x]), E::of(d[x], e[x])));
        }
    }

    fn combine_3_columns<P: Pixel, E: Extreme>(out: &mut [P], keys: [&[P::Key]; 3]) {
        let [a, b, c] = keys.map(|keys| &keys[..out.len()]);
        for (x, pixel) in out.iter_mut().enumerate() {
            *pixel = P::from_key(E::of(E::of(a[x], b[x]), c[x]));
        }
    }
}
