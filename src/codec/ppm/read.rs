//! The reader, with all checks that an untrusted file needs.

use std::ffi::CStr;
use std::ops::Range;

use arrayvec::ArrayVec;

use crate::error::{Detail, Error, Result};
use crate::files::Input;
use crate::image::Image;
use crate::memory::heap::try_vec;
use crate::memory::instance::MAX_XSIZE;
use crate::mode::Mode;

/// The size of the read buffer.
const BUFFER: usize = 1 << 16;

/// Memory for the pixels of a stream is allocated in steps of this many pixels, since a stream may end at any time.
const STEP: usize = 1 << 16;

/// The most characters of a number.
const MAX_NUMBER_LENGTH: usize = 10;

/// The white of mode I in files.
const MAX_16: u32 = 65535;

/// The most rows of an image of width 0. Each row takes memory and time, and no byte of the file stands for it.
const MAX_EMPTY_ROWS: usize = 1 << 16;

/// Reads an image from a file. `ImagingOpenPPM` documents which format becomes which mode.
pub fn open(path: &CStr) -> Result<Image> {
    let mut reader = Reader::new(Input::open_stream(path)?)?;
    read(&mut reader).map_err(|error| match error {
        ReadError::Other(error) => error,
        ReadError::Malformed(fault) => Error::file(reader.input.path(), format_args!("{fault}")),
    })
}

/// An error, before the name of the file is added.
enum ReadError {
    /// The file is malformed: a predicate of the file's name.
    Malformed(Detail),
    Other(Error),
}

impl From<Error> for ReadError {
    fn from(error: Error) -> Self {
        Self::Other(error)
    }
}

/// Formats a [`ReadError::Malformed`].
macro_rules! malformed {
    ($($text:tt)*) => {{
        let mut fault = Detail::new();
        // A text that does not fit is cut off.
        let _ = std::fmt::write(&mut fault, format_args!($($text)*));
        ReadError::Malformed(fault)
    }};
}

type ReadResult<T> = std::result::Result<T, ReadError>;

fn read(reader: &mut Reader) -> ReadResult<Image> {
    let header = Header::read(reader)?;
    if header.is_empty() {
        return Ok(Image::new_uninit(header.mode, header.xsize, header.ysize)?);
    }
    let needed = header.min_bytes().ok_or(Error::Memory)?;
    if !reader.input.is_regular() {
        return read_stream(reader, &header);
    }
    let held = reader.input.length().saturating_sub(reader.consumed);
    if held < needed {
        return Err(malformed!(
            "is truncated: {} × {} pixels need {needed} bytes, but {held} are left",
            header.xsize,
            header.ysize
        ));
    }
    let mut image = Image::new_uninit(header.mode, header.xsize, header.ysize)?;
    let mut view = image.view_mut()?;
    for line in 0..header.ysize {
        header.decode(reader, view.row_mut(header.row(line)))?;
    }
    Ok(image)
}

/// Reads from a file of unknown length: collects the pixels first, and makes the image when they are complete.
fn read_stream(reader: &mut Reader, header: &Header) -> ReadResult<Image> {
    let mut pixels = Vec::new();
    let pixel_size = header.mode.pixel_size();
    for _ in 0..header.ysize {
        for start in (0..header.xsize).step_by(STEP) {
            let bytes = STEP.min(header.xsize - start) * pixel_size;
            pixels.try_reserve(bytes).map_err(|_| Error::Memory)?;
            let held = pixels.len();
            pixels.resize(held + bytes, 0);
            header.decode(reader, &mut pixels[held..])?;
        }
    }
    let mut image = Image::new_uninit(header.mode, header.xsize, header.ysize)?;
    let mut view = image.view_mut()?;
    for (line, read) in pixels.chunks_exact(header.xsize * pixel_size).enumerate() {
        view.row_mut(header.row(line)).copy_from_slice(read);
    }
    Ok(image)
}

/// The header.
struct Header {
    /// Whether pixels are decimal text.
    plain: bool,
    mode: Mode,
    xsize: usize,
    ysize: usize,
    /// The value of white; 1 for bits and floats.
    max: u32,
    /// Whether floats are little-endian.
    little_endian: bool,
}

