//! Single pixels, read and written in place, for `ImagingAccessNew` (Pillow's `Access.c`).

use crate::abi::ImagingMemoryInstance;

/// The address of the pixel at (x, y), of `SIZE` bytes; `None` outside the image, and in a row that is not set.
///
/// # Safety
///
/// `im` is NULL or points to a live image. Its row table has `ysize` entries, each of which is NULL or points to `xsize`
/// pixels of at least `SIZE` bytes.
#[inline(always)]
unsafe fn locate<const SIZE: usize>(im: *const ImagingMemoryInstance, x: i32, y: i32) -> Option<*mut u8> {
    // SAFETY: NULL or live, by this function's contract.
    let im = unsafe { im.as_ref() }?;
    // As unsigned numbers, negative coordinates are beyond every size.
    let within = |coordinate: i32, size: i32| i64::from(coordinate as u32) < i64::from(size);
    if !within(x, im.xsize) || !within(y, im.ysize) || im.image.is_null() {
        return None;
    }
    // SAFETY: the coordinates are within the image, whose rows have all their pixels, by this function's contract.
    unsafe {
        let row = (*im.image.add(y as usize)).cast::<u8>();
        (!row.is_null()).then(|| row.add(x as usize * SIZE))
    }
}

/// The address of a run of `pixels` pixels that starts at (x, y); `None` if the image does not have all of them.
///
/// # Safety
///
/// `im` is NULL or points to a live image. Its row table has `ysize` entries, each of which is NULL or points to `xsize`
/// pixels of `pixelsize` bytes.
#[inline]
pub unsafe fn locate_run(im: *const ImagingMemoryInstance, x: i32, y: i32, pixels: i32) -> Option<*mut u8> {
    // SAFETY: NULL or live, by this function's contract.
    let im = unsafe { im.as_ref() }?;
    let (x, pixels) = (usize::try_from(x).ok()?, usize::try_from(pixels).ok()?);
    if !(0..im.ysize).contains(&y) || x + pixels > usize::try_from(im.xsize).ok()? {
        return None;
    }
    if pixels == 0 {
        return Some(std::ptr::dangling_mut()); // no pixel is accessed
    }
    if im.image.is_null() {
        return None;
    }
    // SAFETY: the run is within the image, whose rows have all their pixels, by this function's contract.
    unsafe {
        let row = (*im.image.add(y as usize)).cast::<u8>();
        (!row.is_null()).then(|| row.add(x * im.pixelsize as usize))
    }
}

/// Reads the first `N` bytes of the pixel at (x, y). Returns zeros outside the image, and in a row that is not set.
///
/// # Safety
///
/// `im` is NULL or points to a live image. Its row table has `ysize` entries, each of which is NULL or points to `xsize`
/// pixels of at least `N` bytes, and nobody writes to the pixel meanwhile.
pub unsafe fn get_pixel<const N: usize>(im: *const ImagingMemoryInstance, x: i32, y: i32) -> [u8; N] {
    // SAFETY: the image is NULL or live, and its pixels have `N` bytes, by this function's contract.
    unsafe { locate::<N>(im, x, y).map_or([0; N], |pixel| pixel.cast::<[u8; N]>().read()) }
}

/// Writes the first `N` bytes of the pixel at (x, y). Does nothing outside the image, and in a row that is not set.
///
/// # Safety
///
/// As for [`get_pixel`], and nobody else uses the pixel meanwhile.
pub unsafe fn put_pixel<const N: usize>(im: *const ImagingMemoryInstance, x: i32, y: i32, bytes: [u8; N]) {
    // SAFETY: the image is NULL or live, and its pixels have `N` bytes, by this function's contract.
    if let Some(pixel) = unsafe { locate::<N>(im, x, y) } {
        // SAFETY: the pixel has `N` bytes, which nobody else uses meanwhile, by this function's contract.
        unsafe { pixel.cast::<[u8; N]>().write(bytes) };
    }
}
