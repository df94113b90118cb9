//! A tile in memory, and codecs called with pieces of any length.

use super::call::{Call, Decoded, Decoder, Encoded, Encoder};
use super::fault::{Fault, Result};
use super::io::NoFile;
use super::state::CodecState;
use super::tile::{ImageFormat, TileMut, TileRef};
use crate::raw::Shuffler;

/// An image that is a tile as a whole, whose rows are packed lines: nothing is converted, unless there is an unpacker.
pub struct Rows {
    pub rows: Vec<Vec<u8>>,
    pub format: ImageFormat,
    pub unpacker: Option<&'static Shuffler>,
}

impl Rows {
    /// Returns black rows of a mode, whose pixels have one byte a band.
    pub fn new(bands: usize, xsize: usize, ysize: usize) -> Self {
        let format = ImageFormat { mode: 0, pixel_type: 0, bands, pixel_size: bands, xsize, ysize };
        Self { rows: vec![vec![0; bands * xsize]; ysize], format, unpacker: None }
    }

    /// Sets the bytes of all rows, from the first one on.
    pub fn fill(&mut self, bytes: impl Iterator<Item = u8>) {
        self.rows.iter_mut().flatten().zip(bytes).for_each(|(out, byte)| *out = byte);
    }

    fn at(&self, y: i32) -> Result<&Vec<u8>> {
        usize::try_from(y).ok().and_then(|y| self.rows.get(y)).ok_or(Fault::Config)
    }

    fn at_mut(&mut self, y: i32) -> Result<&mut Vec<u8>> {
        usize::try_from(y).ok().and_then(|y| self.rows.get_mut(y)).ok_or(Fault::Config)
    }
}

impl TileRef for Rows {
    fn format(&self) -> Result<ImageFormat> {
        Ok(self.format)
    }

    fn row(&self, y: i32) -> Result<&[u8]> {
        Ok(self.at(y)?)
    }

    fn image_row(&self, y: i32) -> Result<&[u8]> {
        Ok(self.at(y)?)
    }

    fn pack(&self, y: i32, line: &mut [u8]) -> Result<()> {
        let row = self.at(y)?;
        line.get_mut(..row.len()).ok_or(Fault::Config)?.copy_from_slice(row);
        Ok(())
    }
}

impl TileMut for Rows {
    fn format(&self) -> Result<ImageFormat> {
        Ok(self.format)
    }

    fn row_mut(&mut self, y: i32) -> Result<&mut [u8]> {
        Ok(self.at_mut(y)?)
    }

    fn image_row_mut(&mut self, y: i32) -> Result<&mut [u8]> {
        Ok(self.at_mut(y)?)
    }

    fn image_rows_mut(&mut self, ys: [i32; 4]) -> Result<[&mut [u8]; 4]> {
        let ys = ys.map(|y| usize::try_from(y).unwrap_or(usize::MAX));
        self.rows.get_disjoint_mut(ys).map(|rows| rows.map(Vec::as_mut_slice)).map_err(|_| Fault::Config)
    }

    fn unpacker(&self) -> Option<&'static Shuffler> {
        self.unpacker
    }

    fn unpack(&mut self, y: i32, line: &[u8]) -> Result<()> {
        let (unpacker, xsize) = (self.unpacker, self.format.xsize);
        let row = self.at_mut(y)?;
        if let Some(unpacker) = unpacker {
            (unpacker.convert)(row, line.get(..(unpacker.input_bytes)(xsize)).ok_or(Fault::Config)?, xsize);
            return Ok(());
        }
        let length = row.len();
        row.copy_from_slice(line.get(..length).ok_or(Fault::Config)?);
        Ok(())
    }

    fn unpack_to_image_row(&mut self, y: i32, line: &[u8]) -> Result<()> {
        self.unpack(y, line)
    }

    fn unpack_columns(&mut self, y: i32, columns: (usize, usize), line: &[u8], _: usize, count: usize) -> Result<()> {
        let pixel = self.format.pixel_size;
        let pixels = self.at_mut(y)?.chunks_exact_mut(pixel).skip(columns.0).step_by(columns.1);
        pixels.zip(line.chunks_exact(pixel)).take(count).for_each(|(pixel, packed)| pixel.copy_from_slice(packed));
        Ok(())
    }

    fn unpack_run(
        &mut self,
        (x, y): (i32, i32),
        line: &[u8],
        count: i32,
        unpacker: Option<&'static Shuffler>,
    ) -> Result<()> {
        let (x, count, pixel) = (x as usize, count as usize, self.format.pixel_size);
        let row = self.at_mut(y)?.get_mut(x * pixel..(x + count) * pixel).ok_or(Fault::Config)?;
        match unpacker {
            Some(unpacker) => {
                (unpacker.convert)(row, line.get(..(unpacker.input_bytes)(count)).ok_or(Fault::Config)?, count)
            }
            None => row.copy_from_slice(line.get(..count * pixel).ok_or(Fault::Config)?),
        }
        Ok(())
    }
}

/// Returns a state for the whole image, with a line of `bytes` bytes.
pub fn state_of(image: &Rows, bits: usize, bytes: usize) -> CodecState {
    CodecState {
        count: 0,
        state: 0,
        errcode: 0,
        x: 0,
        y: 0,
        ystep: 1,
        xsize: image.format.xsize as i32,
        ysize: image.format.ysize as i32,
        xoff: 0,
        yoff: 0,
        shuffle: None,
        bits: bits as i32,
        bytes: bytes as i32,
        planes: 0,
        buffer: std::ptr::null_mut(),
        context: std::ptr::null_mut(),
        fd: std::ptr::null_mut(),
    }
}

/// Decodes a file in pieces. Returns whether the image is complete.
pub fn decode<D: Decoder>(
    image: &mut Rows,
    mut state: CodecState,
    mut context: D::Context,
    file: &[u8],
    piece: usize,
) -> Result<bool> {
    let mut line = vec![0; state.bytes as usize];
    let (mut begin, mut end) = (0, 0);
    while end < file.len() {
        end = file.len().min(end + piece);
        let tile: &mut dyn TileMut = image;
        let mut call = Call { state: &mut state, context: &mut context, line: &mut line, tile, file: &mut NoFile };
        match D::decode(&mut call, &file[begin..end])? {
            Decoded::Complete => return Ok(true),
            Decoded::Consumed(bytes) => begin += bytes,
        }
    }
    Ok(false)
}

/// Encodes an image into buffers of this length.
pub fn encode<E: Encoder>(
    image: &mut Rows,
    mut state: CodecState,
    mut context: E::Context,
    buffer: usize,
) -> Result<Vec<u8>> {
    let mut line = vec![0; state.bytes as usize];
    let (mut file, mut output) = (Vec::new(), vec![0; buffer]);
    loop {
        let tile: &mut dyn TileRef = image;
        let mut call = Call { state: &mut state, context: &mut context, line: &mut line, tile, file: &mut NoFile };
        match E::encode(&mut call, &mut output)? {
            Encoded::Written(bytes) => file.extend_from_slice(&output[..bytes]),
            Encoded::Last(bytes) => {
                file.extend_from_slice(&output[..bytes]);
                return Ok(file);
            }
            Encoded::TooShort(fault) => return Err(fault),
        }
    }
}
