//! The arithmetic between pixels.
//!
//! Values are subtracted as what they are, and then multiplied as 64-bit floats, in this order.

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

/// Bytes count as these too. Differences that are too large begin again from the other end.
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

/// The value at (`x`, `y`) between two by two, for each band.
#[inline(always)]
pub fn bilinear<V: Value, const BANDS: usize>(rows: [[[V; BANDS]; 2]; 2], x: f64, y: f64) -> [f64; BANDS] {
    let rows = rows.map(|row| std::array::from_fn::<_, BANDS, _>(|band| V::linear(row.map(|pixel| pixel[band]), x)));
    std::array::from_fn(|band| f64::linear(rows.map(|row| row[band]), y))
}

/// The value at (`x`, `y`) between four by four, for each band.
#[inline(always)]
pub fn bicubic<V: Value, const BANDS: usize>(rows: [[[V; BANDS]; 4]; 4], x: f64, y: f64) -> [f64; BANDS] {
    let rows = rows.map(|row| std::array::from_fn::<_, BANDS, _>(|band| V::cubic(row.map(|pixel| pixel[band]), x)));
    std::array::from_fn(|band| f64::cubic(rows.map(|row| row[band]), y))
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
