//! Run-length encoded SGI images (`SgiRleDecode.c` in Pillow).
//!
//! ```text
//! header    512 bytes
//! offsets   of each row of the first band, from the bottom up; of each row of the second band; …
//! lengths   of each row, in the same order
//! data      the rows, anywhere
//! ```
//!
//! Numbers are big-endian, tables have 32 bits an entry. A row is a sequence of packets of atoms, of one or two bytes:
//!
//! ```text
//! 0              the end of the row
//! n              one atom, which is repeated n times, n = 1…127
//! 80 + n         n literal atoms
//! ```
//!
//! Rows may lie in any order, and one may serve several times, so the decoder reads the whole file from `state.fd`. It expands
//! each band to a plane, and interleaves the planes for the unpacker.
//!
//! Source: Paul Haeberli, "The SGI Image File Format", version 1.0.

mod interleave;
mod row;
#[cfg(test)]
mod tests;

use std::ffi::c_int;
use std::io::SeekFrom;

use super::call::{Decode, Decoded, Decoder};
use super::fault::{Fault, Result};
use super::io::CodecFile;
use super::state::CodecState;
use super::tile::{ImageFormat, TileMut};
use crate::memory::heap::try_vec;
use interleave::interleave;
use row::{Row, expand};

/// Bytes of the header, and of an entry of the tables.
const HEADER: usize = 512;
const ENTRY: usize = 4;

/// The first size of a file that no address space holds.
const ABSURD: usize = 1 << 47;

/// The decoder's context: the beginning of `SGISTATE` of the C header. The decoder needs no memory between calls.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct Context {
    /// Bytes of an atom: 1, or any other number for 2.
    pub bpc: c_int,
}

/// Decodes a whole file in one call.
///
/// As in Pillow, an error in a row consumes 0 bytes, as success does: `state.errcode` tells them apart. A row whose packets are
/// more than the table says ends the image without an error.
pub struct SgiRleDecoder;

impl Decoder for SgiRleDecoder {
    type Context = Context;

    fn decode(call: &mut Decode<'_, Context>, _: &[u8]) -> Result<Decoded> {
        let ImageFormat { bands, xsize, ysize, .. } = call.tile.format()?;
        let limit = (i32::MAX as usize).checked_div(bands).ok_or(Fault::Config)?;
        if xsize > limit || ysize > limit {
            return Err(Fault::Memory);
        }
        let bytes = seek_to_tables(call.file, 2 * ENTRY * bands * ysize)?;
        let Decode { state, context, tile, file, .. } = call;
        let mut decoded = Ok(());
        file.read_with(bytes, &mut |data| {
            state.count = 0;
            if state.ystep < 0 {
                state.y = ysize as i32 - 1; // of an image, whose height is an `i32`
            } else {
                (state.y, state.ystep) = (0, 1);
            }
            let rows = Rows { data, bands, xsize, ysize };
            decoded = if context.bpc == 1 { rows.decode::<1>(state, *tile) } else { rows.decode::<2>(state, *tile) };
        })?;
        match decoded {
            Err(Fault::Overrun) => state.errcode = Fault::Overrun as i32,
            other => other?,
        }
        Ok(Decoded::Consumed(0))
    }
}

/// Goes behind the header of a file. Returns the number of bytes there. Fewer than `tables` are an error.
fn seek_to_tables(file: &mut dyn CodecFile, tables: usize) -> Result<usize> {
    file.seek(SeekFrom::End(0))?;
    let end = file.tell()?;
    if end == -1 {
        return Err(Fault::Unknown);
    }
    let bytes = usize::try_from(end).ok().and_then(|end| end.checked_sub(HEADER)).ok_or(Fault::Overrun)?;
    if bytes < tables {
        return Err(Fault::Overrun);
    }
    if bytes >= ABSURD {
        return Err(Fault::Memory);
    }
    file.seek(SeekFrom::Start(HEADER as u64))?;
    Ok(bytes)
}

/// The rows of a file.
struct Rows<'a> {
    /// The file behind its header: at least the tables.
    data: &'a [u8],
    bands: usize,
    xsize: usize,
    ysize: usize,
}

impl Rows<'_> {
    /// Decodes the rows, of atoms of `ATOM` bytes.
    fn decode<const ATOM: usize>(&self, state: &mut CodecState, tile: &mut dyn TileMut) -> Result<()> {
        let atoms = self.bands * self.xsize;
        // Twice the bytes of single ones: an unpacker of 16 bits a band may read them.
        let zeros = |count| try_vec([0; 2], count).map_err(|_| Fault::Memory);
        // The planes of the row before have the atoms that a row lacks.
        let (mut planar, mut before) = (zeros(atoms)?, zeros(atoms)?);
        let mut packed = zeros(if self.bands == 1 { 0 } else { atoms })?;
        for y in 0..self.ysize {
            let planes = &mut planar.as_flattened_mut().as_chunks_mut::<ATOM>().0[..atoms];
            let before_planes = &before.as_flattened().as_chunks::<ATOM>().0[..atoms];
            for band in 0..self.bands {
                let columns = band * self.xsize..(band + 1) * self.xsize;
                let (offset, packets) = self.entry(band * self.ysize + y);
                let offset = (offset as usize).checked_sub(HEADER).ok_or(Fault::Overrun)?;
                match expand(&mut planes[columns.clone()], &before_planes[columns], self.data, offset, packets as i32) {
                    Row::Complete => {}
                    Row::Invalid => return Err(Fault::Overrun),
                    Row::Unterminated => return Ok(()),
                }
            }
            let line = if self.bands == 1 {
                &planar
            } else {
                interleave(&mut packed.as_flattened_mut().as_chunks_mut().0[..atoms], planes, self.bands);
                &packed
            };
            tile.unpack_to_image_row(state.y, line.as_flattened())?;
            state.y = state.y.wrapping_add(state.ystep);
            std::mem::swap(&mut planar, &mut before);
        }
        Ok(())
    }

    /// Returns the offset of a row in the file, and the number of its packets, by the tables.
    fn entry(&self, index: usize) -> (u32, u32) {
        let tables = self.data.as_chunks::<ENTRY>().0;
        (u32::from_be_bytes(tables[index]), u32::from_be_bytes(tables[self.bands * self.ysize + index]))
    }
}
