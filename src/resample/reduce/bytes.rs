//! Means of 8-bit bands.
//!
//! The rows are added up first, which vectors do well, into sums of 16 bits where these have room; then neighbours in the
//! row of sums. Few columns at a time, and all rows of these: so the sums stay near, and the processor sees many rows that
//! it may fetch at once. A mean is a sum times a fixed-point reciprocal, with the error that this has: where the sum is a
//! multiple, half of the divisor included, the mean is mostly one less.

use std::ops::Range;

use super::Reduction;
use super::halves;
use crate::image::{ImageMut, ImageRef};
use crate::simd::isa::multiversion;

/// How many sums there is room for at a time.
const SUMS: usize = 2048;

/// How many sums the largest vectors have.
const VECTOR: usize = 32;

/// The most pixels that make up a mean for which 16 bits are enough throughout.
const SMALL: usize = 128;

/// The most pixels whose sum fits into 16 bits together with half of their number.
const FEW: i32 = 256;

/// The most rows of bytes whose sums fit into 16 bits.
const ROWS: usize = 257;

/// How many rows are added up side by side: the more of them the processor sees, the more it fetches at once.
const SIDE_BY_SIDE: usize = 16;

/// Room for what is between the bytes and their means.
struct Scratch {
    sums: [u64; SUMS / 4],
    totals: [u64; SUMS / 4],
    /// What the sums of a row that is not the last are divided by, and those of its last column.
    divisors: [Divisor; 2],
}

impl Scratch {
    /// Empty room.
    fn new(reduction: &Reduction) -> Self {
        let divisor = |xscale| Divisor::new(xscale, reduction.yscale);
        let divisors = [divisor(reduction.xscale), divisor(reduction.whole_and_rest().1)];
        Self { sums: [0; SUMS / 4], totals: [0; SUMS / 4], divisors }
    }
}

/// Makes the rows of the outcome from row `first` on, of pixels of `BYTES` bytes. Those that are not one of `BANDS` bands
/// become 0 but in the last column and the last row.
pub fn rows<const BYTES: usize, const BANDS: usize>(
    reduction: &Reduction,
    first: usize,
    out: &mut ImageMut<'_>,
    input: &ImageRef<'_>,
) {
    if halves::are_asked_for(reduction) {
        return halves::rows::<BYTES>(reduction, bands(BANDS), first, out, input);
    }
    let mut scratch = Scratch::new(reduction);
    for y in 0..out.ysize() {
        row::<BYTES>(reduction, bands(BANDS), reduction.rows_of(first + y), out.row_mut(y), input, &mut scratch);
    }
}

/// Makes a row of the outcome of `rows`.
fn row<const BYTES: usize>(
    reduction: &Reduction,
    bands: u32,
    rows: Range<usize>,
    out: &mut [u8],
    input: &ImageRef<'_>,
    scratch: &mut Scratch,
) {
    let (whole, rest) = reduction.whole_and_rest();
    let (whole, last) = out.split_at_mut(whole * BYTES);
    let first = reduction.columns.start * BYTES;
    let source = Source { input, rows: rows.clone(), first };
    let divisors = match rows.len() == reduction.yscale {
        true => scratch.divisors,
        false => [reduction.xscale, rest].map(|xscale| Divisor::new(xscale, rows.len())),
    };
    source.means::<BYTES>(whole, 0, reduction.xscale, &divisors[0], scratch);
    if bands != u32::MAX && rows.len() == reduction.yscale {
        clear_others(whole, bands);
    }
    source.means::<BYTES>(last, whole.len() * reduction.xscale, rest, &divisors[1], scratch);
}

/// The bits of so many bands in a pixel, of which those of two are the first and the last.
fn bands(count: usize) -> u32 {
    match count {
        2 => 0xff00_00ff,
        3 => 0x00ff_ffff,
        _ => u32::MAX,
    }
}

/// Where a row of the outcome comes from.
struct Source<'a> {
    input: &'a ImageRef<'a>,
    rows: Range<usize>,
    /// The first byte of the part.
    first: usize,
}

