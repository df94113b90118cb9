//! The tile of a codec over an image of a C program.

use std::ffi::c_int;

use super::super::arguments::{ImageHandle, ImageOut};
use super::super::raw::known;
use crate::codec::tile::ImageFormat;
use crate::codec::{CodecState, Fault, Result, TileMut, TileRef};
use crate::image::locate_run;
use crate::image::shuffler::ShufflerFn;
use crate::raw::Shuffler;

/// The state's packer or unpacker.
#[derive(Clone, Copy)]
enum Shuffle {
    /// One of this library's, which says what it reads and writes.
    Known(&'static Shuffler),
    /// The program's own. Its lines must not be empty, and the program answers for the rest.
    Foreign(ShufflerFn),
}

impl Shuffle {
    /// Converts `pixels` pixels. Returns an error if the rows are too short.
    fn convert(self, output: &mut [u8], input: &[u8], pixels: c_int) -> Result<()> {
        let count = usize::try_from(pixels).map_err(|_| Fault::Config)?;
        match self {
            Self::Known(shuffler) => {
                let (read, write) = ((shuffler.input_bytes)(count), (shuffler.output_bytes)(count));
                let output = output.get_mut(..write).ok_or(Fault::Config)?;
                (shuffler.convert)(output, input.get(..read).ok_or(Fault::Config)?, count);
            }
            Self::Foreign(_) if count > 0 && (input.is_empty() || output.is_empty()) => return Err(Fault::Config),
            // SAFETY: the program's own function is called with a row of the tile's pixels and with the state's packed line, as
            // `ImagingCodecState` has it: the program answers for what its function does with them.
            Self::Foreign(shuffle) => unsafe { shuffle(output.as_mut_ptr(), input.as_ptr(), pixels) },
        }
        Ok(())
    }
}

/// The tile of a call.
pub struct Tile {
    im: ImageHandle,
    shuffle: Option<Shuffle>,
    /// Left column, top row, width and height.
    rectangle: [c_int; 4],
}

impl Tile {
    /// Returns the tile of an image that is read.
    ///
    /// # Safety
    ///
    /// The image is NULL or live, and nobody writes to its pixels as long as the tile is used; for the use as [`TileMut`],
    /// nobody else uses them at all.
    pub unsafe fn new(im: ImageHandle, state: &CodecState) -> Self {
        let shuffle = state.shuffle.map(|entry| known(entry).map_or(Shuffle::Foreign(entry), Shuffle::Known));
        Self { im, shuffle, rectangle: [state.xoff, state.yoff, state.xsize, state.ysize] }
    }

    /// Returns the tile of an image that is written.
    pub fn of_output(im: &ImageOut, state: &CodecState) -> Self {
        // SAFETY: nobody else uses the pixels, by the promise of `ImageOut`.
        unsafe { Self::new(**im, state) }
    }

    /// Returns the address and the bytes of `pixels` pixels from (x, y) in the image.
    fn locate(&self, x: c_int, y: c_int, pixels: c_int) -> Result<(*mut u8, usize)> {
        let pixel_size = self.im.pixel_size().ok_or(Fault::Config)?;
        // SAFETY: the image is NULL or live, by `ImageHandle`.
        let address = unsafe { locate_run(self.im.as_ptr(), x, y, pixels) }.ok_or(Fault::Config)?;
        Ok((address, pixels as usize * pixel_size))
    }

    /// Returns the address and the bytes of row `y` of the tile.
    fn locate_row(&self, y: c_int) -> Result<(*mut u8, usize)> {
        let [xoff, yoff, xsize, ysize] = self.rectangle;
        if !(0..ysize).contains(&y) {
            return Err(Fault::Config);
        }
        self.locate(xoff, y.checked_add(yoff).ok_or(Fault::Config)?, xsize)
    }

    /// Returns the address and the bytes of row `y` of the image.
    fn locate_image_row(&self, y: c_int) -> Result<(*mut u8, usize)> {
        self.locate(0, y, self.im.header().ok_or(Fault::Config)?.size.0)
    }

    fn shuffle(&self) -> Result<Shuffle> {
        self.shuffle.ok_or(Fault::Config)
    }
}

/// Returns the format of an image.
fn format(im: ImageHandle) -> Result<ImageFormat> {
    let header = im.header().ok_or(Fault::Config)?;
    let length = |number: c_int| usize::try_from(number).map_err(|_| Fault::Config);
    Ok(ImageFormat {
        mode: header.mode,
        pixel_type: header.pixel_type,
        bands: length(header.bands)?,
        pixel_size: im.pixel_size().ok_or(Fault::Config)?,
        xsize: length(header.size.0)?,
        ysize: length(header.size.1)?,
    })
}

impl TileRef for Tile {
    fn format(&self) -> Result<ImageFormat> {
        format(self.im)
    }

