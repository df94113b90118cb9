//! Lines of pixels side by side, so that a filter along the lines works on many of them at once.
//!
//! A tile is a table of steps: the first step has the first pixel of each line, and so on. Its bytes are *lanes*. Lines
//! are columns, which lie so already, or rows, which are turned when they come in and go out.

use std::array::from_fn;

use super::transpose::transpose;

/// Lanes of a wide tile, and of a narrow one for what is left over.
pub const WIDE: usize = 64;
/// See [`WIDE`].
pub const NARROW: usize = 16;

/// Bytes of a block that is turned at once, along either side.
const BLOCK: usize = 16;

/// Fills a tile from rows, no more than it has room for. Lanes without a row get whatever.
#[inline(always)]
pub fn load_rows<const LANES: usize>(tile: &mut [[u8; LANES]], rows: &[&[u8]], pixel_size: usize) {
    match pixel_size {
        1 => load_pixels::<1, BLOCK, LANES>(tile, rows),
        _ => load_pixels::<4, 4, LANES>(tile, rows),
    }
}

/// Writes a tile back to the rows.
#[inline(always)]
pub fn store_rows<const LANES: usize>(tile: &[[u8; LANES]], rows: &mut [&mut [u8]], pixel_size: usize) {
    match pixel_size {
        1 => store_pixels::<1, BLOCK, LANES>(tile, rows),
        _ => store_pixels::<4, 4, LANES>(tile, rows),
    }
}

/// [`load_rows`] for pixels of `PIXEL` bytes, of which `N` are a block's side.
#[inline(always)]
fn load_pixels<const PIXEL: usize, const N: usize, const LANES: usize>(tile: &mut [[u8; LANES]], rows: &[&[u8]]) {
    for (group, rows) in rows.chunks(N).enumerate() {
        // A row that is missing is any other: nobody looks at its lanes.
        let rows: [&[[u8; PIXEL]]; N] = from_fn(|n| rows[n.min(rows.len() - 1)].as_chunks().0);
        let lanes = |step: &mut [u8; LANES], pixels: [[u8; PIXEL]; N]| {
            step[group * BLOCK..][..BLOCK].copy_from_slice(pixels.as_flattened());
        };
        let (blocks, rest) = tile.as_chunks_mut::<N>();
        let whole = blocks.len() * N;
        let mut sources = rows.map(|row| row.as_chunks::<N>().0.iter());
        for steps in blocks {
            let block = sources.each_mut().map(|source| source.next().copied().unwrap_or([[0; PIXEL]; N]));
            for (step, pixels) in steps.iter_mut().zip(transpose(block)) {
                lanes(step, pixels);
            }
        }
        for (x, step) in rest.iter_mut().enumerate() {
            lanes(step, rows.map(|row| row[whole + x]));
        }
    }
}

/// [`store_rows`] for pixels of `PIXEL` bytes, of which `N` are a block's side.
#[inline(always)]
fn store_pixels<const PIXEL: usize, const N: usize, const LANES: usize>(tile: &[[u8; LANES]], rows: &mut [&mut [u8]]) {
    let lanes = |step: &[u8; LANES], group: usize| -> [[u8; PIXEL]; N] {
        let bytes = &step[group * BLOCK..][..BLOCK];
        from_fn(|n| from_fn(|byte| bytes[n * PIXEL + byte]))
    };
    let (blocks, rest) = tile.as_chunks::<N>();
    for (group, rows) in rows.chunks_mut(N).enumerate() {
        for (number, steps) in blocks.iter().enumerate() {
            let block = transpose(steps.each_ref().map(|step| lanes(step, group)));
            for (row, pixels) in rows.iter_mut().zip(block) {
                row[number * N * PIXEL..][..N * PIXEL].copy_from_slice(pixels.as_flattened());
            }
        }
        for (x, step) in rest.iter().enumerate() {
            for (row, pixel) in rows.iter_mut().zip(lanes(step, group)) {
                row[(blocks.len() * N + x) * PIXEL..][..PIXEL].copy_from_slice(&pixel);
            }
        }
    }
}
