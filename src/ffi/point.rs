//! Point operations.

use std::ffi::{c_double, c_void};
use std::ptr::null_mut;

use super::output::Output;
use super::work::on_pixels;
use super::{guard, reference};
use crate::abi::{Imaging, ModeID};
use crate::error::{Error, Result};
use crate::image::ImageRef;
use crate::memory::Raw;
use crate::mode::Mode;
use crate::point::{self, Lookup};

// # Point operations

/// Looks up each value in a table, and returns a new image with a copy of the palette.
///
/// With `IMAGING_MODE_UNKNOWN` or the image's own mode for `tablemode`, `table` has 256 bytes for each band, one band after
/// the other. From an image of one 8-bit band to another mode of one, it has 256 bytes; to a mode of 4-byte pixels, 256
/// pixels. From I to L it has 65536 bytes, for values clipped to 0..65535. ValueError for other modes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ImagingPoint(im: Imaging, tablemode: ModeID, table: *const c_void) -> Imaging {
    guard(null_mut(), || {
        // SAFETY: the C contract: the image is NULL or live.
        let input = unsafe { view(im)? };
        let from = input.mode();
        let to = if tablemode == 0 { from } else { Mode::from_id(tablemode).ok_or(Error::Mode)? };
        let bytes = Lookup::table_bytes(from, to)?;
        // SAFETY: the C contract: the table is NULL or has the size that the modes ask for.
        let table = unsafe {
            reference(table.cast::<u8>(), "table")?;
            std::slice::from_raw_parts(table.cast(), bytes)
        };
        let table = Lookup::new(from, to, table)?;
        // SAFETY: the C contract: the image is live, and the new one has no other user.
        unsafe { to_new_image(im, input, to, |out, input| point::lookup(out, input, table)) }
    })
}

/// Returns a new image of `value * scale + offset`, without clipping: what does not fit becomes the least `int` (0 in
/// I;16). ModeError but for I, I;16 and F.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ImagingPointTransform(imIn: Imaging, scale: c_double, offset: c_double) -> Imaging {
    guard(null_mut(), || {
        // SAFETY: the C contract: the image is NULL or live.
        let input = unsafe { view(imIn)? };
        if !point::has_linear(input.mode()) {
            return Err(Error::Mode);
        }
        let mode = input.mode();
        // SAFETY: the C contract: the image is live, and the new one has no other user.
        unsafe { to_new_image(null_mut(), input, mode, |out, input| point::linear(out, input, scale, offset)) }
    })
}

/// Returns a new image with all bits inverted, those of unused bytes of a pixel, too.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ImagingNegative(im: Imaging) -> Imaging {
    guard(null_mut(), || {
        // SAFETY: the C contract: the image is NULL or live.
        let input = unsafe { view(im)? };
        let mode = input.mode();
        // SAFETY: the C contract: the image is live, and the new one has no other user.
        unsafe { to_new_image(null_mut(), input, mode, point::negative) }
    })
}

/// Makes a new image of a mode by an operation on single pixels, with the palette of `palette_of` if that is not NULL.
///
/// # Safety
///
/// `palette_of` is NULL or live.
unsafe fn to_new_image(
    palette_of: Imaging,
    input: ImageRef<'_>,
    mode: Mode,
    work: impl FnOnce(crate::image::ImageMut<'_>, &ImageRef<'_>),
) -> Result<Imaging> {
    let mut output = Output::new(mode.id(), input.xsize() as i32, input.ysize() as i32)?;
    if let Some(source) = Raw::new(palette_of) {
        // SAFETY: the image is live, by this function's contract.
        unsafe { output.copy_palette(source)? };
    }
    // SAFETY: the new image has no other user.
    let out = unsafe { output.view_mut()? };
    on_pixels([out], [input], |[out], [input]| work(out, &input));
    Ok(output.into_raw())
}

/// Checks the caller's image. NULL is a wrong mode here, as in the reference.
///
/// # Safety
///
/// The image is NULL or live for `'a`, and nobody writes to its pixels meanwhile.
unsafe fn view<'a>(im: Imaging) -> Result<ImageRef<'a>> {
    if im.is_null() {
        return Err(Error::Mode);
    }
    // SAFETY: the image is live, by this function's contract.
    unsafe { ImageRef::from_raw(im) }
}
