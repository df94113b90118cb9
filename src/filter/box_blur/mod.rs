//! Box blur: the mean of the pixels around, first along the rows, then along the columns, again and again; and the Gaussian
//! blur that it comes near to.
//!
//! The sum of a box moves along a line: a pixel comes in, another goes out. That is done on many lines at once, in whatever
//! a cache has room for. Very many passes are the work of [`many`], which stops when nothing changes any more.

mod columns;
mod many;
mod rows;

use columns::{blur_columns, blur_made_rows};
use rows::{Line, blur_row, blur_rows};

use crate::error::{Error, Result};
use crate::exec::nontemporal::StorePolicy;
use crate::image::{ImageMut, ImageRef};
use crate::mode::Mode;

/// Takes the mean of the pixels at most `xradius` and `yradius` away, `passes` times. Without `input` the image itself is
/// blurred. However many passes there are, the time is bounded: see `many`.
pub fn box_blur(
    mut out: ImageMut<'_>,
    input: Option<&ImageRef<'_>>,
    xradius: f32,
    yradius: f32,
    passes: i32,
) -> Result<()> {
    if out.xsize() == 0 || out.ysize() == 0 {
        return Ok(());
    }
    let passes = check(&out, input, xradius, yradius, passes)?;
    let [across, down] = [xradius, yradius].map(|radius| (radius != 0.0).then(|| Weights::new(radius)));
    if passes > many::FEW {
        return blur_many_times(out, input, across.as_ref(), down.as_ref(), passes);
    }
    match (&across, &down, input) {
        (Some(across), Some(down), Some(input)) if can_blur_together(&out, across, down, passes) => {
            blur_together(out, input, across, down, passes)
        }
        (Some(across), Some(down), _) => {
            blur_rows(out.reborrow(), StorePolicy::Temporal, input, across, passes)?;
            blur_columns(out, None, down, passes)
        }
        (Some(across), None, _) => {
            let policy = input.map_or(StorePolicy::Temporal, |input| StorePolicy::for_image(&out, &[input]));
            blur_rows(out, policy, input, across, passes)
        }
        (None, Some(down), Some(input)) if columns::can_make_rows(&out, down, passes) => {
            blur_made_rows(out, input, down, passes, 0, || Ok(()), |(), y, row| row.copy_from_slice(input.row(y)))
        }
        (None, Some(down), _) => blur_columns(out, input, down, passes),
        (None, None, Some(input)) => {
            crate::geometry::copy(out, input);
            Ok(())
        }
        (None, None, None) => Ok(()),
    }
}

/// Blurs along the rows, and then along the columns, with more passes than are worth to be done one by one.
fn blur_many_times(
    mut out: ImageMut<'_>,
    input: Option<&ImageRef<'_>>,
    across: Option<&Weights>,
    down: Option<&Weights>,
    passes: usize,
) -> Result<()> {
    match (across, down, input) {
        (Some(across), Some(down), _) => {
            many::blur_rows(out.reborrow(), input, across, passes)?;
            many::blur_columns(out, None, down, passes)
        }
        (Some(across), None, _) => many::blur_rows(out, input, across, passes),
        (None, Some(down), _) => many::blur_columns(out, input, down, passes),
        (None, None, Some(input)) => {
            crate::geometry::copy(out, input);
            Ok(())
        }
        (None, None, None) => Ok(()),
    }
}

/// Whether all passes can be made in one go over the image.
fn can_blur_together(out: &ImageMut<'_>, across: &Weights, down: &Weights, passes: usize) -> bool {
    Line::fits(across, out.mode().pixel_size()) && columns::can_make_rows(out, down, passes)
}

