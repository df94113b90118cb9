//! The mode filter: each pixel becomes the most frequent value around it.
//!
//! Of values that are equally frequent the smallest counts, and a value that occurs no more than twice changes nothing. The
//! window is clipped to the image. For sizes 3 and 5, all pixels of a row compare each value of their windows with all others,
//! in vectors: [`avx2`] has the counts of 32 pixels in a register. For larger ones, and at the edges, a histogram slides along
//! the row.

#[cfg(target_arch = "x86_64")]
mod avx2;
mod constants;

use arrayvec::ArrayVec;

use crate::error::{Error, Result};
use crate::exec::parallel;
use crate::image::{ImageMut, ImageRef};
use crate::mode::PixelType;
use crate::simd::isa::{self, Isa, multiversion};
use constants::{MAX_COMPARED, MIN_COUNT};

/// Checks that an image has one 8-bit band.
pub fn check_mode_filter(input: &ImageRef<'_>) -> Result<()> {
    let spec = input.mode().spec();
    if spec.bands == 1 && spec.pixel_type == PixelType::U8 { Ok(()) } else { Err(Error::Mode) }
}

/// Filters an image of 8-bit pixels with windows of `2 * (size / 2) + 1` pixels. `out` has the same mode and size.
pub fn mode_filter(out: ImageMut<'_>, input: &ImageRef<'_>, size: i32) {
    let half = usize::try_from(size / 2).unwrap_or(0).min(input.xsize().max(input.ysize()));
    if half == 0 {
        return parallel::copy_rows(out, input, |y| input.row(y));
    }
    let cost = out.xsize() * if half <= MAX_COMPARED { 16 } else { 256 };
    parallel::for_rows(out, cost, |first, mut chunk| {
        for (y, out) in chunk.rows_mut().enumerate() {
            filter_row(out, input, first + y, half);
        }
    });
}

fn filter_row(out: &mut [u8], input: &ImageRef<'_>, y: usize, half: usize) {
    let rows = y.saturating_sub(half)..(y + half + 1).min(input.ysize());
    let width = out.len();
    if half > MAX_COMPARED || width <= 2 * half {
        return slide(out, input, y, rows, half, 0..width);
    }
    let lines: ArrayVec<&[u8], { 2 * MAX_COMPARED + 1 }> = rows.clone().map(|row| input.row(row)).collect();
    let inner = half..width - half;
    let compared = compare(isa::current(), &mut out[inner.clone()], &lines, &input.row(y)[inner], 2 * half + 1);
    slide(out, input, y, rows.clone(), half, 0..half);
    slide(out, input, y, rows, half, half + compared..width);
}

/// Filters some columns of a row by a sliding histogram.
fn slide(
    out: &mut [u8],
    input: &ImageRef<'_>,
    y: usize,
    rows: std::ops::Range<usize>,
    half: usize,
    columns: std::ops::Range<usize>,
) {
    let mut counts = [0u32; 256];
    let width = input.xsize();
    let update = |x: usize, change: u32, counts: &mut [u32; 256]| {
        for row in rows.clone() {
            let count = &mut counts[usize::from(input.row(row)[x])];
            *count = count.wrapping_add(change);
        }
    };
    let start = columns.start.saturating_sub(half);
    (start..(columns.start + half).min(width)).for_each(|x| update(x, 1, &mut counts));
    for x in columns {
        if x + half < width {
            update(x + half, 1, &mut counts);
        }
        let (value, count) = most_frequent(&counts);
        out[x] = if count > MIN_COUNT { value } else { input.row(y)[x] };
        if x >= half {
            update(x - half, u32::MAX, &mut counts);
        }
    }
}

