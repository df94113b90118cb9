//! The encoder.

use std::marker::PhantomData;

use crate::codec::call::{Encode, Encoded, Encoder};
use crate::codec::fault::{Fault, Result};
use crate::external::tiff::Writer;

/// A value of the tag Compression.
const COMPRESSION_WEBP: u16 = 50001;

/// Encodes an image as a page with the tags that were set. `state.state` is 0 before the rows are written, then 1.
pub struct TiffEncoder<'a>(PhantomData<&'a ()>);

impl<'a> Encoder for TiffEncoder<'a> {
    type Context = Writer<'a>;

    const RESULT_OF_FAULT: i32 = -1;

    fn encode(call: &mut Encode<'_, Writer<'a>>, output: &mut [u8]) -> Result<Encoded> {
        if call.state.state == 0 {
            write_rows(call)?;
        }
        if call.state.state != 1 || !call.context.is_in_memory() {
            return Ok(Encoded::Last(0));
        }
        Ok(match call.context.read(output) {
            (count, true) => Encoded::Last(count),
            (count, false) => Encoded::Written(count),
        })
    }
}

/// Writes all rows, and the directory.
fn write_rows(call: &mut Encode<'_, Writer<'_>>) -> Result<()> {
    // The tags may describe longer rows than those that are packed.
    if call.context.row_bytes() > call.line.len() as u64 {
        return Err(Fault::Config);
    }
    // libtiff's encoder of WebP would take the bytes behind shorter rows, of subsampled pixels, from wherever its memory was.
    let page = call.context.page();
    let pixels = u64::from(page.width) * u64::from(page.samples);
    if page.compression == COMPRESSION_WEBP && call.context.row_bytes() < pixels {
        return Err(Fault::Config);
    }
    while call.state.y < call.state.ysize {
        let y = u32::try_from(call.state.y).map_err(|_| Fault::Config)?;
        call.tile.pack(call.state.y, call.line)?;
        if !call.context.write_row(y, call.line) {
            return Err(Fault::Broken);
        }
        call.state.y += 1;
    }
    if call.state.y == call.state.ysize {
        call.state.state = 1;
        if !call.context.flush() {
            return Err(Fault::Memory);
        }
    }
    Ok(())
}
