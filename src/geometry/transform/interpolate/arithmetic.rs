//! The arithmetic of the interpolation filters (`BILINEAR` and `BICUBIC` in the reference's `Geometry.c`).
//!
//! With v0 … v3 the neighbours along an axis, and d the fraction of the way from v1 to v2 (for two neighbours, from v0
//! to v1):
//!
//! ```text
//! bilinear   v0 + (v1 - v0) d
//! bicubic    p1 + d (p2 + d (p3 + d p4))        p1 = v1
//!                                               p2 = -v0 + v2
//!                                               p3 = 2 (v0 - v1) + v2 - v3
//!                                               p4 = -v0 + v1 - v2 + v3
//! ```
//!
//! Along x, the differences are computed in the pixel's own type (bytes as `i32`); all products and sums with d, and
//! everything along y, in double precision. This order is part of the result: no FMA, no reassociation.

use crate::geometry::transform::mapping::BATCH;

/// The type of a band, or of an intermediate value.
pub trait Value: Copy {
    /// Interpolates linearly, at the fraction `d` of the way from the first value to the second.
    fn linear(values: [Self; 2], d: f64) -> f64;

    /// Interpolates by a cubic curve, at the fraction `d` of the way from the second value to the third.
    fn cubic(values: [Self; 4], d: f64) -> f64;
}

/// Evaluates a cubic polynomial by Horner's method.
#[inline(always)]
fn horner([p1, p2, p3, p4]: [f64; 4], d: f64) -> f64 {
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

/// Differences wrap around, as in the reference.
impl Value for i32 {
    #[inline(always)]
    fn linear([a, b]: [Self; 2], d: f64) -> f64 {
        f64::from(a) + f64::from(b.wrapping_sub(a)) * d
    }

    #[inline(always)]
    fn cubic([v0, v1, v2, v3]: [Self; 4], d: f64) -> f64 {
        let p2 = v2.wrapping_sub(v0);
        let p3 = v0.wrapping_sub(v1).wrapping_mul(2).wrapping_add(v2).wrapping_sub(v3);
        let p4 = v1.wrapping_sub(v0).wrapping_sub(v2).wrapping_add(v3);
        horner([f64::from(v1), f64::from(p2), f64::from(p3), f64::from(p4)], d)
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
            fn cubic([v0, v1, v2, v3]: [Self; 4], d: f64) -> f64 {
                let (p2, p3, p4) = (-v0 + v2, 2.0 * (v0 - v1) + v2 - v3, -v0 + v1 - v2 + v3);
                horner([f64::from(v1), f64::from(p2), f64::from(p3), f64::from(p4)], d)
            }
        }
    };
}
float_value!(f32);
float_value!(f64);

/// The windows of a batch: for each position of a window of `SIDE` × `SIDE` pixels, the pixels of all windows there.
pub type Windows<P, const SIDE: usize> = [[[P; BATCH]; SIDE]; SIDE];

/// The interpolated bands of a batch, pixel by pixel. Pixels with fewer than four bands leave the rest unused.
pub type Bands = [f64; 4 * BATCH];

/// Repeats a value of each pixel for each of its bands.
#[inline(always)]
fn repeat_for_bands<const BANDS: usize>(pixels: &[f64; BATCH]) -> Bands {
    let mut bands = [0.0; 4 * BATCH];
    for (bands, pixel) in bands.as_chunks_mut::<BANDS>().0.iter_mut().zip(pixels) {
        *bands = [*pixel; BANDS];
    }
    bands
}

/// Interpolates between 2 × 2 pixels, at the fractions `x` and `y`.
///
/// One loop over all bands of all pixels, which LLVM vectorises.
#[inline(always)]
pub fn bilinear<V: Value, const BANDS: usize>(
    windows: &Windows<[V; BANDS], 2>,
    x: &[f64; BATCH],
    y: &[f64; BATCH],
) -> Bands {
    let (x, y) = (repeat_for_bands::<BANDS>(x), repeat_for_bands::<BANDS>(y));
    let [[a, b], [c, d]] = windows;
    let [a, b, c, d] = [a.as_flattened(), b.as_flattened(), c.as_flattened(), d.as_flattened()];
    let mut bands = [0.0; 4 * BATCH];
    for n in 0..BANDS * BATCH {
        let rows = [V::linear([a[n], b[n]], x[n]), V::linear([c[n], d[n]], x[n])];
        bands[n] = f64::linear(rows, y[n]);
    }
    bands
}

/// Returns the bands of a row of windows of 4 × 4 pixels.
#[inline(always)]
fn flatten<V, const BANDS: usize>(row: &[[[V; BANDS]; BATCH]; 4]) -> [&[V]; 4] {
    [row[0].as_flattened(), row[1].as_flattened(), row[2].as_flattened(), row[3].as_flattened()]
}

/// Interpolates band `n` of a row of windows.
#[inline(always)]
fn cubic_band<V: Value>(row: &[&[V]; 4], n: usize, d: f64) -> f64 {
    V::cubic([row[0][n], row[1][n], row[2][n], row[3][n]], d)
}

/// Interpolates between 4 × 4 pixels, at the fractions `x` and `y` behind the second one along each axis.
#[inline(always)]
pub fn bicubic<V: Value, const BANDS: usize>(
    windows: &Windows<[V; BANDS], 4>,
    x: &[f64; BATCH],
    y: &[f64; BATCH],
) -> Bands {
    let (x, y) = (repeat_for_bands::<BANDS>(x), repeat_for_bands::<BANDS>(y));
    let mut bands = [0.0; 4 * BATCH];
    // Written out, as `array::map` with these closures is not inlined and keeps the loop from being vectorised.
    let [first, second, third, fourth] =
        [flatten(&windows[0]), flatten(&windows[1]), flatten(&windows[2]), flatten(&windows[3])];
    for n in 0..BANDS * BATCH {
        let rows = [cubic_band(&first, n, x[n]), cubic_band(&second, n, x[n]), cubic_band(&third, n, x[n])];
        bands[n] = f64::cubic([rows[0], rows[1], rows[2], cubic_band(&fourth, n, x[n])], y[n]);
    }
    bands
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_curve_passes_through_its_values() {
        assert_eq!(i32::linear([3, 9], 0.0), 3.0);
        assert_eq!(i32::cubic([3, 9, 27, 200], 0.0), 9.0);
        assert_eq!(f32::cubic([3.0, 9.0, 27.0, 200.0], 0.0), 9.0);
        assert_eq!(f64::cubic([5.0; 4], 0.3), 5.0);
    }
}
