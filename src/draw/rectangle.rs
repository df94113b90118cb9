//! Rectangles, filled or as borders.

use super::canvas::Canvas;

/// Fills a rectangle with the corners `[x0, y0, x1, y1]`, both included. Draws nothing if `x0` is greater than `x1`; the rows
/// may come in any order.
pub fn fill_rectangle(canvas: &mut Canvas<'_>, [x0, y0, x1, y1]: [i32; 4]) {
    canvas.fill_box([x0, y0.min(y1), x1, y0.max(y1)].map(i64::from));
}

/// Draws the border of a rectangle: `width` pixels that lie within it, 1 for 0, and none for a negative width.
///
/// The border has four boxes, each of which is drawn once. Between the upper and the lower one, the columns reach from row
/// `y0 + width` to `y1 - width`. If that is upside down, since the border is wider than the rectangle, they reach the other way
/// round, and a row less far: so does the reference, and a blending ink shows where boxes overlap.
pub fn draw_border(canvas: &mut Canvas<'_>, [x0, y0, x1, y1]: [i32; 4], width: i32) {
    let [x0, y0, x1, y1] = [x0, y0.min(y1), x1, y0.max(y1)].map(i64::from);
    let width = match width {
        0 => 1,
        width => i64::from(width),
    };
    if width < 0 {
        return;
    }
    let rows = [[x0, y0, x1, y0 + width - 1], [x0, y1 - width + 1, x1, y1]];
    let (start, end) = (y0 + width, y1 - width + 1);
    let (top, bottom) = if start < end { (start, end - 1) } else { (end + 1, start) };
    if start == end {
        canvas.fill_boxes(rows);
    } else {
        let columns = [[x1 - width + 1, top, x1, bottom], [x0, top, x0 + width - 1, bottom]];
        canvas.fill_boxes([rows[0], rows[1], columns[0], columns[1]]);
    }
}