impl Header {
    fn read(reader: &mut Reader) -> ReadResult<Self> {
        let magic = [reader.byte()?, reader.byte()?, reader.byte()?];
        let format = match magic {
            [Some(b'P'), Some(format @ (b'1'..=b'6' | b'f')), Some(blank)] if is_blank(blank) => format,
            [Some(b'P'), Some(b'F'), Some(blank)] if is_blank(blank) => {
                return Err(malformed!("is a colour PFM file (PF); only greyscale PFM (Pf) is supported"));
            }
            _ => return Err(malformed!("is not a PPM file: it must start with P1 to P6 or Pf")),
        };
        let xsize = reader.header_number("width")?;
        let ysize = reader.header_number("height")?;
        if xsize > MAX_XSIZE as u32 {
            return Err(malformed!("has a width of {xsize}, which is too large: the limit is {MAX_XSIZE}"));
        }
        if xsize == 0 && ysize as usize > MAX_EMPTY_ROWS {
            return Err(malformed!("has {ysize} rows of width 0: the limit is {MAX_EMPTY_ROWS}"));
        }
        let (mut max, mut little_endian) = (1, false);
        match format {
            b'1' | b'4' => {}
            b'f' => little_endian = reader.scale()? < 0.0,
            _ => max = reader.header_number("maximum")?,
        }
        if !(1..=MAX_16).contains(&max) {
            return Err(malformed!("has a maximum of {max}: it must be from 1 to 65535"));
        }
        let mode = match format {
            b'1' | b'4' => Mode::One,
            b'2' | b'5' if max > 255 => Mode::I,
            b'2' | b'5' => Mode::L,
            b'f' => Mode::F,
            _ => Mode::RGB,
        };
        let plain = format <= b'3';
        Ok(Self { plain, mode, xsize: xsize as usize, ysize: ysize as usize, max, little_endian })
    }

    /// Whether the image has no pixels.
    fn is_empty(&self) -> bool {
        self.xsize == 0 || self.ysize == 0
    }

    /// Returns the row of a line of the file: PFM files start with the bottom row.
    fn row(&self, line: usize) -> usize {
        if self.mode == Mode::F { self.ysize - 1 - line } else { line }
    }

    /// Returns the number of values of a pixel in the file.
    fn bands(&self) -> usize {
        self.mode.spec().bands.into()
    }

    /// Returns the least number of bytes that the pixels may have, `None` on overflow. Binary files have exactly that many;
    /// plain ones at least a digit for each value, and a blank between two values that are not bits.
    fn min_bytes(&self) -> Option<u64> {
        let values_of = |pixels: u64| pixels.checked_mul(self.bands() as u64);
        let (xsize, ysize) = (self.xsize as u64, self.ysize as u64);
        let values = values_of(xsize.checked_mul(ysize)?)?;
        match (self.plain, self.mode) {
            (true, Mode::One) => Some(values),
            (true, _) => Some(values.checked_mul(2)?.saturating_sub(1)),
            (false, Mode::One) => xsize.div_ceil(8).checked_mul(ysize),
            (false, Mode::F) => values.checked_mul(size_of::<f32>() as u64),
            (false, _) => values.checked_mul(if self.max > 255 { 2 } else { 1 }),
        }
    }

    /// Decodes the pixels of a row, or of a part of it. Every part but the last has a multiple of 8 pixels.
    fn decode(&self, reader: &mut Reader, pixels: &mut [u8]) -> ReadResult<()> {
        match (self.mode, self.plain) {
            (Mode::One, false) => {
                for eight in pixels.chunks_mut(8) {
                    let bits = reader.pixel_byte()?;
                    for (bit, pixel) in eight.iter_mut().enumerate() {
                        *pixel = if bits << bit & 0x80 == 0 { 255 } else { 0 };
                    }
                }
            }
            (Mode::One, true) => {
                for pixel in pixels {
                    *pixel = if reader.bit()? { 0 } else { 255 };
                }
            }
            (Mode::I, _) => {
                for pixel in pixels.as_chunks_mut::<4>().0 {
                    *pixel = self.value(reader, MAX_16)?.to_ne_bytes();
                }
            }
            (Mode::F, _) => {
                reader.fill(pixels)?;
                if self.little_endian != cfg!(target_endian = "little") {
                    pixels.as_chunks_mut::<4>().0.iter_mut().for_each(|value| value.reverse());
                }
            }
            (Mode::RGB, _) => {
                for pixel in pixels.as_chunks_mut::<4>().0 {
                    for band in &mut pixel[..3] {
                        *band = self.value(reader, 255)? as u8;
                    }
                    pixel[3] = 255;
                }
            }
            (_, false) if self.max == 255 => reader.fill(pixels)?,
            _ => {
                for pixel in pixels {
                    *pixel = self.value(reader, 255)? as u8;
                }
            }
        }
        Ok(())
    }

    /// Decodes a value, and scales it from `0..=max` to `0..=white`.
    fn value(&self, reader: &mut Reader, white: u32) -> ReadResult<u32> {
        let value = if self.plain {
            let value = reader.number("pixel value")?;
            if value > self.max {
                return Err(malformed!("has a pixel value of {value}, above its maximum of {}", self.max));
            }
            value
        } else if self.max > 255 {
            u32::from(u16::from_be_bytes([reader.pixel_byte()?, reader.pixel_byte()?]))
        } else {
            u32::from(reader.pixel_byte()?)
        };
        if self.max == white {
            return Ok(value.min(white));
        }
        let scaled = f64::from(value) / f64::from(self.max) * f64::from(white);
        Ok((scaled.round_ties_even() as u32).min(white))
    }
}

