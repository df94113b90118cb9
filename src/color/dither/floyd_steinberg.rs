//! Error diffusion row by row.

use crate::error::Result;
use crate::memory::heap::try_vec;

/// The error that the row above diffuses to each pixel of a row, in sixteenths, for `BANDS` bands.
pub struct ErrorRow<const BANDS: usize>(Vec<[i32; BANDS]>);

impl<const BANDS: usize> ErrorRow<BANDS> {
    /// Returns the errors of the first row, zeros, for rows of `xsize` pixels.
    pub fn new(xsize: usize) -> Result<Self> {
        try_vec([0; BANDS], xsize).map(Self)
    }

    /// Dithers a row and replaces these errors by those of the next row.
    ///
    /// `quantize` gets each of the `pixels` and the error diffused to it, and returns its quantization error. The last pixel
    /// of the next row gets what `at_end` makes of its errors from straight above and from above left.
    #[inline(always)]
    pub fn dither<T>(
        &mut self,
        pixels: impl Iterator<Item = T>,
        mut quantize: impl FnMut(T, [i32; BANDS]) -> [i32; BANDS],
        at_end: impl FnOnce([i32; BANDS], [i32; BANDS]) -> [i32; BANDS],
    ) {
        // The errors for the next pixel, for the one below the previous pixel, and for the one below the next.
        let (mut right, mut below, mut below_right) = ([0; BANDS], [0; BANDS], [0; BANDS]);
        // The entry of the previous pixel: complete once the error of this pixel, above right of it, is known.
        let mut outside = [0; BANDS];
        let mut previous = &mut outside;
        for (pixel, entry) in pixels.zip(&mut self.0) {
            let error = quantize(pixel, std::array::from_fn(|band| (right[band] + entry[band]) / 16));
            for band in 0..BANDS {
                previous[band] = 3 * error[band] + below[band];
                below[band] = 5 * error[band] + below_right[band];
                right[band] = 7 * error[band];
            }
            below_right = error;
            previous = entry;
        }
        *previous = at_end(below, below_right);
    }
}
