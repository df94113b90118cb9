//! Single pixels, read and written where they lie: what `ImagingAccessNew` hands out.

use crate::abi::ImagingMemoryInstance;

/// Where the pixel at (x, y), of `SIZE` bytes, lies; `None` outside the image, and in a row that is not set.
///
/// # Safety
///
/// `im` is NULL or points to a live image whose rows are what it says, with pixels of at least `SIZE` bytes.
#[inline(always)]
unsafe fn locate<const SIZE: usize>(im: *const ImagingMemoryInstance, x: i32, y: i32) -> Option<*mut u8> {
    // SAFETY: as the caller promises.
    let im = unsafe { im.as_ref() }?;
    // As numbers without a sign, those below zero are beyond every size.
    let within = |place: i32, size: i32| i64::from(place as u32) < i64::from(size);
    if !within(x, im.xsize) || !within(y, im.ysize) || im.image.is_null() {
        return None;
    }
    // SAFETY: both are within the sizes that the image says it has; a row that is not NULL has all its pixels.
    unsafe {
        let row = (*im.image.add(y as usize)).cast::<u8>();
        (!row.is_null()).then(|| row.add(x as usize * SIZE))
    }
}

/// Where `pixels` pixels from (x, y) on lie, to the right; `None` where the image has not got them all.
///
/// # Safety
///
/// As for [`get_pixel`].
#[inline]
pub unsafe fn locate_run(im: *const ImagingMemoryInstance, x: i32, y: i32, pixels: i32) -> Option<*mut u8> {
    // SAFETY: as the caller promises.
    let im = unsafe { im.as_ref() }?;
    let (x, pixels) = (usize::try_from(x).ok()?, usize::try_from(pixels).ok()?);
    if !(0..im.ysize).contains(&y) || x + pixels > usize::try_from(im.xsize).ok()? {
        return None;
    }
    if pixels == 0 {
        return Some(std::ptr::dangling_mut()); // nothing, but somewhere
    }
    if im.image.is_null() {
        return None;
    }
    // SAFETY: both are within the sizes that the image says it has.
    unsafe {
        let row = (*im.image.add(y as usize)).cast::<u8>();
        (!row.is_null()).then(|| row.add(x * im.pixelsize as usize))
    }
}

/// Reads the bytes of the pixel at (x, y), the first `N` of it. Zeros outside the image, and in a row that is not set.
///
/// # Safety
///
/// `im` is NULL or points to a live image whose rows are what it says, with pixels of at least `N` bytes.
pub unsafe fn get_pixel<const N: usize>(im: *const ImagingMemoryInstance, x: i32, y: i32) -> [u8; N] {
    // SAFETY: as the caller promises.
    unsafe { locate::<N>(im, x, y).map_or([0; N], |pixel| pixel.cast::<[u8; N]>().read()) }
}

/// Writes the bytes of the pixel at (x, y). Does nothing outside the image, and in a row that is not set.
///
/// # Safety
///
/// As for [`get_pixel`], and nobody else uses the pixel meanwhile.
pub unsafe fn put_pixel<const N: usize>(im: *const ImagingMemoryInstance, x: i32, y: i32, bytes: [u8; N]) {
    // SAFETY: as the caller promises.
    if let Some(pixel) = unsafe { locate::<N>(im, x, y) } {
        // SAFETY: as the caller promises.
        unsafe { pixel.cast::<[u8; N]>().write(bytes) };
    }
}
