//! The plain code, for pixels of any size.

/// Adds the byte of the pixel to the left. The first pixel stays. (For a pixel without bytes it doubles each byte, as the
/// reference does.)
pub fn sub(row: &mut [u8], pixel: usize) {
    for i in pixel..row.len() {
        row[i] = row[i].wrapping_add(row[i - pixel]);
    }
}

/// As [`sub`], but also leaves the first byte of the second pixel, as the reference does for TIFF.
pub fn add_left(row: &mut [u8], pixel: usize) {
    for i in pixel + 1..row.len() {
        row[i] = row[i].wrapping_add(row[i - pixel]);
    }
}

/// Adds half the sum of the bytes to the left and above.
pub fn average(row: &mut [u8], above: &[u8], pixel: usize) {
    for i in 0..row.len() {
        let a = if i < pixel { 0 } else { row[i - pixel] };
        row[i] = row[i].wrapping_add(((u16::from(a) + u16::from(above[i])) / 2) as u8);
    }
}

/// Adds the one of the bytes to the left, above and above left that is nearest to left + above - above left.
pub fn paeth(row: &mut [u8], above: &[u8], pixel: usize) {
    let first = pixel.min(row.len());
    for (x, b) in row.iter_mut().zip(above).take(first) {
        *x = x.wrapping_add(*b);
    }
    for i in first..row.len() {
        row[i] = row[i].wrapping_add(predict(row[i - pixel], above[i], above[i - pixel]));
    }
}

/// Returns the one of `a`, `b` and `c` that is nearest to `a + b - c`; the first of those that are equally near.
#[inline(always)]
fn predict(a: u8, b: u8, c: u8) -> u8 {
    let [left, up, corner] = [a, b, c].map(i16::from);
    let (pa, pb, pc) = ((up - corner).abs(), (left - corner).abs(), (left + up - 2 * corner).abs());
    let (nearest, distance) = if pb < pa { (b, pb) } else { (a, pa) };
    if pc < distance { c } else { nearest }
}
