//! Box means of 32-bit integers and floats (`ImagingReduceNxN_32bpc`).
//!
//! Floating-point addition is not associative, and 32-bit integers overflow, so the order of the additions is part of
//! the result. The reference sums a full box by squares of 2 × 2: the four values of a square are added in the type of
//! the pixel, and that sum to a double. Pairs of rows are done from top to bottom, the squares of a pair from left to
//! right:
//!
//! ```text
//!  ┌─────┬─────┬───┐
//!  │ 1 2 │     │ 1 │     square = ((1 + 2) + 3) + 4    in i32 or f32
//!  │ 3 4 │  …  │ 2 │     sum   += f64(square)
//!  ├─────┼─────┼───┤     an odd column is added in pairs of rows,
//!  │ 1 2 │     │   │     an odd row in pairs of columns
//!  └─────┴─────┴───┘
//! ```
//!
//! The boxes of the last column and the last row are summed value by value in double precision.

use std::ops::Range;

use bytemuck::{AnyBitPattern, NoUninit};

use super::plan::Reduction;
use crate::image::{ImageMut, ImageRef};
use crate::simd::isa::multiversion;
use crate::simd::truncate::Float;

/// The most output pixels that are computed at once. A narrow block reaches its last row soon, so the hardware
/// prefetcher works on many rows at a time.
const BLOCK: usize = 64;

/// The type of a pixel.
pub trait Value: AnyBitPattern + NoUninit {
    /// Adds in the type's own precision; integers wrap around.
    fn add(self, other: Self) -> Self;

    /// Converts to double precision.
    fn to_f64(self) -> f64;

    /// Converts from double precision. Integers are rounded, halves away from zero; overflow becomes `i32::MIN`.
    fn from_f64(value: f64) -> Self;
}

impl Value for i32 {
    #[inline(always)]
    fn add(self, other: Self) -> Self {
        self.wrapping_add(other)
    }

    #[inline(always)]
    fn to_f64(self) -> f64 {
        self.into()
    }

    #[inline(always)]
    fn from_f64(value: f64) -> Self {
        (if value >= 0.0 { value + 0.5 } else { value - 0.5 }).truncate()
    }
}

impl Value for f32 {
    #[inline(always)]
    fn add(self, other: Self) -> Self {
        self + other
    }

    #[inline(always)]
    fn to_f64(self) -> f64 {
        self.into()
    }

    #[inline(always)]
    fn from_f64(value: f64) -> Self {
        value as Self
    }
}

/// Writes the output rows from row `first` on.
pub fn reduce_rows<V: Value>(reduction: &Reduction, first: usize, out: &mut ImageMut<'_>, input: &ImageRef<'_>) {
    for y in 0..out.ysize() {
        reduce_row::<V>(reduction, reduction.input_rows(first + y), out.pixels_mut(y), input);
    }
}

/// Averages `rows` of the input to an output row.
fn reduce_row<V: Value>(reduction: &Reduction, rows: Range<usize>, out: &mut [V], input: &ImageRef<'_>) {
    let (full, edge_width) = reduction.full_and_edge();
    let (full, edge) = out.split_at_mut(full);
    let edge_start = full.len() * reduction.xscale;
    let row = |y: usize| &input.pixels::<V>(y)[reduction.columns.clone()];
    let by_squares = rows.len() == reduction.yscale;
    if by_squares && (reduction.xscale, reduction.yscale) == (2, 2) {
        average_2x2(full, row(rows.start), row(rows.start + 1));
    } else {
        average(full, reduction.xscale, rows.clone(), by_squares, row);
    }
    for out in edge {
        let mut sum = 0.0;
        for y in rows.clone() {
            row(y)[edge_start..].iter().for_each(|value| sum += value.to_f64());
        }
        *out = V::from_f64(sum * (1.0 / area(edge_width, rows.len())));
    }
}

/// Averages boxes of `xscale` columns, summed by squares or value by value.
fn average<'a, V: Value>(
    out: &mut [V],
    xscale: usize,
    rows: Range<usize>,
    by_squares: bool,
    row: impl Fn(usize) -> &'a [V],
) {
    let reciprocal = 1.0 / area(xscale, rows.len());
    for (n, out) in out.chunks_mut(BLOCK).enumerate() {
        let columns = n * BLOCK * xscale..(n * BLOCK + out.len()) * xscale;
        let sums = &mut [0.0; BLOCK][..out.len()];
        let mut rows = rows.clone();
        while let Some(y) = rows.next() {
            let upper = &row(y)[columns.clone()];
            match if by_squares { rows.next() } else { None } {
                Some(y) => add_squares(sums, upper, &row(y)[columns.clone()], xscale),
                None if by_squares => add_pairs(sums, upper, xscale),
                None => add_values(sums, upper, xscale),
            }
        }
        multiply(out, sums, reciprocal);
    }
}

/// Returns the number of pixels of a box.
fn area(width: usize, height: usize) -> f64 {
    (width * height) as f64
}

