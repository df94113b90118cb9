//! Shrinking by whole factors: every pixel of the outcome is the mean of as many of the source.
//!
//! Where the factors do not divide the size, the last column and the last row are means of what is left.

mod bytes;
mod halves;
mod numbers;

use std::ops::Range;

use crate::error::{Error, Result};
use crate::exec::parallel;
use crate::image::{ImageMut, ImageRef};
use crate::mode::PixelType;

/// What is to be done.
#[derive(Clone, Debug, PartialEq)]
pub struct Reduction {
    /// The part of the source.
    columns: Range<usize>,
    rows: Range<usize>,
    xscale: usize,
    yscale: usize,
}

impl Reduction {
    /// Checks what is asked for: `area` is left, top, width and height of the part of an image of this size.
    pub fn new(size: (usize, usize), scale: (i32, i32), area: [i32; 4]) -> Result<Self> {
        let [left, top, width, height] = area;
        if scale.0 < 1 || scale.1 < 1 {
            return Err(Error::Value("scale must be > 0"));
        }
        let axis = |start: i32, length: i32, size: usize, scale: i32| {
            let start = usize::try_from(start).map_err(|_| Error::Value("box offset can't be negative"))?;
            let length = usize::try_from(length).map_err(|_| Error::Value("bad image size"))?;
            // Of nothing there is a mean only where none is asked for.
            if length == 0 && scale > 1 {
                return Err(Error::Value("box can't be empty"));
            }
            match start + length <= size {
                true => Ok(start..start + length),
                false => Err(Error::Value("box can't exceed original image size")),
            }
        };
        Ok(Self {
            columns: axis(left, width, size.0, scale.0)?,
            rows: axis(top, height, size.1, scale.1)?,
            xscale: scale.0 as usize,
            yscale: scale.1 as usize,
        })
    }

    /// The size of the outcome: parts of pixels count as whole ones.
    pub fn size(&self) -> (usize, usize) {
        (self.columns.len().div_ceil(self.xscale), self.rows.len().div_ceil(self.yscale))
    }

    /// Shrinks the part of `input` to `out`, which has the same mode and the size of the outcome.
    pub fn reduce(&self, out: ImageMut<'_>, input: &ImageRef<'_>) -> Result<()> {
        let spec = input.mode().spec();
        let bytes = self.columns.len() * input.mode().pixel_size();
        let cost = bytes.saturating_mul(self.yscale.min(self.rows.len())) / 4;
        let rows: fn(&Self, usize, &mut ImageMut<'_>, &ImageRef<'_>) = match (spec.pixel_type, spec.bands) {
            (PixelType::U8, 1) => bytes::rows::<1, 1>,
            (PixelType::U8, 2) => bytes::rows::<4, 2>,
            (PixelType::U8, 3) => bytes::rows::<4, 3>,
            (PixelType::U8, _) => bytes::rows::<4, 4>,
            (PixelType::I32, _) => numbers::rows::<i32>,
            (PixelType::F32, _) => numbers::rows::<f32>,
            (PixelType::I16, _) => return Err(Error::Mode),
        };
        parallel::for_rows(out, cost, |first, mut out| rows(self, first, &mut out, input));
        Ok(())
    }

    /// The rows of the source that a row of the outcome is made of.
    fn rows_of(&self, y: usize) -> Range<usize> {
        let start = self.rows.start + y * self.yscale;
        start..(start + self.yscale).min(self.rows.end)
    }

    /// How many pixels of a row of the outcome are means of as many columns as the scale says, and how many columns are
    /// left for the last one.
    fn whole_and_rest(&self) -> (usize, usize) {
        (self.columns.len() / self.xscale, self.columns.len() % self.xscale)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::image::Image;
    use crate::mode::Mode;

    proptest! {
        #[test]
        fn the_mean_of_one_value_is_that_value(
            // The reference's factor for numbers is rounded, and with it the mean of large ones.
            mode in prop_oneof![Just(Mode::L), Just(Mode::RGBA)],
            xsize in 1..90usize, ysize in 1..40usize, xscale in 1..40i32, yscale in 1..40i32, value: u8,
        ) {
            let mut input = Image::new(mode, xsize, ysize)?;
            // Of integers that are not too large for four of them to be added.
            input.view_mut()?.rows_mut().for_each(|row| row.fill(value / 8));
            let area = [0, 0, xsize as i32, ysize as i32];
            let reduction = Reduction::new((xsize, ysize), (xscale, yscale), area)?;
            let (width, height) = reduction.size();
            let mut out = Image::new(mode, width, height)?;
            reduction.reduce(out.view_mut()?, &input.view()?)?;
            prop_assert!(out.view()?.rows().all(|row| row.iter().all(|byte| *byte == value / 8)));
        }
    }

    #[test]
    fn what_is_not_in_the_image_is_refused() {
        let new = |scale, area| Reduction::new((7, 5), scale, area);
        assert_eq!(new((2, 2), [0, 0, 7, 5]).map(|reduction| reduction.size()), Ok((4, 3)));
        assert_eq!(new((1, 1), [7, 5, 0, 0]).map(|reduction| reduction.size()), Ok((0, 0)));
        assert_eq!(new((i32::MAX, i32::MAX), [6, 4, 1, 1]).map(|reduction| reduction.size()), Ok((1, 1)));
        for (scale, area) in [
            ((0, 1), [0, 0, 7, 5]),
            ((1, -1), [0, 0, 7, 5]),
            ((2, 1), [0, 0, 0, 5]),
            ((1, 1), [-1, 0, 7, 5]),
            ((1, 1), [0, 0, 7, -5]),
            ((1, 1), [1, 0, 7, 5]),
            ((1, 1), [0, i32::MAX, 7, 5]),
            ((1, 1), [0, 0, i32::MAX, 5]),
        ] {
            assert!(new(scale, area).is_err(), "{scale:?} {area:?}");
        }
    }
}
