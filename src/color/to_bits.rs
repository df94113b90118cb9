//! Dithering to black and white.

use super::diffusion::Below;
use super::grey::thousandths;
use crate::error::Result;
use crate::image::{ImageMut, ImageRef};
use crate::mode::Mode;
use crate::raw::colour::clip;

/// What is brighter than this is shown as white.
const BRIGHTEST_BLACK: i32 = 128;

/// Dithers an image of mode L or RGB to one of mode 1 and the same size.
pub fn to_bits(mut out: ImageMut<'_>, input: &ImageRef<'_>) -> Result<()> {
    let mut below = Below::new(input.xsize())?;
    let grey = input.mode() == Mode::L;
    for (out, input) in out.rows_mut().zip(input.rows()) {
        if grey {
            line(&mut below, out, input, |grey| i32::from(*grey));
        } else {
            line(&mut below, out, input.as_chunks::<4>().0, |[r, g, b, _]| thousandths(*r, *g, *b) / 1000);
        }
    }
    Ok(())
}

/// Dithers a line of pixels that are as bright as `brightness` says.
fn line<P>(below: &mut Below<1>, out: &mut [u8], input: &[P], brightness: impl Fn(&P) -> i32) {
    let shown = |(out, pixel): (&mut u8, &P), [come]: [i32; 1]| {
        let wanted = clip(brightness(pixel) + come);
        // Bits instead of a branch, which would be hard to predict.
        let white = (BRIGHTEST_BLACK - i32::from(wanted)) >> 31;
        *out = white as u8;
        [i32::from(wanted) - (white & 255)]
    };
    below.line(out.iter_mut().zip(input), shown, |below, _| below);
}
