//! The checked arguments of a reduction, and which input pixels belong to an output pixel.

use std::ops::Range;

use crate::error::{Error, Result};

/// A reduction of a box of an image by integer factors, with checked arguments.
#[derive(Clone, Debug, PartialEq)]
pub struct Reduction {
    /// The columns and the rows of the input box.
    pub(super) columns: Range<usize>,
    pub(super) rows: Range<usize>,
    /// The size of a full box of pixels, each of which becomes one output pixel.
    pub(super) xscale: usize,
    pub(super) yscale: usize,
}

impl Reduction {
    /// Checks the arguments. `area` is left, top, width and height of the input box in an image of `size`.
    pub fn new(size: (usize, usize), scale: (i32, i32), area: [i32; 4]) -> Result<Self> {
        let [left, top, width, height] = area;
        if scale.0 < 1 || scale.1 < 1 {
            return Err(Error::Value("scale must be > 0"));
        }
        let axis = |start: i32, length: i32, size: usize, scale: i32| {
            let start = usize::try_from(start).map_err(|_| Error::Value("box offset can't be negative"))?;
            let length = usize::try_from(length).map_err(|_| Error::Value("bad image size"))?;
            // An empty box has no mean; with a factor of 1 the output is empty as well.
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

    /// Returns the size of the output: that of the input box divided by the factors, rounded up.
    pub fn size(&self) -> (usize, usize) {
        (self.columns.len().div_ceil(self.xscale), self.rows.len().div_ceil(self.yscale))
    }

    /// Returns the input rows that are averaged to output row `y`.
    pub(super) fn input_rows(&self, y: usize) -> Range<usize> {
        let start = self.rows.start + y * self.yscale;
        start..(start + self.yscale).min(self.rows.end)
    }

    /// Returns how many boxes of a row have the full width, and the width of the edge box behind them: 0 if there is
    /// none.
    pub(super) fn full_and_edge(&self) -> (usize, usize) {
        (self.columns.len() / self.xscale, self.columns.len() % self.xscale)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn boxes_beyond_the_image_are_rejected() {
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
