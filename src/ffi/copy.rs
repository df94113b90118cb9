//! Copies an image with its palette: what `ImagingCopy` does, and every operation that has nothing to change.

use super::arguments::{AliasedImageIn, ImageIn, ImageOut};
use super::output::Output;
use super::work::on_pixels;
use crate::abi::Imaging;
use crate::error::{Error, Result};
use crate::geometry;

const INVALID: Error = Error::Value("unrecognized argument value");

/// Copies an image into a new one.
pub fn copy(input: ImageIn) -> Result<Imaging> {
    let header = input.header().ok_or(INVALID)?;
    copy_into(Output::new(header.mode, header.size)?, input)
}

/// Copies an image into a new one of the same size; an error if the modes differ.
pub fn copy_into(mut output: Output, input: ImageIn) -> Result<Imaging> {
    output.set_palette(input.copy_palette()?);
    let (out, input) = (output.view_mut()?, input.view()?);
    if out.mode() != input.mode() {
        return Err(Error::Mismatch);
    }
    on_pixels([out], [input], |[out], [input]| geometry::copy(out, &input));
    Ok(output.into_raw())
}

/// Copies an image to the caller's output, which must have its mode and size, or into a new image if `out` is NULL. Does
/// nothing if the two are one image.
pub fn copy_to(out: ImageOut, input: &AliasedImageIn) -> Result<Imaging> {
    let header = input.header().ok_or(INVALID)?;
    if out.as_ptr() == input.as_ptr() {
        return Ok(out.as_ptr());
    }
    let mut output = Output::like(header.mode, out, input)?;
    output.set_palette(input.copy_palette()?);
    let out = output.view_mut()?;
    let input = input.beside(&out)?;
    on_pixels([out], [input.view()?], |[out], [input]| geometry::copy(out, &input));
    Ok(output.into_raw())
}