impl Source<'_> {
    /// Makes pixels of `BYTES` bytes each of which is the mean of `xscale` columns, from byte `start` of the part on.
    fn means<const BYTES: usize>(
        &self,
        out: &mut [u8],
        start: usize,
        xscale: usize,
        divisor: &Divisor,
        scratch: &mut Scratch,
    ) {
        let width = xscale * BYTES;
        if out.is_empty() {
            return;
        }
        if width > SUMS || self.rows.len() > ROWS {
            for (x, out) in out.chunks_exact_mut(BYTES).enumerate() {
                let start = start + x * width;
                self.large_mean(out, start..start + width, divisor, scratch);
            }
            return;
        }
        let pixels = pixels_at_a_time::<BYTES>(width, self.rows.len());
        let Scratch { sums, totals, .. } = scratch;
        for (piece, out) in out.chunks_mut(pixels * BYTES).enumerate() {
            let start = start + piece * pixels * width;
            let sums = &mut bytemuck::cast_slice_mut(sums)[..out.len() * xscale];
            self.add_rows(sums, start, self.rows.clone());
            match (&divisor.small, BYTES) {
                (Some(small), 1) => small_means_1(out, sums, xscale, small),
                (Some(small), _) => small_means_4(out, sums, xscale, small, totals),
                (None, 4) if divisor.is_few => few_means_4(out, sums, xscale, divisor, totals),
                (None, 1) => means_1(out, sums, xscale, divisor),
                (None, _) => means_4(out, sums, xscale, divisor),
            }
        }
    }

    /// Makes one pixel of many bytes.
    fn large_mean(&self, out: &mut [u8], bytes: Range<usize>, divisor: &Divisor, scratch: &mut Scratch) {
        let mut totals = [0_u32; 4];
        for start in bytes.clone().step_by(SUMS) {
            let sums = &mut bytemuck::cast_slice_mut(&mut scratch.sums)[..SUMS.min(bytes.end - start)];
            for first in self.rows.clone().step_by(ROWS) {
                self.add_rows(sums, start, first..(first + ROWS).min(self.rows.end));
                total(&mut totals, sums);
            }
        }
        if let [out] = out {
            *out = divisor.mean(totals.iter().fold(0, |total, part| total.wrapping_add(*part)));
        } else {
            out.iter_mut().zip(totals).for_each(|(out, total)| *out = divisor.mean(total));
        }
    }

    /// Adds rows up, from byte `start` of the part on.
    fn add_rows(&self, sums: &mut [u16], start: usize, rows: Range<usize>) {
        let columns = self.first + start..self.first + start + sums.len();
        let row = |y: usize| &self.input.row(y)[columns.clone()];
        let y = rows.start;
        match rows.len() {
            0 => {}
            1 => set_1(sums, row(y)),
            2 => set_2(sums, row(y), row(y + 1)),
            3 => set_3(sums, row(y), row(y + 1), row(y + 2)),
            4 => set_4(sums, row(y), row(y + 1), row(y + 2), row(y + 3)),
            _ => {
                for first in rows.clone().step_by(SIDE_BY_SIDE) {
                    let mut lines = [&[][..]; SIDE_BY_SIDE];
                    let lines = &mut lines[..SIDE_BY_SIDE.min(rows.end - first)];
                    lines.iter_mut().zip(first..).for_each(|(line, y)| *line = row(y));
                    add_lines(sums, lines, first == rows.start);
                }
            }
        }
    }
}

/// How many pixels of the outcome, of which each is made of rows of `width` bytes, are made at a time: fewer where there are
/// more rows. So few bytes pass by before the processor is to go on in a row which it has begun to fetch.
fn pixels_at_a_time<const BYTES: usize>(width: usize, rows: usize) -> usize {
    let vector = VECTOR / BYTES;
    let most = (4 * SUMS / rows.max(1)).clamp(SUMS / 4, SUMS) / width;
    if most > vector { most / vector * vector } else { most.max(1) }
}

/// What sums are divided by.
#[derive(Clone, Copy)]
struct Divisor {
    /// Half of it, for rounding.
    half: u32,
    /// 2²⁴ divided by it.
    reciprocal: u32,
    /// Whether 16 bits are enough for sums.
    is_few: bool,
    /// The same in 16 bits, where these are enough.
    small: Option<Small>,
}

/// A divisor in 16 bits.
#[derive(Clone, Copy)]
struct Small {
    half: u16,
    /// The reciprocal, as large as 16 bits hold.
    reciprocal: u16,
    /// By how much more than 16 bits it was shifted up.
    shift: u32,
}

