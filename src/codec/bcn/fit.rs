//! The fit of a block: its endpoints, and the indices of its pixels.
//!
//! Endpoints are the extremes of the pixels' values: for colours, of their numbers with 16 bits. Indices follow from the
//! distances to the smaller endpoint, as parts of the distance between the endpoints, averaged over the channels that
//! differ. Distances are computed with floats as in Pillow, divisions included, so that they are rounded like its own.

use super::block::{GROUP, Lanes, PixelRow, mask, select};
use super::rgb565;

/// A group of blocks beside each other: at most [`GROUP`].
#[derive(Clone, Copy)]
pub struct Group<'a> {
    /// The pixels. All slices have one length.
    pub rows: [&'a [PixelRow]; 4],
    /// Bits for those pixels of each block that lie within the image. The others are 0.
    pub inside: u16,
}

/// All pixels of the blocks lie within the image.
pub const WHOLE: u16 = u16::MAX;

impl Group<'_> {
    /// The number of blocks.
    #[inline(always)]
    pub fn len(&self) -> usize {
        self.rows[0].len().min(GROUP)
    }

    /// Calls `work` with the number of each block, pixel by pixel in rows, with the pixel's number, its value, and all bits set
    /// if it lies within the image.
    #[inline(always)]
    fn for_pixels(&self, mut work: impl FnMut(usize, usize, u32, u32)) {
        for (y, row) in self.rows.iter().enumerate() {
            let inside: [u32; 4] = [0, 1, 2, 3].map(|x| mask(self.inside >> (4 * y + x) & 1 != 0));
            for (n, pixels) in row[..self.len()].iter().enumerate() {
                for (x, (pixel, inside)) in pixels.iter().zip(inside).enumerate() {
                    work(n, 4 * y + x, u32::from_le_bytes(*pixel), inside);
                }
            }
        }
    }
}

/// What distances are computed from, for each block: one channel.
#[derive(Clone, Copy)]
struct Distances {
    start: Lanes<u32>,
    /// The distance to the other endpoint, or 1 if that is 0.
    length: Lanes<f32>,
    /// All bits set if it is not 0.
    counts: Lanes<u32>,
}

impl Distances {
    const NONE: Self = Self { start: [0; GROUP], length: [0.0; GROUP], counts: [0; GROUP] };

    #[inline(always)]
    fn set(&mut self, n: usize, start: u32, end: u32) {
        let length = (end as i32 - start as i32).abs();
        self.start[n] = start;
        self.length[n] = length.max(1) as f32;
        self.counts[n] = mask(length != 0);
    }

    /// Returns the distance of a value from the start; 0 if both endpoints are equal.
    #[inline(always)]
    fn of(&self, n: usize, value: u32) -> f32 {
        let distance = (value as i32 - self.start[n] as i32).abs();
        (distance & self.counts[n] as i32) as f32 / self.length[n]
    }
}

/// Returns a channel of a pixel: 0 is red, 3 alpha.
#[inline(always)]
fn channel_of(pixel: u32, channel: u32) -> u32 {
    pixel >> (8 * channel) & 0xff
}

