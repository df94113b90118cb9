//! The layout of an image's rows in a raw file.

use crate::error::{Error, Result};

/// Rows of one length at one distance:
///
/// ```text
/// |<- offset ->|<- row_bytes ->|  gap  |<- row_bytes ->|  gap  | …
///              |<----- stride ------>|
/// ```
#[derive(Clone, Copy, Debug)]
pub struct FileLayout {
    /// The position of the first row in the file.
    pub offset: u64,
    /// Bytes from the start of a row to the start of the next.
    pub stride: u64,
    /// Bytes of a row.
    pub row_bytes: usize,
    /// The number of rows.
    pub rows: usize,
    /// Whether the first row in the file is the bottom row of the image.
    pub bottom_up: bool,
}

impl FileLayout {
    /// Checks a caller's layout. A `stride` of 0 stands for rows without gaps; `ystep` is 1 for rows from the top down and -1
    /// for rows from the bottom up.
    pub fn new(row_bytes: usize, rows: usize, offset: i64, stride: i64, ystep: i32) -> Result<Self> {
        let offset = u64::try_from(offset).map_err(|_| Error::Value("offset is negative"))?;
        let stride = match u64::try_from(stride).map_err(|_| Error::Value("stride is negative"))? {
            0 => row_bytes as u64,
            stride => stride,
        };
        if stride < row_bytes as u64 {
            return Err(Error::Value("stride is less than a line"));
        }
        if ystep != 1 && ystep != -1 {
            return Err(Error::Value("ystep must be 1 (from the top down) or -1 (from the bottom up)"));
        }
        let layout = Self { offset, stride, row_bytes, rows, bottom_up: ystep == -1 };
        layout.end().ok_or(Error::Value("offset and stride reach beyond what a file can have"))?;
        Ok(layout)
    }

    /// The position behind the last row; `None` beyond the largest file.
    fn end(&self) -> Option<u64> {
        let last = (self.rows as u64).saturating_sub(1);
        let end = last.checked_mul(self.stride)?.checked_add(self.row_bytes as u64)?.checked_add(self.offset)?;
        (end <= i64::MAX as u64).then_some(end)
    }

    /// Bytes from the first row to the end of the last one, gaps between rows included.
    pub fn span(&self) -> u64 {
        self.end().map_or(0, |end| end - self.offset)
    }

    /// Bytes from the first row to the end of the last one and its gap; `None` beyond the largest file.
    pub fn span_with_last_gap(&self) -> Option<u64> {
        let end = (self.rows as u64).checked_mul(self.stride)?.checked_add(self.offset)?;
        (end <= i64::MAX as u64).then_some(end - self.offset)
    }

    /// Whether the image has no pixels.
    pub fn is_empty(&self) -> bool {
        self.row_bytes == 0 || self.rows == 0
    }

    /// The image row at index `row` of the file; the same mapping leads back.
    pub fn row(&self, row: usize) -> usize {
        if self.bottom_up { self.rows - 1 - row } else { row }
    }

    /// Returns an error if a file of `length` bytes is too short.
    pub fn check_length(&self, path: &str, length: u64) -> Result<()> {
        let needed = self.offset + self.span();
        if self.is_empty() || needed <= length {
            return Ok(());
        }
        Err(Error::file(path, format_args!("is too short: {needed} bytes are needed, and there are {length}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn invalid_layouts_are_errors() {
        for (row_bytes, rows, offset, stride, ystep) in [
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
            assert!(FileLayout::new(row_bytes, rows, offset, stride, ystep).is_err());
        }
    }

    #[test]
    fn the_last_row_needs_no_gap() {
        let layout = FileLayout::new(10, 3, 5, 16, -1).expect("fine");
        assert_eq!((layout.span(), layout.span_with_last_gap()), (42, Some(48)));
        assert_eq!((layout.row(0), layout.row(2)), (2, 0));
        assert!(layout.check_length("f", 47).is_ok());
        let error = layout.check_length("f", 46).unwrap_err();
        assert_eq!(error.to_string(), "f: is too short: 47 bytes are needed, and there are 46");
    }
}
