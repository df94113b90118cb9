//! The horizontal pass: blurs rows one by one where that is possible ([`RowBlur`]), all others in transposed tiles, which stay in
//! the cache for all passes.

use arrayvec::ArrayVec;

use super::row_blur::RowBlur;
use super::transposed_tile::{self, NARROW_LANES, WIDE_LANES, load_rows, store_rows};
use super::weights::Weights;
use crate::error::{Error, Result};
use crate::exec::nontemporal::StorePolicy;
use crate::exec::parallel;
use crate::image::{ImageMut, ImageRef};
use crate::memory::heap::try_vec;
use crate::simd::isa::multiversion;

/// The operations that a byte costs in one pass.
const COST: usize = 2;

/// Returns the approximate number of operations for a row.
pub fn cost(out: &ImageMut<'_>, passes: usize) -> usize {
    (out.xsize() * out.mode().pixel_size() * COST).saturating_mul(passes)
}

/// Blurs all rows, in place if there is no input.
pub fn blur(
    out: ImageMut<'_>,
    policy: StorePolicy,
    input: Option<&ImageRef<'_>>,
    weights: &Weights,
    passes: usize,
) -> Result<()> {
    let (pixel_size, cost) = (out.mode().pixel_size(), cost(&out, passes));
    parallel::try_for_rows(out, cost, |first, mut chunk| {
        if RowBlur::supports(weights, pixel_size) {
            let mut blur = RowBlur::new(weights, chunk.xsize(), pixel_size)?;
            let rows = chunk.rows_mut();
            match input {
                Some(input) => policy.write_rows(rows.enumerate(), |y, row| {
                    blur.row(row, Some(input.row(first + y)), passes);
                }),
                None => rows.for_each(|row| blur.row(row, None, passes)),
            }
            return Ok(());
        }
        let mut tiles = Tiles::new(chunk.xsize())?;
        let mut rows = chunk.rows_mut().enumerate().peekable();
        while let Some((y, _)) = rows.peek() {
            let y = first + y;
            let mut group: ArrayVec<&mut [u8], WIDE_LANES> =
                rows.by_ref().take(WIDE_LANES / pixel_size).map(|(_, row)| row).collect();
            let inputs: ArrayVec<&[u8], WIDE_LANES> =
                input.into_iter().flat_map(|input| (y..y + group.len()).map(|y| input.row(y))).collect();
            blur_rows_in_tile(&mut group, &inputs, &mut tiles, weights, passes, pixel_size);
        }
        Ok(())
    })
}

/// The buffers of two tiles: a pass reads one and writes the other.
struct Tiles {
    front: Vec<u8>,
    back: Vec<u8>,
}

impl Tiles {
    fn new(width: usize) -> Result<Self> {
        let bytes = width.checked_mul(WIDE_LANES).ok_or(Error::Memory)?;
        Ok(Self { front: try_vec(0, bytes)?, back: try_vec(0, bytes)? })
    }

    /// Returns the front and the back tile for rows of `width` pixels.
    #[inline(always)]
    fn split<const LANES: usize>(&mut self, width: usize) -> [&mut [[u8; LANES]]; 2] {
        [&mut self.front, &mut self.back].map(|bytes| &mut bytes.as_chunks_mut().0[..width])
    }
}

multiversion! {
    /// Blurs the rows of one tile, in place if there are no inputs.
    fn blur_rows_in_tile(
        rows: &mut [&mut [u8]], inputs: &[&[u8]], tiles: &mut Tiles, weights: &Weights, passes: usize, pixel_size: usize,
    ) {
        #[inline(always)]
        fn blur<const LANES: usize>(
            rows: &mut [&mut [u8]], inputs: &[&[u8]], tiles: &mut Tiles, weights: &Weights, passes: usize,
            pixel_size: usize,
        ) {
            let tiles = tiles.split::<LANES>(rows[0].len() / pixel_size);
            if inputs.is_empty() {
                let inputs: ArrayVec<&[u8], LANES> = rows.iter().map(|row| &**row).collect();
                load_rows(tiles[0], &inputs, pixel_size);
            } else {
                load_rows(tiles[0], inputs, pixel_size);
            }
            store_rows(blur_tile(tiles, weights, passes), rows, pixel_size);
        }

        if rows.len() * pixel_size <= NARROW_LANES {
            blur::<NARROW_LANES>(rows, inputs, tiles, weights, passes, pixel_size);
        } else {
            blur::<WIDE_LANES>(rows, inputs, tiles, weights, passes, pixel_size);
        }
    }
}

/// Blurs the front tile by several passes. Returns the tile that has the result.
#[inline(always)]
fn blur_tile<'a, const LANES: usize>(
    [mut front, mut back]: [&'a mut [[u8; LANES]]; 2],
    weights: &Weights,
    passes: usize,
) -> &'a [[u8; LANES]] {
    for _ in 0..passes {
        transposed_tile::blur(back, front, weights);
        (front, back) = (back, front);
    }
    front
}
