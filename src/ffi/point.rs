//! Point operations.

use std::ffi::{c_double, c_void};
use std::ptr::null_mut;

use super::arguments::{ImageIn, slice};
use super::boundary::guard;
use super::output::Output;
use super::work::on_pixels;
use crate::abi::{Imaging, ModeID};
use crate::error::{Error, Result};
use crate::image::{ImageMut, ImageRef};
use crate::memory::palette::Palette;
use crate::mode::Mode;
use crate::point::{self, Lookup};

// # Point operations

/// Looks up each value in a table, and returns a new image with a copy of the palette.
///
/// With `IMAGING_MODE_UNKNOWN` or the image's own mode for `tablemode`, `table` has 256 bytes for each band, one band after
/// the other. From an image of one 8-bit band to another mode of one, it has 256 bytes; to a mode of 4-byte pixels, 256
/// pixels. From I to L it has 65536 bytes, for values clipped to 0..65535. ValueError for other modes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ImagingPoint(im: ImageIn, tablemode: ModeID, table: *const c_void) -> Imaging {
    guard(null_mut(), || {
        let from = im.mode()?;
        let to = if tablemode == 0 { from } else { Mode::from_id(tablemode).ok_or(Error::Mode)? };
        let bytes = Lookup::table_bytes(from, to)?;
        // SAFETY: `table` is NULL or has the size that the modes ask for: the header says so.
        let table = Lookup::new(from, to, unsafe { slice(table.cast(), bytes, "table")? })?;
        pointwise(&im, to, im.copy_palette()?, |out, input| point::lookup(out, input, table))
    })
}

/// Returns a new image of `value * scale + offset`, without clipping: what does not fit becomes the least `int` (0 in
/// I;16). ModeError but for I, I;16 and F.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ImagingPointTransform(imIn: ImageIn, scale: c_double, offset: c_double) -> Imaging {
    guard(null_mut(), || {
        let mode = imIn.mode()?;
        if !point::has_linear(mode) {
            return Err(Error::Mode);
        }
        pointwise(&imIn, mode, None, |out, input| point::linear(out, input, scale, offset))
    })
}

/// Returns a new image with all bits inverted, those of unused bytes of a pixel, too.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ImagingNegative(im: ImageIn) -> Imaging {
    guard(null_mut(), || pointwise(&im, im.mode()?, None, point::negative))
}

/// Makes a new image of a mode by an operation on single pixels.
fn pointwise(
    im: &ImageIn,
    mode: Mode,
    palette: Option<Palette>,
    operation: impl FnOnce(ImageMut<'_>, &ImageRef<'_>),
) -> Result<Imaging> {
    let input = im.view()?;
    let mut output = Output::new(mode.id(), (input.xsize() as i32, input.ysize() as i32))?;
    output.set_palette(palette);
    on_pixels([output.view_mut()?], [input], |[out], [input]| operation(out, &input));
    Ok(output.into_raw())
}
