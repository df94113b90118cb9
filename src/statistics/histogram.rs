//! Histograms: how often each value of a band occurs.
//!
//! Neighbouring pixels are often equal, and an increment then waits for the one before it to be stored. So rows are counted
//! into several tables in turn, of 32-bit counters that stay in the first-level cache, and the tables are summed. A processor
//! increments about one counter a cycle, so large images of one band are counted by pairs of pixels. Whether a pixel is masked
//! cannot be predicted, so its counter is incremented by 0 or 1. Threads share the rows of large images.

use std::ops::Range;

use super::extrema::Extrema;
use crate::error::{Error, Result};
use crate::exec::parallel;
use crate::image::ImageRef;
use crate::memory::heap::try_vec;
use crate::memory::zeroed::ZeroedTable;
use crate::mode::{Mode, PixelType};
use crate::simd::isa::multiversion;
use crate::simd::truncate::truncate;

/// How the values of an image are sorted into 256 bins.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Bins {
    /// One for each value of an 8-bit band.
    Bytes,
    /// Equal intervals from the first to the second value of mode I.
    I32(i32, i32),
    /// Equal intervals from the first to the second value of mode F.
    F32(f32, f32),
}

impl Bins {
    /// Returns the bins for the values of a mode. I and F need extrema of their type, other modes none.
    pub fn new(mode: Mode, extrema: Option<Extrema>) -> Result<Self> {
        match (mode.spec().pixel_type, extrema) {
            (PixelType::I32, Some(Extrema::I32(min, max))) => Ok(Self::I32(min, max)),
            (PixelType::F32, Some(Extrema::F32(min, max))) => Ok(Self::F32(min, max)),
            (PixelType::I32 | PixelType::F32, _) => Err(Error::Value("min/max not given")),
            _ => Ok(Self::Bytes),
        }
    }
}

/// Checks the mode and size of a mask: 1 or L, and the image's size. An error for a mask on mode I or F.
pub fn check_histogram(image: &ImageRef<'_>, mask: Option<&ImageRef<'_>>) -> Result<()> {
    let Some(mask) = mask else { return Ok(()) };
    if (mask.xsize(), mask.ysize()) != (image.xsize(), image.ysize()) {
        return Err(Error::Mismatch);
    }
    if !matches!(mask.mode(), Mode::One | Mode::L) {
        return Err(Error::Value("bad transparency mask"));
    }
    let is_wide = matches!(image.mode().spec().pixel_type, PixelType::I32 | PixelType::F32);
    if is_wide { Err(Error::Mode) } else { Ok(()) }
}

/// The pixels that 32-bit counters take before they are summed.
const MAX_PIXELS: usize = 1 << 31;

/// The tables that neighbouring pixels are counted into.
const TABLES: usize = 4;

/// The counters of a table. Those behind the 256 that are used keep equal values of different tables from having addresses that
/// differ by 4096, which loads and stores take for equal ones.
const TABLE: usize = 256 + 16;

type Table = [u32; TABLE];

/// Images of this many pixels are counted by one thread.
const SMALL: usize = 1 << 16;

/// The most counts of an image: 256 for each byte of a pixel.
const MAX_COUNTS: usize = 1024;

/// Counts the values of an image where `mask` is not 0, and adds them to `counts`: 256 for each band. `counts` has room for
/// the image's pixel size times 256; with a mask, the padding byte of three bands is counted behind them.
///
/// As in the reference, an image of 16-bit pixels is counted byte by byte, the first `xsize` bytes of each row.
pub fn histogram(image: &ImageRef<'_>, mask: Option<&ImageRef<'_>>, bins: Bins, counts: &mut [u64]) -> Result<()> {
    if image.bytes() == 0 {
        return Ok(());
    }
    let count_rows: &CountRows<'_> = match bins {
        Bins::I32(min, max) if min < max => {
            let scale = 255.0 / max.wrapping_sub(min) as f32;
            &move |rows, counts| count_wide(image, rows, counts, |out, row| bins_i32(out, row, min, scale))
        }
        Bins::F32(min, max) if min < max => {
            let scale = 255.0 / (max - min);
            &move |rows, counts| count_wide(image, rows, counts, |out, row| bins_f32(out, row, min, scale))
        }
        Bins::Bytes if image.mode().pixel_size() == 4 => &|rows, counts| count_pixels(image, mask, rows, counts),
        Bins::Bytes => &|rows, counts| count_bytes(image, mask, rows, counts),
        Bins::I32(..) | Bins::F32(..) => return Ok(()),
    };
    if image.xsize() * image.ysize() <= SMALL {
        return count_rows(0..image.ysize(), counts);
    }
    // On the heap: a thread's stack may be small.
    let work = |rows| {
        let mut counts = try_vec(0u64, MAX_COUNTS)?;
        count_rows(rows, &mut counts)?;
        Ok(counts)
    };
    let add = |total: &mut Result<Vec<u64>>, part: Result<Vec<u64>>| match (&mut *total, part) {
        (Ok(total), Ok(part)) if total.is_empty() => *total = part,
        (Ok(total), Ok(part)) => total.iter_mut().zip(part).for_each(|(total, count)| *total += count),
        (_, Err(error)) => *total = Err(error),
        (Err(_), Ok(_)) => {}
    };
    let cost = 2 * image.xsize() * image.mode().pixel_size().min(3);
    let total = parallel::reduce_rows(image.ysize(), cost, Ok(Vec::new()), work, add)?;
    counts.iter_mut().zip(total).for_each(|(count, total)| *count += total);
    Ok(())
}

