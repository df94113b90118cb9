//! The kernel as the caller gives it, and bounds for sums that it weights.

/// A square of weights and an offset.
#[derive(Clone, Copy)]
pub struct Kernel<const KSIZE: usize> {
    /// The rows of the kernel. The first one weights the lowest row of pixels, as in Pillow.
    pub weights: [[f32; KSIZE]; KSIZE],
    /// Added to every sum. It includes the 0.5 by which truncation rounds to the nearest integer.
    pub offset: f32,
}

impl<const KSIZE: usize> Kernel<KSIZE> {
    pub fn new(weights: &[f32], offset: f32) -> Self {
        let (rows, _) = weights.as_chunks::<KSIZE>();
        Self { weights: std::array::from_fn(|row| rows[row]), offset }
    }

    /// Returns the weights in double precision.
    pub fn weights_f64(&self) -> impl Iterator<Item = f64> {
        self.weights.as_flattened().iter().map(|weight| f64::from(*weight))
    }

    /// Returns the largest magnitude that a sum of bytes can have, offset included.
    pub fn max_magnitude(&self) -> f64 {
        self.weights_f64().map(f64::abs).sum::<f64>() * 255.0 + f64::from(self.offset.abs())
    }

    /// Returns an upper bound of the rounding error of a sum in single precision. No term is rounded more than
    /// `2 * KSIZE + 1` times: in its product, `KSIZE - 1` sums of its row, and `KSIZE` sums of rows.
    pub fn rounding_error(&self) -> f64 {
        self.max_magnitude() * (2 * KSIZE + 1) as f64 * f64::from(f32::EPSILON) / 2.0
    }
}
