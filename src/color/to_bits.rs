//! Dithering to black and white.

use super::diffusion::Below;
use super::grey::thousandths;
use crate::error::Result;
use crate::image::{ImageMut, ImageRef};
use crate::mode::Mode;

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
        let wanted = (brightness(pixel) + come).clamp(0, 255);
        *out = if wanted > BRIGHTEST_BLACK { 255 } else { 0 };
        [wanted - i32::from(*out)]
    };
    below.line(out.iter_mut().zip(input), shown, |below, _| below);
}