impl Divisor {
    /// The divisor for means of so many pixels. From 2²⁴ on it comes out as the reference's does, where that number
    /// overflows: small by some power of two, or 0, as large as can be.
    fn new(xscale: usize, yscale: usize) -> Self {
        let count = (xscale as i32).wrapping_mul(yscale as i32);
        let dividend = count.wrapping_shl(8) as u32;
        let reciprocal = if dividend == 0 { 0 } else { (4_294_967_296.0 / dividend as f32) as u32 };
        let small = (2..=SMALL as i32).contains(&count).then(|| Small::new(count as u32));
        Self { half: (count / 2) as u32, reciprocal, is_few: (0..=FEW).contains(&count), small }
    }

    /// The mean of values with that sum.
    #[inline(always)]
    fn mean(&self, sum: u32) -> u8 {
        (sum.wrapping_add(self.half).wrapping_mul(self.reciprocal) >> 24) as u8
    }
}

impl Small {
    fn new(count: u32) -> Self {
        // The whole part of 2^(16 + shift) / count has 16 bits.
        let shift = (count - 1).ilog2();
        let reciprocal = ((1 << (16 + shift)) / count) as u16;
        Self { half: (count / 2) as u16, reciprocal, shift }
    }

    #[inline(always)]
    fn mean(&self, sum: u16) -> u8 {
        ((u32::from(sum + self.half) * u32::from(self.reciprocal)) >> 16 >> self.shift) as u8
    }
}

multiversion! {
    fn set_1(sums: &mut [u16], a: &[u8]) {
        for (sum, a) in sums.iter_mut().zip(a) {
            *sum = u16::from(*a);
        }
    }

    fn set_2(sums: &mut [u16], a: &[u8], b: &[u8]) {
        for ((sum, a), b) in sums.iter_mut().zip(a).zip(b) {
            *sum = u16::from(*a) + u16::from(*b);
        }
    }

    fn set_3(sums: &mut [u16], a: &[u8], b: &[u8], c: &[u8]) {
        for (((sum, a), b), c) in sums.iter_mut().zip(a).zip(b).zip(c) {
            *sum = u16::from(*a) + u16::from(*b) + u16::from(*c);
        }
    }

    fn set_4(sums: &mut [u16], a: &[u8], b: &[u8], c: &[u8], d: &[u8]) {
        for ((((sum, a), b), c), d) in sums.iter_mut().zip(a).zip(b).zip(c).zip(d) {
            *sum = u16::from(*a) + u16::from(*b) + u16::from(*c) + u16::from(*d);
        }
    }

    /// Adds lines up, to the sums that there are or to none.
    fn add_lines(sums: &mut [u16], lines: &[&[u8]], to_none: bool) {
        let (wide, rest) = sums.as_chunks_mut::<{ 2 * VECTOR }>();
        let (narrow, single) = rest.as_chunks_mut::<{ VECTOR / 4 }>();
        let (after_wide, after_narrow) = (wide.as_flattened().len(), narrow.as_flattened().len());
        add_strips(wide, lines, 0, to_none);
        add_strips(narrow, lines, after_wide, to_none);
        add_strips(single.as_chunks_mut::<1>().0, lines, after_wide + after_narrow, to_none);
    }

    fn small_means_1(out: &mut [u8], sums: &[u16], xscale: usize, divisor: &Small) {
        match xscale {
            1 => fold_1(out, sums, 1, |sum| divisor.mean(sum)),
            2 => fold_1(out, sums, 2, |sum| divisor.mean(sum)),
            3 => fold_1(out, sums, 3, |sum| divisor.mean(sum)),
            4 => fold_1(out, sums, 4, |sum| divisor.mean(sum)),
            5 => fold_1(out, sums, 5, |sum| divisor.mean(sum)),
            8 => fold_1(out, sums, 8, |sum| divisor.mean(sum)),
            _ => fold_1(out, sums, xscale, |sum| divisor.mean(sum)),
        }
    }

    fn small_means_4(out: &mut [u8], sums: &[u16], xscale: usize, divisor: &Small, totals: &mut [u64; SUMS / 4]) {
        if xscale == 1 {
            return means(out, sums, |sum| divisor.mean(sum));
        }
        let totals = totals_4(&mut totals[..out.len() / 4], sums, xscale);
        means(out, totals, |sum| divisor.mean(sum));
    }

    fn few_means_4(out: &mut [u8], sums: &[u16], xscale: usize, divisor: &Divisor, totals: &mut [u64; SUMS / 4]) {
        let totals = totals_4(&mut totals[..out.len() / 4], sums, xscale);
        means(out, totals, |sum| divisor.mean(sum.into()));
    }

    fn means_1(out: &mut [u8], sums: &[u16], xscale: usize, divisor: &Divisor) {
        for (out, sums) in out.iter_mut().zip(sums.chunks_exact(xscale)) {
            *out = divisor.mean(sums.iter().map(|sum| u32::from(*sum)).sum());
        }
    }

    fn means_4(out: &mut [u8], sums: &[u16], xscale: usize, divisor: &Divisor) {
        let sums = sums.as_chunks::<4>().0;
        for (out, sums) in out.as_chunks_mut::<4>().0.iter_mut().zip(sums.chunks_exact(xscale)) {
            let mut total = [0; 4];
            for sum in sums {
                for (total, sum) in total.iter_mut().zip(sum) {
                    *total += u32::from(*sum);
                }
            }
            *out = total.map(|total| divisor.mean(total));
        }
    }

    /// Adds every fourth sum to a total.
    fn total(totals: &mut [u32; 4], sums: &[u16]) {
        let (fours, rest) = sums.as_chunks::<4>();
        for sums in fours {
            for (total, sum) in totals.iter_mut().zip(sums) {
                *total = total.wrapping_add(u32::from(*sum));
            }
        }
        for (total, sum) in totals.iter_mut().zip(rest) {
            *total = total.wrapping_add(u32::from(*sum));
        }
    }

    /// Keeps the bits of the bands of pixels of four bytes.
    fn clear_others(out: &mut [u8], bands: u32) {
        for pixel in out.as_chunks_mut::<4>().0 {
            *pixel = (u32::from_le_bytes(*pixel) & bands).to_le_bytes();
        }
    }
}

