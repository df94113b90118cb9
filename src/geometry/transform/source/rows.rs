//! A table of the rows of the input.

#![allow(unsafe_code)] // access without bounds checks

use bytemuck::AnyBitPattern;

use super::prefetch_distance::PrefetchDistance;
use crate::error::{Error, Result};
use crate::image::ImageRef;

/// The rows of the input.
pub struct Source<'a, P> {
    /// Each has at least `width` pixels.
    rows: Vec<&'a [P]>,
    width: usize,
    spacing: Option<EvenSpacing>,
}

/// The addresses of evenly spaced rows.
#[derive(Clone, Copy, Default)]
pub struct EvenSpacing {
    /// The address of the first row, with exposed provenance.
    pub first: usize,
    /// The bytes from one row to the next.
    pub stride: i64,
}

impl<'a, P: AnyBitPattern> Source<'a, P> {
    /// Makes the row table of an image whose pixels consist of one or several `P`. An image without columns has no rows
    /// here.
    pub fn new(input: &'a ImageRef<'_>) -> Result<Self> {
        let (mut rows, width) = (Vec::new(), input.xsize());
        if width > 0 {
            rows.try_reserve_exact(input.ysize()).map_err(|_| Error::Memory)?;
            rows.extend(input.rows().map(bytemuck::cast_slice::<u8, P>));
        }
        assert!(rows.iter().all(|row| row.len() >= width));
        let spacing = even_spacing(&rows);
        Ok(Self { rows, width, spacing })
    }

    /// Returns where the rows are, if they are evenly spaced.
    #[inline(always)]
    pub fn spacing(&self) -> Option<EvenSpacing> {
        self.spacing
    }

    /// Returns the rows. Each has at least [`width`](Self::width) pixels.
    #[inline(always)]
    pub fn rows(&self) -> &[&'a [P]] {
        &self.rows
    }

    /// Returns the width of the image.
    #[inline(always)]
    pub fn width(&self) -> usize {
        self.width
    }

    /// Returns a pixel, or `None` outside of the image. (Negative indices become large ones.)
    #[inline(always)]
    pub fn pixel(&self, column: i32, row: i32) -> Option<&P> {
        self.rows.get(row as usize).and_then(|row| row.get(column as usize))
    }

    /// Returns a pixel without bounds checks.
    ///
    /// # Safety
    ///
    /// `0 <= row < self.rows().len()` and `0 <= column < self.width()`.
    #[inline(always)]
    pub unsafe fn pixel_unchecked(&self, column: i32, row: i32) -> &P {
        // SAFETY: the indices are in bounds by this function's contract, as each row has at least `width` pixels.
        unsafe { self.rows.get_unchecked(row as usize).get_unchecked(column as usize) }
    }

    /// Prefetches the pixel at a distance from another one.
    #[inline(always)]
    pub fn prefetch(&self, column: i32, row: i32, distance: PrefetchDistance) {
        if let Some(row) = self.rows.get(row as usize) {
            distance.prefetch_from(row.as_ptr().wrapping_offset(column as isize).cast());
        }
    }

    /// Returns the prefetch distance of pixels that are `columns` to the right and `rows` down.
    pub fn prefetch_distance(&self, columns: f64, rows: f64) -> PrefetchDistance {
        let EvenSpacing { stride, .. } = self.spacing.unwrap_or_default();
        let bytes = (columns as i64).wrapping_mul(size_of::<P>() as i64);
        PrefetchDistance::from_bytes((rows as i64).wrapping_mul(stride).wrapping_add(bytes))
    }
}

/// Returns the spacing of rows, if it is the same for all.
fn even_spacing<P>(rows: &[&[P]]) -> Option<EvenSpacing> {
    let address = |row: &[P]| row.as_ptr().expose_provenance() as i64;
    let first = address(rows.first()?);
    let stride = rows.get(1).map_or(0, |second| address(second) - first);
    let mut expected = (0..).map(|y| first.wrapping_add(stride.wrapping_mul(y)));
    let is_even = rows.iter().all(|row| Some(address(row)) == expected.next());
    is_even.then_some(EvenSpacing { first: first as usize, stride })
}
