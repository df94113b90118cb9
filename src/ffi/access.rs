//! Single pixels: the functions that read and write one, for each mode.

use std::ffi::{c_int, c_void};
use std::ptr::null_mut;

use super::{guard, reference};
use crate::abi::{Imaging, ImagingAccess, ImagingAccessInstance};
use crate::image::{get_pixel, put_pixel};
use crate::mode::{Mode, PixelType};

/// Reads a pixel as it lies in memory.
unsafe extern "C" fn get_as_is<const N: usize>(im: Imaging, x: c_int, y: c_int, pixel: *mut c_void) {
    // SAFETY: the caller's image is of the mode that it got this function for, and `pixel` has room for one of those.
    unsafe { pixel.cast::<[u8; N]>().write(get_pixel(im, x, y)) }
}

/// Writes a pixel as it shall lie in memory.
unsafe extern "C" fn put_as_is<const N: usize>(im: Imaging, x: c_int, y: c_int, pixel: *const c_void) {
    // SAFETY: the caller's image is of the mode that it got this function for, and `pixel` points to one of those.
    unsafe { put_pixel::<N>(im, x, y, pixel.cast::<[u8; N]>().read()) }
}

/// Reads the two bands of a pixel that lie first and last in memory.
unsafe extern "C" fn get_first_and_last(im: Imaging, x: c_int, y: c_int, pixel: *mut c_void) {
    // SAFETY: as for `get_as_is`; two bytes are the pixel here.
    unsafe {
        let [first, .., last] = get_pixel::<4>(im, x, y);
        pixel.cast::<[u8; 2]>().write([first, last]);
    }
}

/// Reads a 16-bit pixel whose bytes lie in the other order than the machine's.
unsafe extern "C" fn get_swapped(im: Imaging, x: c_int, y: c_int, pixel: *mut c_void) {
    // SAFETY: as for `get_as_is`.
    unsafe {
        let [first, second] = get_pixel(im, x, y);
        pixel.cast::<[u8; 2]>().write([second, first]);
    }
}

/// Writes a 16-bit pixel whose bytes shall lie in the other order than the machine's.
unsafe extern "C" fn put_swapped(im: Imaging, x: c_int, y: c_int, pixel: *const c_void) {
    // SAFETY: as for `put_as_is`.
    unsafe {
        let [first, second] = pixel.cast::<[u8; 2]>().read();
        put_pixel(im, x, y, [second, first]);
    }
}

/// The functions for a mode.
const fn accessor(mode: Mode) -> ImagingAccessInstance {
    let swapped = match mode {
        Mode::I16B => cfg!(target_endian = "little"),
        Mode::I16 | Mode::I16L => cfg!(target_endian = "big"),
        _ => false,
    };
    type Get = unsafe extern "C" fn(Imaging, c_int, c_int, *mut c_void);
    type Put = unsafe extern "C" fn(Imaging, c_int, c_int, *const c_void);
    let spec = mode.spec();
    let (get, put): (Get, Put) = match (spec.pixel_type, spec.pixel_size, spec.bands) {
        (PixelType::I16, ..) if swapped => (get_swapped, put_swapped),
        (PixelType::I16, ..) => (get_as_is::<2>, put_as_is::<2>),
        (_, 1, _) => (get_as_is::<1>, put_as_is::<1>),
        (_, _, 2) => (get_first_and_last, put_as_is::<4>),
        _ => (get_as_is::<4>, put_as_is::<4>),
    };
    ImagingAccessInstance { mode: mode.id(), get_pixel: Some(get), put_pixel: Some(put) }
}

/// The functions for every mode, in the order of `Mode::ALL`.
static ACCESSORS: [ImagingAccessInstance; Mode::ALL.len()] = {
    let mut table = [const { accessor(Mode::One) }; Mode::ALL.len()];
    let mut next = 0;
    while next < table.len() {
        table[next] = accessor(Mode::ALL[next]);
        next += 1;
    }
    table
};

/// The functions that read and write single pixels of an image of this mode; NULL for an image of no mode. Static, not
/// to be changed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ImagingAccessNew(im: Imaging) -> ImagingAccess {
    guard(null_mut(), || {
        // SAFETY: the caller's image is NULL or live.
        let mode = unsafe { reference(im, "image")? }.mode;
        let access = ACCESSORS.iter().find(|access| access.mode == mode);
        Ok(access.map_or(null_mut(), |access| (&raw const *access).cast_mut()))
    })
}

/// Does nothing: what `ImagingAccessNew` gives is static.
#[unsafe(no_mangle)]
pub extern "C" fn _ImagingAccessDelete(im: Imaging, access: ImagingAccess) {
    let _ = (im, access);
}
