//! The loop over an image: hands out groups of rows to a [`RowConvolver`], and copies the pixels at the edges.

use arrayvec::ArrayVec;

use super::band_mask::BandMask;
use crate::error::Result;
use crate::exec::parallel;
use crate::image::{ImageMut, ImageRef};
use crate::simd::isa::multiversion;

/// The most output rows of a group, and the input rows around them.
pub const MAX_ROWS: usize = 8;
pub const MAX_INPUTS: usize = MAX_ROWS + 4;

/// Computes rows of the convolved image.
pub trait RowConvolver: Sized + Sync {
    /// The kernel's radius: the number of pixels at each edge whose neighbourhood is incomplete.
    const RADIUS: usize;

    /// The bytes of `RADIUS` pixels.
    const EDGE_BYTES: usize;

    /// The output rows of a group, which share the loads of their input rows.
    const ROWS: usize;

    /// The buffers of a thread. Large ones are on the heap, since a thread's stack may be small.
    type Scratch;

    fn scratch() -> Result<Self::Scratch>;

    /// Computes the rows of a group, without their edges. `inputs` are all rows from `RADIUS` above the first output
    /// row to `RADIUS` below the last, whole.
    fn convolve_rows(
        &self,
        outs: &mut [&mut [u8]],
        inputs: &[&[u8]],
        band_mask: BandMask,
        scratch: &mut Self::Scratch,
    ) {
        convolve_rows_scalar(self, outs, inputs, band_mask, scratch);
    }

    /// Does the same in plain code, which [`convolve_rows_scalar`] compiles for every ISA.
    fn scalar(&self, outs: &mut [&mut [u8]], inputs: &[&[u8]], band_mask: BandMask, scratch: &mut Self::Scratch);
}

multiversion! {
    /// Computes the rows of a group in plain code.
    pub fn convolve_rows_scalar<C: RowConvolver>(
        convolver: &C, outs: &mut [&mut [u8]], inputs: &[&[u8]], band_mask: BandMask, scratch: &mut C::Scratch,
    ) {
        convolver.scalar(outs, inputs, band_mask, scratch);
    }
}

/// Convolves an image. Pixels whose neighbourhood is incomplete are copied.
pub fn convolve_image<C: RowConvolver>(out: ImageMut<'_>, input: &ImageRef<'_>, convolver: &C) -> Result<()> {
    let row_bytes = input.xsize() * input.mode().pixel_size();
    let end = row_bytes - C::EDGE_BYTES;
    let complete = C::RADIUS..input.ysize() - C::RADIUS;
    let band_mask = BandMask::new(input.mode());
    parallel::try_for_rows(out, row_bytes * C::RADIUS, |first, mut chunk| {
        let last = complete.end.min(first + chunk.ysize()) - 1;
        let (mut group, mut scratch) = (ArrayVec::<_, MAX_ROWS>::new(), C::scratch()?);
        for (y, row) in (first..).zip(chunk.rows_mut()) {
            let source = input.row(y);
            if !complete.contains(&y) {
                row.copy_from_slice(source);
                continue;
            }
            row[..C::EDGE_BYTES].copy_from_slice(&source[..C::EDGE_BYTES]);
            row[end..][..C::EDGE_BYTES].copy_from_slice(&source[end..][..C::EDGE_BYTES]);
            group.push(&mut row[C::EDGE_BYTES..end]);
            if group.len() == C::ROWS || y == last {
                let top = y + 1 - group.len() - C::RADIUS;
                let inputs: ArrayVec<&[u8], MAX_INPUTS> = (top..=y + C::RADIUS).map(|y| input.row(y)).collect();
                convolver.convolve_rows(&mut group, &inputs, band_mask, &mut scratch);
                group.clear();
            }
        }
        Ok(())
    })
}
