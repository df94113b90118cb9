//! Reading, with everything that such a file can have wrong.

use std::ffi::CStr;
use std::ops::Range;

use arrayvec::ArrayVec;

use crate::error::{Detail, Error, Result};
use crate::files::Input;
use crate::image::Image;
use crate::memory::heap::try_vec;
use crate::memory::instance::MAX_XSIZE;
use crate::mode::Mode;

/// How much is read at once.
const BUFFER: usize = 1 << 16;

/// How many pixels of a stream are believed in at once: memory for them is taken before they are there.
const STEP: usize = 1 << 16;

/// How long a number may be, in characters.
const LONGEST: usize = 10;

/// What an `I` image's values go up to when they come from a file.
const MAX_16: u32 = 65535;

/// How many rows an image without pixels may have. Each row takes memory and time of its own, and no byte of the file
/// stands for it.
const MOST_EMPTY_ROWS: usize = 1 << 16;

/// Reads an image from a file. See `ImagingOpenPPM` for what becomes of which format.
pub fn open(path: &CStr) -> Result<Image> {
    let mut source = Source::new(Input::open_stream(path)?)?;
    read(&mut source).map_err(|error| match error {
        Fault::Plain(error) => error,
        Fault::Broken(fault) => Error::file(source.input.path(), format_args!("{fault}")),
    })
}

/// What can go wrong, before it is known with which file.
enum Fault {
    Plain(Error),
    Broken(Detail),
}

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        Self::Plain(error)
    }
}

/// A fault in the file itself, in words.
macro_rules! broken {
    ($($words:tt)*) => {{
        let mut fault = Detail::new();
        // Words that do not fit are cut.
        let _ = std::fmt::write(&mut fault, format_args!($($words)*));
        Fault::Broken(fault)
    }};
}

fn read(source: &mut Source) -> std::result::Result<Image, Fault> {
    let header = Header::read(source)?;
    if header.is_empty() {
        return Ok(Image::new_uninit(header.mode, header.xsize, header.ysize)?);
    }
    let needed = header.least_bytes().ok_or(Error::Memory)?;
    if !source.input.is_regular() {
        return read_stream(source, &header);
    }
    let held = source.input.length().saturating_sub(source.consumed);
    if held < needed {
        return Err(broken!(
            "is too short: {} × {} pixels need {needed} bytes, and there are {held}",
            header.xsize,
            header.ysize
        ));
    }
    let mut image = Image::new_uninit(header.mode, header.xsize, header.ysize)?;
    let mut view = image.view_mut()?;
    for line in 0..header.ysize {
        header.decode(source, view.row_mut(header.row(line)))?;
    }
    Ok(image)
}

/// Reads from what does not tell its length: pixels are kept as they come, and the image made when all are there.
fn read_stream(source: &mut Source, header: &Header) -> std::result::Result<Image, Fault> {
    let mut pixels = Vec::new();
    let pixel_size = header.mode.pixel_size();
    for _ in 0..header.ysize {
        for start in (0..header.xsize).step_by(STEP) {
            let bytes = STEP.min(header.xsize - start) * pixel_size;
            pixels.try_reserve(bytes).map_err(|_| Error::Memory)?;
            let held = pixels.len();
            pixels.resize(held + bytes, 0);
            header.decode(source, &mut pixels[held..])?;
        }
    }
    let mut image = Image::new_uninit(header.mode, header.xsize, header.ysize)?;
    let mut view = image.view_mut()?;
    for (line, read) in pixels.chunks_exact(header.xsize * pixel_size).enumerate() {
        view.row_mut(header.row(line)).copy_from_slice(read);
    }
    Ok(image)
}

/// What the header says.
struct Header {
    plain: bool,
    mode: Mode,
    xsize: usize,
    ysize: usize,
    /// The value that stands for white; 1 for bits and floats.
    max: u32,
    /// Whether floats are little-endian.
    little_endian: bool,
}

