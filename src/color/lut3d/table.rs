//! The lookup table, and its fixed-point formats.

use crate::error::{Error, Result};

/// The fraction bits of the table's values: 255 << 6 is white.
pub const PRECISION_BITS: u32 = 6;

/// The fraction bits of a position in the table.
pub const SCALE_BITS: u32 = 18;

/// The fraction bits of an interpolation weight.
pub const SHIFT_BITS: u32 = 15;

/// A half in the precision of the table, for rounding.
pub const HALF: i32 = 1 << (PRECISION_BITS - 1);

/// The sum of the weights of two neighbours.
pub const ONE: i32 = 1 << SHIFT_BITS;

/// A dimension of a table. For every value of a band, its position and the next one are within the dimension.
pub struct Axis {
    scale: u32,
    stride: usize,
}

impl Axis {
    /// Returns a dimension of `size` points that are `stride` values apart. `None` where a value of a band has no
    /// position, or no next point.
    pub fn new(size: usize, stride: usize) -> Option<Self> {
        // Truncated, not rounded, so that the position of 255 is below the last point.
        let scale = (size.checked_sub(1)? as f64 / 255.0 * f64::from(1 << SCALE_BITS)) as u32;
        let axis = Self { scale, stride };
        let fits = (0..=255).all(|value| axis.position(value) as usize + (1 << SCALE_BITS) < size << SCALE_BITS);
        fits.then_some(axis)
    }

    /// Returns the factor from values of a band to positions with [`SCALE_BITS`] fraction bits.
    #[inline(always)]
    pub fn scale(&self) -> u32 {
        self.scale
    }

    /// Returns the distance between neighbours, in values of the table.
    #[inline(always)]
    pub fn stride(&self) -> usize {
        self.stride
    }

    #[inline(always)]
    fn position(&self, value: u8) -> u32 {
        u32::from(value).wrapping_mul(self.scale)
    }

    /// Returns the offset of the neighbour below a value, and the weight of the one above.
    #[inline(always)]
    fn locate(&self, value: u8) -> (usize, i32) {
        let position = self.position(value);
        let weight = (position & ((1 << SCALE_BITS) - 1)) >> (SCALE_BITS - SHIFT_BITS);
        ((position >> SCALE_BITS) as usize * self.stride, weight as i32)
    }
}

/// A 3D lookup table.
pub struct Lut3d<'a> {
    values: &'a [i16],
    channels: usize,
    sizes: [usize; 3],
    axes: [Axis; 3],
}

/// Returns the count of values of a table of these sizes; an error where it exceeds `i32`.
pub fn value_count(channels: usize, sizes: [usize; 3]) -> Result<usize> {
    let product = sizes.iter().try_fold(channels, |product, size| product.checked_mul(*size));
    product.filter(|values| i32::try_from(*values).is_ok()).ok_or(BAD_SIZE)
}

const BAD_SIZE: Error = Error::Value("bad table size");

impl<'a> Lut3d<'a> {
    /// Makes a table of colours of 3 or 4 channels from [`value_count`] values, the first dimension running fastest.
    pub fn new(values: &'a [i16], channels: usize, sizes: [usize; 3]) -> Result<Self> {
        let strides = [channels, channels * sizes[0], channels * sizes[0] * sizes[1]];
        let axis = |n: usize| Axis::new(sizes[n], strides[n]).ok_or(BAD_SIZE);
        if values.len() < value_count(channels, sizes)? {
            return Err(BAD_SIZE);
        }
        Ok(Self { values, channels, sizes, axes: [axis(0)?, axis(1)?, axis(2)?] })
    }

    /// Returns the values of all points.
    #[inline(always)]
    pub fn values(&self) -> &[i16] {
        self.values
    }

    /// Returns the channels of a point.
    pub fn channels(&self) -> usize {
        self.channels
    }

    /// Returns the points along each dimension.
    pub fn sizes(&self) -> [usize; 3] {
        self.sizes
    }

    /// Returns the dimensions.
    #[inline(always)]
    pub fn axes(&self) -> &[Axis; 3] {
        &self.axes
    }

    /// Returns the offset of the lowest neighbour of a colour, and the weights of the upper neighbours along each
    /// dimension.
    #[inline(always)]
    pub fn locate(&self, [x, y, z, _]: [u8; 4]) -> (usize, [i32; 3]) {
        let (x, y, z) = (self.axes[0].locate(x), self.axes[1].locate(y), self.axes[2].locate(z));
        (x.0 + y.0 + z.0, [x.1, y.1, z.1])
    }

    /// Returns two neighbours along the first dimension, of `N` channels each.
    #[inline(always)]
    pub fn neighbours<const N: usize>(&self, offset: usize) -> &[i16] {
        &self.values[offset..][..2 * N]
    }

    /// Returns this table as a narrow one, if it is.
    pub fn narrow(&self) -> Option<NarrowLut<'_>> {
        let (mut min, mut max) = (i16::MAX, i16::MIN);
        for value in self.values {
            (min, max) = (min.min(*value), max.max(*value));
        }
        (i32::from(max) - i32::from(min) <= i32::from(i16::MAX) / 2).then_some(NarrowLut(self))
    }
}

/// A table where twice the difference of any two values fits 16 bits, as in all tables of colours between black and
/// white.
#[derive(Clone, Copy)]
pub struct NarrowLut<'a>(&'a Lut3d<'a>);

impl<'a> NarrowLut<'a> {
    /// Returns the table.
    #[inline(always)]
    pub fn lut(self) -> &'a Lut3d<'a> {
        self.0
    }
}
