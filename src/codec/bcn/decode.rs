//! The decoder: which blocks go where.

use super::bc6h::Bc6h;
use super::bc7::Bc7;
use super::block::{BlockFormat, decode_run};
use super::format::PixelFormat;
use super::rgtc::{Bc4, Bc5};
use super::s3tc::{Bc1, Bc2, Bc3};
use crate::codec::call::{Decode, Decoded, Decoder};
use crate::codec::fault::{Fault, Result};
use crate::codec::state::CodecState;
use crate::simd::isa;

/// Decodes blocks of the format `state.state`, 1 to 7. Other numbers consume nothing.
///
/// `state.x` and `state.y` are the column and row of the next block. They count from the image's corner, and not the
/// tile's: as in Pillow, only a tile at offset 0 is decoded as one expects.
pub struct BcnDecoder;

impl Decoder for BcnDecoder {
    type Context = PixelFormat;

    fn decode(call: &mut Decode<'_, PixelFormat>, input: &[u8]) -> Result<Decoded> {
        match (call.state.state & 0xf, *call.context) {
            (1, _) => decode::<Bc1>(call, input),
            (2, _) => decode::<Bc2>(call, input),
            (3, _) => decode::<Bc3>(call, input),
            (4, _) => decode::<Bc4>(call, input),
            (5 | 6, PixelFormat::Missing) => Err(Fault::Config),
            (5, PixelFormat::Bc5Signed) => decode::<Bc5<true>>(call, input),
            (5, _) => decode::<Bc5<false>>(call, input),
            (6, PixelFormat::Bc6Signed) => decode::<Bc6h<true>>(call, input),
            (6, _) => decode::<Bc6h<false>>(call, input),
            (7, _) => decode::<Bc7>(call, input),
            _ => Ok(Decoded::Consumed(0)),
        }
    }
}

/// Decodes all whole blocks of a format.
fn decode<F: BlockFormat>(call: &mut Decode<'_, PixelFormat>, input: &[u8]) -> Result<Decoded> {
    let whole = input.len() / size_of::<F::Block>();
    let blocks: &[F::Block] = bytemuck::cast_slice(&input[..whole * size_of::<F::Block>()]);
    let geometry = Geometry::of(call.state);
    let mut rest = blocks;
    while !rest.is_empty() {
        let count = decode_some::<F>(call, geometry, rest)?;
        rest = &rest[count..];
        geometry.advance(call.state, count)?;
        if i64::from(call.state.y) >= geometry.bottom {
            return Ok(Decoded::Complete);
        }
    }
    Ok(Decoded::Consumed(size_of_val(blocks)))
}

/// The rectangle that blocks are written to. Sums of the state's numbers may exceed them.
#[derive(Clone, Copy)]
struct Geometry {
    xsize: i64,
    ysize: i64,
    top: i64,
    right: i64,
    bottom: i64,
    is_bottom_up: bool,
    /// Whether blocks may reach beyond the rectangle. Pillow checks the columns and rows of pixels only then.
    is_clipped: bool,
}

impl Geometry {
    fn of(state: &CodecState) -> Self {
        let [xsize, ysize, left, top] = [state.xsize, state.ysize, state.xoff, state.yoff].map(i64::from);
        Self {
            xsize,
            ysize,
            top,
            right: left + xsize,
            bottom: top + ysize,
            is_bottom_up: state.ystep < 0,
            is_clipped: (state.xsize | state.ysize) & 3 != 0,
        }
    }

    /// Returns the row of the image for a row that counts in the direction of decoding.
    fn image_row(self, y: i64) -> Result<i32> {
        let row = if self.is_bottom_up { self.top + self.bottom - y - 1 } else { y };
        i32::try_from(row).map_err(|_| Fault::Config)
    }

    /// Returns how many blocks follow in the row of blocks of (x, y). There is one at least.
    fn blocks(self, x: i64, y: i64) -> usize {
        // The image is complete behind a block at or beyond its bottom, whatever follows in its row.
        if y >= self.bottom { 1 } else { usize::try_from((self.right - x + 3) / 4).unwrap_or(0).max(1) }
    }

    /// Returns how many of these blocks are not clipped.
    fn whole_blocks(self, x: i64, y: i64) -> usize {
        if !self.is_clipped {
            return self.blocks(x, y);
        }
        if y + 4 > self.ysize { 0 } else { usize::try_from((self.xsize - x) / 4).unwrap_or(0) }
    }

    /// Goes to the place behind `count` blocks of a row of blocks.
    fn advance(self, state: &mut CodecState, count: usize) -> Result<()> {
        let x = i64::from(state.x) + 4 * count as i64;
        if x < self.right {
            state.x = i32::try_from(x).map_err(|_| Fault::Config)?;
        } else {
            state.x = state.xoff;
            state.y = state.y.checked_add(4).ok_or(Fault::Config)?;
        }
        Ok(())
    }
}

/// Decodes the first of `blocks`: a run of those that lie wholly within the rectangle, or a single one. Returns their number.
fn decode_some<F: BlockFormat>(
    call: &mut Decode<'_, PixelFormat>,
    geometry: Geometry,
    blocks: &[F::Block],
) -> Result<usize> {
    let (x, y) = (i64::from(call.state.x), i64::from(call.state.y));
    let count = blocks.len().min(geometry.blocks(x, y)).min(geometry.whole_blocks(x, y));
    if count > 0 {
        let ys = [y, y + 1, y + 2, y + 3].map(|y| geometry.image_row(y).unwrap_or(-1));
        if let Ok(rows) = call.tile.image_rows_mut(ys) {
            let start = usize::try_from(x).map_err(|_| Fault::Config)? * (size_of::<F::Row>() / 4);
            let rows = rows.map(|row| row.get_mut(start..).unwrap_or_default());
            let count = count.min(rows[0].len() / size_of::<F::Row>());
            if count > 0 {
                let rows = rows.map(|row| bytemuck::cast_slice_mut(&mut row[..count * size_of::<F::Row>()]));
                decode_run::<F>(isa::current(), &blocks[..count], rows);
                return Ok(count);
            }
        }
    }
    decode_clipped::<F>(call, geometry, &blocks[..1])?;
    Ok(1)
}

/// Decodes a block, and writes the pixels that lie within the rectangle.
fn decode_clipped<F: BlockFormat>(
    call: &mut Decode<'_, PixelFormat>,
    geometry: Geometry,
    block: &[F::Block],
) -> Result<()> {
    let mut pixels = [<F::Row as bytemuck::Zeroable>::zeroed(); 4];
    decode_run::<F>(isa::current(), block, pixels.each_mut().map(std::slice::from_mut));
    let (x, y) = (i64::from(call.state.x), i64::from(call.state.y));
    let (columns, rows) = if geometry.is_clipped { (geometry.xsize - x, geometry.ysize - y) } else { (4, 4) };
    let (columns, rows) = (columns.clamp(0, 4) as usize, rows.clamp(0, 4) as usize);
    if columns == 0 {
        return Ok(());
    }
    let pixel_size = size_of::<F::Row>() / 4;
    let start = usize::try_from(x).map_err(|_| Fault::Config)? * pixel_size;
    for (y, pixels) in (y..).zip(&pixels[..rows]) {
        let row = call.tile.image_row_mut(geometry.image_row(y)?)?;
        let place = row.get_mut(start..start + columns * pixel_size).ok_or(Fault::Config)?;
        place.copy_from_slice(&bytemuck::bytes_of(pixels)[..place.len()]);
    }
    Ok(())
}
