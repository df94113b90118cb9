//! Vertical sums: adds the bytes of rows, column by column, in 16 bits.

use std::ops::Range;

use super::scratch::LANES;
use crate::simd::isa::multiversion;

/// The most rows that are read at the same time. Many streams keep more cache lines in flight.
const MAX_STREAMS: usize = 16;

/// Adds `rows`, of at least one row, to column sums that replace the contents of `sums`. `row` returns the bytes of a
/// row; each has the length of `sums`.
pub fn sum_rows<'a>(sums: &mut [u16], rows: Range<usize>, row: impl Fn(usize) -> &'a [u8]) {
    let y = rows.start;
    match rows.len() {
        0 => {}
        1 => sum_1(sums, row(y)),
        2 => sum_2(sums, row(y), row(y + 1)),
        3 => sum_3(sums, row(y), row(y + 1), row(y + 2)),
        4 => sum_4(sums, row(y), row(y + 1), row(y + 2), row(y + 3)),
        _ => {
            for first in rows.clone().step_by(MAX_STREAMS) {
                let mut streams = [&[][..]; MAX_STREAMS];
                let streams = &mut streams[..MAX_STREAMS.min(rows.end - first)];
                streams.iter_mut().zip(first..).for_each(|(stream, y)| *stream = row(y));
                add_streams(sums, streams, first == rows.start);
            }
        }
    }
}

multiversion! {
    /// Widens a single row.
    fn sum_1(sums: &mut [u16], a: &[u8]) {
        for (sum, a) in sums.iter_mut().zip(a) {
            *sum = u16::from(*a);
        }
    }

    /// Adds two rows.
    fn sum_2(sums: &mut [u16], a: &[u8], b: &[u8]) {
        for ((sum, a), b) in sums.iter_mut().zip(a).zip(b) {
            *sum = u16::from(*a) + u16::from(*b);
        }
    }

    /// Adds three rows.
    fn sum_3(sums: &mut [u16], a: &[u8], b: &[u8], c: &[u8]) {
        for (((sum, a), b), c) in sums.iter_mut().zip(a).zip(b).zip(c) {
            *sum = u16::from(*a) + u16::from(*b) + u16::from(*c);
        }
    }

    /// Adds four rows.
    fn sum_4(sums: &mut [u16], a: &[u8], b: &[u8], c: &[u8], d: &[u8]) {
        for ((((sum, a), b), c), d) in sums.iter_mut().zip(a).zip(b).zip(c).zip(d) {
            *sum = u16::from(*a) + u16::from(*b) + u16::from(*c) + u16::from(*d);
        }
    }

    /// Adds several rows to `sums`, or replaces `sums` by the sum of these rows.
    fn add_streams(sums: &mut [u16], rows: &[&[u8]], replace: bool) {
        let (wide, rest) = sums.as_chunks_mut::<{ 2 * LANES }>();
        let (narrow, single) = rest.as_chunks_mut::<{ LANES / 4 }>();
        let (after_wide, after_narrow) = (wide.as_flattened().len(), narrow.as_flattened().len());
        add_blocks(wide, rows, 0, replace);
        add_blocks(narrow, rows, after_wide, replace);
        add_blocks(single.as_chunks_mut::<1>().0, rows, after_wide + after_narrow, replace);
    }
}

/// Adds rows, from byte `start` on, in blocks of columns: all rows of a block while its sums are in registers.
#[inline(always)]
fn add_blocks<const COLUMNS: usize>(blocks: &mut [[u16; COLUMNS]], rows: &[&[u8]], start: usize, replace: bool) {
    for (block, start) in blocks.iter_mut().zip((start..).step_by(COLUMNS)) {
        let mut sums = if replace { [0; COLUMNS] } else { *block };
        for row in rows {
            for (sum, byte) in sums.iter_mut().zip(&row[start..start + COLUMNS]) {
                *sum += u16::from(*byte);
            }
        }
        *block = sums;
    }
}
