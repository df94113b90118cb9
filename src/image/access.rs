//! Single pixels, read and written where they lie: what `ImagingAccessNew` hands out.

use crate::abi::ImagingMemoryInstance;

/// Where the pixel at (x, y) lies, or `None` outside the image.
///
/// # Safety
///
/// `im` is NULL or points to a live image whose rows are what it says.
unsafe fn locate(im: *const ImagingMemoryInstance, x: i32, y: i32) -> Option<*mut u8> {
    // SAFETY: as the caller promises.
    let im = unsafe { im.as_ref() }?;
    if !(0..im.xsize).contains(&x) || !(0..im.ysize).contains(&y) || im.image.is_null() {
        return None;
    }
    // SAFETY: both are within the sizes that the image says it has.
    Some(unsafe { (*im.image.add(y as usize)).cast::<u8>().add(x as usize * im.pixelsize as usize) })
}

/// Where `pixels` pixels from (x, y) on lie, to the right; `None` where the image has not got them all.
///
/// # Safety
///
/// As for [`get_pixel`].
pub unsafe fn locate_run(im: *const ImagingMemoryInstance, x: i32, y: i32, pixels: i32) -> Option<*mut u8> {
    if pixels == 0 {
        // Nothing, but somewhere: the row has to be there.
        // SAFETY: as the caller promises.
        let im = unsafe { im.as_ref() }?;
        return ((0..=im.xsize).contains(&x) && (0..im.ysize).contains(&y)).then(std::ptr::dangling_mut);
    }
    let last = x.checked_add(pixels - 1)?;
    // SAFETY: as the caller promises.
    unsafe { locate(im, last, y).and(locate(im, x, y)).filter(|first| !first.is_null()) }
}

/// Reads the bytes of the pixel at (x, y), the first `N` of it. Zeros outside the image.
///
/// # Safety
///
/// `im` is NULL or points to a live image whose rows are what it says, with pixels of at least `N` bytes.
pub unsafe fn get_pixel<const N: usize>(im: *const ImagingMemoryInstance, x: i32, y: i32) -> [u8; N] {
    // SAFETY: as the caller promises.
    unsafe { locate(im, x, y).map_or([0; N], |pixel| pixel.cast::<[u8; N]>().read()) }
}

/// Writes the bytes of the pixel at (x, y). Does nothing outside the image.
///
/// # Safety
///
/// As for [`get_pixel`], and nobody else uses the pixel meanwhile.
pub unsafe fn put_pixel<const N: usize>(im: *const ImagingMemoryInstance, x: i32, y: i32, bytes: [u8; N]) {
    // SAFETY: as the caller promises.
    if let Some(pixel) = unsafe { locate(im, x, y) } {
        // SAFETY: as the caller promises.
        unsafe { pixel.cast::<[u8; N]>().write(bytes) };
    }
}