/// Blurs along the columns rows that are blurred as they are needed.
fn blur_together(
    out: ImageMut<'_>,
    input: &ImageRef<'_>,
    across: &Weights,
    down: &Weights,
    passes: usize,
) -> Result<()> {
    let xsize = out.xsize();
    let cost = rows::cost(&out, passes);
    blur_made_rows(
        out,
        input,
        down,
        passes,
        cost,
        || Line::new(xsize, across),
        |line, y, row| blur_row(row, Some(input.row(y)), line, across, passes),
    )
}

/// The number of passes, or what is wrong with the arguments.
fn check(out: &ImageMut<'_>, input: Option<&ImageRef<'_>>, xradius: f32, yradius: f32, passes: i32) -> Result<usize> {
    use Mode::{CMYK, L, LA, La, RGB, RGBA, RGBX, RGBa};
    /// The least float that is not an `i32`.
    const TOO_LARGE: f32 = 2147483648.0;

    let passes = usize::try_from(passes).ok().filter(|passes| *passes > 0);
    let passes = passes.ok_or(Error::Value("number of passes must be greater than zero"))?;
    if xradius.is_nan() || yradius.is_nan() || xradius < 0.0 || yradius < 0.0 {
        return Err(Error::Value("radius must be >= 0"));
    }
    if xradius >= TOO_LARGE || yradius >= TOO_LARGE {
        return Err(Error::Value("radius too large"));
    }
    let shape = (out.mode(), out.xsize(), out.ysize());
    if input.is_some_and(|input| (input.mode(), input.xsize(), input.ysize()) != shape) {
        return Err(Error::Mismatch);
    }
    if matches!(out.mode(), RGB | RGBA | RGBa | RGBX | CMYK | L | LA | La) { Ok(passes) } else { Err(Error::Mode) }
}

/// Blurs like a Gaussian of these standard deviations, by `passes` box blurs.
///
/// The box is that of Gwosdek, Grewenig, Bruhn and Weickert, "Theoretical Foundations of Gaussian Convolution by Extended
/// Box Filtering" (2011).
pub fn gaussian_blur(
    out: ImageMut<'_>,
    input: Option<&ImageRef<'_>>,
    xradius: f32,
    yradius: f32,
    passes: i32,
) -> Result<()> {
    box_blur(out, input, box_radius(xradius, passes), box_radius(yradius, passes), passes)
}

/// The radius of the box whose `passes`-fold blur has this standard deviation.
fn box_radius(deviation: f32, passes: i32) -> f32 {
    let variance = deviation * deviation / passes as f32;
    let length = (12.0 * f64::from(variance) + 1.0).sqrt() as f32;
    let whole = ((f64::from(length) - 1.0) / 2.0).floor() as f32;
    let fraction = (2.0 * whole + 1.0) * (whole * (whole + 1.0) - 3.0 * variance);
    whole + fraction / (6.0 * (variance - (whole + 1.0) * (whole + 1.0)))
}

/// A box: how far it reaches, and what its pixels weigh, all together 1 << 24 or slightly less. Numbers wrap around, as
/// the reference's do where the box is too large to be summed.
#[derive(Clone, Copy)]
pub struct Weights {
    /// Pixels to either side that are whole within the box.
    radius: usize,
    /// What these weigh.
    pub inner: u32,
    /// What the two pixels weigh that the box touches.
    pub outer: u32,
}

impl Weights {
    fn new(radius: f32) -> Self {
        let inner = (16777216.0 / (radius * 2.0 + 1.0)) as u32;
        let radius = radius as u32;
        let all = (radius.wrapping_mul(2).wrapping_add(1)).wrapping_mul(inner);
        Self { radius: radius as usize, inner, outer: (1u32 << 24).wrapping_sub(all) / 2 }
    }

    /// The mean of a box, by the sum of its inner pixels and that of the outer.
    #[inline(always)]
    fn mean(&self, inner: u32, outer: u32) -> u8 {
        let mean = inner.wrapping_mul(self.inner).wrapping_add(outer.wrapping_mul(self.outer));
        (mean.wrapping_add(1 << 23) >> 24) as u8
    }
}