/// Filters pixels whose windows are inside the rows. `center` has the pixels themselves, `lines` the rows of the windows,
/// `size - 1` pixels more than there are to filter. Returns the number of pixels that it has filtered, from the first one on.
fn compare(isa: Isa, out: &mut [u8], lines: &[&[u8]], center: &[u8], size: usize) -> usize {
    #[cfg(target_arch = "x86_64")]
    if let Some(isa) = isa.avx2() {
        return avx2::compare(isa, out, lines, center, size);
    }
    let _ = isa;
    compare_plain(out, lines, center, size)
}

multiversion! {
    /// Returns the smallest of the most frequent values, and its count.
    fn most_frequent(counts: &[u32; 256]) -> (u8, u32) {
        const BLOCK: usize = 32;
        let count = counts.iter().fold(0, |most, count| most.max(*count));
        // The block first, in vectors.
        let has_count = |block: &[u32; BLOCK]| block.iter().fold(false, |found, other| found | (*other == count));
        let (blocks, _) = counts.as_chunks::<BLOCK>();
        let block = blocks.iter().position(has_count).unwrap_or(0);
        let value = blocks[block].iter().position(|other| *other == count).unwrap_or(0);
        ((block * BLOCK + value) as u8, count)
    }

    /// Does what [`compare`] does, for whole vectors.
    fn compare_plain(out: &mut [u8], lines: &[&[u8]], center: &[u8], size: usize) -> usize {
        const LANES: usize = 32;
        let mut x = 0;
        while x + LANES <= out.len() {
            let window = |n: usize| -> [u8; LANES] {
                *lines[n / size][x + n % size..].first_chunk().expect("a window more than pixels")
            };
            let (mut best, mut best_count) = ([0u8; LANES], [0u8; LANES]);
            for n in 0..lines.len() * size {
                let value = window(n);
                let mut count = [0u8; LANES];
                for other in 0..lines.len() * size {
                    let other = window(other);
                    for lane in 0..LANES {
                        count[lane] += u8::from(value[lane] == other[lane]);
                    }
                }
                for lane in 0..LANES {
                    let is_better = (count[lane] > best_count[lane])
                        | ((count[lane] == best_count[lane]) & (value[lane] < best[lane]));
                    best[lane] = if is_better { value[lane] } else { best[lane] };
                    best_count[lane] = if is_better { count[lane] } else { best_count[lane] };
                }
            }
            for lane in 0..LANES {
                out[x + lane] = if best_count[lane] > MIN_COUNT as u8 { best[lane] } else { center[x + lane] };
            }
            x += LANES;
        }
        x
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Filters a pixel by counting.
    fn expected(lines: &[&[u8]], x: usize, center: u8, size: usize) -> u8 {
        let mut counts = [0u32; 256];
        lines.iter().for_each(|line| line[x..x + size].iter().for_each(|value| counts[usize::from(*value)] += 1));
        let (value, count) = most_frequent(&counts);
        if count > MIN_COUNT { value } else { center }
    }

    #[test]
    fn vectors_equal_counting() {
        let noise = |n: usize, values: usize| ((n * 0x9e37_79b1) >> 16) % values * 255 / values.max(2);
        for (isa, size, length) in Isa::available().flat_map(|isa| {
            [3, 5].into_iter().flat_map(move |size| [0, 1, 31, 32, 33, 64, 100].map(|length| (isa, size, length)))
        }) {
            for (values, count) in [1, 2, 4, 9, 256].into_iter().flat_map(|values| [(values, size - 1), (values, size)])
            {
                let rows: Vec<Vec<u8>> = (0..count)
                    .map(|row| (0..length + size - 1).map(|x| noise(1000 * row + x, values) as u8).collect())
                    .collect();
                let lines: Vec<&[u8]> = rows.iter().map(Vec::as_slice).collect();
                let center = &rows[count / 2][size / 2..][..length];
                let mut out = vec![0; length];
                let done = compare(isa, &mut out, &lines, center, size);
                assert!(length - done < 32);
                for x in 0..done {
                    assert_eq!(out[x], expected(&lines, x, center[x], size), "{isa:?} {size} {length} {values} {x}");
                }
            }
        }
    }
}
