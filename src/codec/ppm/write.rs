//! The writer: always binary files.

use std::ffi::CStr;

use crate::error::{Error, Result};
use crate::files::{FileId, Output};
use crate::image::ImageRef;
use crate::mode::Mode;

/// Writes an image to a file. `ImagingSavePPM` documents which mode becomes which format. `mapped` is the file that the
/// image is mapped from, if any.
pub fn save(image: &ImageRef<'_>, mapped: Option<FileId>, path: &CStr) -> Result<()> {
    let (magic, max) = match image.mode() {
        Mode::One => ("P4", ""),
        Mode::L => ("P5", "255\n"),
        Mode::I | Mode::I16 | Mode::I16L | Mode::I16B | Mode::I16N => ("P5", "65535\n"),
        Mode::RGB | Mode::RGBA | Mode::RGBX => ("P6", "255\n"),
        // A negative scale means little-endian floats.
        Mode::F => ("Pf", "-1.0\n"),
        _ => return Err(Error::Mode),
    };
    let mut file = Output::create(path, mapped)?;
    let mut header = arrayvec::ArrayString::<64>::new();
    std::fmt::write(&mut header, format_args!("{magic}\n{} {}\n{max}", image.xsize(), image.ysize()))
        .expect("two numbers fit");
    file.write(header.as_bytes())?;
    if image.xsize() == 0 {
        return file.finish();
    }
    if image.mode() == Mode::F {
        // PFM files start with the bottom row.
        image.rows().rev().try_for_each(|row| write_floats(&mut file, row))?;
    } else {
        image.rows().try_for_each(|row| write_row(&mut file, image.mode(), row))?;
    }
    file.finish()
}

fn write_floats(file: &mut Output<'_>, row: &[u8]) -> Result<()> {
    if cfg!(target_endian = "little") {
        return file.write(row);
    }
    row.as_chunks::<4>().0.iter().try_for_each(|&[a, b, c, d]| file.write(&[d, c, b, a]))
}

fn write_row(file: &mut Output<'_>, mode: Mode, row: &[u8]) -> Result<()> {
    match mode {
        Mode::L => file.write(row),
        Mode::One => row.chunks(8).try_for_each(|eight| {
            let bits = eight.iter().enumerate().filter(|(_, pixel)| **pixel == 0);
            file.write(&[bits.fold(0u8, |byte, (bit, _)| byte | 0x80 >> bit)])
        }),
        Mode::I => row.as_chunks().0.iter().try_for_each(|pixel| {
            let value = i32::from_ne_bytes(*pixel).clamp(0, 65535) as u16;
            file.write(&value.to_be_bytes())
        }),
        Mode::I16B => file.write(row),
        Mode::I16N => {
            row.as_chunks().0.iter().try_for_each(|pixel| file.write(&u16::from_ne_bytes(*pixel).to_be_bytes()))
        }
        Mode::I16 | Mode::I16L => {
            row.as_chunks().0.iter().try_for_each(|pixel| file.write(&u16::from_le_bytes(*pixel).to_be_bytes()))
        }
        _ => row.as_chunks::<4>().0.iter().try_for_each(|pixel| file.write(&pixel[..3])),
    }
}
