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

    /// Returns a cube with fewer bits, whose buckets are sums. `coarse_buckets` has the bucket there for each bucket here.
    pub fn coarse(&self, bits: Bits, coarse_buckets: &[u8]) -> Result<Self> {
        let mut coarse = Self::new(bits)?;
        for (bucket, number) in self.buckets.iter().zip(coarse_buckets).filter(|(bucket, _)| bucket.count > 0) {
            coarse.buckets[usize::from(*number)].add(bucket);
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
        order.try_reserve_exact(self.used()).map_err(|_| Error::Memory)?;
        // As signed numbers: `subtract` may have taken more pixels from a bucket than it had.
        let descending = |count: u32| !(count ^ 1 << 31);
        let used = (0..).zip(&self.buckets).filter(|(_, bucket)| bucket.count > 0);
        order.extend(used.map(|(n, bucket)| u64::from(descending(bucket.count)) << 32 | n));
        order.sort_unstable();
        let mut largest = Vec::new();
        largest.try_reserve_exact(count).map_err(|_| Error::Memory)?;
        // Buckets without pixels, whose means are all the same, are between positive and negative ones.
        let positive = order.partition_point(|n| (*n >> 32) as u32 <= descending(1));
        let (positive, negative) = order.split_at(positive);
        let bucket = |n: &u64| self.buckets[*n as u32 as usize];
        let empty = std::iter::repeat_n(Bucket::default(), self.buckets.len() - order.len());
        largest.extend(positive.iter().map(bucket).chain(empty).chain(negative.iter().map(bucket)).take(count));
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
            *bucket = Bucket { count, sums: [if n == 0 { 8 } else { n as u64 }; 4] };
        }
        for count in 0..=8 {
            let largest = cube.largest(count).expect("small");
            let numbers: Vec<_> = largest.iter().map(|bucket| bucket.sums[0]).collect();
            // The second bucket has no pixels.
            assert_eq!(numbers, [1, 3, 5, 8, 7, 6, 0, 4][..count]);
        }
    }
}
