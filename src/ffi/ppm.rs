//! PPM and PFM files.

use std::ffi::{c_char, c_int};
use std::ptr::null_mut;

use super::files::mapped_file;
use super::{file_name, guard};
use crate::abi::Imaging;
use crate::codec::ppm;
use crate::host::long_section;
use crate::image::ImageRef;

/// Reads a PBM, PGM or PPM file, plain or binary (P1 to P6), of up to 16 bits a value, or a PFM file of one band (Pf). The
/// mode is 1 for PBM, L for PGM (I where values go beyond 255, stretched to 0 to 65535), RGB for PPM and F for PFM; integers
/// are stretched to the whole range, floats are as in the file, whatever its scale.
///
/// Returns NULL where the file cannot be read, is broken, or is shorter than its header says; nothing is allocated for
/// pixels that are not there, nor for more than 65536 rows without pixels. PFM files of three bands (PF) are refused, as
/// Pillow does. A pipe is read to the end of the image; a named pipe without a writer is an error after two seconds.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ImagingOpenPPM(filename: *const c_char) -> Imaging {
    guard(null_mut(), || {
        // SAFETY: the caller's name is NULL or a string.
        let path = unsafe { file_name(filename)? };
        Ok(long_section(|| ppm::open(path))?.into_raw())
    })
}

/// Writes an image as a binary file: P4 for the mode 1, P5 for L, 16-bit P5 for I (values cut to 0 to 65535) and the
/// four I;16 modes, P6 for RGB, RGBA and RGBX, whose fourth band is left out, and Pf (little-endian) for F. Other modes are
/// refused.
///
/// Returns 1, or 0 where the file cannot be written. What was there before stays on failure, if the file could be
/// replaced; else it is overwritten in place: `ImagingSaveRaw` has the rule, which is the same.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ImagingSavePPM(im: Imaging, filename: *const c_char) -> c_int {
    guard(0, || {
        // SAFETY: the caller's image is NULL or live, and nobody writes to it meanwhile; the name is NULL or a string.
        let (view, path, mapped) = unsafe { (ImageRef::from_raw(im)?, file_name(filename)?, mapped_file(im)) };
        long_section(|| ppm::save(&view, mapped, path))?;
        Ok(1)
    })
}
