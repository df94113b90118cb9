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
    let near = |at: usize, random: i32, size: usize| {
        let near = at as i64 + i64::from(random) - i64::from(distance / 2);
        usize::try_from(near).ok().filter(|near| *near < size)
    };
    for y in 0..input.ysize() {
        for x in 0..input.xsize() {
            let pixel = input.pixels::<P>(y)[x];
            let (near_x, near_y) = match distance {
                0 => (None, None),
                _ => (near(x, random(), input.xsize()), near(y, random(), input.ysize())),
            };
            match (near_x, near_y) {
                (Some(near_x), Some(near_y)) => {
                    out.pixels_mut::<P>(near_y)[near_x] = pixel;
                    out.pixels_mut::<P>(y)[x] = input.pixels::<P>(near_y)[near_x];
                }
                _ => out.pixels_mut::<P>(y)[x] = pixel,
            }
        }
    }
}
