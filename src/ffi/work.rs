//! Calls operations: in a long section where the work takes a while, not at all where there are no pixels, and on a single
//! row where the operation is pointwise and the image is small.

use crate::error::Result;
use crate::host::long_section_for;
use crate::image::{ImageMut, ImageRef, flatten};

/// The work of an operation that always runs in a long section.
pub const LONG: usize = usize::MAX;

/// Runs a pointwise operation. All images have one size; small contiguous ones are passed as one row.
pub fn on_pixels<'a, 'b, R, const N: usize, const M: usize>(
    out: [ImageMut<'a>; N],
    input: [ImageRef<'b>; M],
    operation: impl FnOnce([ImageMut<'a>; N], [ImageRef<'b>; M]) -> R,
) -> R {
    let written = out.iter().map(ImageMut::bytes).sum::<usize>();
    let read = input.iter().map(ImageRef::bytes).sum::<usize>();
    let (out, input) = flatten(out, input);
    long_section_for(written + read, || operation(out, input))
}

/// Runs an operation that reads and writes each byte of the output about once. Does nothing if the output has no pixels.
pub fn on_rows<'a>(out: ImageMut<'a>, input: &ImageRef<'_>, operation: impl FnOnce(ImageMut<'a>, &ImageRef<'_>)) {
    if out.bytes() > 0 {
        long_section_for(2 * out.bytes(), || operation(out, input));
    }
}

/// Runs an operation that takes as long as moving `bytes` bytes, or [`LONG`]. Does nothing if the output has no pixels: a
/// loop over the rows would take long, since there may be billions of rows without pixels.
pub fn on_image<'a>(out: ImageMut<'a>, bytes: usize, operation: impl FnOnce(ImageMut<'a>) -> Result<()>) -> Result<()> {
    if out.bytes() == 0 { Ok(()) } else { long_section_for(bytes, || operation(out)) }
}
