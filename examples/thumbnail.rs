//! Makes a thumbnail, sharpened and with a frame: `thumbnail photo.ppm small.ppm 128`

use std::path::Path;
use std::process::ExitCode;

use Imaging::{Filter, Image, Mode, Result};

/// Resizes an image to fit into a square with this side.
fn thumbnail(photo: &Image, side: usize) -> Result<Image> {
    let longest = photo.xsize().max(photo.ysize()).max(side);
    let fit = |length: usize| (length * side / longest).max(1);
    let small = photo.convert(Mode::RGB)?.resize(fit(photo.xsize()), fit(photo.ysize()), Filter::Lanczos)?;
    small.unsharp_mask(1.0, 80, 2)
}

/// Draws a white frame.
fn frame(image: &mut Image) -> Result<()> {
    const WHITE: [u8; 4] = [255; 4];
    let last = image.ysize().saturating_sub(1);
    for (y, row) in image.view_mut()?.rows_mut().enumerate() {
        match row.as_chunks_mut().0 {
            pixels if y == 0 || y == last => pixels.fill(WHITE),
            [first, .., last] => (*first, *last) = (WHITE, WHITE),
            pixels => pixels.fill(WHITE),
        }
    }
    Ok(())
}

fn run(photo: &Path, small: &Path, side: usize) -> Result<()> {
    let mut image = thumbnail(&Image::open_ppm(photo)?, side)?;
    frame(&mut image)?;
    image.save_ppm(small)
}

fn main() -> ExitCode {
    let arguments: Vec<_> = std::env::args_os().skip(1).collect();
    let [photo, small, side] = &arguments[..] else {
        eprintln!("usage: thumbnail photo.ppm small.ppm side");
        return ExitCode::from(2);
    };
    let Some(side) = side.to_str().and_then(|side| side.parse().ok()) else {
        eprintln!("thumbnail: the side is not a number");
        return ExitCode::from(2);
    };
    match run(photo.as_ref(), small.as_ref(), side) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("thumbnail: {error}");
            ExitCode::FAILURE
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thumbnail_is_small_and_has_a_frame() -> Result<()> {
        let folder = std::env::temp_dir();
        let [photo, small] = ["photo", "small"].map(|name| folder.join(format!("{name}-{}.ppm", std::process::id())));
        let mut image = Image::new(Mode::L, 400, 200)?;
        image.view_mut()?.rows_mut().for_each(|row| row.fill(100));
        image.save_ppm(&photo)?;
        run(&photo, &small, 50)?;

        let image = Image::open_ppm(&small)?;
        assert_eq!((image.xsize(), image.ysize()), (50, 25));
        let view = image.view()?;
        assert!(view.row(0).iter().chain(view.row(24)).all(|byte| *byte == 255));
        assert_eq!(view.row(12)[..8], [255, 255, 255, 255, 100, 100, 100, 255]);
        assert!(run(Path::new("/no/such/photo"), &small, 50).is_err());
        [photo, small].iter().for_each(|path| std::fs::remove_file(path).expect("the file exists"));
        Ok(())
    }
}
