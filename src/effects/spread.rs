//! Swaps each pixel with a random one nearby.

use bytemuck::{AnyBitPattern, NoUninit};

use crate::image::{ImageMut, ImageRef};

/// Copies `input`, and writes each pixel and a random one within `distance` in each other's place. `out` has the same mode
/// and size. `random` returns a number from 0 up to `distance`, exclusive.
pub fn spread(out: ImageMut<'_>, input: &ImageRef<'_>, distance: i32, random: impl FnMut() -> i32) {
    match input.mode().pixel_size() {
        1 => swap::<u8>(out, input, distance, random),
        2 => swap::<[u8; 2]>(out, input, distance, random),
        _ => swap::<[u8; 4]>(out, input, distance, random),
    }
}

fn swap<P: AnyBitPattern + NoUninit>(
    mut out: ImageMut<'_>,
    input: &ImageRef<'_>,
    distance: i32,
    mut random: impl FnMut() -> i32,
) {
    if input.bytes() == 0 {
        return;
    }
    let (xsize, ysize) = (input.xsize(), input.ysize());
    let near = |at: usize, random: i32, size: usize| {
        // A negative sum wraps to one that is not below the size, either.
        let near = at.wrapping_add_signed(random as isize - distance as isize / 2);
        (near < size).then_some(near)
    };
    let mut draw = || if distance == 0 { None } else { Some([random(), random()]) };
    // The numbers of the next pixel are drawn before this one is moved, so that the memory accesses overlap the call.
    let mut next = draw();
    for y in 0..ysize {
        let row = &input.pixels::<P>(y)[..xsize];
        for (x, pixel) in row.iter().enumerate() {
            let place = next.and_then(|[for_x, for_y]| Some((near(x, for_x, xsize)?, near(y, for_y, ysize)?)));
            if x + 1 < xsize || y + 1 < ysize {
                next = draw();
            }
            match place {
                Some((near_x, near_y)) => {
                    out.pixels_mut::<P>(near_y)[near_x] = *pixel;
                    out.pixels_mut::<P>(y)[x] = input.pixels::<P>(near_y)[near_x];
                }
                None => out.pixels_mut::<P>(y)[x] = *pixel,
            }
        }
    }
}

/// Returns a function of numbers that are not negative: the remainder of their division by `divisor`, or 0 for 0. It
/// multiplies by a reciprocal of 64 bits (Lemire, Kaser and Kurz 2019), which is exact for numbers of 32 bits.
pub fn remainder(divisor: i32) -> impl Fn(i32) -> i32 {
    let divisor = u64::from(divisor.unsigned_abs());
    let reciprocal = u64::MAX.checked_div(divisor).unwrap_or(0).wrapping_add(1);
    move |number| {
        let fraction = reciprocal.wrapping_mul(u64::from(number.unsigned_abs()));
        ((u128::from(fraction) * u128::from(divisor)) >> 64) as i32
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn remainders_are_exact() {
        for divisor in [1, 2, 3, 10, 255, 256, 12345, i32::MAX - 1, i32::MAX, -1, -7, -4096, i32::MIN] {
            let remainder = remainder(divisor);
            let near = (-3..=3i64).flat_map(|n| [1, 2, 1000].map(|times| times * i64::from(divisor).abs() + n));
            let numbers = near.chain([0, 1, 77, 1 << 30, i64::from(i32::MAX)]).filter_map(|n| i32::try_from(n).ok());
            for number in numbers.filter(|number| *number >= 0) {
                assert_eq!(remainder(number), number.wrapping_rem(divisor), "{number} % {divisor}");
            }
        }
        assert_eq!(remainder(0)(5), 0);
    }
}