/// Counts the values of rows, and adds them to [`MAX_COUNTS`] counts.
type CountRows<'a> = dyn Fn(Range<usize>, &mut [u64]) -> Result<()> + Sync + 'a;

/// The pixels whose bins are computed at a time.
const WIDE_BLOCK: usize = 64;

/// The bin of values that are in none of the 256.
const NO_BIN: u32 = 256;

/// Counts the bins of 4-byte pixels. `find_bins` computes those of a block.
fn count_wide(
    image: &ImageRef<'_>,
    rows: Range<usize>,
    counts: &mut [u64],
    find_bins: impl Fn(&mut [u16; WIDE_BLOCK], &[[u8; 4]]),
) -> Result<()> {
    let mut tables = Tables::<TABLES>::new();
    for y in rows {
        let row = image.row(y).as_chunks::<4>().0;
        tables.flush_before(row.len(), counts, |_| Some(0));
        for pixels in row.chunks(WIDE_BLOCK) {
            let mut bins = [0; WIDE_BLOCK];
            find_bins(&mut bins, pixels);
            let (blocks, rest) = bins[..pixels.len()].as_chunks::<TABLES>();
            let [a, b, c, d] = &mut tables.tables;
            let bin = |bin: u16| usize::from(bin).min(TABLE - 1);
            for block in blocks {
                a[bin(block[0])] += 1;
                b[bin(block[1])] += 1;
                c[bin(block[2])] += 1;
                d[bin(block[3])] += 1;
            }
            rest.iter().for_each(|value| a[bin(*value)] += 1);
        }
    }
    tables.flush(counts, |_| Some(0));
    Ok(())
}

/// Truncates bins. What lies between -1 and 0 is in the first one; NaN and what does not fit become `i32::MIN`.
#[inline(always)]
fn store_bins(bins: &mut [u16; WIDE_BLOCK], values: [f32; WIDE_BLOCK]) {
    for (bin, value) in bins.iter_mut().zip(truncate(values)) {
        *bin = value.cast_unsigned().min(NO_BIN) as u16;
    }
}

multiversion! {
    /// Finds the bins of pixels of mode I.
    fn bins_i32(bins: &mut [u16; WIDE_BLOCK], pixels: &[[u8; 4]], min: i32, scale: f32) {
        let mut values = [0.0; WIDE_BLOCK];
        for (value, pixel) in values.iter_mut().zip(pixels) {
            *value = i32::from_ne_bytes(*pixel).wrapping_sub(min) as f32 * scale;
        }
        store_bins(bins, values);
    }

    /// Finds the bins of pixels of mode F.
    fn bins_f32(bins: &mut [u16; WIDE_BLOCK], pixels: &[[u8; 4]], min: f32, scale: f32) {
        let mut values = [0.0; WIDE_BLOCK];
        for (value, pixel) in values.iter_mut().zip(pixels) {
            *value = (f32::from_ne_bytes(*pixel) - min) * scale;
        }
        store_bins(bins, values);
    }
}

