//! Histograms: how often each value of a band occurs.
//!
//! Neighbouring pixels are often equal, and an increment then waits for the one before it to be stored. So rows are counted
//! into several tables in turn, of 32-bit counters that stay in the first-level cache, and the tables are summed. Threads share
//! the rows of large images.

use std::ops::Range;

use super::extrema::Extrema;
use crate::error::{Error, Result};
use crate::exec::parallel;
use crate::image::ImageRef;
use crate::memory::heap::try_vec;
use crate::mode::{Mode, PixelType};

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
    match bins {
        Bins::I32(min, max) if min < max => {
            let scale = 255.0 / max.wrapping_sub(min) as f32;
            count_wide(image, counts, |pixel| i32::from_ne_bytes(pixel).wrapping_sub(min) as f32 * scale);
        }
        Bins::F32(min, max) if min < max => {
            let scale = 255.0 / (max - min);
            count_wide(image, counts, |pixel| (f32::from_ne_bytes(pixel) - min) * scale);
        }
        Bins::Bytes => {
            // On the heap: a thread's stack may be small.
            let count_rows = |rows| {
                let mut counts = try_vec(0u64, MAX_COUNTS)?;
                match image.mode().pixel_size() {
                    4 => count_pixels(image, mask, rows, &mut counts),
                    _ => count_bytes(image, mask, rows, &mut counts),
                }
                Ok(counts)
            };
            let add = |total: &mut Result<Vec<u64>>, part: Result<Vec<u64>>| match (&mut *total, part) {
                (Ok(total), Ok(part)) => total.iter_mut().zip(part).for_each(|(total, count)| *total += count),
                (_, Err(error)) => *total = Err(error),
                (Err(_), Ok(_)) => {}
            };
            let zeros = Ok(try_vec(0u64, MAX_COUNTS)?);
            let total = parallel::reduce_rows(image.ysize(), 2 * image.xsize(), zeros, count_rows, add)?;
            counts.iter_mut().zip(total).for_each(|(count, total)| *count += total);
        }
        Bins::I32(..) | Bins::F32(..) => {}
    }
    Ok(())
}

fn count_wide(image: &ImageRef<'_>, counts: &mut [u64], bin: impl Fn([u8; 4]) -> f32) {
    for row in image.rows() {
        for pixel in row.as_chunks().0 {
            let bin = bin(*pixel);
            // A truncated bin: what lies between -1 and 0 is in the first one.
            if bin > -1.0 && bin < 256.0 {
                counts[bin as usize] += 1;
            }
        }
    }
}

fn count_bytes(image: &ImageRef<'_>, mask: Option<&ImageRef<'_>>, rows: Range<usize>, counts: &mut [u64]) {
    let mut tables = Tables::<TABLES>::new();
    for y in rows {
        let row = image.row(y);
        tables.flush_before(row.len(), |_, value, count| counts[value] += count);
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
                for (n, (value, mask)) in row.iter().zip(mask.row(y)).enumerate() {
                    if *mask != 0 {
                        tables.tables[n % TABLES][usize::from(*value)] += 1;
                    }
                }
            }
        }
    }
    tables.flush(|_, value, count| counts[value] += count);
}

fn count_pixels(image: &ImageRef<'_>, mask: Option<&ImageRef<'_>>, rows: Range<usize>, counts: &mut [u64]) {
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
    let mut add = |table: usize, value: usize, count: u64| {
        if let Some(first) = first_of(table) {
            counts[first + value] += count;
        }
    };
    for y in rows {
        let row = image.row(y);
        tables.flush_before(row.len(), &mut add);
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
            Some(mask) => {
                for (n, (pixel, mask)) in row.as_chunks::<4>().0.iter().zip(mask.row(y)).enumerate() {
                    if *mask == 0 {
                        continue;
                    }
                    for (byte, value) in pixel.iter().enumerate() {
                        tables.tables[n % 2 * 4 + byte][usize::from(*value)] += 1;
                    }
                }
            }
        }
    }
    tables.flush(add);
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
    fn flush_before(&mut self, values: usize, add: impl FnMut(usize, usize, u64)) {
        if self.counted + values > MAX_PIXELS {
            self.flush(add);
        }
        self.counted += values;
    }

    /// Hands all counts to `add`, by table and value, and starts anew.
    fn flush(&mut self, mut add: impl FnMut(usize, usize, u64)) {
        for (n, table) in self.tables.iter_mut().enumerate() {
            for (value, count) in table[..256].iter_mut().enumerate() {
                add(n, value, std::mem::take(count).into());
            }
        }
        self.counted = 0;
    }
}
