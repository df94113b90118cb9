//! PPM and PFM files.

use std::ffi::{c_char, c_int};
use std::ptr::null_mut;

use super::arguments::{ImageIn, file_name};
use super::boundary::guard;
use crate::abi::Imaging;
use crate::codec::ppm;
use crate::host::long_section;

/// Reads a PBM, PGM or PPM file, plain or binary (P1 to P6), with up to 16 bits per value, or a PFM file of one band (Pf).
/// The mode is 1 for PBM, L for PGM (I for values above 255, scaled to 0..65535), RGB for PPM and F for PFM. Integers are
/// scaled to the full range; floats are those of the file, whatever its scale.
///
/// A pipe is read to the end of the image. A named pipe without a writer is an error after two seconds.
///
/// Returns a new image. Returns NULL and raises OSError if the file cannot be read, is broken, has three bands of floats
/// (PF), or is shorter than its header says. No memory is allocated for pixels that are not there, nor for more than 65536
/// rows without pixels.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ImagingOpenPPM(filename: *const c_char) -> Imaging {
    guard(null_mut(), || {
        // SAFETY: `filename` is NULL or a string: the header says so.
        let path = unsafe { file_name(filename)? };
        Ok(long_section(|| ppm::open(path))?.into_raw())
    })
}

/// Writes an image to a binary file: P4 for the mode 1, P5 for L, 16-bit P5 for I (clipped to 0..65535) and the I;16 modes,
/// P6 for RGB, RGBA and RGBX (without the fourth band), Pf (little-endian) for F.
///
/// Returns 1. Returns 0 and raises OSError if the file cannot be written, or ModeError for another mode. `ImagingSaveRaw`
/// says how files are replaced, and what a failure leaves behind.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ImagingSavePPM(im: ImageIn, filename: *const c_char) -> c_int {
    guard(0, || {
        let image = im.view()?;
        // SAFETY: `filename` is NULL or a string: the header says so.
        let path = unsafe { file_name(filename)? };
        let mapped = im.mapped_file();
        long_section(|| ppm::save(&image, mapped, path))?;
        Ok(1)
    })
}