fn count_bytes(
    image: &ImageRef<'_>,
    mask: Option<&ImageRef<'_>>,
    rows: Range<usize>,
    counts: &mut [u64],
) -> Result<()> {
    let values = rows.len().saturating_mul(image.xsize());
    if mask.is_none() && (MIN_PAIRED..MAX_PIXELS).contains(&values) {
        return count_pairs(image, rows, counts);
    }
    let mut tables = Tables::<TABLES>::new();
    for y in rows {
        let row = image.row(y);
        tables.flush_before(row.len(), counts, |_| Some(0));
        let row = &row[..image.xsize()];
        match mask {
            None => {
                let (blocks, rest) = row.as_chunks::<8>();
                let [a, b, c, d] = &mut tables.tables;
                for block in blocks {
                    // One load for eight values.
                    let block = u64::from_le_bytes(*block);
                    let value = |n: u32| (block >> (8 * n) & 255) as usize;
                    a[value(0)] += 1;
                    b[value(1)] += 1;
                    c[value(2)] += 1;
                    d[value(3)] += 1;
                    a[value(4)] += 1;
                    b[value(5)] += 1;
                    c[value(6)] += 1;
                    d[value(7)] += 1;
                }
                rest.iter().for_each(|value| a[usize::from(*value)] += 1);
            }
            Some(mask) => {
                let (blocks, rest) = row.as_chunks::<8>();
                let (mask_blocks, mask_rest) = mask.row(y).as_chunks::<8>();
                let [a, b, c, d] = &mut tables.tables;
                for (block, mask) in blocks.iter().zip(mask_blocks) {
                    // An increment of 0 or 1: which it is cannot be predicted.
                    let (block, ones) = (u64::from_le_bytes(*block), ones(u64::from_le_bytes(*mask)));
                    let value = |n: u32| (block >> (8 * n) & 255) as usize;
                    let one = |n: u32| (ones >> (8 * n) & 1) as u32;
                    a[value(0)] += one(0);
                    b[value(1)] += one(1);
                    c[value(2)] += one(2);
                    d[value(3)] += one(3);
                    a[value(4)] += one(4);
                    b[value(5)] += one(5);
                    c[value(6)] += one(6);
                    d[value(7)] += one(7);
                }
                rest.iter().zip(mask_rest).for_each(|(value, mask)| a[usize::from(*value)] += u32::from(*mask != 0));
            }
        }
    }
    tables.flush(counts, |_| Some(0));
    Ok(())
}

/// So many bytes are worth a table of pairs.
const MIN_PAIRED: usize = 1 << 20;

/// Counts pairs of neighbouring bytes, so that one increment counts two. Most of the table's 256 KiB stay in the second-level
/// cache; neighbours are often similar, and then few counters are used.
fn count_pairs(image: &ImageRef<'_>, rows: Range<usize>, counts: &mut [u64]) -> Result<()> {
    let mut table = ZeroedTable::<u32>::new(1 << 16)?;
    let pairs: &mut [u32; 1 << 16] = table.first_chunk_mut().expect("a table of this length");
    for y in rows {
        let (blocks, rest) = image.row(y)[..image.xsize()].as_chunks::<8>();
        for block in blocks {
            let block = u64::from_le_bytes(*block);
            for n in 0..4 {
                pairs[(block >> (16 * n) & 0xffff) as usize] += 1;
            }
        }
        rest.iter().for_each(|value| counts[usize::from(*value)] += 1);
    }
    let mut lower = [0; 256];
    for (upper, pairs) in pairs.as_chunks::<256>().0.iter().enumerate() {
        counts[upper] += u64::from(pairs.iter().sum::<u32>());
        lower.iter_mut().zip(pairs).for_each(|(sum, count): (&mut u32, _)| *sum += *count);
    }
    counts.iter_mut().zip(lower).for_each(|(count, sum)| *count += u64::from(sum));
    Ok(())
}

