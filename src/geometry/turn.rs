//! Rows become columns: transposed, and turned by quarters, which is the same and mirrored.
//!
//! Whichever way an image is gone through, either reading or writing jumps from row to row. So it is done in tiles that
//! have a cache line of each row or a few, on both sides, and those in [blocks](kernels::transposed) that fit into
//! registers. Tiles come in the order in which the input lies in memory, which the processor foresees. Those of large images
//! are put together to parts of rows, which go past the caches.

use arrayvec::ArrayVec;

use super::kernels;
use super::mirror::Mirror;
use crate::exec::nontemporal::StorePolicy;
use crate::exec::parallel;
use crate::image::{ImageMut, ImageRef};
use crate::memory::heap::try_vec;
use crate::simd::prefetch;

/// Bytes of a row of a tile.
const LINE: usize = 64;

/// The most rows of a tile.
const ROWS: usize = 64;

/// Images of so many bytes and more go past the caches: the lines of so many rows at once would drive each other out.
const LARGE: usize = 2 << 20;

/// The most rows of a tile, where they go past the caches.
const FAR_ROWS: usize = 128;

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

/// Some rows of the outcome, or parts of them.
type Rows<'a, const BYTES: usize> = ArrayVec<&'a mut [[u8; BYTES]], FAR_ROWS>;

/// Parts of the rows of the input that become the columns of a tile.
type Sources<'a, const BYTES: usize> = ArrayVec<&'a [[u8; BYTES]], LINE>;

impl<const BYTES: usize, const SIDE: usize> Turn<'_, BYTES, SIDE> {
    /// Pixels of a row of a tile.
    const TILE: usize = LINE / BYTES;

    fn run(&self, out: ImageMut<'_>) {
        let policy = StorePolicy::above(LARGE, &out);
        // Jumps cost more than what the bytes do.
        let cost = out.xsize() * BYTES / 2;
        parallel::for_rows(out, cost, |first, mut band| {
            let mut apart = if policy == StorePolicy::NonTemporal { Apart::new() } else { None };
            let height = if apart.is_some() { FAR_ROWS } else { ROWS };
            let upwards = self.mirror.top_bottom;
            let mut x = if upwards { self.input.xsize() - first - band.ysize() } else { first };
            let mut all = band.rows_mut().map(|row| row.as_chunks_mut::<BYTES>().0);
            loop {
                let next = || if upwards { all.next_back() } else { all.next() };
                let mut rows: Rows<'_, BYTES> = std::iter::from_fn(next).take(height).collect();
                if rows.is_empty() {
                    break;
                }
                match &mut apart {
                    Some(apart) => self.strip_apart(&mut rows, x, apart),
                    None => self.strip(&mut rows, x, 0),
                }
                x += rows.len();
            }
        });
    }

    /// Makes a strip of rows, the first of which comes from column `x` of the input, in parts that are made apart.
    fn strip_apart(&self, rows: &mut Rows<'_, BYTES>, x: usize, apart: &mut Apart<BYTES>) {
        let (columns, part) = (self.input.ysize(), Apart::<BYTES>::COLUMNS);
        for number in 0..columns.div_ceil(part) {
            let number = if self.mirror.left_right { columns.div_ceil(part) - 1 - number } else { number };
            let columns = number * part..columns.min((number + 1) * part);
            let mut lines: Rows<'_, BYTES> =
                apart.lines().take(rows.len()).map(|line| &mut line[..columns.len()]).collect();
            self.strip(&mut lines, x, columns.start);
            let rows = rows.iter_mut().map(|row| row[columns.clone()].as_flattened_mut());
            StorePolicy::NonTemporal.copy_rows(rows.enumerate(), |n| lines[n].as_flattened());
        }
    }

    /// Makes columns of rows, from column `start` on, tile by tile, while the next one is on its way. The first row comes
    /// from column `x` of the input.
    fn strip(&self, rows: &mut [&mut [[u8; BYTES]]], x: usize, start: usize) {
        let (columns_of_input, columns) = (x..x + rows.len(), rows[0].len());
        if columns == 0 {
            return;
        }
        let tiles = columns.div_ceil(Self::TILE);
        let sources = |number: usize| -> (usize, Sources<'_, BYTES>) {
            let first = Self::TILE * if self.mirror.left_right { tiles - 1 - number } else { number };
            let columns = start + first..start + columns.min(first + Self::TILE);
            (first, columns.map(|column| &self.source(column)[columns_of_input.clone()]).collect())
        };
        let mut next = sources(0);
        for number in 1..=tiles {
            let (first, tile_sources) = next;
            next = if number < tiles { sources(number) } else { (columns, ArrayVec::new()) };
            expect(rows, &next.1, next.0);
            tile::<BYTES, SIDE>(rows, &tile_sources, first);
        }
    }

    /// The row of the input that becomes a column.
    fn source(&self, column: usize) -> &[[u8; BYTES]] {
        let y = if self.mirror.left_right { self.input.ysize() - 1 - column } else { column };
        self.input.row(y).as_chunks().0
    }
}

/// Parts of rows, made apart from where they belong, and small enough for a cache.
struct Apart<const BYTES: usize>(Vec<[u8; BYTES]>);

impl<const BYTES: usize> Apart<BYTES> {
    /// The columns of a part.
    const COLUMNS: usize = 2048 / BYTES;

    /// The pixels from one row to the next: another cache line each, so that they do not all want the same place of a cache.
    const STRIDE: usize = Self::COLUMNS + LINE / BYTES;

    /// None where there is no memory: one can do without.
    fn new() -> Option<Self> {
        try_vec([0; BYTES], FAR_ROWS * Self::STRIDE).ok().map(Self)
    }

    fn lines(&mut self) -> impl Iterator<Item = &mut [[u8; BYTES]]> {
        self.0.chunks_exact_mut(Self::STRIDE)
    }
}

/// Asks for what the next tile reads and writes: no processor foresees jumps from row to row.
fn expect<const BYTES: usize>(rows: &[&mut [[u8; BYTES]]], sources: &[&[[u8; BYTES]]], column: usize) {
    for source in sources {
        source.chunks(LINE / BYTES).for_each(|line| prefetch::t0(line.as_ptr()));
    }
    for row in rows {
        prefetch::t0(row[column..].as_ptr());
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