    fn row(&self, y: c_int) -> Result<&[u8]> {
        let (address, bytes) = self.locate_row(y)?;
        // SAFETY: the row has these bytes, by `locate_run`, and nobody writes to them, by `Tile::new`.
        Ok(unsafe { std::slice::from_raw_parts(address, bytes) })
    }

    fn image_row(&self, y: c_int) -> Result<&[u8]> {
        let (address, bytes) = self.locate_image_row(y)?;
        // SAFETY: the row has these bytes, by `locate_run`, and nobody writes to them, by `Tile::new`.
        Ok(unsafe { std::slice::from_raw_parts(address, bytes) })
    }

    fn pack(&self, y: c_int, line: &mut [u8]) -> Result<()> {
        self.shuffle()?.convert(line, self.row(y)?, self.rectangle[2])
    }
}

impl TileMut for Tile {
    fn format(&self) -> Result<ImageFormat> {
        format(self.im)
    }

    fn row_mut(&mut self, y: c_int) -> Result<&mut [u8]> {
        let (address, bytes) = self.locate_row(y)?;
        // SAFETY: the row has these bytes, by `locate_run`, and nobody else uses them, by `Tile::new`.
        Ok(unsafe { std::slice::from_raw_parts_mut(address, bytes) })
    }

    fn image_row_mut(&mut self, y: c_int) -> Result<&mut [u8]> {
        let (address, bytes) = self.locate_image_row(y)?;
        // SAFETY: the row has these bytes, by `locate_run`, and nobody else uses them, by `Tile::new`.
        Ok(unsafe { std::slice::from_raw_parts_mut(address, bytes) })
    }

    fn image_rows_mut(&mut self, ys: [c_int; 4]) -> Result<[&mut [u8]; 4]> {
        let mut rows = [(std::ptr::null_mut(), 0); 4];
        for (row, y) in rows.iter_mut().zip(ys) {
            *row = self.locate_image_row(y)?;
        }
        let is_apart = |one: usize, other: usize| rows[one].0.addr().abs_diff(rows[other].0.addr()) >= rows[one].1;
        if !(1..4).all(|one| (0..one).all(|other| is_apart(one, other))) {
            return Err(Fault::Config);
        }
        // SAFETY: the rows have these bytes, by `locate_run`, of which no two share any, as checked above, and nobody else uses
        // them, by `Tile::new`.
        Ok(rows.map(|(address, bytes)| unsafe { std::slice::from_raw_parts_mut(address, bytes) }))
    }

    fn unpacker(&self) -> Option<&'static Shuffler> {
        match self.shuffle? {
            Shuffle::Known(shuffler) => Some(shuffler),
            Shuffle::Foreign(_) => None,
        }
    }

    fn unpack(&mut self, y: c_int, line: &[u8]) -> Result<()> {
        let (shuffle, pixels) = (self.shuffle()?, self.rectangle[2]);
        shuffle.convert(self.row_mut(y)?, line, pixels)
    }

    fn unpack_to_image_row(&mut self, y: c_int, line: &[u8]) -> Result<()> {
        let (shuffle, pixels) = (self.shuffle()?, self.rectangle[2]);
        shuffle.convert(self.image_row_mut(y)?, line, pixels)
    }

    fn unpack_columns(
        &mut self,
        y: c_int,
        columns: (usize, usize),
        line: &[u8],
        bits: usize,
        count: usize,
    ) -> Result<()> {
        let (shuffle, pixel) = (self.shuffle()?, self.im.pixel_size().ok_or(Fault::Config)?);
        let pixels = self.image_row_mut(y)?.chunks_exact_mut(pixel).skip(columns.0).step_by(columns.1).take(count);
        if bits >= 8 {
            for (pixel, packed) in pixels.zip(line.chunks(bits.div_ceil(8))) {
                shuffle.convert(pixel, packed, 1)?;
            }
            return Ok(());
        }
        for (index, pixel) in pixels.enumerate() {
            let byte = line.get(index * bits / 8).ok_or(Fault::Config)?;
            shuffle.convert(pixel, &[byte << (index * bits % 8)], 1)?;
        }
        Ok(())
    }

    fn unpack_run(
        &mut self,
        (x, y): (c_int, c_int),
        line: &[u8],
        count: c_int,
        unpacker: Option<&'static Shuffler>,
    ) -> Result<()> {
        let shuffle = unpacker.map_or_else(|| self.shuffle(), |unpacker| Ok(Shuffle::Known(unpacker)))?;
        let (address, bytes) = self.locate(x, y, count)?;
        // SAFETY: the row has these bytes, by `locate_run`, and nobody else uses them, by `Tile::new`.
        shuffle.convert(unsafe { std::slice::from_raw_parts_mut(address, bytes) }, line, count)
    }
}