fn count_pixels(
    image: &ImageRef<'_>,
    mask: Option<&ImageRef<'_>>,
    rows: Range<usize>,
    counts: &mut [u64],
) -> Result<()> {
    // Two tables for each byte of a pixel.
    let mut tables = Tables::<8>::new();
    let bands = usize::from(image.mode().spec().bands);
    let first_of = |table: usize| match (bands, table % 4) {
        (2, 0) => Some(0),
        (2, 3) => Some(256),
        (2, _) => None,
        (3, 3) if mask.is_none() => None,
        (_, byte) => Some(256 * byte),
    };
    for y in rows {
        let row = image.row(y);
        tables.flush_before(row.len(), counts, first_of);
        match mask {
            None if bands == 3 => {
                let (pairs, rest) = row.as_chunks::<8>();
                let [r0, g0, b0, _, r1, g1, b1, _] = &mut tables.tables;
                for pair in pairs {
                    let pair = u64::from_le_bytes(*pair);
                    let value = |n: u32| (pair >> (8 * n) & 255) as usize;
                    r0[value(0)] += 1;
                    g0[value(1)] += 1;
                    b0[value(2)] += 1;
                    r1[value(4)] += 1;
                    g1[value(5)] += 1;
                    b1[value(6)] += 1;
                }
                rest.iter().zip(&mut tables.tables).for_each(|(value, table)| table[usize::from(*value)] += 1);
            }
            None => {
                let (pairs, rest) = row.as_chunks::<8>();
                for pair in pairs {
                    let pair = u64::from_le_bytes(*pair);
                    for (n, table) in tables.tables.iter_mut().enumerate() {
                        table[(pair >> (8 * n) & 255) as usize] += 1;
                    }
                }
                rest.iter().zip(&mut tables.tables).for_each(|(value, table)| table[usize::from(*value)] += 1);
            }
            Some(mask) => count_masked(&mut tables.tables, row.as_chunks().0, mask.row(y)),
        }
    }
    tables.flush(counts, first_of);
    Ok(())
}

/// The pixels whose masks are looked at together.
const MASK_BLOCK: usize = 8;

/// Counts all bytes of the pixels of a row where `mask` is not 0, in two tables for each byte.
fn count_masked(tables: &mut [Table; 8], row: &[[u8; 4]], mask: &[u8]) {
    let (blocks, rest) = row.as_chunks::<MASK_BLOCK>();
    let (mask_blocks, mask_rest) = mask.as_chunks::<MASK_BLOCK>();
    let [r0, g0, b0, a0, r1, g1, b1, a1] = tables;
    for (pixels, mask) in blocks.iter().zip(mask_blocks) {
        let mask = u64::from_le_bytes(*mask);
        if mask == 0 {
            continue;
        }
        let ones = ones(mask);
        for n in 0..MASK_BLOCK / 2 {
            let (pixel, other) = (u32::from_le_bytes(pixels[2 * n]), u32::from_le_bytes(pixels[2 * n + 1]));
            let (one, other_one) = ((ones >> (16 * n) & 1) as u32, (ones >> (16 * n + 8) & 1) as u32);
            let byte = |pixel: u32, n: u32| (pixel >> (8 * n) & 255) as usize;
            r0[byte(pixel, 0)] += one;
            g0[byte(pixel, 1)] += one;
            b0[byte(pixel, 2)] += one;
            a0[byte(pixel, 3)] += one;
            r1[byte(other, 0)] += other_one;
            g1[byte(other, 1)] += other_one;
            b1[byte(other, 2)] += other_one;
            a1[byte(other, 3)] += other_one;
        }
    }
    for ([r, g, b, a], mask) in rest.iter().zip(mask_rest) {
        let one = u32::from(*mask != 0);
        r0[usize::from(*r)] += one;
        g0[usize::from(*g)] += one;
        b0[usize::from(*b)] += one;
        a0[usize::from(*a)] += one;
    }
}

/// Returns 1 in each byte that is not 0.
#[inline(always)]
fn ones(bytes: u64) -> u64 {
    const LOW_BITS: u64 = u64::from_ne_bytes([0x7f; 8]);
    // The sum of the low bits carries into the highest one unless they are 0.
    ((((bytes & LOW_BITS) + LOW_BITS) | bytes) & !LOW_BITS) >> 7
}

/// Tables of 32-bit counters, emptied before they could overflow.
struct Tables<const N: usize> {
    tables: [Table; N],
    counted: usize,
}

impl<const N: usize> Tables<N> {
    fn new() -> Self {
        Self { tables: [[0; TABLE]; N], counted: 0 }
    }

    /// Makes room for `values` more values.
    fn flush_before(&mut self, values: usize, counts: &mut [u64], first: impl Fn(usize) -> Option<usize>) {
        if self.counted + values > MAX_PIXELS {
            self.flush(counts, first);
            *self = Self::new();
        }
        self.counted += values;
    }

    /// Adds all counts to `counts`. `first` returns where those of a table are, if they are wanted.
    fn flush(&self, counts: &mut [u64], first: impl Fn(usize) -> Option<usize>) {
        for (n, table) in self.tables.iter().enumerate() {
            if let Some(first) = first(n) {
                let counts = counts[first..first + 256].iter_mut();
                counts.zip(table.iter()).for_each(|(total, count)| *total += u64::from(*count));
            }
        }
    }
}
