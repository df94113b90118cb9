//! The rows of an image, and pixels picked from anywhere in it.

use bytemuck::AnyBitPattern;

use crate::error::{Error, Result};
use crate::image::ImageRef;

/// All rows of an image.
pub struct Table<'a, P> {
    /// Each has `width` pixels or more.
    rows: Vec<&'a [P]>,
    width: usize,
    /// Where rows lie one behind the other, evenly: the address of the first, and how far the next one is.
    even: Option<(usize, i64)>,
}

impl<'a, P: AnyBitPattern> Table<'a, P> {
    /// The rows of an image whose pixels are like that, or several of them; no rows where they have no pixels.
    pub fn of(input: &'a ImageRef<'_>) -> Result<Self> {
        let (mut rows, width) = (Vec::new(), input.xsize());
        if width > 0 {
            rows.try_reserve_exact(input.ysize()).map_err(|_| Error::Memory)?;
            rows.extend(input.rows().map(bytemuck::cast_slice::<u8, P>));
        }
        assert!(rows.iter().all(|row| row.len() >= width));
        let even = evenly_spaced(&rows);
        Ok(Self { rows, width, even })
    }

    /// Where the rows are evenly spaced: the address of the first, and from each to the next.
    #[inline(always)]
    pub fn even(&self) -> Option<(usize, i64)> {
        self.even
    }

    /// The rows.
    #[inline(always)]
    pub fn rows(&self) -> &[&'a [P]] {
        &self.rows
    }

    /// The width of the image.
    #[inline(always)]
    pub fn width(&self) -> usize {
        self.width
    }

    /// The pixel in a column and a row, where there is one. Numbers below zero are huge ones here.
    #[inline(always)]
    pub fn pixel(&self, column: i32, row: i32) -> Option<&P> {
        self.rows.get(row as usize).and_then(|row| row.get(column as usize))
    }

    /// Picks pixels from their columns and rows. Returns false, and picks none, where one of them is not in the image.
    #[inline(always)]
    pub fn pick<const N: usize>(&self, out: &mut [P; N], columns: &[i32; N], rows: &[i32; N]) -> bool {
        if !(all_below(columns, self.width) && all_below(rows, self.rows.len())) {
            return false;
        }
        for (out, (column, row)) in out.iter_mut().zip(columns.iter().zip(rows)) {
            // SAFETY: there are more rows than this, and each of them has more columns.
            *out = unsafe { *self.rows.get_unchecked(*row as usize).get_unchecked(*column as usize) };
        }
        true
    }
}

/// The address of the first of some rows, and how far each is from the one before, where that is the same for all.
fn evenly_spaced<P>(rows: &[&[P]]) -> Option<(usize, i64)> {
    let place = |row: &[P]| row.as_ptr().expose_provenance() as i64;
    let first = place(rows.first()?);
    let stride = rows.get(1).map_or(0, |second| place(second) - first);
    let mut expected = (0..).map(|y| first.wrapping_add(stride.wrapping_mul(y)));
    let even = rows.iter().all(|row| Some(place(row)) == expected.next());
    even.then_some((first as usize, stride))
}

/// Whether all numbers are below `limit`, and none is below zero.
#[inline(always)]
fn all_below<const N: usize>(numbers: &[i32; N], limit: usize) -> bool {
    let mut most = 0;
    for number in numbers {
        most = most.max(*number as u32);
    }
    (most as usize) < limit
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::image::Image;
    use crate::mode::Mode;

    fn numbered() -> Image {
        let mut image = Image::new(Mode::L, 7, 5).expect("small");
        for (y, row) in image.view_mut().expect("new").rows_mut().enumerate() {
            row.iter_mut().enumerate().for_each(|(x, pixel)| *pixel = (10 * y + x) as u8);
        }
        image
    }

    #[test]
    fn pixels_are_picked_where_all_are_there() {
        let image = numbered();
        let view = image.view().expect("whole");
        let table = Table::<u8>::of(&view).expect("small");
        let mut out = [0; 3];
        assert!(table.pick(&mut out, &[0, 6, 3], &[0, 4, 2]));
        assert_eq!(out, [0, 46, 23]);
        for (columns, rows) in
            [([0, 7, 0], [0; 3]), ([0; 3], [0, 0, 5]), ([-1, 0, 0], [0; 3]), ([0; 3], [0, i32::MIN, 0])]
        {
            assert!(!table.pick(&mut out, &columns, &rows));
        }
        assert_eq!(out, [0, 46, 23]);
    }
}
