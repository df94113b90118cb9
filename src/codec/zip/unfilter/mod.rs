//! Undoes the filters of PNG.
//!
//! Up is a sum of two rows, which LLVM vectorises. The others need the pixel to the left, so their speed is that of the
//! chain of operations from one pixel to the next: for pixels of 3, 4, 6 and 8 bytes a vector register holds a pixel
//! ([`sse2`]); pixels of 1 and 2 bytes are added up by a prefix sum, or decoded with their neighbours in
//! general registers. The method is libpng's.

mod scalar;
#[cfg(target_arch = "x86_64")]
mod sse2;

use crate::codec::fault::{Fault, Result};
use crate::simd::isa::multiversion;

pub use scalar::add_left;

multiversion! {
    /// Adds the bytes of the row above.
    fn up(row: &mut [u8], above: &[u8]) {
        for (x, b) in row.iter_mut().zip(above) {
            *x = x.wrapping_add(*b);
        }
    }
}

/// Undoes a filter. `above` has the length of `row`, and `pixel` is the number of bytes of a pixel.
pub fn unfilter(filter: u8, row: &mut [u8], above: &[u8], pixel: usize) -> Result<()> {
    match filter {
        0 => {}
        1 => sub(row, pixel),
        2 => up(row, above),
        3 => average(row, above, pixel),
        4 => paeth(row, above, pixel),
        _ => return Err(Fault::Unknown),
    }
    Ok(())
}

fn sub(row: &mut [u8], pixel: usize) {
    #[cfg(target_arch = "x86_64")]
    if sse2::sub(row, pixel) {
        return;
    }
    scalar::sub(row, pixel);
}

fn average(row: &mut [u8], above: &[u8], pixel: usize) {
    #[cfg(target_arch = "x86_64")]
    if sse2::average(row, above, pixel) {
        return;
    }
    match pixel {
        1 => scalar::average_pixels::<1>(row, above),
        2 => scalar::average_pixels::<2>(row, above),
        _ => scalar::average(row, above, pixel),
    }
}

fn paeth(row: &mut [u8], above: &[u8], pixel: usize) {
    #[cfg(target_arch = "x86_64")]
    if sse2::paeth(row, above, pixel) {
        return;
    }
    match pixel {
        1 => scalar::paeth_pixels::<1>(row, above),
        2 => scalar::paeth_pixels::<2>(row, above),
        _ => scalar::paeth(row, above, pixel),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing_random::bytes;

    #[test]
    fn kernels_equal_the_plain_code() {
        for pixel in 0..=9 {
            for length in (0..=100).chain([1000, 1023, 1024, 1025]) {
                for extreme in [false, true] {
                    let fit = |byte: &mut u8| *byte = if extreme { (*byte >> 7) * 255 } else { *byte };
                    let (mut row, mut above) = [1, 2].map(|seed| bytes(seed).take(length).collect::<Vec<_>>()).into();
                    row.iter_mut().chain(&mut above).for_each(fit);
                    for filter in 0..=4 {
                        let (mut expected, mut found) = (row.clone(), row.clone());
                        match filter {
                            1 => scalar::sub(&mut expected, pixel),
                            2 => expected.iter_mut().zip(&above).for_each(|(x, b)| *x = x.wrapping_add(*b)),
                            3 => scalar::average(&mut expected, &above, pixel),
                            4 => scalar::paeth(&mut expected, &above, pixel),
                            _ => {}
                        }
                        assert_eq!(unfilter(filter, &mut found, &above, pixel), Ok(()));
                        assert_eq!(found, expected, "filter {filter}, {pixel} bytes a pixel, {length} bytes");
                    }
                }
            }
        }
    }

    #[test]
    fn filters_from_5_on_are_unknown() {
        assert_eq!(unfilter(5, &mut [1], &[1], 1), Err(Fault::Unknown));
    }
}
