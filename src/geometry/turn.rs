//! Rows become columns: transposed, and turned by quarters, which is the same and mirrored.
//!
//! Whichever way an image is gone through, either reading or writing jumps from row to row. So it is done in tiles that
//! have a cache line of each row or a few, on both sides, and those in [blocks](kernels::transposed) that fit into
//! registers. Tiles come in the order in which the input lies in memory, which the processor foresees.

use std::ops::Range;

use arrayvec::ArrayVec;

use super::kernels;
use super::mirror::Mirror;
use crate::exec::stream::{Sheet, Way};
use crate::exec::threads;
use crate::image::{ImageMut, ImageRef};

/// Bytes of a row of a tile.
const LINE: usize = 64;

/// The most rows of a tile.
const ROWS: usize = 64;

/// Bytes of the parts of rows that are made together where they are written past the caches.
const PART: usize = 4096;

/// Transposes an image to one of the same mode, whose width is its height. `mirror` is what is mirrored of the outcome.
pub fn turn(out: ImageMut<'_>, input: &ImageRef<'_>, mirror: Mirror) {
    match input.mode().pixel_size() {
        1 => Turn::<1, 16> { input, mirror }.run(out),
        2 => Turn::<2, 8> { input, mirror }.run(out),
        _ => Turn::<4, 4> { input, mirror }.run(out),
    }
}

/// A turn of pixels of `BYTES` bytes, in blocks of `SIDE` by `SIDE`.
struct Turn<'a, const BYTES: usize, const SIDE: usize> {
    input: &'a ImageRef<'a>,
    mirror: Mirror,
}

/// Parts of some rows of the outcome.
struct Strip<'a, const BYTES: usize> {
    rows: ArrayVec<&'a mut [[u8; BYTES]], ROWS>,
    /// Which columns of the outcome they are.
    columns: Range<usize>,
    /// From which column of the input on they come: the first from the first.
    x: usize,
}

/// Parts of the rows of the input that become the columns of a tile.
type Sources<'a, const BYTES: usize> = ArrayVec<&'a [[u8; BYTES]], LINE>;

impl<const BYTES: usize, const SIDE: usize> Turn<'_, BYTES, SIDE> {
    /// Pixels of a row of a tile.
    const TILE: usize = LINE / BYTES;

    fn run(&self, out: ImageMut<'_>) {
        // Jumps cost more than what the bytes do.
        let cost = out.xsize() * BYTES / 2;
        let way = Way::of(&out, &[self.input]);
        threads::for_rows(out, cost, |first, mut band| {
            let upwards = self.mirror.top_bottom;
            let mut x = if upwards { self.input.xsize() - first - band.ysize() } else { first };
            let mut sheet = if way == Way::Far { Sheet::new(ROWS, PART) } else { None };
            let mut rows = band.rows_mut();
            loop {
                let next = || if upwards { rows.next_back() } else { rows.next() };
                let mut some: ArrayVec<&mut [u8], ROWS> = std::iter::from_fn(next).take(ROWS).collect();
                if some.is_empty() {
                    break;
                }
                match &mut sheet {
                    Some(sheet) => self.rows_far(&mut some, x, sheet),
                    None => self.rows_near(&mut some, x),
                }
                x += some.len();
            }
        });
    }

    /// Makes rows where they are.
    fn rows_near(&self, rows: &mut [&mut [u8]], x: usize) {
        let rows = rows.iter_mut().map(|row| row.as_chunks_mut().0).collect();
        self.strip(&mut Strip { rows, columns: 0..self.input.ysize(), x });
    }

    /// Makes rows part by part, in a sheet that a cache has room for, and writes them past it.
    fn rows_far(&self, rows: &mut [&mut [u8]], x: usize, sheet: &mut Sheet) {
        let columns = self.input.ysize();
        let parts = columns.div_ceil(PART / BYTES);
        for number in 0..parts {
            let first = PART / BYTES * if self.mirror.left_right { parts - 1 - number } else { number };
            let columns = first..columns.min(first + PART / BYTES);
            let bytes = columns.start * BYTES..columns.end * BYTES;
            let places = sheet.rows_mut().take(rows.len()).map(|row| row[..bytes.len()].as_chunks_mut().0).collect();
            self.strip(&mut Strip { rows: places, columns, x });
            let rows = rows.iter_mut().map(|row| &mut row[bytes.clone()]);
            Way::Far.copy(rows.enumerate(), |number| &sheet.row(number)[..bytes.len()]);
        }
    }

    /// Makes a strip, tile by tile, while the next one is on its way.
    fn strip(&self, strip: &mut Strip<'_, BYTES>) {
        let columns = strip.columns.len();
        if columns == 0 {
            return;
        }
        let tiles = columns.div_ceil(Self::TILE);
        let columns_of_input = strip.x..strip.x + strip.rows.len();
        let start = strip.columns.start;
        let sources = |number: usize| -> (usize, Sources<'_, BYTES>) {
            let first = Self::TILE * if self.mirror.left_right { tiles - 1 - number } else { number };
            let columns = first..columns.min(first + Self::TILE);
            (first, columns.map(|column| &self.source(start + column)[columns_of_input.clone()]).collect())
        };
        let mut next = sources(0);
        for number in 1..=tiles {
            let (first, tile_sources) = next;
            next = if number < tiles { sources(number) } else { (columns, ArrayVec::new()) };
            expect(&strip.rows, &next.1, next.0);
            tile::<BYTES, SIDE>(&mut strip.rows, &tile_sources, first);
        }
    }

    /// The row of the input that becomes a column.
    fn source(&self, column: usize) -> &[[u8; BYTES]] {
        let y = if self.mirror.left_right { self.input.ysize() - 1 - column } else { column };
        self.input.row(y).as_chunks().0
    }
}

