//! Lines of pixels side by side, so that a filter along the lines works on many of them at once.
//!
//! A tile is a table of steps: the first step has the first pixel of each line, and so on. Its bytes are *lanes*. Lines
//! are columns, which lie so already, or rows, which are turned when they come in and go out.

use super::kernels::{BLOCK, transpose};

/// Lanes of a wide tile, and of a narrow one for what is left over.
pub const WIDE: usize = 64;
/// See [`WIDE`].
pub const NARROW: usize = 16;

/// Fills a tile from rows, no more than it has room for. Lanes without a row get whatever.
#[inline(always)]
pub fn load_rows<const LANES: usize>(tile: &mut [[u8; LANES]], rows: &[&[u8]], pixel_size: usize) {
    match pixel_size {
        1 => load_pixels::<1, 16, LANES>(tile, rows),
        _ => load_pixels::<4, 4, LANES>(tile, rows),
    }
}

/// Writes a tile back to the rows.
#[inline(always)]
pub fn store_rows<const LANES: usize>(tile: &[[u8; LANES]], rows: &mut [&mut [u8]], pixel_size: usize) {
    match pixel_size {
        1 => store_pixels::<1, 16, LANES>(tile, rows),
        _ => store_pixels::<4, 4, LANES>(tile, rows),
    }
}

/// [`load_rows`] for pixels of `PIXEL` bytes, of which `N` are a block's side.
#[inline(always)]
fn load_pixels<const PIXEL: usize, const N: usize, const LANES: usize>(tile: &mut [[u8; LANES]], rows: &[&[u8]]) {
    let (blocks, rest) = tile.as_chunks_mut::<N>();
    for (group, rows) in rows.chunks(N).enumerate() {
        // A row that is missing is any other: nobody looks at its lanes.
        let row = |n: usize| rows[n.min(rows.len() - 1)];
        for (number, steps) in blocks.iter_mut().enumerate() {
            let mut block = [[0; BLOCK]; N];
            for (n, pixels) in block.iter_mut().enumerate() {
                pixels.copy_from_slice(&row(n)[number * BLOCK..][..BLOCK]);
            }
            let block = transpose(&block);
            for (step, lanes) in steps.iter_mut().zip(&block) {
                step[group * BLOCK..][..BLOCK].copy_from_slice(lanes);
            }
        }
        for (x, step) in rest.iter_mut().enumerate() {
            let lanes = step[group * BLOCK..][..BLOCK].as_chunks_mut::<PIXEL>().0;
            for (n, pixel) in lanes.iter_mut().enumerate() {
                pixel.copy_from_slice(&row(n)[blocks.len() * BLOCK + x * PIXEL..][..PIXEL]);
            }
        }
    }
}

/// [`store_rows`] for pixels of `PIXEL` bytes, of which `N` are a block's side.
#[inline(always)]
fn store_pixels<const PIXEL: usize, const N: usize, const LANES: usize>(tile: &[[u8; LANES]], rows: &mut [&mut [u8]]) {
    let (blocks, rest) = tile.as_chunks::<N>();
    for (group, rows) in rows.chunks_mut(N).enumerate() {
        for (number, steps) in blocks.iter().enumerate() {
            let mut block = [[0; BLOCK]; N];
            for (lanes, step) in block.iter_mut().zip(steps) {
                lanes.copy_from_slice(&step[group * BLOCK..][..BLOCK]);
            }
            let block = transpose(&block);
            for (row, pixels) in rows.iter_mut().zip(&block) {
                row[number * BLOCK..][..BLOCK].copy_from_slice(pixels);
            }
        }
        for (x, step) in rest.iter().enumerate() {
            let lanes = step[group * BLOCK..][..BLOCK].as_chunks::<PIXEL>().0;
            for (row, pixel) in rows.iter_mut().zip(lanes) {
                row[blocks.len() * BLOCK + x * PIXEL..][..PIXEL].copy_from_slice(pixel);
            }
        }
    }
}