multiversion! {
    /// Adds the squares of two rows. Each sum has `xscale` columns.
    fn add_squares<V: Value>(sums: &mut [f64], upper: &[V], lower: &[V], xscale: usize) {
        // Constant widths are unrolled and vectorised.
        match xscale {
            1 => squares(sums, upper, lower, 1),
            2 => squares(sums, upper, lower, 2),
            3 => squares(sums, upper, lower, 3),
            4 => squares(sums, upper, lower, 4),
            5 => squares(sums, upper, lower, 5),
            6 => squares(sums, upper, lower, 6),
            7 => squares(sums, upper, lower, 7),
            8 => squares(sums, upper, lower, 8),
            _ => interleaved_squares(sums, upper, lower, xscale),
        }
    }

    /// Adds the pairs of one row. Each sum has `xscale` columns.
    fn add_pairs<V: Value>(sums: &mut [f64], row: &[V], xscale: usize) {
        match xscale {
            1 => pairs(sums, row, 1),
            2 => pairs(sums, row, 2),
            3 => pairs(sums, row, 3),
            4 => pairs(sums, row, 4),
            5 => pairs(sums, row, 5),
            _ => pairs(sums, row, xscale),
        }
    }

    /// Adds the values of one row. Each sum has `xscale` columns.
    fn add_values<V: Value>(sums: &mut [f64], row: &[V], xscale: usize) {
        for (sum, values) in sums.iter_mut().zip(row.chunks_exact(xscale)) {
            for value in values {
                *sum += value.to_f64();
            }
        }
    }

    /// Averages the squares of two rows.
    fn average_2x2<V: Value>(out: &mut [V], upper: &[V], lower: &[V]) {
        let pairs = upper.as_chunks::<2>().0.iter().zip(lower.as_chunks::<2>().0);
        for (out, ([a, b], [c, d])) in out.iter_mut().zip(pairs) {
            // Sums start at 0, so that -0 becomes 0.
            let sum = 0.0 + a.add(*b).add(*c).add(*d).to_f64();
            *out = V::from_f64(sum * 0.25);
        }
    }

    /// Multiplies sums by the reciprocal of the box's area.
    fn multiply<V: Value>(out: &mut [V], sums: &[f64], reciprocal: f64) {
        for (out, sum) in out.iter_mut().zip(sums) {
            *out = V::from_f64(sum * reciprocal);
        }
    }
}

/// Adds to each sum the squares of its `xscale` columns of two rows.
#[inline(always)]
fn squares<V: Value>(sums: &mut [f64], upper: &[V], lower: &[V], xscale: usize) {
    let boxes = upper.chunks_exact(xscale).zip(lower.chunks_exact(xscale));
    for (sum, (upper, lower)) in sums.iter_mut().zip(boxes) {
        let (upper, lower) = (upper.as_chunks::<2>(), lower.as_chunks::<2>());
        for ([a, b], [c, d]) in upper.0.iter().zip(lower.0) {
            *sum += a.add(*b).add(*c).add(*d).to_f64();
        }
        if let ([a], [b]) = (upper.1, lower.1) {
            *sum += a.add(*b).to_f64();
        }
    }
}

/// Adds to each sum the pairs of its `xscale` columns of one row.
#[inline(always)]
fn pairs<V: Value>(sums: &mut [f64], row: &[V], xscale: usize) {
    for (sum, row) in sums.iter_mut().zip(row.chunks_exact(xscale)) {
        let (pairs, odd) = row.as_chunks::<2>();
        for [a, b] in pairs {
            *sum += a.add(*b).to_f64();
        }
        if let [value] = odd {
            *sum += value.to_f64();
        }
    }
}

/// Sums that are accumulated in turns: an addition need not wait for the one before it, which belongs to another sum.
const INTERLEAVED: usize = 4;

/// Computes the same as [`squares`].
#[inline(always)]
fn interleaved_squares<V: Value>(sums: &mut [f64], upper: &[V], lower: &[V], xscale: usize) {
    let (groups, rest) = sums.as_chunks_mut::<INTERLEAVED>();
    let width = INTERLEAVED * xscale;
    let (upper, lower) = (upper.split_at(groups.len() * width), lower.split_at(groups.len() * width));
    let rows = upper.0.chunks_exact(width).zip(lower.0.chunks_exact(width));
    for (sums, (upper, lower)) in groups.iter_mut().zip(rows) {
        let mut local = *sums; // in registers
        let (upper, lower) = (box_columns(upper, xscale), box_columns(lower, xscale));
        for pair in 0..xscale / 2 {
            for (n, sum) in local.iter_mut().enumerate() {
                let ([a, b], [c, d]) = (upper[n].0[pair], lower[n].0[pair]);
                *sum += a.add(b).add(c).add(d).to_f64();
            }
        }
        for (n, sum) in local.iter_mut().enumerate() {
            if let ([a], [b]) = (upper[n].1, lower[n].1) {
                *sum += a.add(*b).to_f64();
            }
        }
        *sums = local;
    }
    squares(rest, upper.1, lower.1, xscale);
}

/// Splits a row into [`INTERLEAVED`] boxes, and each of these into pairs of columns and the odd last column.
#[inline(always)]
fn box_columns<V: Value>(row: &[V], xscale: usize) -> [(&[[V; 2]], &[V]); INTERLEAVED] {
    std::array::from_fn(|n| {
        let (pairs, odd) = row[n * xscale..][..xscale].as_chunks::<2>();
        (&pairs[..xscale / 2], odd)
    })
}
