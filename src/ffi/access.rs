//! Access to single pixels: the functions that read and write one, for each mode.

use std::ffi::{c_int, c_void};
use std::ptr::null_mut;

use super::arguments::ImageHandle;
use super::boundary::guard;
use crate::abi::{Imaging, ImagingAccess, ImagingAccessInstance};
use crate::error::Error;
use crate::image::{get_pixel, put_pixel};
use crate::mode::{Mode, PixelType};

/// How the bytes of a pixel in memory are passed to and from C.
trait Layout<const MEMORY: usize, const PASSED: usize> {
    fn rearrange(pixel: [u8; MEMORY]) -> [u8; PASSED];
}

/// The bytes in memory.
struct AsIs;

/// The first and the last of four bytes: the two bands of LA, La and PA.
struct FirstAndLast;

/// Two bytes in reverse order: a 16-bit value whose byte order is not the machine's.
struct Swapped;

impl<const BYTES: usize> Layout<BYTES, BYTES> for AsIs {
    fn rearrange(pixel: [u8; BYTES]) -> [u8; BYTES] {
        pixel
    }
}

impl Layout<4, 2> for FirstAndLast {
    fn rearrange([first, _, _, last]: [u8; 4]) -> [u8; 2] {
        [first, last]
    }
}

impl Layout<2, 2> for Swapped {
    fn rearrange([first, second]: [u8; 2]) -> [u8; 2] {
        [second, first]
    }
}

/// The `get_pixel` of modes with a layout.
unsafe extern "C" fn get<L: Layout<MEMORY, PASSED>, const MEMORY: usize, const PASSED: usize>(
    im: Imaging,
    x: c_int,
    y: c_int,
    pixel: *mut c_void,
) {
    // SAFETY: `im` is a live image of a mode that `ACCESSORS` has this function for, so its pixels have `MEMORY` bytes.
    let bytes = L::rearrange(unsafe { get_pixel(im, x, y) });
    // SAFETY: `pixel` has room for a pixel of that mode, `PASSED` bytes: the header says so.
    unsafe { pixel.cast::<[u8; PASSED]>().write(bytes) };
}

/// The `put_pixel` of modes with a layout.
unsafe extern "C" fn put<L: Layout<PASSED, MEMORY>, const MEMORY: usize, const PASSED: usize>(
    im: Imaging,
    x: c_int,
    y: c_int,
    pixel: *const c_void,
) {
    // SAFETY: `pixel` points to a pixel of a mode that `ACCESSORS` has this function for, `PASSED` bytes.
    let bytes = unsafe { pixel.cast::<[u8; PASSED]>().read() };
    // SAFETY: `im` is a live image of that mode, so its pixels have `MEMORY` bytes; nobody else uses the pixel meanwhile.
    unsafe { put_pixel::<MEMORY>(im, x, y, L::rearrange(bytes)) };
}

/// Returns the functions for a mode.
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
        (PixelType::I16, ..) if swapped => (get::<Swapped, 2, 2>, put::<Swapped, 2, 2>),
        (PixelType::I16, ..) => (get::<AsIs, 2, 2>, put::<AsIs, 2, 2>),
        (_, 1, _) => (get::<AsIs, 1, 1>, put::<AsIs, 1, 1>),
        (_, _, 2) => (get::<FirstAndLast, 4, 2>, put::<AsIs, 4, 4>),
        _ => (get::<AsIs, 4, 4>, put::<AsIs, 4, 4>),
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

/// Returns the functions that read and write single pixels of images of the mode of `im`. They are static and must not be
/// changed. Returns NULL for an unknown mode; returns NULL and raises ValueError if `im` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ImagingAccessNew(im: ImageHandle) -> ImagingAccess {
    guard(null_mut(), || {
        let mode = im.header().ok_or(Error::Null("image"))?.mode;
        let access = ACCESSORS.iter().find(|access| access.mode == mode);
        Ok(access.map_or(null_mut(), |access| (&raw const *access).cast_mut()))
    })
}

/// Does nothing: the functions that `ImagingAccessNew` returns are static.
#[unsafe(no_mangle)]
pub extern "C" fn _ImagingAccessDelete(im: ImageHandle, access: ImagingAccess) {
    let _ = (im, access);
}
