//! The rows of an image, and pixels picked from anywhere in it.

use bytemuck::AnyBitPattern;

use crate::error::{Error, Result};
use crate::image::ImageRef;
use crate::simd::prefetch;

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

    /// The pixel in a column and a row.
    ///
    /// # Safety
    ///
    /// There is one.
    #[inline(always)]
    pub unsafe fn pixel_unchecked(&self, column: i32, row: i32) -> &P {
        // SAFETY: as the caller promises.
        unsafe { self.rows.get_unchecked(row as usize).get_unchecked(column as usize) }
    }

    /// Asks for what is some way ahead of a pixel.
    #[inline(always)]
    pub fn ask_ahead(&self, column: i32, row: i32, ahead: Ahead) {
        if let Some(row) = self.rows.get(row as usize) {
            ask_for(row.as_ptr().wrapping_offset(column as isize).cast(), ahead);
        }
    }

    /// How far it is to what is so many columns and rows away.
    pub fn ahead(&self, columns: f64, rows: f64) -> Ahead {
        let (_, stride) = self.even.unwrap_or_default();
        Ahead((rows as i64).wrapping_mul(stride).wrapping_add((columns as i64).wrapping_mul(size_of::<P>() as i64)))
    }
}

/// How far ahead, in bytes, pixels are asked for before they are used. No processor foresees ways across rows.
#[derive(Clone, Copy)]
pub struct Ahead(pub i64);

impl Ahead {
    /// The rows until then, of what is drawn: so many that memory has the time, and so few that a cache holds what comes.
    pub const ROWS: usize = 8;

    /// How many pixels it is asked for at once: lines of a cache have no less.
    pub const PIXELS: usize = 8;
}

/// Asks for what is some way ahead.
#[inline(always)]
pub fn ask_for(from: *const u8, ahead: Ahead) {
    prefetch::t1(from.wrapping_offset(ahead.0 as isize));
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
