//! Where the lines of an image lie in a file.

use crate::error::{Error, Result};

/// Lines of the same length at the same distance.
#[derive(Clone, Copy, Debug)]
pub struct Lines {
    /// The first byte of the first line.
    pub offset: u64,
    /// Bytes from a line to the next.
    pub stride: u64,
    /// Bytes of a line.
    pub length: usize,
    /// How many there are.
    pub count: usize,
    /// Whether the first is the image's last row.
    pub bottom_up: bool,
}

impl Lines {
    /// Checks what a caller says of a file. A `stride` of 0 is that of lines without gaps; a `ystep` of 1 means from the top
    /// down, one of -1 from the bottom up.
    pub fn new(length: usize, count: usize, offset: i64, stride: i64, ystep: i32) -> Result<Self> {
        let offset = u64::try_from(offset).map_err(|_| Error::Value("offset is negative"))?;
        let stride = match u64::try_from(stride).map_err(|_| Error::Value("stride is negative"))? {
            0 => length as u64,
            stride => stride,
        };
        if stride < length as u64 {
            return Err(Error::Value("stride is less than a line"));
        }
        if ystep != 1 && ystep != -1 {
            return Err(Error::Value("ystep must be 1 (from the top down) or -1 (from the bottom up)"));
        }
        let lines = Self { offset, stride, length, count, bottom_up: ystep == -1 };
        lines.end().ok_or(Error::Value("offset and stride reach beyond what a file can have"))?;
        Ok(lines)
    }

    /// Behind the last byte of the last line; `None` where no file reaches that far.
    fn end(&self) -> Option<u64> {
        let last = (self.count as u64).saturating_sub(1);
        let end = last.checked_mul(self.stride)?.checked_add(self.length as u64)?.checked_add(self.offset)?;
        (end <= i64::MAX as u64).then_some(end)
    }

    /// How many bytes a file of these lines has that ends behind the last one's gap; `None` where no file reaches that far.
    pub fn span_with_last_gap(&self) -> Option<u64> {
        let end = (self.count as u64).checked_mul(self.stride)?.checked_add(self.offset)?;
        (end <= i64::MAX as u64).then_some(end - self.offset)
    }

    /// How many bytes all lines span, gaps between them included.
    pub fn span(&self) -> u64 {
        self.end().map_or(0, |end| end - self.offset)
    }

    /// Whether there are pixels at all.
    pub fn is_empty(&self) -> bool {
        self.length == 0 || self.count == 0
    }

    /// Which row of the image a line is, or which line a row is.
    pub fn row(&self, line: usize) -> usize {
        if self.bottom_up { self.count - 1 - line } else { line }
    }

    /// An error where a file of `held` bytes is too short.
    pub fn check_held(&self, path: &str, held: u64) -> Result<()> {
        let needed = self.offset + self.span();
        if self.is_empty() || needed <= held {
            return Ok(());
        }
        Err(Error::file(path, format_args!("is too short: {needed} bytes are needed, and there are {held}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_is_refused() {
        for (length, count, offset, stride, ystep) in [
            (10, 2, -1, 0, 1),
            (10, 2, 0, -1, 1),
            (10, 2, 0, 9, 1),
            (10, 2, 0, 0, 0),
            (10, 2, 0, 0, 2),
            (10, 2, 0, 0, -2),
            (10, 2, 0, 0, i32::MIN),
            (10, 2, i64::MAX, 0, 1),
            (10, usize::MAX, 0, i64::MAX, 1),
        ] {
            assert!(Lines::new(length, count, offset, stride, ystep).is_err());
        }
    }

    #[test]
    fn the_last_line_needs_no_gap_behind_it() {
        let lines = Lines::new(10, 3, 5, 16, -1).expect("fine");
        assert_eq!((lines.span(), lines.span_with_last_gap()), (42, Some(48)));
        assert_eq!((lines.row(0), lines.row(2)), (2, 0));
        assert!(lines.check_held("f", 47).is_ok());
        let error = lines.check_held("f", 46).unwrap_err();
        assert_eq!(error.to_string(), "f: is too short: 47 bytes are needed, and there are 46");
    }
}
