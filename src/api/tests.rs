//! Tests that the methods call their operations. The operations' results are tested beside them.

use std::path::{Path, PathBuf};

use proptest::prelude::*;

use crate::chops::Chop;
use crate::draw::Outline;
use crate::error::{Error, Result};
use crate::quantize::{Method, Options};
use crate::statistics::Extrema;
use crate::{Access, Draw, Filter, Image, Mode, RawLayout, Transpose};

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
fn pixels_of_two_images_are_combined() -> Result<()> {
    let (black, image) = (Image::new(Mode::RGB, 9, 7)?, picture(Mode::RGB, 9, 7)?);
    assert_equal(&black.blend(&image, 0.0)?, &black);
    assert_equal(&black.blend(&image, 1.0)?, &image);
    assert_eq!(black.blend(&picture(Mode::RGB, 9, 6)?, 0.5).unwrap_err(), Error::Mismatch);
    assert_eq!(picture(Mode::P, 2, 2)?.blend(&picture(Mode::P, 2, 2)?, 0.5).unwrap_err(), Error::Mode);

    assert_equal(&image.chop(Chop::Lighter, &black)?, &image);
    assert_equal(&image.chop(Chop::Darker, &black)?, &black);
    assert_equal(&image.chop(Chop::SubtractModulo, &image)?, &black);
    assert_equal(&image.chop(Chop::Add { scale: 1.0, offset: 0 }, &black)?, &image);
    assert_equal(
        &image.chop(Chop::Screen, &image.negative()?)?.negative()?,
        &image.chop(Chop::Multiply, &image.negative()?)?,
    );
    let smaller = image.chop(Chop::Difference, &Image::new(Mode::RGB, 4, 20)?)?;
    assert_equal(&smaller, &image.crop([0, 0, 4, 7])?);
    assert_eq!(image.chop(Chop::And, &black).unwrap_err(), Error::Mode);
    assert_eq!(image.chop(Chop::Lighter, &picture(Mode::L, 9, 7)?).unwrap_err(), Error::Mismatch);
    Ok(())
}

#[test]
fn pixels_are_mapped_one_by_one() -> Result<()> {
    let image = picture(Mode::LA, 9, 7)?;
    assert_equal(&image.negative()?.negative()?, &image);
    let identity: Vec<u8> = (0..=255).chain(0..=255).collect();
    let copied = image.point(Mode::LA, &identity)?;
    assert_equal(&copied.band(0)?, &image.band(0)?);
    assert_equal(&copied.band(1)?, &image.band(1)?);
    assert!(image.point(Mode::LA, &identity[1..]).is_err() && image.point(Mode::L, &identity).is_err());
    let wide: Vec<u8> = (0..=255).flat_map(|value| i32::to_ne_bytes(2 * value)).collect();
    let grey = image.band(0)?;
    let doubled = grey.convert(Mode::I)?.point_linear(2.0, 0.0)?;
    assert_equal(&grey.point(Mode::I, &wide)?, &doubled);
    assert!(grey.point(Mode::I16, &wide).is_err());
    assert_eq!(grey.point_linear(1.0, 0.0).unwrap_err(), Error::Mode);
    let palettes = picture(Mode::RGB, 9, 7)?.convert(Mode::P)?;
    assert_eq!(palettes.point(Mode::P, &identity[..256])?.palette().map(|palette| palette.size), Some(226));

    assert_equal(&image.offset(13, -3)?.offset(-4, 10)?, &image);
    assert_equal(&image.offset(2, 3)?.crop([2, 3, 9, 7])?, &image.crop([0, 0, 7, 4])?);
    assert_equal(&Image::new(Mode::L, 0, 3)?.offset(1, 1)?, &Image::new(Mode::L, 0, 3)?);
    Ok(())
}