/// Asks for what the next tile reads and writes: no processor foresees jumps from row to row.
fn expect<const BYTES: usize>(rows: &[&mut [[u8; BYTES]]], sources: &[&[[u8; BYTES]]], column: usize) {
    for source in sources {
        source.chunks(LINE / BYTES).for_each(kernels::prefetch);
    }
    for row in rows {
        kernels::prefetch(&row[column..]);
    }
}

/// Makes columns of `rows`, from `column` on, of as many sources.
fn tile<const BYTES: usize, const SIDE: usize>(
    rows: &mut [&mut [[u8; BYTES]]],
    sources: &[&[[u8; BYTES]]],
    column: usize,
) {
    let (blocks, rest) = sources.as_chunks::<SIDE>();
    let rest_column = column + blocks.len() * SIDE;
    for (number, rows) in rows.chunks_mut(SIDE).enumerate() {
        let x = number * SIDE;
        let Ok(square) = <&mut [_; SIDE]>::try_from(&mut *rows) else {
            return single_pixels(rows, sources, x, column);
        };
        for (number, sources) in blocks.iter().enumerate() {
            block(square, sources, x, column + number * SIDE);
        }
        single_pixels(rows, rest, x, rest_column);
    }
}

/// Makes `SIDE` columns of as many rows, of the pixels from `x` on.
#[inline(always)]
fn block<const BYTES: usize, const SIDE: usize>(
    rows: &mut [&mut [[u8; BYTES]]; SIDE],
    sources: &[&[[u8; BYTES]]; SIDE],
    x: usize,
    column: usize,
) {
    let mut block = [[[0; BYTES]; SIDE]; SIDE];
    for (line, source) in block.iter_mut().zip(sources) {
        line.copy_from_slice(&source[x..x + SIDE]);
    }
    for (row, line) in rows.iter_mut().zip(kernels::transposed(block)) {
        row[column..column + SIDE].copy_from_slice(&line);
    }
}

/// Makes columns of some rows, of the pixels from `x` on, one by one.
fn single_pixels<const BYTES: usize>(
    rows: &mut [&mut [[u8; BYTES]]],
    sources: &[&[[u8; BYTES]]],
    x: usize,
    column: usize,
) {
    for (number, source) in sources.iter().enumerate() {
        for (row, pixel) in rows.iter_mut().zip(&source[x..]) {
            row[column + number] = *pixel;
        }
    }
}
