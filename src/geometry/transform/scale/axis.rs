//! The DDA along one axis.

use crate::geometry::transform::mapping::pixel_index;

/// The index of a coordinate outside of the input.
pub const OUTSIDE: u32 = u32::MAX;

/// Iterates over the input columns (or rows) of the output columns (or rows). Each coordinate is the previous one plus
/// a step: the rounding errors accumulate, and are part of the result.
#[derive(Clone)]
pub struct AxisDda {
    /// The coordinate of the next output pixel.
    pub coordinate: f64,
    /// The step to the one behind it.
    pub step: f64,
    /// The size of the input along the axis.
    pub size: usize,
}

impl Iterator for AxisDda {
    type Item = u32;

    #[inline(always)]
    fn next(&mut self) -> Option<u32> {
        let index = pixel_index(self.coordinate) as u32;
        self.coordinate += self.step;
        Some(if (index as usize) < self.size { index } else { OUTSIDE })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn indices(count: usize, coordinate: f64, step: f64, size: usize) -> Vec<u32> {
        AxisDda { coordinate, step, size }.take(count).collect()
    }

    #[test]
    fn coordinates_outside_are_marked() {
        assert_eq!(indices(4, -1.5, 1.0, 2), [OUTSIDE, OUTSIDE, 0, 1]);
        assert_eq!(indices(3, 1.0, -1.0, 2), [1, 0, OUTSIDE]);
        for odd in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            assert_eq!(indices(2, odd, 1.0, 2), [OUTSIDE; 2]);
        }
    }
}