#[test]
fn regions_are_pasted_and_filled() -> Result<()> {
    let (black, image) = (Image::new(Mode::RGB, 9, 7)?, picture(Mode::RGB, 9, 7)?);
    let part = image.crop([2, 1, 6, 4])?;
    let mut out = black.copy()?;
    out.paste(&part, [2, 1, 6, 4])?;
    assert_equal(&out.crop([2, 1, 6, 4])?, &part);
    assert_eq!(out.bounding_box(false)?, Some([2, 1, 6, 4]));
    out.paste(&part, [100, 1, 104, 4])?;
    out.paste(&part, [i32::MAX - 4, i32::MIN, i32::MAX, i32::MIN + 3])?;
    assert_eq!(out.paste(&part, [2, 1, 7, 4]).unwrap_err(), Error::Mismatch);
    assert_eq!(out.paste(&Image::new(Mode::L, 4, 3)?, [2, 1, 6, 4]).unwrap_err(), Error::Mismatch);

    let mut mask = Image::new(Mode::L, 9, 7)?;
    mask.fill_region([255; 4], [2, 1, 6, 4])?;
    let mut masked = black.copy()?;
    masked.paste_masked(&image, &mask, [0, 0, 9, 7])?;
    assert_equal(&masked, &out);
    assert!(masked.paste_masked(&image, &Image::new(Mode::I, 9, 7)?, [0, 0, 9, 7]).is_err());
    assert_eq!(masked.paste_masked(&image, &part, [0, 0, 9, 7]).unwrap_err(), Error::Mismatch);

    let (mut filled, mut through) = (black.copy()?, black.copy()?);
    filled.fill_region([1, 2, 3, 4], [2, 1, 6, 4])?;
    through.fill_region_masked([1, 2, 3, 4], &mask, [0, 0, 9, 7])?;
    assert_equal(&filled, &through);
    assert_eq!(through.fill_region_masked([0; 4], &mask, [0, 0, 9, 8]).unwrap_err(), Error::Mismatch);
    Ok(())
}

#[test]
fn quantized_images_have_a_palette() -> Result<()> {
    let image = picture(Mode::RGBA, 40, 30)?;
    let octree = Options { colors: 99, method: Method::FastOctree, kmeans: 0 };
    let quantized = image.quantize(&octree)?;
    assert_eq!((quantized.view()?.mode(), quantized.xsize(), quantized.ysize()), (Mode::P, 40, 30));
    assert_eq!(quantized.palette().map(|palette| (palette.mode, palette.size)), Some((Mode::RGBA.id(), 99)));
    assert_eq!(image.quantize(&Options::default()).unwrap_err(), Error::Mode);

    let rgb = image.convert(Mode::RGB)?;
    for method in [Method::MedianCut, Method::MaxCoverage] {
        let quantized = rgb.quantize(&Options { colors: 9, method, kmeans: 3 })?;
        assert_eq!(quantized.palette().map(|palette| (palette.mode, palette.size)), Some((Mode::RGB.id(), 9)));
        let again = quantized.quantize(&Options { colors: 9, method, kmeans: 0 })?.convert(Mode::RGB)?;
        assert_equal(&again, &quantized.convert(Mode::RGB)?);
    }
    for (colors, method) in [(0, Method::MedianCut), (257, Method::FastOctree), (9, Method::LibImageQuant)] {
        let options = Options { colors, method, kmeans: 0 };
        assert!(matches!(rgb.quantize(&options), Err(Error::Value(_))));
    }
    assert!(Image::new(Mode::L, 0, 9)?.quantize(&Options::default()).is_err());
    assert_eq!(Image::new(Mode::L, 0, 9)?.quantize(&octree)?.ysize(), 9);
    Ok(())
}

