//! Selection by partitions (Hoare's quickselect), pixel by pixel.
//!
//! The pivot is the element at the rank itself. Values that compare neither less nor greater (NaN, zeros of both signs) end up
//! where the partitions leave them, so these are the reference's, step by step.

use bytemuck::{AnyBitPattern, NoUninit};

use crate::error::Result;
use crate::exec::parallel;
use crate::image::{ImageMut, ImageRef};
use crate::memory::heap::try_vec;

/// Filters an image of pixels of type `T`.
pub fn filter<T: AnyBitPattern + NoUninit + PartialOrd + Default>(
    out: ImageMut<'_>,
    image: &ImageRef<'_>,
    size: usize,
    rank: usize,
) -> Result<()> {
    let cost = 8 * size * size * out.xsize();
    parallel::try_for_rows(out, cost, |first, mut chunk| {
        let mut window = try_vec(T::default(), size * size)?;
        for y in 0..chunk.ysize() {
            for (x, out) in chunk.pixels_mut::<T>(y).iter_mut().enumerate() {
                for (line, row) in window.chunks_exact_mut(size).zip(first + y..) {
                    line.copy_from_slice(&image.pixels(row)[x..x + size]);
                }
                *out = select(&mut window, rank);
            }
        }
        Ok(())
    })
}

/// Returns the element at a rank, and reorders the values.
fn select<T: Copy + PartialOrd>(values: &mut [T], rank: usize) -> T {
    let (mut first, mut last) = (0, values.len() - 1);
    while first < last {
        let pivot = values[rank];
        // One past the right index, which may pass 0.
        let (mut left, mut right_end) = (first, last + 1);
        loop {
            while values[left] < pivot {
                left += 1;
            }
            while pivot < values[right_end - 1] {
                right_end -= 1;
            }
            if left < right_end {
                values.swap(left, right_end - 1);
                left += 1;
                right_end -= 1;
            }
            if left >= right_end {
                break;
            }
        }
        if right_end <= rank {
            first = left;
        }
        if rank < left {
            match right_end.checked_sub(1) {
                Some(right) => last = right,
                None => break,
            }
        }
    }
    values[rank]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rank_is_selected() {
        for seed in 0..50u32 {
            let values: Vec<u32> = (0..25u32).map(|n| (n ^ seed).wrapping_mul(0x9e37_79b1) >> 28).collect();
            let mut sorted = values.clone();
            sorted.sort_unstable();
            for (rank, expected) in sorted.iter().enumerate() {
                assert_eq!(select(&mut values.clone(), rank), *expected);
            }
        }
    }
}
