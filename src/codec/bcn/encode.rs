//! The encoder: which pixels are in a block.

use bytemuck::Pod;

use super::block::{GROUP, PixelRow};
use super::fit::{self, Group, WHOLE};
use crate::codec::call::{Encode, Encoded, Encoder};
use crate::codec::fault::{Fault, Result};
use crate::codec::state::length;
use crate::mode::Mode;
use crate::simd::isa::multiversion;

/// Encodes blocks of the format `state.state`: 2, 3 or 5, and BC1 for any other number. Only 1 keeps transparency in BC1.
///
/// `state.x` is the first byte of the next block in its row, and `state.y` its top row. They count from the image's corner,
/// and not the tile's. A block is written if there is room for a byte behind it.
pub struct BcnEncoder;

impl Encoder for BcnEncoder {
    type Context = ();

    fn encode(call: &mut Encode<'_, ()>, output: &mut [u8]) -> Result<Encoded> {
        let mode = call.tile.format()?.mode;
        let has_alpha = [Mode::RGBA.id(), Mode::LA.id()].contains(&mode);
        match (call.state.state, has_alpha) {
            (1, true) => encode::<Bc1Alpha>(call, output),
            (2, true) => encode::<Bc2>(call, output),
            (3, true) => encode::<Bc3>(call, output),
            (2 | 3, false) => encode::<Opaque>(call, output),
            (5, _) => encode::<Bc5>(call, output),
            _ => encode::<Bc1>(call, output),
        }
    }
}

/// A format to encode.
trait Fit {
    type Block: Pod;
    /// How many bytes of a pixel are read, if it has more than one.
    const BANDS: usize;

    /// Encodes a group of blocks.
    fn fit(group: Group<'_>, blocks: &mut [Self::Block]);
}

/// BC1 without transparency.
struct Bc1;
/// BC1 with transparency.
struct Bc1Alpha;
/// BC2.
struct Bc2;
/// BC3.
struct Bc3;
/// BC2 or BC3 of images without alpha: all its bits are set.
struct Opaque;
/// BC5.
struct Bc5;

impl Fit for Bc1 {
    type Block = [u8; 8];
    const BANDS: usize = 3;

    #[inline(always)]
    fn fit(group: Group<'_>, blocks: &mut [[u8; 8]]) {
        fit::colors::<false>(group, |n, colors| blocks[n] = colors.to_le_bytes());
    }
}

impl Fit for Bc1Alpha {
    type Block = [u8; 8];
    const BANDS: usize = 4;

    #[inline(always)]
    fn fit(group: Group<'_>, blocks: &mut [[u8; 8]]) {
        fit::colors::<true>(group, |n, colors| blocks[n] = colors.to_le_bytes());
    }
}

impl Fit for Bc2 {
    type Block = [u8; 16];
    const BANDS: usize = 4;

    #[inline(always)]
    fn fit(group: Group<'_>, blocks: &mut [[u8; 16]]) {
        fit::alpha4(group, |n, alpha| set_half(&mut blocks[n], 0, alpha));
        fit::colors::<false>(group, |n, colors| set_half(&mut blocks[n], 1, colors));
    }
}

impl Fit for Bc3 {
    type Block = [u8; 16];
    const BANDS: usize = 4;

    #[inline(always)]
    fn fit(group: Group<'_>, blocks: &mut [[u8; 16]]) {
        fit::channel(group, 3, |n, alpha| set_half(&mut blocks[n], 0, alpha));
        fit::colors::<false>(group, |n, colors| set_half(&mut blocks[n], 1, colors));
    }
}

impl Fit for Opaque {
    type Block = [u8; 16];
    const BANDS: usize = 3;

    #[inline(always)]
    fn fit(group: Group<'_>, blocks: &mut [[u8; 16]]) {
        blocks.iter_mut().for_each(|block| set_half(block, 0, u64::MAX));
        fit::colors::<false>(group, |n, colors| set_half(&mut blocks[n], 1, colors));
    }
}

impl Fit for Bc5 {
    type Block = [u8; 16];
    const BANDS: usize = 2;

