//! Means of 32-bit numbers.
//!
//! The order in which floats are added is part of the result, and so is where integers overflow: by squares of two by two,
//! each in the precision of the numbers themselves, squares of the upper rows first; in the last column and the last row
//! number by number.

use std::ops::Range;

use bytemuck::AnyBitPattern;

use super::Reduction;
use crate::image::{ImageMut, ImageRef};
use crate::simd::isa::multiversion;
use crate::simd::truncate::Float;

/// How many numbers of the outcome are made at a time: of few, all rows are soon added up, and the processor sees many rows
/// to be fetched at once.
const STEP: usize = 64;

/// A number that pixels are made of.
pub trait Number: AnyBitPattern + bytemuck::NoUninit {
    /// The sum in the number's own precision.
    fn plus(self, other: Self) -> Self;

    /// The same as a double.
    fn wide(self) -> f64;

    /// What is nearest.
    fn near(value: f64) -> Self;
}

impl Number for i32 {
    #[inline(always)]
    fn plus(self, other: Self) -> Self {
        self.wrapping_add(other)
    }

    #[inline(always)]
    fn wide(self) -> f64 {
        self.into()
    }

    #[inline(always)]
    fn near(value: f64) -> Self {
        (if value >= 0.0 { value + 0.5 } else { value - 0.5 }).truncate()
    }
}

impl Number for f32 {
    #[inline(always)]
    fn plus(self, other: Self) -> Self {
        self + other
    }

    #[inline(always)]
    fn wide(self) -> f64 {
        self.into()
    }

    #[inline(always)]
    fn near(value: f64) -> Self {
        value as Self
    }
}

/// Makes the rows of the outcome from row `first` on.
pub fn rows<N: Number>(reduction: &Reduction, first: usize, out: &mut ImageMut<'_>, input: &ImageRef<'_>) {
    for y in 0..out.ysize() {
        row::<N>(reduction, reduction.rows_of(first + y), out.pixels_mut(y), input);
    }
}

/// Makes a row of the outcome of `rows`.
fn row<N: Number>(reduction: &Reduction, rows: Range<usize>, out: &mut [N], input: &ImageRef<'_>) {
    let (whole, rest) = reduction.whole_and_rest();
    let (whole, last) = out.split_at_mut(whole);
    let start = whole.len() * reduction.xscale;
    let line = |y: usize| &input.pixels::<N>(y)[reduction.columns.clone()];
    let squares = rows.len() == reduction.yscale;
    if squares && (reduction.xscale, reduction.yscale) == (2, 2) {
        halve(whole, line(rows.start), line(rows.start + 1));
    } else {
        means(whole, reduction.xscale, rows.clone(), squares, line);
    }
    for last in last {
        let mut sum = 0.0;
        for y in rows.clone() {
            line(y)[start..].iter().for_each(|value| sum += value.wide());
        }
        *last = N::near(sum * (1.0 / area(rest, rows.len())));
    }
}

/// Makes numbers of `xscale` columns each: by squares, or number by number.
fn means<'a, N: Number>(
    out: &mut [N],
    xscale: usize,
    rows: Range<usize>,
    by_squares: bool,
    line: impl Fn(usize) -> &'a [N],
) {
    let factor = 1.0 / area(xscale, rows.len());
    for (piece, out) in out.chunks_mut(STEP).enumerate() {
        let columns = piece * STEP * xscale..(piece * STEP + out.len()) * xscale;
        let sums = &mut [0.0; STEP][..out.len()];
        let mut pairs = rows.clone();
        while let Some(y) = pairs.next() {
            let upper = &line(y)[columns.clone()];
            match if by_squares { pairs.next() } else { None } {
                Some(y) => add_pair(sums, upper, &line(y)[columns.clone()], xscale),
                None if by_squares => add_line(sums, upper, xscale),
                None => add_each(sums, upper, xscale),
            }
        }
        divide(out, sums, factor);
    }
}

/// How many pixels a mean is of.
fn area(xscale: usize, yscale: usize) -> f64 {
    (xscale * yscale) as f64
}

