//! Bounding boxes, projections, extrema, colours, histograms.

use std::ffi::{c_int, c_long, c_void};
use std::ptr::null_mut;

use super::arguments::{ImageIn, slice_mut};
use super::boundary::guard;
use crate::abi::{ImagingColorItem, ImagingHistogram, ImagingHistogramInstance};
use crate::error::{Error, Result};
use crate::host::long_section_for;
use crate::image::ImageRef;
use crate::memory::heap;
use crate::mode::PixelType;
use crate::statistics::{self, Bins, ColorCount, Extrema};

// # Statistics

/// Finds the smallest box (left, top, right, bottom), the last two exclusive, with all pixels that are not zero. Returns 1;
/// 0 where there are none; -1 on error. `alpha_only` not 0 looks at alpha alone, in modes that have it.
///
/// cbindgen:ptrs-as-arrays=[[bbox; 4]]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ImagingGetBBox(im: ImageIn, bbox: *mut c_int, alpha_only: c_int) -> c_int {
    guard(-1, || {
        let image = im.view()?;
        // SAFETY: `bbox` is NULL or has four elements: the header says so.
        let bbox = unsafe { slice_mut(bbox, 4, "bbox")? };
        let found = long_section_for(image.bytes(), || statistics::bounding_box(&image, alpha_only != 0));
        // Where nothing was found, the reference leaves its start values.
        bbox.copy_from_slice(
            &found.map_or([image.xsize() as c_int, -1, 0, 0], |found| found.map(|side| side as c_int)),
        );
        Ok(found.is_some().into())
    })
}

/// Sets `xproj[x]` to 1 if column `x` has a pixel that is not zero, else to 0, and `yproj[y]` likewise for rows: `xsize` and
/// `ysize` bytes. Returns 1, or -1 on error. Of 16-bit pixels only the first `xsize` bytes of a row are looked at.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ImagingGetProjection(im: ImageIn, xproj: *mut u8, yproj: *mut u8) -> c_int {
    guard(-1, || {
        let image = im.view()?;
        // SAFETY: the arrays are NULL or have the image's width and height: the header says so.
        let (columns, rows) =
            unsafe { (slice_mut(xproj, image.xsize(), "xproj")?, slice_mut(yproj, image.ysize(), "yproj")?) };
        long_section_for(image.bytes(), || statistics::projection(&image, columns, rows));
        Ok(1)
    })
}

/// Finds the smallest and the greatest value of a one-band image, and writes both to `extrema` as values of its type
/// (`uint16_t` for I;16). Returns 1; 0 for an image without pixels; -1 on error: ModeError for several bands and for 16-bit
/// modes but I;16. NaN is skipped, unless the first pixel is NaN.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ImagingGetExtrema(im: ImageIn, extrema: *mut c_void) -> c_int {
    guard(-1, || {
        let image = im.view()?;
        let Some(found) = long_section_for(image.bytes(), || statistics::extrema(&image))? else { return Ok(0) };
        if extrema.is_null() {
            return Err(Error::Null("extrema"));
        }
        // SAFETY: `extrema` has room for two values of the image's type, in any alignment: the header says so.
        unsafe {
            match found {
                Extrema::U8(min, max) => extrema.cast::<[u8; 2]>().write_unaligned([min, max]),
                Extrema::U16(min, max) => extrema.cast::<[u16; 2]>().write_unaligned([min, max]),
                Extrema::I32(min, max) => extrema.cast::<[i32; 2]>().write_unaligned([min, max]),
                Extrema::F32(min, max) => extrema.cast::<[f32; 2]>().write_unaligned([min, max]),
            }
        }
        Ok(1)
    })
}

