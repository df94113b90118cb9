//! The arithmetic between pixels.
//!
//! Values are subtracted as what they are, and then multiplied as 64-bit floats, in this order.

use super::map::CHUNK;

/// A value of a pixel, or between pixels.
pub trait Value: Copy {
    /// The value at `d` between two that are one apart.
    fn linear(values: [Self; 2], d: f64) -> f64;

    /// The value at `d` between the middle two of four, on a cubic curve through them.
    fn cubic(values: [Self; 4], d: f64) -> f64;
}

#[inline(always)]
fn curve([p1, p2, p3, p4]: [f64; 4], d: f64) -> f64 {
    p1 + d * (p2 + d * (p3 + d * p4))
}

impl Value for u8 {
    #[inline(always)]
    fn linear(values: [Self; 2], d: f64) -> f64 {
        i32::linear([values[0].into(), values[1].into()], d)
    }

    #[inline(always)]
    fn cubic(values: [Self; 4], d: f64) -> f64 {
        i32::cubic([values[0].into(), values[1].into(), values[2].into(), values[3].into()], d)
    }
}

/// Differences that are too large begin again from the other end.
impl Value for i32 {
    #[inline(always)]
    fn linear([a, b]: [Self; 2], d: f64) -> f64 {
        f64::from(a) + f64::from(b.wrapping_sub(a)) * d
    }

    #[inline(always)]
    fn cubic([a, b, c, e]: [Self; 4], d: f64) -> f64 {
        let p2 = c.wrapping_sub(a);
        let p3 = a.wrapping_sub(b).wrapping_mul(2).wrapping_add(c).wrapping_sub(e);
        let p4 = b.wrapping_sub(a).wrapping_sub(c).wrapping_add(e);
        curve([f64::from(b), f64::from(p2), f64::from(p3), f64::from(p4)], d)
    }
}

macro_rules! float_value {
    ($float:ty) => {
        impl Value for $float {
            #[inline(always)]
            fn linear([a, b]: [Self; 2], d: f64) -> f64 {
                f64::from(a) + f64::from(b - a) * d
            }

            #[inline(always)]
            fn cubic([a, b, c, e]: [Self; 4], d: f64) -> f64 {
                let (p2, p3, p4) = (-a + c, 2.0 * (a - b) + c - e, -a + b - c + e);
                curve([f64::from(b), f64::from(p2), f64::from(p3), f64::from(p4)], d)
            }
        }
    };
}
float_value!(f32);
float_value!(f64);

/// For some pixels side by side, their bands one behind the other: as many values as there are for four bands.
pub type Values = [f64; 4 * CHUNK];

/// For each band of some pixels what belongs to the pixel.
#[inline(always)]
fn for_bands<const BANDS: usize>(pixels: &[f64; CHUNK]) -> Values {
    let mut bands = [0.0; 4 * CHUNK];
    for (bands, pixel) in bands.as_chunks_mut::<BANDS>().0.iter_mut().zip(pixels) {
        *bands = [*pixel; BANDS];
    }
    bands
}

/// The values at (`x`, `y`) between two by two pixels, of which the first of each come first.
///
/// One loop over all bands of all pixels: that is what the compiler vectorises.
#[inline(always)]
pub fn bilinear<V: Value, const BANDS: usize>(
    taps: &[[[[V; BANDS]; CHUNK]; 2]; 2],
    x: &[f64; CHUNK],
    y: &[f64; CHUNK],
) -> Values {
    let (x, y) = (for_bands::<BANDS>(x), for_bands::<BANDS>(y));
    let [[a, b], [c, d]] = taps;
    let [a, b, c, d] = [a.as_flattened(), b.as_flattened(), c.as_flattened(), d.as_flattened()];
    let mut values = [0.0; 4 * CHUNK];
    for n in 0..BANDS * CHUNK {
        let rows = [V::linear([a[n], b[n]], x[n]), V::linear([c[n], d[n]], x[n])];
        values[n] = f64::linear(rows, y[n]);
    }
    values
}

/// The values of four pixels side by side.
#[inline(always)]
fn flat<V, const BANDS: usize>(row: &[[[V; BANDS]; CHUNK]; 4]) -> [&[V]; 4] {
    [row[0].as_flattened(), row[1].as_flattened(), row[2].as_flattened(), row[3].as_flattened()]
}

/// The value at `d` between the middle two of four, number `n` of each.
#[inline(always)]
fn cubic_at<V: Value>(row: &[&[V]; 4], n: usize, d: f64) -> f64 {
    V::cubic([row[0][n], row[1][n], row[2][n], row[3][n]], d)
}

/// The values at (`x`, `y`) between four by four pixels, as [`bilinear`] has them.
#[inline(always)]
pub fn bicubic<V: Value, const BANDS: usize>(
    taps: &[[[[V; BANDS]; CHUNK]; 4]; 4],
    x: &[f64; CHUNK],
    y: &[f64; CHUNK],
) -> Values {
    let (x, y) = (for_bands::<BANDS>(x), for_bands::<BANDS>(y));
    let mut values = [0.0; 4 * CHUNK];
    // Written out, since closures are calls here that the compiler does not see through.
    let [first, second, third, fourth] = [flat(&taps[0]), flat(&taps[1]), flat(&taps[2]), flat(&taps[3])];
    for n in 0..BANDS * CHUNK {
        let rows = [cubic_at(&first, n, x[n]), cubic_at(&second, n, x[n]), cubic_at(&third, n, x[n])];
        values[n] = f64::cubic([rows[0], rows[1], rows[2], cubic_at(&fourth, n, x[n])], y[n]);
    }
    values
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn at_a_pixel_it_is_the_pixel() {
        assert_eq!(i32::linear([3, 9], 0.0), 3.0);
        assert_eq!(i32::cubic([3, 9, 27, 200], 0.0), 9.0);
        assert_eq!(f32::cubic([3.0, 9.0, 27.0, 200.0], 0.0), 9.0);
        assert_eq!(f64::cubic([5.0; 4], 0.3), 5.0);
    }
}
