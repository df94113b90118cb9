//! Wavefronts of grey, quantized to 0 and 255.

use super::diffusion::Diffusion;
use super::steps::{self, LAG};
use super::vector::GreyVector;
use crate::error::Result;
use crate::image::{ImageMut, ImageRef};
use crate::memory::heap::try_vec;

/// Dithers an image of `IN` bytes a pixel, whose grey `luma` returns, `ROWS` rows at a time. `dither_steps` is
/// [`dither_steps`] of an ISA.
pub fn dither<const IN: usize, const ROWS: usize>(
    mut out: ImageMut<'_>,
    input: &ImageRef<'_>,
    luma: impl Fn([u8; IN]) -> u8,
    dither_steps: impl Fn(&mut [[u8; ROWS]], &mut [i16], usize),
) -> Result<()> {
    let mut errors = try_vec(0, input.xsize())?;
    let mut steps = try_vec([0; ROWS], steps::count::<ROWS>(input.xsize()))?;
    for first in (0..input.ysize()).step_by(ROWS) {
        let rows = ROWS.min(input.ysize() - first);
        steps::skew(&mut steps, input, first, rows, &luma);
        dither_steps(&mut steps, &mut errors, rows);
        steps::unskew(&mut out, &steps, first, rows, |out, value| *out = [value]);
    }
    Ok(())
}

/// Dithers up to `ROWS` rows. `steps` are their values, and then 0, or 255 for those above `threshold`; `errors` is the
/// error for each pixel of the first row, and then for each of the row below the last.
#[inline(always)]
pub fn dither_steps<V: GreyVector<ROWS>, const ROWS: usize>(
    isa: V::Isa,
    steps: &mut [[u8; ROWS]],
    errors: &mut [i16],
    rows: usize,
    threshold: i16,
) {
    let xsize = errors.len();
    assert!(steps.len() == steps::count::<ROWS>(xsize));
    let full_steps = steps::full(xsize, rows);
    let mut diffusion = Diffusion::<V>::new(isa);
    let mut below = V::splat(isa, 0);
    for (step, values) in steps.iter_mut().enumerate() {
        let above = below.to_next_row(errors.get(step).copied().unwrap_or(0));
        let value = diffusion.add_to(isa, V::widen(isa, *values), above);
        let white = value.greater_than(V::splat(isa, threshold));
        let mut error = value.sub(white.shift_right_unsigned::<8>());
        if rows < ROWS || !full_steps.contains(&step) {
            let mask = std::array::from_fn(|row| -i16::from(steps::has_pixel(step, row, xsize, rows)));
            error = error.and(V::from_rows(isa, mask));
        }
        below = diffusion.diffuse(error);
        *values = white.narrow_mask();
        if let Some(entry) = step.checked_sub(LAG * (ROWS - 1) + 1).and_then(|x| errors.get_mut(x)) {
            *entry = below.last_row();
        }
    }
}
