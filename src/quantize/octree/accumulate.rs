//! Sums the pixels of each bucket of the fine cube.
//!
//! Each bucket has several packed sums, which are used in turn: neighbouring pixels are often in the same bucket, and an
//! addition would wait for the one before it to be stored. Small images have one for each bucket, since it takes longer to
//! clear several. Before a packed sum can overflow, it is moved to the cube.

use super::cube::{Bits, Bucket, Cube};
use super::layout::{COUNT_SHIFT, Layout, SUM_BITS};
use crate::error::Result;
use crate::exec::parallel;
use crate::image::ImageRef;
use crate::memory::heap::try_vec;
use crate::simd::isa::multiversion;

/// The packed sums of a bucket for images of more than [`MAX_SMALL`] pixels.
const LANES: usize = 4;

const MAX_SMALL: usize = 1 << 14;

/// The pixels whose buckets and parts are computed at a time.
const PIECE: usize = 256;

/// The estimated cost of a pixel.
const COST: usize = 8;

/// Sums the pixels of an image, those that are transparent as if they were all 0, and returns the number of these.
pub fn sum_pixels<L: Layout>(image: &ImageRef<'_>) -> Result<(Cube, u32)> {
    if image.xsize() * image.ysize() > MAX_SMALL { sum_in::<L, LANES>(image) } else { sum_in::<L, 1>(image) }
}

fn sum_in<L: Layout, const LANES: usize>(image: &ImageRef<'_>) -> Result<(Cube, u32)> {
    let work = |rows| {
        let mut sums = Sums::<LANES>::new::<L>()?;
        for y in rows {
            sums.add_row::<L>(image.row(y).as_chunks().0);
        }
        Ok(Some(sums.finish()))
    };
    let add = |total: &mut Result<Option<(Cube, u32)>>, part| {
        *total = match (std::mem::replace(total, Ok(None)), part) {
            (Ok(Some((mut cube, transparent))), Ok(Some((other, others)))) => {
                let buckets = cube.buckets.iter_mut().zip(&other.buckets);
                buckets.for_each(|(bucket, other)| bucket.add(other));
                Ok(Some((cube, transparent + others)))
            }
            (Ok(None), other) | (other, Ok(None)) => other,
            (Err(error), _) | (_, Err(error)) => Err(error),
        };
    };
    let rows = if image.bytes() == 0 { 0 } else { image.ysize() };
    match parallel::reduce_rows(rows, COST * image.xsize(), Ok(None), work, add)? {
        Some(sum) => Ok(sum),
        None => Ok((Cube::new(Bits(L::BITS))?, 0)),
    }
}

/// The sums of a part of an image.
struct Sums<const LANES: usize> {
    cube: Cube,
    packed: Vec<[u64; LANES]>,
    transparent: u32,
}

impl<const LANES: usize> Sums<LANES> {
    fn new<L: Layout>() -> Result<Self> {
        let bits = Bits(L::BITS);
        Ok(Self { cube: Cube::new(bits)?, packed: try_vec([0; LANES], bits.buckets())?, transparent: 0 })
    }

    fn add_row<L: Layout>(&mut self, row: &[[u8; 4]]) {
        let (mut buckets, mut parts) = ([0u16; PIECE], [0u64; PIECE]);
        for pixels in row.chunks(PIECE) {
            self.transparent += write_parts::<L>(&mut buckets, &mut parts, pixels);
            let (buckets, parts) = (&buckets[..pixels.len()], &parts[..pixels.len()]);
            let (buckets, rest) = buckets.as_chunks::<LANES>();
            let (parts, rest_parts) = parts.as_chunks::<LANES>();
            for (buckets, parts) in buckets.iter().zip(parts) {
                for (lane, (bucket, part)) in buckets.iter().zip(parts).enumerate() {
                    self.add(usize::from(*bucket), lane, *part);
                }
            }
            rest.iter().zip(rest_parts).for_each(|(bucket, part)| self.add(usize::from(*bucket), 0, *part));
        }
    }

    #[inline(always)]
    fn add(&mut self, bucket: usize, lane: usize, part: u64) {
        let packed = &mut self.packed[bucket][lane];
        *packed += part;
        if (*packed).cast_signed() < 0 {
            unpack(packed, &mut self.cube.buckets[bucket]);
        }
    }

    /// Returns the cube, and the number of transparent pixels.
    fn finish(mut self) -> (Cube, u32) {
        let bits = self.cube.bits;
        for (n, (packed, bucket)) in self.packed.iter_mut().zip(&mut self.cube.buckets).enumerate() {
            packed.iter_mut().filter(|packed| **packed > 0).for_each(|packed| unpack(packed, bucket));
            if bucket.count > 0 {
                // What the lower bits were summed without.
                let (base, count) = (bits.lowest_colour(n).map(u64::from), u64::from(bucket.count));
                bucket.sums.iter_mut().zip(base).for_each(|(sum, base)| *sum += base * count);
            }
        }
        (self.cube, self.transparent)
    }
}

/// Moves a packed sum to its bucket.
#[cold]
#[inline(never)]
fn unpack(packed: &mut u64, bucket: &mut Bucket) {
    bucket.count += (*packed >> COUNT_SHIFT) as u32;
    for (n, sum) in (0..).zip(&mut bucket.sums) {
        *sum += *packed >> (SUM_BITS * n) & ((1 << SUM_BITS) - 1);
    }
    *packed = 0;
}

multiversion! {
    /// Writes the bucket of each pixel and what is added to it, and returns the number of transparent pixels.
    fn write_parts<L: Layout>(buckets: &mut [u16], parts: &mut [u64], pixels: &[[u8; 4]]) -> u32 {
        let mut transparent = 0;
        for ((bucket, part), pixel) in buckets.iter_mut().zip(parts).zip(pixels) {
            let pixel = u32::from_le_bytes(*pixel);
            transparent += u32::from(L::replace(pixel, u32::MAX) != pixel);
            let pixel = L::replace(pixel, 0);
            *bucket = L::bucket(pixel) as u16;
            *part = L::part(pixel);
        }
        transparent
    }
}
