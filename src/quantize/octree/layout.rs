//! How colours are sorted into the buckets of the fine cube: by the upper bits of each band, red first.
//!
//! The bits below are summed. A [`part`](Layout::part) packs those of a pixel and a counter into one number, so that a pixel
//! is added to its bucket by one addition:
//!
//! ```text
//! bit  63      56       42       28       14        0
//!       count    alpha    blue     green    red
//! ```

/// The bits of a sum in a part.
pub const SUM_BITS: u32 = 14;

/// The lowest bit of the counter in a part. At 128 pixels it reaches the sign bit, long before a sum overflows.
pub const COUNT_SHIFT: u32 = 4 * SUM_BITS;

/// A layout of the fine cube's buckets.
pub trait Layout {
    /// The bits of each band in the number of a bucket.
    const BITS: [u32; 4];

    /// The bits of each band in the number of a bucket of the coarse cube.
    const COARSE_BITS: [u32; 4];

    /// Returns the number of the coarse bucket that each fine one is in.
    fn coarse_buckets() -> &'static [u8];

    /// Returns the number of a pixel's bucket.
    fn bucket(pixel: u32) -> u32;

    /// Returns the lower bits of a pixel, those of each band in its byte.
    fn low_bits(pixel: u32) -> u32;

    /// Replaces a pixel that is transparent.
    fn replace(pixel: u32, transparent: u32) -> u32;

    /// Returns what is added to the bucket of a pixel.
    #[inline(always)]
    fn part(pixel: u32) -> u64 {
        let low = u64::from(Self::low_bits(pixel));
        let band = |n: u32| (low & 255 << (8 * n)) << ((SUM_BITS - 8) * n);
        band(0) | band(1) | band(2) | band(3) | 1 << COUNT_SHIFT
    }
}

/// Drops the lower bits of each band from the numbers of buckets.
const fn coarse_buckets<const N: usize>(bits: [u32; 4], coarse_bits: [u32; 4]) -> [u8; N] {
    let mut buckets = [0; N];
    let mut n = 0;
    while n < N {
        let (mut fine, mut coarse, mut shift, mut band) = (n, 0, 0, 4);
        while band > 0 {
            band -= 1;
            let value = fine & ((1 << bits[band]) - 1);
            coarse |= value >> (bits[band] - coarse_bits[band]) << shift;
            fine >>= bits[band];
            shift += coarse_bits[band];
        }
        buckets[n] = coarse as u8;
        n += 1;
    }
    buckets
}

/// 16 × 16 × 16 buckets. Alpha does not count.
pub struct Rgb;

impl Layout for Rgb {
    const BITS: [u32; 4] = [4, 4, 4, 0];
    const COARSE_BITS: [u32; 4] = [2, 2, 2, 0];

    fn coarse_buckets() -> &'static [u8] {
        static BUCKETS: [u8; 1 << 12] = coarse_buckets(Rgb::BITS, Rgb::COARSE_BITS);
        &BUCKETS
    }

    #[inline(always)]
    fn bucket(pixel: u32) -> u32 {
        pixel << 4 & 0xf00 | pixel >> 8 & 0xf0 | pixel >> 20 & 0xf
    }

    #[inline(always)]
    fn low_bits(pixel: u32) -> u32 {
        pixel & 0x000f_0f0f
    }

    #[inline(always)]
    fn replace(pixel: u32, _: u32) -> u32 {
        pixel
    }
}

/// 8 × 16 × 8 × 8 buckets.
pub struct Rgba;

impl Layout for Rgba {
    const BITS: [u32; 4] = [3, 4, 3, 3];
    const COARSE_BITS: [u32; 4] = [2; 4];

    fn coarse_buckets() -> &'static [u8] {
        static BUCKETS: [u8; 1 << 13] = coarse_buckets(Rgba::BITS, Rgba::COARSE_BITS);
        &BUCKETS
    }

    #[inline(always)]
    fn bucket(pixel: u32) -> u32 {
        pixel << 5 & 0x1c00 | pixel >> 6 & 0x3c0 | pixel >> 18 & 0x38 | pixel >> 29
    }

    #[inline(always)]
    fn low_bits(pixel: u32) -> u32 {
        pixel & 0x1f1f_0f1f
    }

    #[inline(always)]
    fn replace(pixel: u32, transparent: u32) -> u32 {
        if pixel >> 24 == 0 { transparent } else { pixel }
    }
}