/// Adds strips of lines up, from byte `start` on: all lines of a strip while its sums are in registers.
#[inline(always)]
fn add_strips<const SUMS: usize>(strips: &mut [[u16; SUMS]], lines: &[&[u8]], start: usize, to_none: bool) {
    for (strip, start) in strips.iter_mut().zip((start..).step_by(SUMS)) {
        let mut totals = if to_none { [0; SUMS] } else { *strip };
        for line in lines {
            for (total, byte) in totals.iter_mut().zip(&line[start..start + SUMS]) {
                *total += u16::from(*byte);
            }
        }
        *strip = totals;
    }
}

/// Makes of each `xscale` sums a value.
#[inline(always)]
fn fold_1(out: &mut [u8], sums: &[u16], xscale: usize, mean: impl Fn(u16) -> u8) {
    for (out, sums) in out.iter_mut().zip(sums.chunks_exact(xscale)) {
        *out = mean(sums.iter().sum());
    }
}

/// Adds up each `xscale` pixels of four sums. A pixel's four sums are one number: none of them overflows into the next.
#[inline(always)]
fn totals_4<'a>(totals: &'a mut [u64], sums: &[u16], xscale: usize) -> &'a [u16] {
    let pixels: &[u64] = bytemuck::cast_slice(sums);
    match xscale {
        2 => fold_4(totals, pixels, 2),
        3 => fold_4(totals, pixels, 3),
        4 => fold_4(totals, pixels, 4),
        5 => fold_4(totals, pixels, 5),
        6 => fold_4(totals, pixels, 6),
        8 => fold_4(totals, pixels, 8),
        _ => fold_4(totals, pixels, xscale),
    }
    bytemuck::cast_slice(totals)
}

#[inline(always)]
fn fold_4(totals: &mut [u64], pixels: &[u64], xscale: usize) {
    for (total, pixels) in totals.iter_mut().zip(pixels.chunks_exact(xscale)) {
        *total = pixels.iter().sum();
    }
}

/// Makes of each sum a value.
#[inline(always)]
fn means(out: &mut [u8], sums: &[u16], mean: impl Fn(u16) -> u8) {
    for (out, sum) in out.iter_mut().zip(sums) {
        *out = mean(*sum);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sixteen_bits_are_enough_for_small_divisors() {
        for count in 2..=SMALL {
            let divisor = Divisor::new(count, 1);
            let small = divisor.small.as_ref().expect("small");
            for sum in 0..=255 * count as u32 {
                assert_eq!(small.mean(sum as u16), divisor.mean(sum), "{sum} of {count}");
            }
        }
    }
}