impl Header {
    fn read(source: &mut Source) -> std::result::Result<Self, Fault> {
        let magic = [source.byte()?, source.byte()?, source.byte()?];
        let format = match magic {
            [Some(b'P'), Some(format @ (b'1'..=b'6' | b'f')), Some(blank)] if is_blank(blank) => format,
            [Some(b'P'), Some(b'F'), Some(blank)] if is_blank(blank) => {
                return Err(broken!("is a PFM file of three bands (PF): only those of one (Pf) can be read"));
            }
            _ => return Err(broken!("is not a PPM file: it does not begin with P1 to P6 or Pf")),
        };
        let xsize = source.header_number("width")?;
        let ysize = source.header_number("height")?;
        if xsize > MAX_XSIZE as u32 {
            return Err(broken!("has a width of {xsize}, which is too large: {MAX_XSIZE} is the most"));
        }
        if xsize == 0 && ysize as usize > MOST_EMPTY_ROWS {
            return Err(broken!("has {ysize} rows without pixels: {MOST_EMPTY_ROWS} are the most"));
        }
        let (mut max, mut little_endian) = (1, false);
        match format {
            b'1' | b'4' => {}
            b'f' => little_endian = source.scale()? < 0.0,
            _ => max = source.header_number("maximum")?,
        }
        if !(1..=MAX_16).contains(&max) {
            return Err(broken!("has a maximum of {max}, which must be from 1 to 65535"));
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

    /// Which row of the image a line of the file is: PFM files begin with the last row.
    fn row(&self, line: usize) -> usize {
        if self.mode == Mode::F { self.ysize - 1 - line } else { line }
    }

    /// How many values a pixel has in the file.
    fn bands(&self) -> usize {
        self.mode.spec().bands.into()
    }

    /// How many bytes the pixels have at the least: exactly that many in binary files. Plain ones have a digit a value
    /// and, but between bits, a blank.
    fn least_bytes(&self) -> Option<u64> {
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

    /// Reads the pixels of a row or of a part of one; a part that is not the last has a multiple of 8 pixels.
    fn decode(&self, source: &mut Source, pixels: &mut [u8]) -> std::result::Result<(), Fault> {
        match (self.mode, self.plain) {
            (Mode::One, false) => {
                for eight in pixels.chunks_mut(8) {
                    let bits = source.pixel_byte()?;
                    for (bit, pixel) in eight.iter_mut().enumerate() {
                        *pixel = if bits << bit & 0x80 == 0 { 255 } else { 0 };
                    }
                }
            }
            (Mode::One, true) => {
                for pixel in pixels {
                    *pixel = if source.bit()? { 0 } else { 255 };
                }
            }
            (Mode::I, _) => {
                for pixel in pixels.as_chunks_mut::<4>().0 {
                    *pixel = self.value(source, MAX_16)?.to_ne_bytes();
                }
            }
            (Mode::F, _) => {
                source.fill(pixels)?;
                if self.little_endian != cfg!(target_endian = "little") {
                    pixels.as_chunks_mut::<4>().0.iter_mut().for_each(|value| value.reverse());
                }
            }
            (Mode::RGB, _) => {
                for pixel in pixels.as_chunks_mut::<4>().0 {
                    for band in &mut pixel[..3] {
                        *band = self.value(source, 255)? as u8;
                    }
                    pixel[3] = 255;
                }
            }
            (_, false) if self.max == 255 => source.fill(pixels)?,
            _ => {
                for pixel in pixels {
                    *pixel = self.value(source, 255)? as u8;
                }
            }
        }
        Ok(())
    }

    /// Reads a value and stretches it to 0 to `white`.
    fn value(&self, source: &mut Source, white: u32) -> std::result::Result<u32, Fault> {
        let value = if self.plain {
            let value = source.number("pixel value")?;
            if value > self.max {
                return Err(broken!("has a pixel value of {value}, above its maximum of {}", self.max));
            }
            value
        } else if self.max > 255 {
            u32::from(u16::from_be_bytes([source.pixel_byte()?, source.pixel_byte()?]))
        } else {
            u32::from(source.pixel_byte()?)
        };
        if self.max == white {
            return Ok(value.min(white));
        }
        let stretched = f64::from(value) / f64::from(self.max) * f64::from(white);
        Ok((stretched.round_ties_even() as u32).min(white))
    }
}

/// A file, byte by byte.
struct Source {
    input: Input,
    buffer: Vec<u8>,
    /// What of the buffer has been read from the file and not yet been used.
    held: Range<usize>,
    consumed: u64,
}

impl Source {
    fn new(input: Input) -> Result<Self> {
        Ok(Self { input, buffer: try_vec(0, BUFFER)?, held: 0..0, consumed: 0 })
    }

    /// The next byte, `None` at the end.
    fn byte(&mut self) -> Result<Option<u8>> {
        if self.held.is_empty() {
            self.held = 0..self.input.read(&mut self.buffer)?;
        }
        let byte = self.held.next().map(|place| self.buffer[place]);
        self.consumed += u64::from(byte.is_some());
        Ok(byte)
    }

    /// The next byte of the pixels.
    fn pixel_byte(&mut self) -> std::result::Result<u8, Fault> {
        self.byte()?.ok_or_else(ends_early)
    }

    /// The next bytes of the pixels.
    fn fill(&mut self, pixels: &mut [u8]) -> std::result::Result<(), Fault> {
        let from_buffer = self.held.len().min(pixels.len());
        let (first, mut rest) = pixels.split_at_mut(from_buffer);
        first.copy_from_slice(&self.buffer[self.held.start..][..from_buffer]);
        self.held.start += from_buffer;
        while !rest.is_empty() {
            match self.input.read(rest)? {
                0 => return Err(ends_early()),
                count => rest = &mut rest[count..],
            }
        }
        Ok(())
    }

    /// The next byte that is not in a comment. A comment goes from `#` to the end of its line, that included, and does
    /// not separate what is before it from what is behind.
    fn text_byte(&mut self) -> Result<Option<u8>> {
        let mut byte = self.byte()?;
        while byte == Some(b'#') {
            while !matches!(self.byte()?, None | Some(b'\n' | b'\r')) {}
            byte = self.byte()?;
        }
        Ok(byte)
    }

    /// The characters up to the next blank, and that blank. Blanks before them are skipped.
    fn token(
        &mut self,
        what: &str,
        characters: &str,
        fits: impl Fn(u8) -> bool,
    ) -> std::result::Result<ArrayVec<u8, LONGEST>, Fault> {
        let mut byte = self.text_byte()?;
        while byte.is_some_and(is_blank) {
            byte = self.text_byte()?;
        }
        let mut token = ArrayVec::new();
        while let Some(character) = byte.filter(|byte| !is_blank(*byte)) {
            if !fits(character) {
                return Err(broken!("has a {what} with '{}' in it", character.escape_ascii()));
            }
            if token.try_push(character).is_err() {
                return Err(broken!("has a {what} of more than {LONGEST} {characters}"));
            }
            byte = self.text_byte()?;
        }
        if token.is_empty() { Err(ends_early()) } else { Ok(token) }
    }

    /// The next number, and one blank behind it.
    fn number(&mut self, what: &str) -> std::result::Result<u32, Fault> {
        let digits = self.token(what, "digits", |character| character.is_ascii_digit())?;
        let number = digits.iter().fold(0u64, |number, digit| number * 10 + u64::from(digit - b'0'));
        u32::try_from(number).map_err(|_| broken!("has a {what} of {number}, which is too large"))
    }

    fn header_number(&mut self, what: &str) -> std::result::Result<u32, Fault> {
        self.number(what).and_then(|number| match i32::try_from(number) {
            Ok(_) => Ok(number),
            Err(_) => Err(broken!("has a {what} of {number}, which is too large")),
        })
    }

    /// The next number with a fraction: the scale of a PFM file, whose sign tells the order of the bytes.
    fn scale(&mut self) -> std::result::Result<f64, Fault> {
        let token = self.token("scale", "characters", |character| character.is_ascii_graphic())?;
        let scale = std::str::from_utf8(&token).ok().and_then(|text| text.parse::<f64>().ok());
        scale
            .filter(|scale| scale.is_finite() && *scale != 0.0)
            .ok_or_else(|| broken!("has a scale of '{}', which must be finite and not 0", token.escape_ascii()))
    }

    /// The next bit of a plain file, where none needs a blank behind it.
    fn bit(&mut self) -> std::result::Result<bool, Fault> {
        loop {
            match self.text_byte()?.ok_or_else(ends_early)? {
                b'0' => return Ok(false),
                b'1' => return Ok(true),
                blank if is_blank(blank) => {}
                other => return Err(broken!("has '{}' where there must be 0 or 1", other.escape_ascii())),
            }
        }
    }
}

fn ends_early() -> Fault {
    broken!("ends early")
}

fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | 0x0b | 0x0c)
}
