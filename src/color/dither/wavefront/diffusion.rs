//! The errors that the pixels of a wavefront diffuse, in registers.

use super::vector::Vector;

/// What each row has diffused to its next pixel and to the row below, in sixteenths; to the pixel below right, 1/16, in
/// whole values.
#[derive(Clone, Copy)]
pub struct Diffusion<V> {
    right: V,
    pub below: V,
    pub below_right: V,
}

impl<V: Vector> Diffusion<V> {
    /// Returns no errors.
    #[inline(always)]
    pub fn new(isa: V::Isa) -> Self {
        let zero = V::splat(isa, 0);
        Self { right: zero, below: zero, below_right: zero }
    }

    /// Returns the values to quantize: pixels with the errors from the left and from the row above, clipped to bytes.
    #[inline(always)]
    pub fn add_to(&self, isa: V::Isa, pixels: V, above: V) -> V {
        let sum = self.right.add(above);
        // Divides by 16 and truncates towards zero: 15 is added to negative sums.
        let bias = sum.shift_right::<15>().shift_right_unsigned::<12>();
        let values = pixels.add(sum.add(bias).shift_right::<4>());
        values.min(V::splat(isa, 255)).max(V::splat(isa, 0))
    }

    /// Diffuses quantization errors. Returns the errors for the pixels below the previous ones, which are complete now.
    #[inline(always)]
    pub fn diffuse(&mut self, error: V) -> V {
        let error_3 = error.add(error.add(error));
        let error_5 = error.add(error.shift_left::<2>());
        let complete = error_3.add(self.below);
        self.right = error.shift_left::<3>().sub(error);
        self.below = error_5.add(self.below_right);
        self.below_right = error;
        complete
    }
}
