//! The one-pass box blur: all horizontal and vertical passes in one sweep down the image.
//!
//! Blurred separately, an image is written once and read once more for each direction. Here a row is blurred
//! horizontally at the moment when the first vertical pass pulls it, and goes straight into that pass's ring buffer
//! ([`vertical`](super::vertical)): every pixel is read once from memory and written once, whatever the number of
//! passes.
//!
//! ```text
//!   input row ──► horizontal passes ──► vertical pass 1 ──► … ──► vertical pass n ──► output row
//!                 one row               ring, 2 r + 3 rows       ring, 2 r + 3 rows
//!                 (first-level cache)   └───────── second- or third-level cache ─────────┘
//! ```
//!
//! It is exact: each pass computes what it would compute on its own, in the same order for every pixel. Only the order
//! among passes changes.
//!
//! Each thread works on a chunk of rows, and computes the rows above and below that its passes need itself. That is
//! paid for by chunks that are high ([`supports`]).
//!
//! Wins the benchmark cases "GaussianBlur" and "BoxBlur"; "BoxBlur, (0, 20)" gains most.

use super::horizontal;
use super::row_blur::RowBlur;
use super::vertical::{self, Cascade};
use super::weights::Weights;
use crate::error::Result;
use crate::exec::nontemporal::StorePolicy;
use crate::exec::parallel;
use crate::image::{ImageMut, ImageRef};

/// The bytes of all rings: they stay in the third-level cache, which is still faster than a second sweep through
/// memory.
const CACHE_BYTES: usize = 4 << 20;

/// Returns whether the one-pass blur is possible and pays: rows of such pixels can be blurred one by one, the rings fit
/// into the cache, and the rows that two threads both compute are few.
pub fn supports(out: &ImageMut<'_>, horizontal: Option<&Weights>, vertical: &Weights, passes: usize) -> bool {
    let pixel_size = out.mode().pixel_size();
    let rows = vertical::ring_rows(vertical, out.ysize()).saturating_mul(passes);
    let computed_twice = rows.saturating_mul(2 * parallel::num_threads() - 2);
    horizontal.is_none_or(|horizontal| RowBlur::supports(horizontal, pixel_size))
        && vertical.fits_u16()
        && passes <= vertical::MAX_PASSES
        && rows.saturating_mul(out.xsize() * pixel_size) <= CACHE_BYTES
        && computed_twice <= out.ysize() / 2
}

/// Blurs the input in one sweep; without horizontal weights only vertically.
pub fn blur(
    out: ImageMut<'_>,
    input: &ImageRef<'_>,
    horizontal: Option<&Weights>,
    vertical: &Weights,
    passes: usize,
) -> Result<()> {
    match horizontal {
        None => sweep(out, input, vertical, passes, 0, || Ok(()), |(), y, row| row.copy_from_slice(input.row(y))),
        Some(horizontal) => {
            let (width, pixel_size, cost) = (out.xsize(), out.mode().pixel_size(), horizontal::cost(&out, passes));
            sweep(
                out,
                input,
                vertical,
                passes,
                cost,
                || RowBlur::new(horizontal, width, pixel_size),
                |blur, y, row| blur.row(row, Some(input.row(y)), passes),
            )
        }
    }
}

/// Blurs vertically the rows that `write_row` makes of the input, about `row_cost` operations each. Every thread gets a
/// buffer of its own.
fn sweep<B>(
    out: ImageMut<'_>,
    input: &ImageRef<'_>,
    weights: &Weights,
    passes: usize,
    row_cost: usize,
    buffer: impl Fn() -> Result<B> + Sync,
    write_row: impl Fn(&mut B, usize, &mut [u8]) + Sync,
) -> Result<()> {
    let (policy, rows) = (StorePolicy::for_image(&out, &[input]), out.ysize());
    let row_bytes = out.xsize() * out.mode().pixel_size();
    let cost = row_cost.saturating_add(row_bytes * vertical::COST * passes);
    parallel::try_for_rows(out, cost, |first, mut chunk| {
        let (mut cascade, mut buffer) = (Cascade::<u16>::new(weights, passes, rows, row_bytes)?, buffer()?);
        policy.write_rows(chunk.rows_mut().enumerate(), |y, row| {
            cascade.compute(first + y, row, |y, row| write_row(&mut buffer, y, row));
        });
        Ok(())
    })
}