#[test]
fn statistics_are_those_of_the_pixels() -> Result<()> {
    let mut image = Image::new(Mode::RGBA, 9, 7)?;
    image.fill_region([1, 2, 3, 0], [1, 2, 4, 6])?;
    assert_eq!((image.bounding_box(false)?, image.bounding_box(true)?), (Some([1, 2, 4, 6]), None));
    assert_eq!(image.projection()?, (vec![0, 1, 1, 1, 0, 0, 0, 0, 0], vec![0, 0, 1, 1, 1, 1, 0]));
    let colors = image.colors(2)?;
    let mut counts: Vec<_> = colors.colors.iter().map(|color| (color.pixel, color.count)).collect();
    counts.sort_unstable();
    assert_eq!((counts, colors.is_overflow), (vec![([0; 4], 51), ([1, 2, 3, 0], 12)], false));
    assert!(image.colors(1)?.is_overflow);
    assert_eq!(image.colors(1 << 30).unwrap_err(), Error::Memory);
    assert_eq!(image.band(0)?.colors(9).unwrap_err(), Error::Mode);

    assert_eq!(image.band(2)?.extrema()?, Some(Extrema::U8(0, 3)));
    assert_eq!(Image::new(Mode::F, 0, 3)?.extrema()?, None);
    assert_eq!(image.extrema().unwrap_err(), Error::Mode);

    let counts = image.histogram(None, None)?;
    assert_eq!((counts.len(), counts[0], counts[1], counts[256 + 2], counts[3 * 256]), (1024, 51, 12, 12, 63));
    let mask = image.band(1)?;
    assert_eq!(image.histogram(Some(&mask), None)?[..2], [0, 12]);
    assert_eq!(Image::new(Mode::RGB, 9, 7)?.histogram(Some(&mask), None)?.len(), 768);
    assert_eq!(Image::new(Mode::I16, 9, 7)?.histogram(None, None)?.len(), 256);
    let wide = mask.convert(Mode::I)?;
    assert_eq!(wide.histogram(None, wide.extrema()?)?[255], 12);
    assert_eq!(wide.histogram(None, mask.extrema()?).unwrap_err().to_string(), "min/max not given");
    assert_eq!(wide.histogram(Some(&mask), wide.extrema()?).unwrap_err(), Error::Mode);
    assert_eq!(image.histogram(Some(&Image::new(Mode::L, 9, 8)?), None).unwrap_err(), Error::Mismatch);
    Ok(())
}

#[test]
fn rank_and_mode_filters_keep_a_constant_image() -> Result<()> {
    let mut even = Image::new(Mode::I, 9, 7)?;
    even.fill_region([99; 4], [0, 0, 9, 7])?;
    assert_equal(&even.rank_filter(3, 4)?, &even.crop([1, 1, 8, 6])?);
    assert_equal(&even.min_filter(3)?, &even);
    assert_equal(&even.median_filter(5)?, &even);
    assert_equal(&even.max_filter(11)?, &even);
    assert_eq!(even.rank_filter(9, 0).unwrap_err().to_string(), "bad image size");
    for (size, rank, error) in [
        (2, 0, "bad filter size"),
        (0, 0, "bad filter size"),
        (3, 9, "bad rank value"),
        (usize::MAX, 0, "filter size too large"),
    ] {
        assert_eq!(even.rank_filter(size, rank).unwrap_err().to_string(), error);
    }
    assert!(even.median_filter(0).is_err() && even.max_filter(usize::MAX).is_err());
    assert_eq!(picture(Mode::RGB, 4, 4)?.median_filter(3).unwrap_err(), Error::Mode);

    let mut dotted = Image::new(Mode::L, 9, 7)?;
    dotted.view_mut()?.row_mut(3)[4] = 1;
    assert_equal(&dotted.mode_filter(3)?, &Image::new(Mode::L, 9, 7)?);
    assert_eq!(even.mode_filter(3).unwrap_err(), Error::Mode);
    Ok(())
}

#[test]
fn images_are_drawn() -> Result<()> {
    for mode in [Mode::One, Mode::L, Mode::P, Mode::I, Mode::F] {
        for image in [Image::linear_gradient(mode)?, Image::radial_gradient(mode)?] {
            assert_eq!((image.view()?.mode(), image.xsize(), image.ysize()), (mode, 256, 256));
        }
    }
    assert_eq!(Image::linear_gradient(Mode::RGB).unwrap_err(), Error::Mode);
    assert_eq!(Image::radial_gradient(Mode::I16).unwrap_err(), Error::Mode);

    let set = Image::mandelbrot(9, 7, [-3.0, -2.5, 2.0, 2.5], 100)?;
    assert_eq!(set.view()?.row(3)[5], 0);
    assert_ne!(set.view()?.row(0)[0], 0);
    assert!(Image::mandelbrot(9, 7, [0.0, 0.0, -1.0, 1.0], 100).is_err());
    assert!(Image::mandelbrot(9, 7, [0.0, 0.0, 1.0, 1.0], 1).is_err());

    assert!(Image::noise(9, 7, 0.0, || 0.5)?.view()?.rows().flatten().all(|value| *value == 128));
    let image = picture(Mode::RGB, 9, 7)?;
    assert_equal(&image.spread(0, || unreachable!("nothing to draw"))?, &image);
    assert_equal(&image.spread(2, || 1)?, &image);
    assert_equal(&image.spread(3, || i32::MAX)?, &image);
    Ok(())
}

