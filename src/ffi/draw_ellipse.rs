//! Drawing ellipses and parts of them.

use std::ffi::{c_float, c_int, c_void};

use super::arguments::ImageOut;
use super::boundary::guard;
use super::draw::canvas;
use crate::draw;

// # Drawing ellipses
//
// As for the shapes above, for the ellipse that is inscribed in a box of pixels. The box includes (x0, y0) and (x1, y1);
// nothing is drawn if it is inside out. An ellipse's outline is `width` pixels wide, from its outermost pixels inwards, and is
// not drawn for widths below 1. `fill`, if not 0, draws the area instead, and `width` has no effect.
//
// Angles are in degrees, clockwise from the right (the direction of x), and are those of a circle that is stretched to the
// ellipse. An arc goes from `start` clockwise to `end`: full turns are subtracted from both, and 360 is added to an end
// before the start. If `end - start` is 360 or more, it is the whole ellipse; if both are the same angle, it is empty. NaN
// is no error.
//
// The functions return 0, or -1 on error: ValueError if `im` is read-only or a side of the box is longer than 2^31 - 1.

/// Draws an ellipse. Filling a box of one pixel draws nothing.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ImagingDrawEllipse(
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
        draw::ellipse(&mut unsafe { canvas(&mut im, ink, op) }?, [x0, y0, x1, y1], fill != 0, width)?;
        Ok(0)
    })
}

/// Draws an arc, a part of an ellipse's outline, whose ends are orthogonal to it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ImagingDrawArc(
    mut im: ImageOut,
    x0: c_int,
    y0: c_int,
    x1: c_int,
    y1: c_int,
    start: c_float,
    end: c_float,
    ink: *const c_void,
    width: c_int,
    op: c_int,
) -> c_int {
    guard(-1, || {
        // SAFETY: `ink` is NULL or a pixel of the image: the header says so.
        draw::arc(&mut unsafe { canvas(&mut im, ink, op) }?, [x0, y0, x1, y1], [start, end], width)?;
        Ok(0)
    })
}

/// Draws a chord: what an arc and the line between its ends enclose, or its outline. Pixels where arc and line overlap are
/// blended twice.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ImagingDrawChord(
    mut im: ImageOut,
    x0: c_int,
    y0: c_int,
    x1: c_int,
    y1: c_int,
    start: c_float,
    end: c_float,
    ink: *const c_void,
    fill: c_int,
    width: c_int,
    op: c_int,
) -> c_int {
    guard(-1, || {
        // SAFETY: `ink` is NULL or a pixel of the image: the header says so.
        draw::chord(&mut unsafe { canvas(&mut im, ink, op) }?, [x0, y0, x1, y1], [start, end], fill != 0, width)?;
        Ok(0)
    })
}

/// Draws a pie slice: what an arc and the lines between its ends and the centre enclose, or its outline, whose lines meet in
/// a disc. Pixels where arc, lines and disc overlap are blended more than once.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ImagingDrawPieslice(
    mut im: ImageOut,
    x0: c_int,
    y0: c_int,
    x1: c_int,
    y1: c_int,
    start: c_float,
    end: c_float,
    ink: *const c_void,
    fill: c_int,
    width: c_int,
    op: c_int,
) -> c_int {
    guard(-1, || {
        // SAFETY: `ink` is NULL or a pixel of the image: the header says so.
        draw::pieslice(&mut unsafe { canvas(&mut im, ink, op) }?, [x0, y0, x1, y1], [start, end], fill != 0, width)?;
        Ok(0)
    })
}
