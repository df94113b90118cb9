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

/// Adds half the sum of the bytes to the left and above, which stay in registers, for pixels of `N` bytes.
pub fn average_pixels<const N: usize>(row: &mut [u8], above: &[u8]) {
    let whole = row.len() / N * N;
    let mut a = [0u8; N];
    for (pixel, b) in row.as_chunks_mut::<N>().0.iter_mut().zip(above.as_chunks::<N>().0) {
        for band in 0..N {
            a[band] = pixel[band].wrapping_add(((u32::from(a[band]) + u32::from(b[band])) / 2) as u8);
        }
        *pixel = a;
    }
    for ((x, b), a) in row[whole..].iter_mut().zip(&above[whole..]).zip(a) {
        *x = x.wrapping_add(((u16::from(a) + u16::from(*b)) / 2) as u8);
    }
}

/// Undoes Paeth with neighbours in registers, for pixels of `N` bytes.
///
/// The prediction is stb_image's: `a`, `b` and `c` in ascending order decide it, with one comparison behind the other less
/// than the distances take.
pub fn paeth_pixels<const N: usize>(row: &mut [u8], above: &[u8]) {
    let whole = row.len() / N * N;
    let (mut a, mut c) = ([0i32; N], [0i32; N]);
    let next = |x: u8, b: i32, a: i32, c: i32| {
        let (low, high, opposite) = (a.min(b), a.max(b), 3 * c - b - a);
        let low_or_c = if high <= opposite { low } else { c };
        let nearest = if opposite <= low { high } else { low_or_c };
        (i32::from(x) + nearest) & 0xff
    };
    for (pixel, b) in row.as_chunks_mut::<N>().0.iter_mut().zip(above.as_chunks::<N>().0) {
        for band in 0..N {
            let b = i32::from(b[band]);
            a[band] = next(pixel[band], b, a[band], c[band]);
            c[band] = b;
            pixel[band] = a[band] as u8;
        }
    }
    for (((x, b), a), c) in row[whole..].iter_mut().zip(&above[whole..]).zip(a).zip(c) {
        *x = next(*x, i32::from(*b), a, c) as u8;
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