/// Counts the colours of an image of 4-byte pixels, up to `maxcolors`. Returns a table that the caller frees with `free`,
/// and sets `colors` to its length; an item whose `count` is 0 follows. If there are more colours than `maxcolors`, `colors`
/// becomes `maxcolors + 1`, and the counts are those of the pixels before the last colour.
///
/// ModeError for smaller pixels; MemoryError for `maxcolors` of 2^30 and more.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ImagingGetColors(
    im: ImageIn,
    maxcolors: c_int,
    colors: Option<&mut c_int>,
) -> *mut ImagingColorItem {
    guard(null_mut(), || {
        let (image, colors) = (im.view()?, colors.ok_or(Error::Null("colors"))?);
        let max_colors = usize::try_from(maxcolors).map_err(|_| Error::Value("maxcolors must not be negative"))?;
        statistics::check_colors(image.mode(), max_colors)?;
        long_section_for(image.bytes(), || {
            let counted = statistics::count_colors(&image, max_colors)?;
            let items = heap::zeroed::<ImagingColorItem>(counted.count() + 1)?;
            // SAFETY: the table is new, and has an item for each colour and one more.
            let table = unsafe { slice_mut(items.as_ptr(), counted.count(), "colors")? };
            counted.write_to(table, |ColorCount { x, y, count, pixel }| ImagingColorItem {
                x: x as c_int,
                y: y as c_int,
                count: count as i32,
                pixel: i32::from_ne_bytes(pixel),
            });
            *colors = counted.count() as c_int + c_int::from(counted.is_overflow());
            Ok(items.as_ptr())
        })
    })
}

/// Counts the values of each band, where `mask` is not 0: NULL, or an image of the same size and mode 1 or L.
///
/// Values of I and F are sorted into 256 bins from the first to the second value at `extrema`, two values of the image's
/// type; other modes need none, and I and F take no mask. Free the result with `ImagingHistogramDelete`. Of 16-bit pixels
/// only the first `xsize` bytes of a row are counted. ModeError, Mismatch and ValueError for other arguments.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ImagingGetHistogram(im: ImageIn, mask: ImageIn, extrema: *mut c_void) -> ImagingHistogram {
    guard(null_mut(), || {
        im.mode()?;
        let image = im.view()?;
        let mask = if mask.as_ptr().is_null() { None } else { Some(mask.view()?) };
        statistics::check_histogram(&image, mask.as_ref())?;
        // SAFETY: `extrema` is NULL or has two values of the image's type: the header says so.
        let bins = Bins::new(image.mode(), unsafe { read_extrema(&image, extrema) })?;
        let (bands, length) = (image.mode().spec().bands, 256 * image.mode().pixel_size());
        let mut counts = heap::try_vec(0u64, length)?;
        long_section_for(image.bytes(), || statistics::histogram(&image, mask.as_ref(), bins, &mut counts))?;
        new_histogram(image.mode().id(), bands.into(), &counts)
    })
}

/// Frees a histogram. NULL is none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ImagingHistogramDelete(histogram: ImagingHistogram) {
    // SAFETY: `histogram` is NULL or came from `ImagingGetHistogram`, and the caller does not use it again: the header says so.
    unsafe {
        if let Some(instance) = histogram.as_ref() {
            heap::free(instance.histogram);
        }
        heap::free(histogram);
    }
}

/// Reads the extrema of an image of mode I or F; `None` for NULL, and for other modes.
///
/// # Safety
///
/// `extrema` is NULL or points to two values of the image's type, in any alignment.
unsafe fn read_extrema(image: &ImageRef<'_>, extrema: *const c_void) -> Option<Extrema> {
    if extrema.is_null() {
        return None;
    }
    match image.mode().spec().pixel_type {
        PixelType::I32 => {
            // SAFETY: two values of this type are there, by this function's contract.
            let [min, max] = unsafe { extrema.cast::<[i32; 2]>().read_unaligned() };
            Some(Extrema::I32(min, max))
        }
        PixelType::F32 => {
            // SAFETY: two values of this type are there, by this function's contract.
            let [min, max] = unsafe { extrema.cast::<[f32; 2]>().read_unaligned() };
            Some(Extrema::F32(min, max))
        }
        PixelType::U8 | PixelType::I16 => None,
    }
}

/// Makes a histogram of counts, in memory of the C allocator.
fn new_histogram(mode: c_int, bands: c_int, counts: &[u64]) -> Result<ImagingHistogram> {
    let instance = heap::zeroed::<ImagingHistogramInstance>(1)?;
    let table = match heap::zeroed::<c_long>(counts.len()) {
        Ok(table) => table,
        Err(error) => {
            // SAFETY: the instance was allocated above, and nobody else knows of it.
            unsafe { heap::free(instance.as_ptr()) };
            return Err(error);
        }
    };
    // SAFETY: both were allocated above, the table with a place for each count.
    unsafe {
        counts.iter().enumerate().for_each(|(n, count)| table.add(n).write(*count as c_long));
        instance.write(ImagingHistogramInstance { mode, bands, histogram: table.as_ptr() });
    }
    Ok(instance.as_ptr())
}