    #[inline(always)]
    fn fit(group: Group<'_>, blocks: &mut [[u8; 16]]) {
        fit::channel(group, 0, |n, red| set_half(&mut blocks[n], 0, red));
        fit::channel(group, 1, |n, green| set_half(&mut blocks[n], 1, green));
    }
}

/// Sets a half of a block.
#[inline(always)]
fn set_half(block: &mut [u8; 16], half: usize, value: u64) {
    block.as_chunks_mut::<8>().0[half] = value.to_le_bytes();
}

/// Encodes blocks of a format until the output is full.
fn encode<F: Fit>(call: &mut Encode<'_, ()>, output: &mut [u8]) -> Result<Encoded> {
    let pixel_size = call.tile.format()?.pixel_size;
    let row_bytes = i64::from(call.state.xsize) * pixel_size as i64;
    let step = 4 * pixel_size;
    // The byte behind the last block is not written.
    let room = output.len().saturating_sub(1) / size_of::<F::Block>();
    let blocks: &mut [F::Block] = bytemuck::cast_slice_mut(&mut output[..room * size_of::<F::Block>()]);
    let mut written = 0;
    while written < blocks.len() {
        let count = encode_some::<F>(call, pixel_size, &mut blocks[written..])?;
        written += count;
        let x = i64::from(call.state.x) + (count * step) as i64;
        if x < row_bytes {
            call.state.x = i32::try_from(x).map_err(|_| Fault::Config)?;
            continue;
        }
        call.state.x = 0;
        call.state.y = call.state.y.checked_add(4).ok_or(Fault::Config)?;
        if call.state.y >= call.state.ysize {
            return Ok(Encoded::Last(written * size_of::<F::Block>()));
        }
    }
    Ok(Encoded::Written(written * size_of::<F::Block>()))
}

/// Encodes a run of the blocks that lie wholly within the image, as far as there is room, or a single one. Returns their
/// number.
fn encode_some<F: Fit>(call: &Encode<'_, ()>, pixel_size: usize, blocks: &mut [F::Block]) -> Result<usize> {
    let (x, y) = (length(call.state.x)?, call.state.y);
    let row_bytes = usize::try_from(call.state.xsize).unwrap_or(0) * pixel_size;
    let whole = row_bytes.saturating_sub(x) / (4 * pixel_size).max(1);
    let is_whole = whole > 0 && y.checked_add(4).is_some_and(|end| end <= call.state.ysize);
    if is_whole && (pixel_size == 4 || pixel_size == 1 && F::BANDS == 3) {
        let count = whole.min(blocks.len());
        let mut rows = [&[][..]; 4];
        for (y, row) in (y..).zip(&mut rows) {
            *row = call.tile.image_row(y)?.get(x..x + count * 4 * pixel_size).ok_or(Fault::Config)?;
        }
        if pixel_size == 4 {
            encode_colors::<F>(rows.map(bytemuck::cast_slice), &mut blocks[..count]);
        } else {
            encode_grays::<F>(rows.map(bytemuck::cast_slice), &mut blocks[..count]);
        }
        return Ok(count);
    }
    let (rows, inside) = clipped::<F>(call, pixel_size)?;
    fit_group::<F>(rows.each_ref().map(std::slice::from_ref), inside, &mut blocks[..1]);
    Ok(1)
}

multiversion! {
    /// Encodes blocks of pixels of four bytes.
    fn encode_colors<F: Fit>(rows: [&[PixelRow]; 4], blocks: &mut [F::Block]) {
        let [row0, row1, row2, row3] = rows.map(|row| row.chunks(GROUP));
        let rows = row0.zip(row1).zip(row2).zip(row3);
        for (blocks, (((row0, row1), row2), row3)) in blocks.chunks_mut(GROUP).zip(rows) {
            F::fit(Group { rows: [row0, row1, row2, row3], inside: WHOLE }, blocks);
        }
    }

    /// Encodes a group of blocks that may reach beyond the image.
    fn fit_group<F: Fit>(rows: [&[PixelRow]; 4], inside: u16, blocks: &mut [F::Block]) {
        F::fit(Group { rows, inside }, blocks);
    }
}

/// Encodes blocks of gray pixels of a byte.
fn encode_grays<F: Fit>(rows: [&[[u8; 4]]; 4], blocks: &mut [F::Block]) {
    let mut pixels = [[PixelRow::default(); GROUP]; 4];
    for (group, blocks) in blocks.chunks_mut(GROUP).enumerate() {
        for (grays, pixels) in rows.iter().zip(&mut pixels) {
            for (grays, pixels) in grays[group * GROUP..].iter().zip(&mut pixels[..blocks.len()]) {
                *pixels = grays.map(|gray| [gray, gray, gray, 0]);
            }
        }
        encode_colors::<F>(pixels.each_ref().map(|row| &row[..blocks.len()]), blocks);
    }
}

/// Returns the pixels of a block that may reach beyond the image, or whose pixels have an unusual size, and bits for those
/// inside.
fn clipped<F: Fit>(call: &Encode<'_, ()>, pixel_size: usize) -> Result<([PixelRow; 4], u16)> {
    let (mut rows, mut inside) = ([PixelRow::default(); 4], 0);
    let row_bytes = usize::try_from(call.state.xsize).unwrap_or(0) * pixel_size;
    for n in 0..16 {
        let x = length(call.state.x)? + n % 4 * pixel_size;
        let y = call.state.y.checked_add((n / 4) as i32).ok_or(Fault::Config)?;
        if x < row_bytes && y < call.state.ysize {
            let pixel = call.tile.image_row(y)?.get(x..).and_then(|rest| pixel::<F>(rest, pixel_size));
            rows[n / 4][n % 4] = pixel.ok_or(Fault::Config)?;
            inside |= 1 << n;
        }
    }
    Ok((rows, inside))
}

/// Returns the pixel at the start of a row's rest; `None` if it does not have the bytes that the format reads. Those may be
/// the next pixels'.
fn pixel<F: Fit>(rest: &[u8], pixel_size: usize) -> Option<[u8; 4]> {
    let mut pixel = [0; 4];
    if pixel_size == 1 && F::BANDS > 2 {
        // A gray value is all three colours. Alpha is where that of larger pixels is.
        pixel[..3].fill(*rest.first()?);
        pixel[3..F::BANDS].copy_from_slice(rest.get(3..F::BANDS).or((F::BANDS == 3).then_some(&[]))?);
    } else {
        pixel[..F::BANDS].copy_from_slice(rest.get(..F::BANDS)?);
    }
    Some(pixel)
}
