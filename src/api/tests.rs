//! Tests that the methods call their operations. The operations' results are tested beside them.

use std::path::{Path, PathBuf};

use proptest::prelude::*;

use crate::error::{Error, Result};
use crate::{Access, Filter, Image, Mode, RawLayout, Transpose};

/// Makes an image whose bytes depend on their position.
fn picture(mode: Mode, xsize: usize, ysize: usize) -> Result<Image> {
    let mut image = Image::new(mode, xsize, ysize)?;
    for (y, row) in image.view_mut()?.rows_mut().enumerate() {
        row.iter_mut().enumerate().for_each(|(x, byte)| *byte = (7 * x + 31 * y) as u8);
    }
    Ok(image)
}

fn assert_equal(a: &Image, b: &Image) {
    let (a, b) = (a.view().expect("whole"), b.view().expect("whole"));
    assert_eq!((a.mode(), a.xsize(), a.ysize()), (b.mode(), b.xsize(), b.ysize()));
    assert!(a.rows().eq(b.rows()));
}

/// The path of a file that is removed when this is dropped.
struct Scratch(PathBuf);

impl Scratch {
    fn new(name: &str) -> Self {
        Self(std::env::temp_dir().join(format!("libimaging-api-{}-{name}", std::process::id())))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

proptest! {
    #[test]
    fn transpositions_undo_each_other(mode in 0..20usize, xsize in 0..20usize, ysize in 0..20usize) {
        use crate::Transpose::*;
        let image = picture(Mode::ALL[mode], xsize, ysize)?;
        let pairs = [(Rotate90, Rotate270), (Rotate180, Rotate180), (FlipLeftRight, FlipLeftRight),
            (FlipTopBottom, FlipTopBottom), (Transpose, Transpose), (Transverse, Transverse)];
        for (there, back) in pairs {
            assert_equal(&image.transpose(there)?.transpose(back)?, &image);
        }
        assert_equal(&image.transpose(Rotate90)?.transpose(Rotate90)?, &image.transpose(Rotate180)?);
        assert_equal(&image.copy()?, &image);
        assert_equal(&image.crop([0, 0, xsize as i32, ysize as i32])?, &image);
    }
}

#[test]
fn results_have_the_requested_size() -> Result<()> {
    let image = picture(Mode::RGB, 9, 7)?;
    let size = |image: Image| image.view().map(|view| (view.xsize(), view.ysize()));
    assert_eq!(size(image.resize(4, 3, Filter::Bicubic)?)?, (4, 3));
    assert_eq!(size(image.resize_area([1.0, 1.5, 5.0, 6.0], 4, 3, Filter::Box)?)?, (4, 3));
    assert_eq!(size(image.reduce(2, 3)?)?, (5, 3));
    assert_eq!(size(image.crop([-1, 2, 4, 6])?)?, (5, 4));
    assert_eq!(size(image.crop([4, 6, 1, 2])?)?, (0, 0));
    assert_eq!(size(image.expand(2)?)?, (13, 11));
    assert_equal(&image.resize(9, 7, Filter::Lanczos)?, &image);
    assert_eq!(
        image.resize_area([0.0, 0.0, 10.0, 7.0], 4, 3, Filter::Box).unwrap_err().to_string(),
        "box is not within the image"
    );
    assert_eq!(picture(Mode::P, 2, 2)?.resize(1, 1, Filter::Box).unwrap_err(), Error::Mode);
    assert_eq!(picture(Mode::I16, 2, 2)?.reduce(2, 2).unwrap_err(), Error::Mode);
    assert_eq!(image.crop([i32::MIN, 0, i32::MAX, 1]).unwrap_err(), Error::Memory);
    Ok(())
}

#[test]
fn results_have_the_requested_mode() -> Result<()> {
    let image = picture(Mode::RGB, 9, 7)?;
    for mode in [Mode::L, Mode::RGBA, Mode::CMYK, Mode::YCbCr, Mode::P, Mode::One, Mode::RGB] {
        assert_eq!(image.convert(mode)?.view()?.mode(), mode);
        assert_eq!(image.convert_dithered(mode)?.view()?.mode(), mode);
    }
    // Web-safe colours survive a conversion to P and back.
    let mut named = Image::new(Mode::RGB, 2, 1)?;
    named.view_mut()?.row_mut(0).copy_from_slice(&[255, 0, 51, 255, 102, 204, 153, 255]);
    let indices = named.convert(Mode::P)?;
    assert!(indices.palette().is_some_and(|palette| palette.size == 226));
    assert_equal(&indices.convert(Mode::RGB)?, &named);
    assert_eq!(indices.transpose(Transpose::FlipLeftRight)?.palette().map(|palette| palette.size), Some(226));
    assert_eq!(
        picture(Mode::F, 1, 1)?.convert(Mode::CMYK).unwrap_err().to_string(),
        "conversion from F to CMYK not supported"
    );
    assert!(picture(Mode::F, 1, 1)?.convert(Mode::P).is_err());
    assert!(picture(Mode::F, 1, 1)?.convert_dithered(Mode::One).is_err());
    Ok(())
}

#[test]
fn bands_are_copied_and_merged() -> Result<()> {
    for mode in [Mode::LA, Mode::RGB, Mode::RGBA, Mode::CMYK] {
        let image = picture(mode, 9, 7)?;
        let bands = (0..mode.spec().bands.into()).map(|number| image.band(number)).collect::<Result<Vec<_>>>()?;
        let merged = Image::merge(mode, &bands.iter().collect::<Vec<_>>())?;
        for (number, band) in bands.iter().enumerate() {
            assert_equal(&merged.band(number)?, band);
        }
        assert!(image.band(4).is_err() && image.band(usize::MAX).is_err());
    }
    let (grey, wide) = (picture(Mode::L, 2, 2)?, picture(Mode::L, 3, 2)?);
    assert_equal(&Image::merge(Mode::L, &[&grey])?, &grey);
    assert_eq!(Image::merge(Mode::I, &[&grey]).unwrap_err(), Error::Mismatch);
    assert_eq!(Image::merge(Mode::RGB, &[&grey, &grey, &wide]).unwrap_err(), Error::Mismatch);
    assert_eq!(Image::merge(Mode::LA, &[&grey, &picture(Mode::F, 2, 2)?]).unwrap_err(), Error::Mode);
    assert!(Image::merge(Mode::RGB, &[&grey]).is_err() && Image::merge(Mode::RGB, &[]).is_err());

    let under = picture(Mode::RGBA, 4, 4)?;
    let clear = Image::new(Mode::RGBA, 4, 4)?;
    assert_equal(&under.alpha_composite(&clear)?, &under);
    assert_eq!(under.alpha_composite(&grey).unwrap_err(), Error::Mismatch);
    assert_eq!(grey.alpha_composite(&grey).unwrap_err(), Error::Mode);
    Ok(())
}

#[test]
fn filters_keep_a_constant_image() -> Result<()> {
    let mut even = Image::new(Mode::L, 9, 7)?;
    even.view_mut()?.rows_mut().for_each(|row| row.fill(99));
    let mut middle = [0.0; 25];
    middle[12] = 1.0;
    assert_equal(&even.filter(&middle, 0.0)?, &even);
    assert_equal(&even.filter(&[1.0 / 9.0; 9], 0.0)?, &even);
    assert_equal(&even.box_blur(1.5, 2)?, &even);
    assert_equal(&even.gaussian_blur(2.0)?, &even);
    assert_equal(&even.unsharp_mask(2.0, 150, 0)?, &even);
    assert!(even.filter(&[1.0], 0.0).is_err());
    assert_eq!(picture(Mode::F, 2, 2)?.gaussian_blur(1.0).unwrap_err(), Error::Mode);
    Ok(())
}

#[test]
fn files_are_opened_by_path() -> Result<()> {
    let file = Scratch::new("paths");
    let image = picture(Mode::RGBA, 9, 7)?;
    image.save_ppm(&file.0)?;
    assert_eq!(Image::open_ppm(&file.0)?.view()?.mode(), Mode::RGB);

    image.save_raw(&file.0, "ABGR", 40)?;
    let place = RawLayout { stride: 40, ..RawLayout::default() };
    assert_equal(&Image::load_raw(&file.0, Mode::RGBA, "ABGR", (9, 7), place)?, &image);
    let mut tile = Image::new(Mode::RGBA, 9, 7)?;
    tile.view_mut()?.read_tile([0, 1, 9, 3], &file.0, "ABGR", RawLayout { offset: 40, ..place })?;
    assert_eq!(tile.view()?.row(2), image.view()?.row(2));
    assert!(tile.view_mut()?.read_tile([0, 0, usize::MAX, 1], &file.0, "ABGR", place).is_err());

    let mut mapped = Image::map(&file.0, Mode::RGBA, (9, 7), Access::Shared, place)?;
    mapped.view_mut()?.row_mut(6).fill(3);
    mapped.map_flush()?;
    let mut seen = Image::map(&file.0, Mode::RGBA, (9, 7), Access::ReadOnly, place)?;
    assert_eq!(seen.view()?.row(6), [3; 36]);
    assert!(seen.view_mut().is_err() && image.map_flush().is_err());

    assert!(image.save_raw(&file.0, "no such mode", 0).is_err());
    assert_eq!(Image::open_ppm(Path::new("a\0b")).unwrap_err(), Error::Value("file name contains a NUL byte"));
    assert_eq!(
        Image::open_ppm("/no/such/file").unwrap_err().to_string(),
        "/no/such/file: No such file or directory (os error 2)"
    );
    Ok(())
}
