//! The sums of the colours that share a palette entry, and their means.

use super::colours::Colour;
use crate::error::Result;
use crate::memory::heap::try_vec;

/// The most entries of a palette.
pub const MAX_ENTRIES: usize = 256;

/// The colours of a palette, up to [`MAX_ENTRIES`]: red, green, blue and alpha. On the heap: a thread's stack may be small.
pub type Entries = Vec<[u8; 4]>;

/// The pixels of a palette entry. All arithmetic is modulo 2^32, as in the reference: sums of more than 16 million bright
/// pixels overflow.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Cluster {
    count: u32,
    sums: [u32; 3],
}

/// The pixels of each palette entry. On the heap: a thread's stack may be small.
#[derive(Debug, PartialEq, Eq)]
pub struct Clusters(Vec<Cluster>);

impl Clusters {
    /// Makes empty clusters.
    pub fn new() -> Result<Self> {
        Ok(Self(try_vec(Cluster::default(), MAX_ENTRIES)?))
    }

    /// Puts the pixels of each colour into the cluster of its index.
    pub fn of(colours: &[Colour], indices: &[u8]) -> Result<Self> {
        let mut clusters = Self::new()?;
        for (colour, index) in colours.iter().zip(indices) {
            clusters.add(*index, colour);
        }
        Ok(clusters)
    }

    /// Adds the pixels of a colour.
    #[inline(always)]
    pub fn add(&mut self, index: u8, colour: &Colour) {
        self.add_times(index, colour, colour.count);
    }

    /// Removes the pixels of a colour.
    #[inline(always)]
    pub fn remove(&mut self, index: u8, colour: &Colour) {
        self.add_times(index, colour, colour.count.wrapping_neg());
    }

    #[inline(always)]
    fn add_times(&mut self, index: u8, colour: &Colour, count: u32) {
        let cluster = &mut self.0[usize::from(index)];
        cluster.count = cluster.count.wrapping_add(count);
        for (sum, value) in cluster.sums.iter_mut().zip(colour.rgb) {
            *sum = sum.wrapping_add(u32::from(value).wrapping_mul(count));
        }
    }

    /// Adds other clusters to these.
    pub fn merge(&mut self, other: &Self) {
        for (cluster, other) in self.0.iter_mut().zip(&other.0) {
            cluster.count = cluster.count.wrapping_add(other.count);
            for (sum, other) in cluster.sums.iter_mut().zip(other.sums) {
                *sum = sum.wrapping_add(other);
            }
        }
    }

    /// Whether a cluster has so many pixels that its sums may overflow.
    pub fn may_overflow(&self) -> bool {
        self.0.iter().any(|cluster| cluster.count > u32::MAX / 255)
    }

    /// Returns the mean colours of the first `length` clusters; black for those without pixels.
    pub fn means(&self, length: usize) -> Result<Entries> {
        let mut entries = try_vec([0; 4], length)?;
        self.write_means(&mut entries);
        Ok(entries)
    }

    /// Writes the mean colours of the first clusters to all of `entries`.
    pub fn write_means(&self, entries: &mut [[u8; 4]]) {
        entries.iter_mut().zip(&self.0).for_each(|(entry, cluster)| *entry = mean(cluster.sums, cluster.count));
    }
}

/// Returns a mean colour, rounded; black for no pixels.
pub fn mean(sums: [u32; 3], count: u32) -> [u8; 4] {
    // 0 / 0 is NaN, and 0 as an integer.
    let [r, g, b] = sums.map(|sum| (0.5 + f64::from(sum) / f64::from(count)) as i64 as u8);
    [r, g, b, 0]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn means_are_rounded_and_black_where_empty() {
        assert_eq!(mean([0; 3], 0), [0; 4]);
        assert_eq!(mean([1, 2, 765], 3), [0, 1, 255, 0]);
        assert_eq!(mean([1, 3, 5], 2), [1, 2, 3, 0]);
    }

    #[test]
    fn what_is_removed_is_as_if_never_added() -> Result<()> {
        let colours = [([255, 0, 1, 0], u32::MAX), ([3, 4, 5, 0], 7)].map(|(rgb, count)| Colour { rgb, count });
        let mut clusters = Clusters::of(&colours, &[3, 3])?;
        clusters.remove(3, &colours[0]);
        assert_eq!(clusters, Clusters::of(&colours[1..], &[3])?);
        let mut sum = Clusters::of(&colours[..1], &[3])?;
        sum.merge(&clusters);
        assert_eq!(sum, Clusters::of(&colours, &[3, 3])?);
        Ok(())
    }
}
