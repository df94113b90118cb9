//! Transposes an image: rows become columns, by cache blocking.
//!
//! Read along rows and written along columns, every pixel would touch another cache line of the output. So the image is
//! cut twice:
//!
//! ```text
//! input tile: up to 256 columns, and a row    output tile: up to 256 rows
//! for each pixel of a cache line              of one cache line each
//!    x …                                         column …
//!  ┌────┬────┬────┐                             ┌──┬──┬──┬──┐
//!  │    │▒▒▒▒│    │                             │  │  │  │  │
//!  ├────┼────┼────┤              ───►           │▒▒│  │  │  │
//!  │    │    │    │                             │▒▒│  │  │  │
//!  └────┴────┴────┘                             └──┴──┴──┴──┘
//! ```
//!
//! - A *tile* has the same cache lines of the input and of the output for all of its pixels: they stay in the
//!   first-level cache until each is used up. Tiles follow each other in the order of the input's rows, and are wide enough
//!   for the hardware prefetcher.
//! - A *block* is a square of a tile that fits into registers, see [`block`].
//! - Lines of large outputs are written by non-temporal stores, or else made in a staging buffer, 1 KiB of each row, and
//!   copied from there by such stores.
//!
//! Wins the benchmark's "Turn by 90°".

use arrayvec::ArrayVec;

use super::block;
use super::flip::Flip;
use crate::exec::nontemporal::{self, StorePolicy};
use crate::exec::parallel;
use crate::image::{ImageMut, ImageRef};
use crate::memory::heap::try_vec;
use crate::simd::CACHE_LINE;
#[cfg(target_arch = "x86_64")]
use crate::simd::isa;

/// The most output rows of a tile.
const TILE_ROWS: usize = 256;

/// Outputs of at least this many bytes are streamed: their rows are so far apart that the lines of a tile would evict
/// each other from the caches.
const STREAMED_BYTES: usize = 2 << 20;

/// Transposes an image to one of the same mode, and flips the result. The output is as wide as the input is high.
pub fn transpose(out: ImageMut<'_>, input: &ImageRef<'_>, flip: Flip) {
    match input.mode().pixel_size() {
        1 => Tiles::<1, 16> { input, flip }.transpose(out),
        2 => Tiles::<2, 8> { input, flip }.transpose(out),
        _ => Tiles::<4, 4> { input, flip }.transpose(out),
    }
}

/// The transposition of an image with pixels of `BYTES` bytes, in blocks of `SIDE` × `SIDE`.
struct Tiles<'a, const BYTES: usize, const SIDE: usize> {
    input: &'a ImageRef<'a>,
    flip: Flip,
}

/// Output rows of a row of tiles, or parts of them.
type Rows<'a, const BYTES: usize> = ArrayVec<&'a mut [[u8; BYTES]], TILE_ROWS>;

/// The parts of input rows that become the columns of a tile.
type Columns<'a, const BYTES: usize> = ArrayVec<&'a [[u8; BYTES]], CACHE_LINE>;

impl<const BYTES: usize, const SIDE: usize> Tiles<'_, BYTES, SIDE> {
    /// The pixels of an output row of a tile: a cache line.
    const TILE_COLUMNS: usize = CACHE_LINE / BYTES;

    fn transpose(&self, out: ImageMut<'_>) {
        let policy = StorePolicy::above(STREAMED_BYTES, &out);
        // Jumps between rows cost more than copying the bytes.
        let cost = out.xsize() * BYTES / 2;
        parallel::for_rows(out, cost, |first, mut chunk| {
            let is_streamed = policy == StorePolicy::NonTemporal && Self::can_stream(&mut chunk);
            let mut staging = if policy == StorePolicy::NonTemporal && !is_streamed { Staging::new() } else { None };
            let upwards = self.flip.top_bottom;
            let mut x = if upwards { self.input.xsize() - first - chunk.ysize() } else { first };
            let mut all_rows = chunk.rows_mut().map(|row| row.as_chunks_mut::<BYTES>().0);
            loop {
                let next = || if upwards { all_rows.next_back() } else { all_rows.next() };
                let mut rows: Rows<'_, BYTES> = std::iter::from_fn(next).take(TILE_ROWS).collect();
                if rows.is_empty() {
                    break;
                }
                match &mut staging {
                    Some(staging) => self.write_rows_staged(&mut rows, x, staging),
                    None if is_streamed => self.write_rows::<true>(&mut rows, x, 0),
                    None => self.write_rows::<false>(&mut rows, x, 0),
                }
                x += rows.len();
            }
            if is_streamed {
                nontemporal::fence();
            }
        });
    }

    /// Whether whole lines of the rows can be streamed. Those of pixels of one byte are staged: a tile has as many input rows as
    /// a line has pixels, and so many rows, and a new line of each output row, miss the TLB.
    fn can_stream(out: &mut ImageMut<'_>) -> bool {
        #[cfg(target_arch = "x86_64")]
        if BYTES > 1 && isa::current().avx2().is_some() {
            return out.rows_mut().all(|row| row.as_ptr().addr().is_multiple_of(CACHE_LINE));
        }
        let _ = out;
        false
    }

    /// Writes output rows through the staging buffer. The first row comes from column `x` of the input.
    fn write_rows_staged(&self, rows: &mut Rows<'_, BYTES>, x: usize, staging: &mut Staging<BYTES>) {
        let (width, part_width) = (self.input.ysize(), Staging::<BYTES>::COLUMNS);
        let parts = width.div_ceil(part_width);
        for part in 0..parts {
            let part = if self.flip.left_right { parts - 1 - part } else { part };
            let columns = part * part_width..width.min((part + 1) * part_width);
            let mut staged: Rows<'_, BYTES> =
                staging.rows().take(rows.len()).map(|row| &mut row[..columns.len()]).collect();
            self.write_rows::<false>(&mut staged, x, columns.start);
            let rows = rows.iter_mut().map(|row| row[columns.clone()].as_flattened_mut());
            StorePolicy::NonTemporal.copy_rows(rows.enumerate(), |n| staged[n].as_flattened());
        }
    }

    /// Writes a row of tiles. `rows` start at output column `start`; the first one comes from column `x` of the input.
    fn write_rows<const STREAM: bool>(&self, rows: &mut [&mut [[u8; BYTES]]], x: usize, start: usize) {
        let (input_columns, width) = (x..x + rows.len(), rows[0].len());
        let tiles = width.div_ceil(Self::TILE_COLUMNS);
        for number in 0..tiles {
            let first = Self::TILE_COLUMNS * if self.flip.left_right { tiles - 1 - number } else { number };
            let columns = start + first..start + width.min(first + Self::TILE_COLUMNS);
            let columns: Columns<'_, BYTES> =
                columns.map(|column| &self.input_row(column)[input_columns.clone()]).collect();
            write_tile::<BYTES, SIDE, STREAM>(rows, &columns, first);
        }
    }

    /// Returns the input row that becomes an output column.
    fn input_row(&self, column: usize) -> &[[u8; BYTES]] {
        let y = if self.flip.left_right { self.input.ysize() - 1 - column } else { column };
        self.input.row(y).as_chunks().0
    }
}