#[test]
fn shapes_are_drawn() -> Result<()> {
    let drawn = |draw: &dyn Fn(&mut Draw<'_>) -> Result<()>| -> Result<String> {
        let mut image = Image::new(Mode::L, 7, 5)?;
        draw(image.draw()?.ink([b'#', 0, 0, 0]))?;
        let view = image.view()?;
        let rows =
            view.rows().map(|row| row.iter().map(|byte| if *byte == 0 { '.' } else { char::from(*byte) }).collect());
        Ok(rows.collect::<Vec<String>>().join(" "))
    };
    let triangle = [[0, 0], [6, 2], [0, 4]];
    assert_eq!(drawn(&|draw| draw.point(&[[1, 1], [9, 9]]).map(drop))?, "....... .#..... ....... ....... .......");
    assert_eq!(drawn(&|draw| draw.line(&triangle).map(drop))?, "##..... ..###.. .....## ..###.. ##.....");
    assert_eq!(drawn(&|draw| draw.rectangle([4, 3, 9, 9]).map(drop))?, "....... ....... ....... ....### ....###");
    assert_eq!(
        drawn(&|draw| draw.rectangle_border([1, 1, 5, 4]).map(drop))?,
        "....... .#####. .#...#. .#...#. .#####."
    );
    assert_eq!(drawn(&|draw| draw.polygon(&triangle).map(drop))?, "#...... ####... ####### ####... #......");
    let bounds = [0, 0, 6, 4];
    assert_eq!(drawn(&|draw| draw.ellipse(bounds).map(drop))?, "..###.. ####### ####### ####### ..###..");
    assert_eq!(drawn(&|draw| draw.ellipse_border(bounds).map(drop))?, "..###.. ##...## #.....# ##...## ..###..");
    assert_eq!(drawn(&|draw| draw.pieslice(bounds, 0.0, 90.0).map(drop))?, "....... ....... ...#### ...#### ...##..");
    assert_eq!(
        drawn(&|draw| draw.pieslice_border(bounds, 0.0, 90.0).map(drop))?,
        "....... ....... ..##### ..##.## ..###.."
    );
    assert!(drawn(&|draw| draw.ellipse([i32::MIN, 0, 0, 9]).map(drop)).is_err());
    assert_eq!(drawn(&|draw| draw.polygon_border(&triangle).map(drop))?, "##..... #.###.. #....## #.###.. ##.....");
    assert_eq!(
        drawn(&|draw| draw.width(3).line(&[[1, 2], [5, 2]]).map(drop))?,
        "....... .#####. .#####. .#####. ......."
    );

    let mut outline = Outline::new();
    outline.line(6.0, 2.0)?;
    outline.line(0.0, 4.0)?;
    outline.close()?;
    assert_eq!(drawn(&|draw| draw.outline(&outline).map(drop))?, drawn(&|draw| draw.polygon(&triangle).map(drop))?);
    outline.transform([1.0, 0.0, 0.0, 0.0, 1.0, 9.0]);
    assert_eq!(drawn(&|draw| draw.outline(&outline).map(drop))?, drawn(&|_| Ok(()))?);

    let mut mask = Image::new(Mode::One, 7, 5)?;
    mask.draw()?.ink([255, 0, 0, 0]).rectangle([2, 0, 4, 9])?;
    let mask = mask.view()?;
    let masked = |draw: &mut Draw<'_>| draw.polygon_masked(&triangle, &mask).map(drop);
    assert_eq!(drawn(&masked)?, "....... ..##... ..###.. ..##... .......");
    let masked = |draw: &mut Draw<'_>| draw.width(2).polygon_border_masked(&[[0, 2], [6, 2]], &mask).map(drop);
    assert_eq!(drawn(&masked)?, "....... ..###.. ..###.. ..###.. .......");
    assert_eq!(drawn(&|draw| draw.bitmap([3, 4], &mask).map(drop))?, "....... ....... ....... ....... .....##");
    let colours = Image::new(Mode::RGB, 7, 5)?;
    let mask = colours.view()?;
    assert_eq!(drawn(&|draw| draw.polygon_masked(&triangle, &mask).map(drop)), Err(Error::Mode));
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