/// Fits blocks of colours, and passes each with its number to `put`. With `HAS_ALPHA`, pixels of alpha 0 are transparent, and
/// so are those outside the image in a block that has such pixels. (Pillow reads uninitialised memory for these.)
#[inline(always)]
pub fn colors<const HAS_ALPHA: bool>(group: Group<'_>, mut put: impl FnMut(usize, u64)) {
    let mut min: Lanes<u32> = [u32::MAX; GROUP];
    let mut max: Lanes<u32> = [0; GROUP];
    // All bits set for blocks with a pixel that counts, and with a transparent one.
    let (mut any, mut transparent) = ([0; GROUP], [0; GROUP]);
    let counts = |pixel: u32, inside: u32| if HAS_ALPHA { inside & mask(pixel >> 24 != 0) } else { inside };
    group.for_pixels(|n, _, pixel, inside| {
        let (color, counts) = (rgb565::truncate(pixel), counts(pixel, inside));
        min[n] = min[n].min(color | !counts);
        max[n] = max[n].max(color & counts);
        any[n] |= counts;
        transparent[n] |= inside & !counts;
    });

    let mut channels = [Distances::NONE; 3];
    let mut scale: Lanes<f32> = [0.0; GROUP];
    let mut upper: Lanes<f32> = [0.0; GROUP];
    let mut differs: Lanes<u32> = [0; GROUP];
    for n in 0..group.len() {
        min[n] &= any[n];
        let (start, end) = (rgb565::expand(min[n]), rgb565::expand(max[n]));
        let mut count = 0;
        for (channel, (start, end)) in channels.iter_mut().zip(start.into_iter().zip(end)) {
            channel.set(n, start, end);
            count += channel.counts[n] & 1;
        }
        differs[n] = mask(count > 0);
        // Four steps between three entries or six between four, by the number of channels. Pillow divides integers.
        let opaque = select(mask(count > 1), select(mask(count > 2), 2, 3), 6);
        let scales = select(mask(count > 1), select(mask(count > 2), 1, 2), 4);
        scale[n] = select(transparent[n], scales, opaque) as i32 as f32;
        upper[n] = select(transparent[n], 3, 5) as i32 as f32;
    }

    let mut indices: Lanes<u32> = [0; GROUP];
    group.for_pixels(|n, pixel_number, pixel, inside| {
        let distance = channels[0].of(n, channel_of(pixel, 0)) + channels[1].of(n, channel_of(pixel, 1));
        let distance = (distance + channels[2].of(n, channel_of(pixel, 2))) * scale[n];
        // From the smaller to the larger endpoint: 1, 3, 2, 0 of four, or 0, 2, 1 of three, where 3 is transparent.
        let low = mask(distance < 3.0) ^ transparent[n];
        let high = mask(distance >= 1.0) & mask(distance < upper[n]);
        let index = (low & 1 | high & 2) & differs[n] | transparent[n] & !counts(pixel, inside) & 3;
        indices[n] |= index << (2 * pixel_number);
    });
    for n in 0..group.len() {
        let (first, second) = (select(transparent[n], min[n], max[n]), select(transparent[n], max[n], min[n]));
        put(n, u64::from(first | second << 16) | u64::from(indices[n]) << 32);
    }
}

/// Fits a channel of blocks, with the palette that has four values between the endpoints, 0 and 255. Passes each with its
/// number to `put`.
#[inline(always)]
pub fn channel(group: Group<'_>, channel: u32, mut put: impl FnMut(usize, u64)) {
    let mut min: Lanes<u32> = [u32::MAX; GROUP];
    let mut max: Lanes<u32> = [0; GROUP];
    group.for_pixels(|n, _, pixel, inside| {
        let value = channel_of(pixel, channel);
        min[n] = min[n].min(value | !inside);
        max[n] = max[n].max(value & inside);
    });
    let mut distances = Distances::NONE;
    for n in 0..group.len() {
        // Without pixels, both are 0.
        min[n] = min[n].min(max[n]);
        distances.set(n, min[n], max[n]);
    }
    let mut indices: [Lanes<u32>; 2] = [[0; GROUP]; 2];
    group.for_pixels(|n, pixel_number, pixel, _| {
        let value = channel_of(pixel, channel);
        let distance = distances.of(n, value) * 10.0;
        let between = 2 + (mask(distance >= 3.0) & 1) + (mask(distance >= 5.0) & 1) + (mask(distance >= 7.0) & 1);
        let index = select(mask(value == 0), 6, select(mask(value == 255), 7, between));
        indices[pixel_number / 8][n] |= index << (3 * (pixel_number % 8));
    });
    for n in 0..group.len() {
        let indices = u64::from(indices[0][n]) | u64::from(indices[1][n]) << 24;
        put(n, u64::from(min[n] | max[n] << 8) | indices << 16);
    }
}

/// Packs alpha to four bits a pixel, and passes each block with its number to `put`. As in Pillow, all eight bits of a pixel
/// are kept, and overlap with the next one's.
#[inline(always)]
pub fn alpha4(group: Group<'_>, mut put: impl FnMut(usize, u64)) {
    let mut rows: [Lanes<u32>; 4] = [[0; GROUP]; 4];
    group.for_pixels(|n, pixel_number, pixel, _| {
        rows[pixel_number / 4][n] |= pixel >> 24 << (4 * (pixel_number % 4));
    });
    for n in 0..group.len() {
        put(n, rows.iter().rev().fold(0, |block, row| block << 16 | u64::from(row[n] & 0xffff)));
    }
}