/// A buffer for parts of output rows that fits into the second-level cache.
struct Staging<const BYTES: usize>(Vec<[u8; BYTES]>);

impl<const BYTES: usize> Staging<BYTES> {
    /// The columns of a part.
    const COLUMNS: usize = 1024 / BYTES;

    /// The pixels from one row to the next: an odd number of cache lines, so that the rows map to different cache sets.
    const STRIDE: usize = Self::COLUMNS + CACHE_LINE / BYTES;

    /// Allocates a buffer. Returns `None` if memory runs out: the rows are then written directly.
    fn new() -> Option<Self> {
        try_vec([0; BYTES], TILE_ROWS * Self::STRIDE).ok().map(Self)
    }

    fn rows(&mut self) -> impl Iterator<Item = &mut [[u8; BYTES]]> {
        self.0.chunks_exact_mut(Self::STRIDE)
    }
}

/// Writes a tile: `columns`, from `column` of each row on.
fn write_tile<const BYTES: usize, const SIDE: usize, const STREAM: bool>(
    rows: &mut [&mut [[u8; BYTES]]],
    columns: &[&[[u8; BYTES]]],
    column: usize,
) {
    let [written_rows, written_columns] = write_lines::<BYTES, SIDE, STREAM>(rows, columns, column);
    for (n, rows) in rows.chunks_mut(SIDE).enumerate() {
        let x = n * SIDE;
        let written = if x < written_rows { written_columns } else { 0 };
        let (columns, column) = (&columns[written..], column + written);
        let Ok(block_rows) = <&mut [_; SIDE]>::try_from(&mut *rows) else {
            return write_pixels(rows, columns, x, column);
        };
        let (blocks, rest) = columns.as_chunks::<SIDE>();
        for (n, block_columns) in blocks.iter().enumerate() {
            write_block(block_rows, block_columns, x, column + n * SIDE);
        }
        write_pixels(rows, rest, x, column + blocks.len() * SIDE);
    }
}

/// Writes whole cache lines with AVX2. Returns the numbers of rows and of columns that were written.
#[inline(always)]
fn write_lines<const BYTES: usize, const SIDE: usize, const STREAM: bool>(
    rows: &mut [&mut [[u8; BYTES]]],
    columns: &[&[[u8; BYTES]]],
    column: usize,
) -> [usize; 2] {
    #[cfg(target_arch = "x86_64")]
    if let Some(isa) = isa::current().avx2() {
        return block::write_lines::<BYTES, SIDE, STREAM>(isa, rows, columns, column);
    }
    [0, 0]
}

/// Writes a block: the pixels of `columns` from `x` on, to `column` of each row.
#[inline(always)]
fn write_block<const BYTES: usize, const SIDE: usize>(
    rows: &mut [&mut [[u8; BYTES]]; SIDE],
    columns: &[&[[u8; BYTES]]; SIDE],
    x: usize,
    column: usize,
) {
    let mut block = [[[0; BYTES]; SIDE]; SIDE];
    for (line, input) in block.iter_mut().zip(columns) {
        line.copy_from_slice(&input[x..x + SIDE]);
    }
    for (row, line) in rows.iter_mut().zip(block::transpose(block)) {
        row[column..column + SIDE].copy_from_slice(&line);
    }
}

/// Writes single pixels at the edge of a tile: those of `columns` from `x` on, to `column` of each row.
fn write_pixels<const BYTES: usize>(
    rows: &mut [&mut [[u8; BYTES]]],
    columns: &[&[[u8; BYTES]]],
    x: usize,
    column: usize,
) {
    for (n, input) in columns.iter().enumerate() {
        for (row, pixel) in rows.iter_mut().zip(&input[x..]) {
            row[column + n] = *pixel;
        }
    }
}
