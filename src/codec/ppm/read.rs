//! Reading, with everything that such a file can have wrong.

use std::ffi::CStr;
use std::fs::File;
use std::io::{self, Read};
use std::ops::Range;

use crate::error::{Detail, Error, Result};
use crate::files;
use crate::image::Image;
use crate::memory::Fill;
use crate::memory::heap::repeated;
use crate::mode::Mode;

/// How much is read at once.
const BUFFER: usize = 1 << 16;

/// How many pixels of a stream are believed in at once: memory for them is taken before they are there.
const STEP: usize = 1 << 16;

/// How long a number may be, in digits.
const LONGEST: usize = 10;

/// What an `I` image's values go up to when they come from a file.
const MAX_16: u32 = 65535;

/// Reads an image from a file. See `ImagingOpenPPM` for what becomes of which format.
pub fn open(path: &CStr) -> Result<Image> {
    read(path).map_err(|error| match error {
        Fault::Plain(error) => error,
        Fault::Io(error) => files::failed(path, &error),
        Fault::Broken(fault) => Error::File { path: files::shown(path), fault },
    })
}

/// What can go wrong, before it is known with which file.
enum Fault {
    Plain(Error),
    Io(io::Error),
    Broken(Detail),
}

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        Self::Plain(error)
    }
}

impl From<io::Error> for Fault {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
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

fn read(path: &CStr) -> std::result::Result<Image, Fault> {
    let file = files::open(path, false)?;
    let metadata = file.metadata()?;
    if metadata.is_dir() {
        return Err(broken!("is a directory"));
    }
    let mut source = Source::new(file)?;
    let header = Header::read(&mut source)?;
    if !metadata.is_file() {
        return read_stream(&mut source, &header);
    }
    let held = metadata.len().saturating_sub(source.consumed);
    let needed = header.least_bytes().ok_or(Error::Memory)?;
    if held < needed {
        return Err(broken!(
            "is too short: {} × {} pixels need {needed} bytes, and there are {held}",
            header.xsize,
            header.ysize
        ));
    }
    let mut image = Image::with_fill(header.mode, header.xsize, header.ysize, Fill::Dirty)?;
    for row in image.view_mut()?.rows_mut() {
        header.decode(&mut source, row)?;
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
    let mut image = Image::with_fill(header.mode, header.xsize, header.ysize, Fill::Dirty)?;
    if !pixels.is_empty() {
        for (row, read) in image.view_mut()?.rows_mut().zip(pixels.chunks_exact(header.xsize * pixel_size)) {
            row.copy_from_slice(read);
        }
    }
    Ok(image)
}

/// What the header says.
struct Header {
    plain: bool,
    mode: Mode,
    xsize: usize,
    ysize: usize,
    /// The value that stands for white; 1 for bits.
    max: u32,
}

impl Header {
    fn read(source: &mut Source) -> std::result::Result<Self, Fault> {
        let magic = [source.byte()?, source.byte()?, source.byte()?];
        let format = match magic {
            [Some(b'P'), Some(format @ b'1'..=b'6'), Some(blank)] if is_blank(blank) => format - b'0',
            _ => return Err(broken!("is not a PPM file: it does not begin with P1 to P6")),
        };
        let xsize = source.header_number("width")? as usize;
        let ysize = source.header_number("height")? as usize;
        let max = match format {
            1 | 4 => 1,
            _ => source.header_number("maximum")?,
        };
        if !(1..=MAX_16).contains(&max) {
            return Err(broken!("has a maximum of {max}, which must be from 1 to 65535"));
        }
        let mode = match format {
            1 | 4 => Mode::One,
            2 | 5 if max > 255 => Mode::I,
            2 | 5 => Mode::L,
            _ => Mode::RGB,
        };
        Ok(Self { plain: format <= 3, mode, xsize, ysize, max })
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
    file: File,
    buffer: Vec<u8>,
    /// What of the buffer has been read from the file and not yet been used.
    held: Range<usize>,
    consumed: u64,
}

impl Source {
    fn new(file: File) -> Result<Self> {
        Ok(Self { file, buffer: repeated(0, BUFFER)?, held: 0..0, consumed: 0 })
    }

    /// The next byte, `None` at the end.
    fn byte(&mut self) -> io::Result<Option<u8>> {
        if self.held.is_empty() {
            self.held = 0..read_some(&mut self.file, &mut self.buffer)?;
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
        let (first, rest) = pixels.split_at_mut(from_buffer);
        first.copy_from_slice(&self.buffer[self.held.start..][..from_buffer]);
        self.held.start += from_buffer;
        self.file.read_exact(rest).map_err(|error| match error.kind() {
            io::ErrorKind::UnexpectedEof => ends_early(),
            _ => error.into(),
        })
    }

    /// The next byte that is not in a comment. A comment goes from `#` to the end of its line, that included, and does
    /// not separate what is before it from what is behind.
    fn text_byte(&mut self) -> io::Result<Option<u8>> {
        let mut byte = self.byte()?;
        while byte == Some(b'#') {
            while !matches!(self.byte()?, None | Some(b'\n' | b'\r')) {}
            byte = self.byte()?;
        }
        Ok(byte)
    }

    /// The next number, and one blank behind it.
    fn number(&mut self, what: &str) -> std::result::Result<u32, Fault> {
        let mut byte = self.text_byte()?;
        while byte.is_some_and(is_blank) {
            byte = self.text_byte()?;
        }
        let mut number = 0u64;
        let mut length = 0;
        while let Some(digit) = byte.filter(|byte| !is_blank(*byte)) {
            length += 1;
            if !digit.is_ascii_digit() {
                return Err(broken!("has a {what} with '{}' in it", digit.escape_ascii()));
            }
            if length > LONGEST {
                return Err(broken!("has a {what} of more than {LONGEST} digits"));
            }
            number = number * 10 + u64::from(digit - b'0');
            byte = self.text_byte()?;
        }
        if length == 0 {
            return Err(ends_early());
        }
        u32::try_from(number).map_err(|_| broken!("has a {what} of {number}, which is too large"))
    }

    fn header_number(&mut self, what: &str) -> std::result::Result<u32, Fault> {
        self.number(what).and_then(|number| match i32::try_from(number) {
            Ok(_) => Ok(number),
            Err(_) => Err(broken!("has a {what} of {number}, which is too large")),
        })
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

/// Reads what is there, at least one byte but at the end.
fn read_some(file: &mut File, buffer: &mut [u8]) -> io::Result<usize> {
    loop {
        match file.read(buffer) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            result => return result,
        }
    }
}

fn ends_early() -> Fault {
    broken!("ends early")
}

fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | 0x0b | 0x0c)
}
