//! Cubes: colour space divided into buckets by the upper bits of each band.

use crate::arithmetic::clip8;
use crate::error::{Error, Result};
use crate::memory::heap::try_vec;
use crate::simd::truncate::Float;

/// The pixels of a part of colour space, or the difference of two such numbers, modulo 2^32 and 2^64.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Bucket {
    pub count: u32,
    pub sums: [u64; 4],
}

impl Bucket {
    /// Adds the pixels of another bucket.
    pub fn add(&mut self, other: &Self) {
        self.count = self.count.wrapping_add(other.count);
        self.sums.iter_mut().zip(other.sums).for_each(|(sum, other)| *sum = sum.wrapping_add(other));
    }

    /// Adds pixels of one colour.
    pub fn add_colour(&mut self, colour: [u8; 4], count: u32) {
        let sums = colour.map(|value| u64::from(value) * u64::from(count));
        self.add(&Self { count, sums });
    }

    fn subtract(&mut self, other: &Self) {
        self.count = self.count.wrapping_sub(other.count);
        self.sums.iter_mut().zip(other.sums).for_each(|(sum, other)| *sum = sum.wrapping_sub(other));
    }

    /// Returns the mean colour, in single precision and truncated; 0 without pixels. With more than 2^24 in a sum, that may
    /// be the colour of another bucket.
    pub fn mean(&self) -> [u8; 4] {
        let count = self.count as f32;
        if self.count == 0 { [0; 4] } else { self.sums.map(|sum| clip8((sum as f32 / count).truncate())) }
    }
}

/// The bits of each band in the number of a bucket, red first.
#[derive(Clone, Copy)]
pub struct Bits(pub [u32; 4]);

impl Bits {
    /// Returns the number of buckets.
    pub fn buckets(self) -> usize {
        1 << self.0.iter().sum::<u32>()
    }

    /// Returns the number of a colour's bucket.
    pub fn bucket(self, colour: [u8; 4]) -> usize {
        let bands = colour.into_iter().zip(self.0);
        bands.fold(0, |number, (value, bits)| number << bits | usize::from(value) >> (8 - bits))
    }

    /// Returns the lowest colour of a bucket.
    pub fn lowest_colour(self, mut bucket: usize) -> [u8; 4] {
        let mut colour = [0; 4];
        for (value, bits) in colour.iter_mut().zip(self.0).rev() {
            *value = ((bucket & ((1 << bits) - 1)) << (8 - bits)) as u8;
            bucket >>= bits;
        }
        colour
    }
}

/// The buckets of a cube.
pub struct Cube {
    pub bits: Bits,
    pub buckets: Vec<Bucket>,
}

impl Cube {
    /// Makes an empty cube.
    pub fn new(bits: Bits) -> Result<Self> {
        Ok(Self { bits, buckets: try_vec(Bucket::default(), bits.buckets())? })
    }

    /// Returns a cube with fewer bits, whose buckets are sums.
    pub fn coarse(&self, bits: Bits) -> Result<Self> {
        let mut coarse = Self::new(bits)?;
        for (n, bucket) in self.buckets.iter().enumerate() {
            coarse.buckets[bits.bucket(self.bits.lowest_colour(n))].add(bucket);
        }
        Ok(coarse)
    }

    /// Returns the number of buckets that have pixels.
    pub fn used(&self) -> usize {
        self.buckets.iter().filter(|bucket| bucket.count > 0).count()
    }

    /// Returns the `count` buckets with the most pixels, the most first; of equal ones those with lower numbers. (Pillow sorts
    /// with `qsort`, which is stable in glibc.)
    pub fn largest(&self, count: usize) -> Result<Vec<Bucket>> {
        let mut order = Vec::new();
        order.try_reserve_exact(self.buckets.len()).map_err(|_| Error::Memory)?;
        // As signed numbers: `subtract` may have taken more pixels from a bucket than it had.
        let descending = |count: u32| !(count ^ 1 << 31);
        order.extend((0..).zip(&self.buckets).map(|(n, bucket)| u64::from(descending(bucket.count)) << 32 | n));
        if count < order.len() {
            order.select_nth_unstable(count);
            order.truncate(count);
        }
        order.sort_unstable();
        let mut largest = Vec::new();
        largest.try_reserve_exact(order.len()).map_err(|_| Error::Memory)?;
        largest.extend(order.iter().map(|n| self.buckets[*n as u32 as usize]));
        Ok(largest)
    }

    /// Subtracts buckets from those that their mean colours are in.
    pub fn subtract(&mut self, buckets: &[Bucket]) {
        for bucket in buckets.iter().filter(|bucket| bucket.count > 0) {
            self.buckets[self.bits.bucket(bucket.mean())].subtract(bucket);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lowest_colour_is_in_its_bucket() {
        for bits in [[4, 4, 4, 0], [2, 2, 2, 0], [3, 4, 3, 3], [2; 4]].map(Bits) {
            assert!((0..bits.buckets()).all(|n| bits.bucket(bits.lowest_colour(n)) == n));
        }
    }

    #[test]
    fn the_largest_buckets_are_sorted_and_ties_keep_their_order() {
        let mut cube = Cube::new(Bits([1, 1, 1, 0])).expect("small");
        for (n, (bucket, count)) in cube.buckets.iter_mut().zip([2, 9, 0, 9, u32::MAX, 9, 1, 2]).enumerate() {
            *bucket = Bucket { count, sums: [n as u64; 4] };
        }
        for count in 0..=8 {
            let largest = cube.largest(count).expect("small");
            let numbers: Vec<_> = largest.iter().map(|bucket| bucket.sums[0]).collect();
            assert_eq!(numbers, [1, 3, 5, 0, 7, 6, 2, 4][..count]);
        }
    }
}