multiversion! {
    /// Adds two lines, of which `xscale` numbers belong to a sum, by squares.
    fn add_pair<N: Number>(sums: &mut [f64], upper: &[N], lower: &[N], xscale: usize) {
        match xscale {
            1 => squares(sums, upper, lower, 1),
            2 => squares(sums, upper, lower, 2),
            3 => squares(sums, upper, lower, 3),
            4 => squares(sums, upper, lower, 4),
            5 => squares(sums, upper, lower, 5),
            6 => squares(sums, upper, lower, 6),
            7 => squares(sums, upper, lower, 7),
            8 => squares(sums, upper, lower, 8),
            _ => squares_side_by_side(sums, upper, lower, xscale),
        }
    }

    /// Adds a line by pairs.
    fn add_line<N: Number>(sums: &mut [f64], line: &[N], xscale: usize) {
        match xscale {
            1 => pairs(sums, line, 1),
            2 => pairs(sums, line, 2),
            3 => pairs(sums, line, 3),
            4 => pairs(sums, line, 4),
            5 => pairs(sums, line, 5),
            _ => pairs(sums, line, xscale),
        }
    }

    /// Adds a line number by number.
    fn add_each<N: Number>(sums: &mut [f64], line: &[N], xscale: usize) {
        for (sum, line) in sums.iter_mut().zip(line.chunks_exact(xscale)) {
            for value in line {
                *sum += value.wide();
            }
        }
    }

    /// Makes of each square of two by two a number.
    fn halve<N: Number>(out: &mut [N], upper: &[N], lower: &[N]) {
        let pairs = upper.as_chunks::<2>().0.iter().zip(lower.as_chunks::<2>().0);
        for (out, ([a, b], [c, d])) in out.iter_mut().zip(pairs) {
            // To 0, as any other sum: -0 is not what comes out.
            let sum = 0.0 + a.plus(*b).plus(*c).plus(*d).wide();
            *out = N::near(sum * 0.25);
        }
    }

    fn divide<N: Number>(out: &mut [N], sums: &[f64], factor: f64) {
        for (out, sum) in out.iter_mut().zip(sums) {
            *out = N::near(sum * factor);
        }
    }
}

/// Adds to each sum the squares of its `xscale` columns of two lines.
#[inline(always)]
fn squares<N: Number>(sums: &mut [f64], upper: &[N], lower: &[N], xscale: usize) {
    let lines = upper.chunks_exact(xscale).zip(lower.chunks_exact(xscale));
    for (sum, (upper, lower)) in sums.iter_mut().zip(lines) {
        let (above, below) = (upper.as_chunks::<2>(), lower.as_chunks::<2>());
        for ([a, b], [c, d]) in above.0.iter().zip(below.0) {
            *sum += a.plus(*b).plus(*c).plus(*d).wide();
        }
        if let ([a], [b]) = (above.1, below.1) {
            *sum += a.plus(*b).wide();
        }
    }
}

/// Adds to each sum the pairs of its `xscale` columns of a line.
#[inline(always)]
fn pairs<N: Number>(sums: &mut [f64], line: &[N], xscale: usize) {
    for (sum, line) in sums.iter_mut().zip(line.chunks_exact(xscale)) {
        let (pairs, last) = line.as_chunks::<2>();
        for [a, b] in pairs {
            *sum += a.plus(*b).wide();
        }
        if let [value] = last {
            *sum += value.wide();
        }
    }
}

/// How many sums grow side by side, so that none waits for the last addition to the same.
const LANES: usize = 4;

/// Does what [`squares`] does.
#[inline(always)]
fn squares_side_by_side<N: Number>(sums: &mut [f64], upper: &[N], lower: &[N], xscale: usize) {
    let (lanes, rest) = sums.as_chunks_mut::<LANES>();
    let (upper, lower) = (upper.split_at(lanes.len() * LANES * xscale), lower.split_at(lanes.len() * LANES * xscale));
    let lines = upper.0.chunks_exact(LANES * xscale).zip(lower.0.chunks_exact(LANES * xscale));
    for (sums, (upper, lower)) in lanes.iter_mut().zip(lines) {
        let mut local = *sums; // in registers
        let (above, below) = (columns(upper, xscale), columns(lower, xscale));
        for pair in 0..xscale / 2 {
            for (lane, sum) in local.iter_mut().enumerate() {
                let ([a, b], [c, d]) = (above[lane].0[pair], below[lane].0[pair]);
                *sum += a.plus(b).plus(c).plus(d).wide();
            }
        }
        for (lane, sum) in local.iter_mut().enumerate() {
            if let ([a], [b]) = (above[lane].1, below[lane].1) {
                *sum += a.plus(*b).wide();
            }
        }
        *sums = local;
    }
    squares(rest, upper.1, lower.1, xscale);
}

/// The pairs of the columns of each lane, and the last column where there is one left.
#[inline(always)]
fn columns<N: Number>(line: &[N], xscale: usize) -> [(&[[N; 2]], &[N]); LANES] {
    std::array::from_fn(|lane| {
        let (pairs, last) = line[lane * xscale..][..xscale].as_chunks::<2>();
        (&pairs[..xscale / 2], last)
    })
}