/// A buffered reader.
struct Reader {
    input: Input,
    buffer: Vec<u8>,
    /// The bytes of the buffer that have not been consumed.
    unread: Range<usize>,
    /// Bytes of the file that have been consumed one by one.
    consumed: u64,
}

impl Reader {
    fn new(input: Input) -> Result<Self> {
        Ok(Self { input, buffer: try_vec(0, BUFFER)?, unread: 0..0, consumed: 0 })
    }

    /// Reads a byte; `None` at the end.
    fn byte(&mut self) -> Result<Option<u8>> {
        if self.unread.is_empty() {
            self.unread = 0..self.input.read(&mut self.buffer)?;
        }
        let byte = self.unread.next().map(|index| self.buffer[index]);
        self.consumed += u64::from(byte.is_some());
        Ok(byte)
    }

    /// Reads a byte of the pixels.
    fn pixel_byte(&mut self) -> ReadResult<u8> {
        self.byte()?.ok_or_else(truncated)
    }

    /// Reads bytes of the pixels.
    fn fill(&mut self, pixels: &mut [u8]) -> ReadResult<()> {
        let from_buffer = self.unread.len().min(pixels.len());
        let (first, mut rest) = pixels.split_at_mut(from_buffer);
        first.copy_from_slice(&self.buffer[self.unread.start..][..from_buffer]);
        self.unread.start += from_buffer;
        while !rest.is_empty() {
            match self.input.read(rest)? {
                0 => return Err(truncated()),
                count => rest = &mut rest[count..],
            }
        }
        Ok(())
    }

    /// Reads a byte outside of comments. A comment extends from `#` through the end of the line, and does not separate
    /// numbers: `1#…` and `2` on the next line are 12.
    fn text_byte(&mut self) -> Result<Option<u8>> {
        let mut byte = self.byte()?;
        while byte == Some(b'#') {
            while !matches!(self.byte()?, None | Some(b'\n' | b'\r')) {}
            byte = self.byte()?;
        }
        Ok(byte)
    }

    /// Reads a token and the blank behind it; skips blanks before it. `name` and `characters` are for errors.
    fn token(
        &mut self,
        name: &str,
        characters: &str,
        is_valid: impl Fn(u8) -> bool,
    ) -> ReadResult<ArrayVec<u8, MAX_NUMBER_LENGTH>> {
        let mut byte = self.text_byte()?;
        while byte.is_some_and(is_blank) {
            byte = self.text_byte()?;
        }
        let mut token = ArrayVec::new();
        while let Some(character) = byte.filter(|byte| !is_blank(*byte)) {
            if !is_valid(character) {
                return Err(malformed!("has an invalid {name}: it contains '{}'", character.escape_ascii()));
            }
            if token.try_push(character).is_err() {
                return Err(malformed!("has a {name} of more than {MAX_NUMBER_LENGTH} {characters}"));
            }
            byte = self.text_byte()?;
        }
        if token.is_empty() { Err(truncated()) } else { Ok(token) }
    }

    /// Reads a number and the blank behind it.
    fn number(&mut self, name: &str) -> ReadResult<u32> {
        let digits = self.token(name, "digits", |character| character.is_ascii_digit())?;
        let number = digits.iter().fold(0u64, |number, digit| number * 10 + u64::from(digit - b'0'));
        u32::try_from(number).map_err(|_| malformed!("has a {name} of {number}, which is too large"))
    }

    /// Reads a number of the header, which fits an `i32`.
    fn header_number(&mut self, name: &str) -> ReadResult<u32> {
        self.number(name).and_then(|number| match i32::try_from(number) {
            Ok(_) => Ok(number),
            Err(_) => Err(malformed!("has a {name} of {number}, which is too large")),
        })
    }

    /// Reads the scale of a PFM file: it is negative for little-endian floats.
    fn scale(&mut self) -> ReadResult<f64> {
        let token = self.token("scale", "characters", |character| character.is_ascii_graphic())?;
        let scale = std::str::from_utf8(&token).ok().and_then(|text| text.parse::<f64>().ok());
        scale
            .filter(|scale| scale.is_finite() && *scale != 0.0)
            .ok_or_else(|| malformed!("has a scale of '{}': it must be finite and not 0", token.escape_ascii()))
    }

    /// Reads a bit of a plain file. Blanks between bits are optional.
    fn bit(&mut self) -> ReadResult<bool> {
        loop {
            match self.text_byte()?.ok_or_else(truncated)? {
                b'0' => return Ok(false),
                b'1' => return Ok(true),
                blank if is_blank(blank) => {}
                other => return Err(malformed!("has '{}' among its bits: each must be 0 or 1", other.escape_ascii())),
            }
        }
    }
}

fn truncated() -> ReadError {
    malformed!("is truncated")
}

fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | 0x0b | 0x0c)
}
