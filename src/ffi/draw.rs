//! Drawing, and outlines.

use std::ffi::{c_double, c_float, c_int, c_void};
use std::ptr::null_mut;

use super::arguments::{AliasedImageIn, ImageOut, OutlineIn, OutlineInOut, Unaliased, array, slice};
use super::boundary::guard;
use super::paste::fill_box;
use crate::abi::ImagingOutline;
use crate::draw::{self, Canvas, Outline};
use crate::error::{Error, Result};
use crate::image::ImageRef;

// # Drawing
//
// A point is a pixel, and (0, 0) the top left one. Shapes are clipped to the image, and their coordinates may be any number. An
// ink is a pointer to a pixel: one byte or four as it lies in memory, or two with the low byte first, for I;16B, too. It
// replaces pixels. If `op` is not 0, pixels of four bytes are blended with it instead, in any mode: its fourth byte is the
// opacity for the three others, and the fourth byte of a pixel stays.
//
// `mask` is NULL or an image with pixels of one byte: pixels are drawn where it is not 0, and none beyond its borders. It may
// be `im` itself.
//
// The functions return 0, or -1 on error: ValueError if `im` is read-only or the mask has other pixels, and MemoryError, after
// which some rows of a large polygon, or some edges of one that is not filled, may have been drawn.

/// Draws a pixel.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ImagingDrawPoint(
    mut im: ImageOut,
    x: c_int,
    y: c_int,
    ink: *const c_void,
    op: c_int,
) -> c_int {
    guard(-1, || {
        // SAFETY: `ink` is NULL or a pixel of the image: the header says so.
        unsafe { canvas(&mut im, ink, op) }?.point(x, y);
        Ok(0)
    })
}

/// Draws a line, one pixel wide, from (x0, y0) up to, not including, (x1, y1).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ImagingDrawLine(
    mut im: ImageOut,
    x0: c_int,
    y0: c_int,
    x1: c_int,
    y1: c_int,
    ink: *const c_void,
    op: c_int,
) -> c_int {
    guard(-1, || {
        // SAFETY: `ink` is NULL or a pixel of the image: the header says so.
        draw::line(&mut unsafe { canvas(&mut im, ink, op) }?, [x0, y0], [x1, y1]);
        Ok(0)
    })
}

/// Draws a line, `width` pixels wide, from (x0, y0) to (x1, y1), as a filled rectangle around it. If both are the same point,
/// it is drawn as a pixel, whatever the mask.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ImagingDrawWideLine(
    mut im: ImageOut,
    x0: c_int,
    y0: c_int,
    x1: c_int,
    y1: c_int,
    ink: *const c_void,
    width: c_int,
    op: c_int,
    mask: AliasedImageIn,
) -> c_int {
    guard(-1, || {
        // SAFETY: `ink` is NULL or a pixel of the image: the header says so.
        unsafe {
            on_canvas(&mut im, ink, op, &mask, |canvas, mask| draw::wide_line(canvas, [x0, y0], [x1, y1], width, mask))
        }
    })
}

/// Draws a rectangle, whose corners (x0, y0) and (x1, y1) belong to it. Nothing is filled if `x0` is greater than `x1`; the
/// rows may come in any order.
///
/// If `fill` is 0, the border is drawn instead, `width` pixels wide towards the inside; 0 counts as 1, and a negative width
/// draws nothing.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ImagingDrawRectangle(
    mut im: ImageOut,
    x0: c_int,
    y0: c_int,
    x1: c_int,
    y1: c_int,
    ink: *const c_void,
    fill: c_int,
    width: c_int,
    op: c_int,
) -> c_int {
    guard(-1, || {
        // SAFETY: `ink` is NULL or a pixel of the image: the header says so.
        let mut canvas = unsafe { canvas(&mut im, ink, op) }?;
        match fill {
            0 => draw::draw_border(&mut canvas, [x0, y0, x1, y1], width),
            _ => draw::fill_rectangle(&mut canvas, [x0, y0, x1, y1]),
        }
        Ok(0)
    })
}

/// Draws a closed polygon with `count` vertices: `xy` has x and y of each. Does nothing if `count` is not positive.
///
/// If `fill` is not 0, what the edges enclose by the even-odd rule is filled, the edges included, and `width` has no effect;
/// one vertex draws nothing. Otherwise the edges are drawn as lines: by `ImagingDrawLine` without the mask if `width` is 1, and
/// else by `ImagingDrawWideLine`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ImagingDrawPolygon(
    mut im: ImageOut,
    count: c_int,
    xy: *mut c_int,
    ink: *const c_void,
    fill: c_int,
    width: c_int,
    op: c_int,
    mask: AliasedImageIn,
) -> c_int {
    guard(-1, || {
        if count <= 0 {
            return Ok(0);
        }
        // SAFETY: `xy` is NULL or has two numbers for each vertex: the header says so.
        let vertices: &[[c_int; 2]] = unsafe { slice(xy.cast(), count as usize, "xy") }?;
        let work = |canvas: &mut Canvas<'_>, mask: Option<&ImageRef<'_>>| match fill {
            0 => draw::draw_polygon(canvas, vertices, width, mask),
            _ => draw::fill_polygon(canvas, vertices, mask),
        };
        // SAFETY: `ink` is NULL or a pixel of the image: the header says so.
        unsafe { on_canvas(&mut im, ink, op, &mask, work) }
    })
}

