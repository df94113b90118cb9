//! Rows become columns: transposed, and turned by quarters, which is the same and mirrored.
//!
//! Whichever way an image is gone through, either reading or writing jumps from row to row. So it is done in tiles that
//! have a cache line of each row, on both sides, and those in [blocks](kernels::transposed) that fit into registers.

use arrayvec::ArrayVec;

use super::kernels;
use super::mirror::Mirror;
use crate::exec::threads;
use crate::image::{ImageMut, ImageRef};

/// Bytes of a row of a tile.
const LINE: usize = 64;

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

/// Some rows of the outcome.
type Strip<'a, const BYTES: usize> = ArrayVec<&'a mut [[u8; BYTES]], LINE>;

impl<const BYTES: usize, const SIDE: usize> Turn<'_, BYTES, SIDE> {
    /// Pixels of a cache line.
    const TILE: usize = LINE / BYTES;

    fn run(&self, out: ImageMut<'_>) {
        // Jumps cost more than what the bytes do.
        let cost = out.xsize() * BYTES / 2;
        threads::for_rows(out, cost, |mut first, mut band| {
            let mut rows = band.rows_mut().map(|row| row.as_chunks_mut::<BYTES>().0);
            loop {
                let mut strip: Strip<'_, BYTES> = rows.by_ref().take(Self::TILE).collect();
                if strip.is_empty() {
                    break;
                }
                self.strip(first, &mut strip);
                first += strip.len();
            }
        });
    }

    /// Makes the rows of a strip, which begins at row `first`.
    fn strip(&self, first: usize, strip: &mut Strip<'_, BYTES>) {
        let columns = self.input.ysize();
        for column in (0..columns).step_by(Self::TILE) {
            let tile = Self::TILE.min(columns - column);
            for (number, rows) in strip.chunks_mut(SIDE).enumerate() {
                let row = first + number * SIDE;
                let whole = if rows.len() == SIDE { tile - tile % SIDE } else { 0 };
                for start in (0..whole).step_by(SIDE) {
                    self.block(row, column + start, rows);
                }
                for column in column + whole..column + tile {
                    self.column(row, column, rows);
                }
            }
        }
    }

    /// The row of the input that becomes a column.
    fn source(&self, column: usize) -> &[[u8; BYTES]] {
        let y = if self.mirror.left_right { self.input.ysize() - 1 - column } else { column };
        self.input.row(y).as_chunks().0
    }

    /// The column of the input that the first of `count` rows, mirrored the last of them, comes from.
    fn start(&self, row: usize, count: usize) -> usize {
        if self.mirror.top_bottom { self.input.xsize() - row - count } else { row }
    }

    /// Makes a block: `SIDE` columns of as many rows.
    fn block(&self, row: usize, column: usize, rows: &mut [&mut [[u8; BYTES]]]) {
        let x = self.start(row, SIDE);
        let block: [[[u8; BYTES]; SIDE]; SIDE] = std::array::from_fn(|n| {
            let pixels = &self.source(column + n)[x..x + SIDE];
            *pixels.first_chunk().expect("as many pixels as a block has")
        });
        let block = kernels::transposed(block);
        for (n, row) in rows.iter_mut().enumerate() {
            let line = if self.mirror.top_bottom { &block[SIDE - 1 - n] } else { &block[n] };
            row[column..column + SIDE].copy_from_slice(line);
        }
    }

    /// Makes what a column has in some rows.
    fn column(&self, row: usize, column: usize, rows: &mut [&mut [[u8; BYTES]]]) {
        let x = self.start(row, rows.len());
        let pixels = &self.source(column)[x..x + rows.len()];
        let count = rows.len();
        for (n, row) in rows.iter_mut().enumerate() {
            row[column] = pixels[if self.mirror.top_bottom { count - 1 - n } else { n }];
        }
    }
}
