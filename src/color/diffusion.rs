//! Floyd-Steinberg dithering: what a pixel could not show goes to those beside and below it.
//!
//! Of sixteen parts, seven go right, three down and left, five down, and one down and right.

use crate::error::Result;
use crate::memory::heap::try_vec;

/// What goes down to the next line, for each pixel and `BANDS` bands.
pub struct Below<const BANDS: usize>(Vec<[i32; BANDS]>);

impl<const BANDS: usize> Below<BANDS> {
    /// Nothing yet, for lines of so many pixels.
    pub fn new(pixels: usize) -> Result<Self> {
        try_vec([0; BANDS], pixels).map(Self)
    }

    /// Dithers a line: `shown` gets each of the `pixels` with what has come to it, and says what is missing: the difference
    /// from what it shows. At the end of the line `last` gets what goes down there, and what was missing last, and says
    /// what is kept of it.
    #[inline(always)]
    pub fn line<T>(
        &mut self,
        pixels: impl Iterator<Item = T>,
        mut shown: impl FnMut(T, [i32; BANDS]) -> [i32; BANDS],
        last: impl FnOnce([i32; BANDS], [i32; BANDS]) -> [i32; BANDS],
    ) {
        let (mut right, mut down, mut before) = ([0; BANDS], [0; BANDS], [0; BANDS]);
        // What goes down to a pixel is whole when the one to its right is shown.
        let mut none = [0; BANDS];
        let mut left = &mut none;
        for (pixel, here) in pixels.zip(&mut self.0) {
            // Whole sixteenths; what is behind the point is lost.
            let missing = shown(pixel, std::array::from_fn(|band| (right[band] + here[band]) / 16));
            for band in 0..BANDS {
                left[band] = 3 * missing[band] + down[band];
                down[band] = 5 * missing[band] + before[band];
                right[band] = 7 * missing[band];
            }
            before = missing;
            left = here;
        }
        *left = last(down, before);
    }
}
