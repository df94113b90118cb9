//! Transposed tiles: rows of pixels side by side, so that a filter along the rows works on many of them at once.
//!
//! `tile[x]` holds pixel `x` of every row. A byte of it is a *lane*, and every lane has a running sum of its own, so
//! the horizontal blur becomes a loop over lanes that LLVM vectorises. Rows are transposed, block by block, when they
//! are loaded and when they are stored:
//!
//! ```text
//!              x = 0    1    2    3                        lanes 0..4  4..8  8..12 12..16
//!       row 0    a0   a1   a2   a3                tile[0]    a0    b0    c0    d0
//!       row 1    b0   b1   b2   b3   transpose    tile[1]    a1    b1    c1    d1
//!       row 2    c0   c1   c2   c3  ───────────►  tile[2]    a2    b2    c2    d2
//!       row 3    d0   d1   d2   d3                tile[3]    a3    b3    c3    d3
//! ```
//!
//! Columns of an image have that layout already: each of its rows is a `tile[y]`.

use super::weights::Weights;
use crate::simd::transpose::{ROW_BYTES, transpose};

/// The lanes of a wide tile, and of a narrow one for the last rows of an image.
pub const WIDE_LANES: usize = 64;
pub const NARROW_LANES: usize = 16;

/// Loads a tile from rows of pixels of one or four bytes. Lanes that no row fills get the pixels of other rows.
#[inline(always)]
pub fn load_rows<const LANES: usize>(tile: &mut [[u8; LANES]], rows: &[&[u8]], pixel_size: usize) {
    match pixel_size {
        1 => load_pixels::<1, 16, LANES>(tile, rows),
        _ => load_pixels::<4, 4, LANES>(tile, rows),
    }
}

/// Stores a tile to rows of pixels of one or four bytes.
#[inline(always)]
pub fn store_rows<const LANES: usize>(tile: &[[u8; LANES]], rows: &mut [&mut [u8]], pixel_size: usize) {
    match pixel_size {
        1 => store_pixels::<1, 16, LANES>(tile, rows),
        _ => store_pixels::<4, 4, LANES>(tile, rows),
    }
}

/// [`load_rows`] for pixels of `PIXEL` bytes, by blocks of `N` × `N` pixels.
#[inline(always)]
fn load_pixels<const PIXEL: usize, const N: usize, const LANES: usize>(tile: &mut [[u8; LANES]], rows: &[&[u8]]) {
    let (blocks, rest) = tile.as_chunks_mut::<N>();
    for (group, rows) in rows.chunks(N).enumerate() {
        // A missing row is replaced by the last one; its lanes are never stored.
        let row = |n: usize| rows[n.min(rows.len() - 1)];
        for (number, positions) in blocks.iter_mut().enumerate() {
            let mut block = [[0; ROW_BYTES]; N];
            for (n, pixels) in block.iter_mut().enumerate() {
                pixels.copy_from_slice(&row(n)[number * ROW_BYTES..][..ROW_BYTES]);
            }
            let block = transpose(&block);
            for (position, lanes) in positions.iter_mut().zip(&block) {
                position[group * ROW_BYTES..][..ROW_BYTES].copy_from_slice(lanes);
            }
        }
        for (x, position) in rest.iter_mut().enumerate() {
            let lanes = position[group * ROW_BYTES..][..ROW_BYTES].as_chunks_mut::<PIXEL>().0;
            for (n, pixel) in lanes.iter_mut().enumerate() {
                pixel.copy_from_slice(&row(n)[blocks.len() * ROW_BYTES + x * PIXEL..][..PIXEL]);
            }
        }
    }
}

/// [`store_rows`] for pixels of `PIXEL` bytes, by blocks of `N` × `N` pixels.
#[inline(always)]
fn store_pixels<const PIXEL: usize, const N: usize, const LANES: usize>(tile: &[[u8; LANES]], rows: &mut [&mut [u8]]) {
    let (blocks, rest) = tile.as_chunks::<N>();
    for (group, rows) in rows.chunks_mut(N).enumerate() {
        for (number, positions) in blocks.iter().enumerate() {
            let mut block = [[0; ROW_BYTES]; N];
            for (lanes, position) in block.iter_mut().zip(positions) {
                lanes.copy_from_slice(&position[group * ROW_BYTES..][..ROW_BYTES]);
            }
            let block = transpose(&block);
            for (row, pixels) in rows.iter_mut().zip(&block) {
                row[number * ROW_BYTES..][..ROW_BYTES].copy_from_slice(pixels);
            }
        }
        for (x, position) in rest.iter().enumerate() {
            let lanes = position[group * ROW_BYTES..][..ROW_BYTES].as_chunks::<PIXEL>().0;
            for (row, pixel) in rows.iter_mut().zip(lanes) {
                row[blocks.len() * ROW_BYTES + x * PIXEL..][..PIXEL].copy_from_slice(pixel);
            }
        }
    }
}

/// Blurs all lanes of a tile by one pass. The pixels at both ends are repeated beyond them.
#[inline(always)]
pub fn blur<const LANES: usize>(out: &mut [[u8; LANES]], input: &[[u8; LANES]], weights: &Weights) {
    let Some(last) = input.len().checked_sub(1) else { return };
    let radius = weights.radius;
    let mut sums = initial_sums(input, radius);
    for (x, out) in out[..=last].iter_mut().enumerate() {
        let leaving = &input[x.saturating_sub(radius + 1)];
        let entering = &input[(x + radius).min(last)];
        let next = &input[(x + radius + 1).min(last)];
        for lane in 0..LANES {
            let [leaving, entering, next] = [leaving, entering, next].map(|pixels| u32::from(pixels[lane]));
            sums[lane] = sums[lane].wrapping_add(entering).wrapping_sub(leaving);
            out[lane] = weights.mean(sums[lane], leaving + next);
        }
    }
}

/// Sums the inner pixels of the box around position -1.
#[inline(always)]
fn initial_sums<const LANES: usize>(input: &[[u8; LANES]], radius: usize) -> [u32; LANES] {
    let last = input.len() - 1;
    let inside = radius.min(last);
    let mut sums = [0u32; LANES];
    let mut add = |pixels: &[u8; LANES], times: usize| {
        for lane in 0..LANES {
            sums[lane] = sums[lane].wrapping_add(u32::from(pixels[lane]).wrapping_mul(times as u32));
        }
    };
    add(&input[0], radius + 1);
    for pixels in &input[..inside] {
        add(pixels, 1);
    }
    add(&input[last], radius - inside);
    sums
}