/// Fills with ink through `bitmap`, a mask as for `ImagingFill2` with its top left corner at (x0, y0). `op` has no effect.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ImagingDrawBitmap(
    mut im: ImageOut,
    x0: c_int,
    y0: c_int,
    bitmap: AliasedImageIn,
    ink: *const c_void,
    _op: c_int,
) -> c_int {
    guard(-1, || {
        let (xsize, ysize) = bitmap.header().ok_or(Error::Null("bitmap"))?.size;
        let [x0, y0, xsize, ysize] = [x0, y0, xsize, ysize].map(i64::from);
        // SAFETY: `ink` is NULL or a pixel of the image: the header says so.
        unsafe { fill_box(&mut im, ink, &bitmap, [x0, y0, x0 + xsize, y0 + ysize]) }?;
        Ok(0)
    })
}

/// Fills what an outline encloses, by the even-odd rule. Its paths need not be closed. `fill` has no effect.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ImagingDrawOutline(
    mut im: ImageOut,
    outline: OutlineIn,
    ink: *const c_void,
    _fill: c_int,
    op: c_int,
) -> c_int {
    guard(-1, || {
        // SAFETY: `ink` is NULL or a pixel of the image: the header says so.
        draw::fill_outline(&mut unsafe { canvas(&mut im, ink, op) }?, outline.get()?)?;
        Ok(0)
    })
}

// # Outlines
//
// An outline is a path of lines and curves for `ImagingDrawOutline`. It belongs to the library: `ImagingOutlineNew` makes it,
// the caller deletes it once, and meanwhile no two threads use it at a time. Points have coordinates of any size; those of
// edges are truncated to integers, NaN to 0.
//
// The functions that return an int return 0, or -1 on error: MemoryError, and ValueError for NULL.

/// Makes an outline without edges at (0, 0). Returns NULL and raises MemoryError if there is no memory.
///
/// Delete it with `ImagingOutlineDelete`; `free` does not do.
#[unsafe(no_mangle)]
pub extern "C" fn ImagingOutlineNew() -> ImagingOutline {
    guard(null_mut(), || OutlineInOut::allocate(Outline::new()))
}

/// Deletes an outline. Does nothing for NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ImagingOutlineDelete(outline: OutlineInOut) {
    guard((), || {
        outline.delete();
        Ok(())
    });
}

/// Starts a new path at (x, y). The edges before it stay, and are not closed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ImagingOutlineMove(mut outline: OutlineInOut, x: c_float, y: c_float) -> c_int {
    guard(-1, || {
        outline.get()?.move_to(x, y);
        Ok(0)
    })
}

/// Adds a line to (x, y).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ImagingOutlineLine(mut outline: OutlineInOut, x: c_float, y: c_float) -> c_int {
    guard(-1, || outline.get()?.line(x, y).map(|()| 0))
}

/// Adds a cubic Bézier curve to (x3, y3), with the control points (x1, y1) and (x2, y2): 32 edges.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ImagingOutlineCurve(
    mut outline: OutlineInOut,
    x1: c_float,
    y1: c_float,
    x2: c_float,
    y2: c_float,
    x3: c_float,
    y3: c_float,
) -> c_int {
    guard(-1, || outline.get()?.curve([x1, y1, x2, y2, x3, y3]).map(|()| 0))
}

/// Closes the path: adds a line to its start, unless it ends there.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ImagingOutlineClose(mut outline: OutlineInOut) -> c_int {
    guard(-1, || outline.get()?.close().map(|()| 0))
}

/// Removes all edges, and leaves the position. MemoryError if there are none.
///
/// The name promises an affine transform with the matrix `a`; this is what it comes to in Pillow, which computes the edges and
/// frees them. Transform the points of an outline before they are added.
///
/// cbindgen:ptrs-as-arrays=[[a; 6]]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ImagingOutlineTransform(mut outline: OutlineInOut, a: *mut c_double) -> c_int {
    guard(-1, || {
        let outline = outline.get()?;
        // SAFETY: `a` is NULL or an array of six numbers: the header says so.
        let _: &[c_double; 6] = unsafe { array(a, "a") }?;
        outline.discard().map(|()| 0)
    })
}

/// Makes a canvas of an image.
///
/// # Safety
///
/// `ink` is NULL or points to the bytes of a pixel of the image, which nobody writes to while the image is borrowed.
#[inline(always)]
pub unsafe fn canvas(im: &mut ImageOut, ink: *const c_void, op: c_int) -> Result<Canvas<'_>> {
    let image = im.lazy_view_mut()?;
    // SAFETY: `ink` is NULL or a pixel of the image, by this function's contract.
    let ink = unsafe { slice(ink.cast(), image.mode().pixel_size(), "ink") }?;
    Canvas::new(image, ink, op != 0)
}

/// Draws by `work` on an image, through a mask if there is one.
///
/// # Safety
///
/// As for [`canvas`].
unsafe fn on_canvas(
    im: &mut ImageOut,
    ink: *const c_void,
    op: c_int,
    mask: &AliasedImageIn,
    work: impl FnOnce(&mut Canvas<'_>, Option<&ImageRef<'_>>) -> Result<()>,
) -> Result<c_int> {
    let mask = if mask.as_ptr().is_null() { None } else { Some(mask.beside(&im.view_mut()?)?) };
    let mask = mask.as_ref().map(Unaliased::view).transpose()?;
    mask.as_ref().map(draw::check_mask).transpose()?;
    // SAFETY: `ink` is NULL or a pixel of the image, by this function's contract.
    work(&mut unsafe { canvas(im, ink, op) }?, mask.as_ref())?;
    Ok(0)
}
