//! The part of a box that lies within an image.

/// A box clipped to an image.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Region {
    /// The left column in the image.
    pub x: usize,
    /// The top row in the image.
    pub y: usize,
    /// The column of the box that `x` is.
    pub source_x: usize,
    /// The row of the box that `y` is.
    pub source_y: usize,
    /// The width.
    pub xsize: usize,
    /// The height.
    pub ysize: usize,
}

/// Returns the width and height of a box `(x0, y0, x1, y1)`.
pub fn size(bounds: [impl Into<i64>; 4]) -> (i64, i64) {
    let [x0, y0, x1, y1] = bounds.map(Into::into);
    (x1 - x0, y1 - y0)
}

impl Region {
    /// Returns the bytes of the region in an image with pixels of this size.
    pub fn bytes(&self, pixel_size: usize) -> usize {
        self.xsize * self.ysize * pixel_size
    }

    /// Clips a box `(x0, y0, x1, y1)` to an image. Returns `None` where nothing is left.
    pub fn new(bounds: [impl Into<i64>; 4], (xsize, ysize): (usize, usize)) -> Option<Self> {
        let bounds = bounds.map(Into::into);
        let (width, height) = size(bounds);
        let (x, source_x, xsize) = clip(bounds[0], width, xsize)?;
        let (y, source_y, ysize) = clip(bounds[1], height, ysize)?;
        Some(Self { x, y, source_x, source_y, xsize, ysize })
    }
}

/// Clips a stretch to `0..limit`. Returns its start, how much was cut off before that, and its length.
fn clip(start: i64, length: i64, limit: usize) -> Option<(usize, usize, usize)> {
    let end = start.checked_add(length)?.min(i64::try_from(limit).ok()?);
    let first = start.max(0);
    (first < end).then(|| (first as usize, (first - start) as usize, (end - first) as usize))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn boxes_are_clipped() {
        let whole = Region { x: 0, y: 0, source_x: 0, source_y: 0, xsize: 4, ysize: 3 };
        assert_eq!(Region::new([0, 0, 4, 3], (4, 3)), Some(whole));
        assert_eq!(Region::new([-2, -1, 9, 9], (4, 3)), Some(Region { source_x: 2, source_y: 1, ..whole }));
        assert_eq!(Region::new([2, 1, 9, 2], (4, 3)), Some(Region { x: 2, y: 1, xsize: 2, ysize: 1, ..whole }));
        for outside in
            [[4, 0, 5, 1], [-3, 0, 0, 2], [0, 3, 4, 9], [2, 0, 2, 3], [3, 0, 1, 3], [i32::MIN, 0, i32::MAX, 0]]
        {
            assert_eq!(Region::new(outside, (4, 3)), None, "{outside:?}");
        }
        assert_eq!(Region::new([i32::MIN, 0, i32::MAX, 3], (4, 3)).map(|region| region.source_x), Some(1 << 31));
    }
}
