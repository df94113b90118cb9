//! A PPM file of any content: an error or an image, and that image saved and read again is the same.

#![no_main]

use std::path::PathBuf;
use std::sync::LazyLock;

use Imaging::Image;
use libfuzzer_sys::{Corpus, fuzz_target};

static FILE: LazyLock<PathBuf> =
    LazyLock::new(|| std::env::temp_dir().join(format!("fuzz-{}.ppm", std::process::id())));

/// Images larger than this would only take time.
const MOST: usize = 1 << 22;

/// Whether the header asks for no more than that: the numbers in the first bytes, multiplied.
fn is_small(file: &[u8]) -> bool {
    let words = file[..file.len().min(64)].split(|byte| !byte.is_ascii_digit());
    let numbers = words.filter_map(|word| std::str::from_utf8(word).ok()?.parse::<usize>().ok());
    numbers.filter(|number| *number > 0).try_fold(1usize, usize::checked_mul).is_none_or(|product| product < MOST << 20)
}

fuzz_target!(|file: &[u8]| -> Corpus {
    if !is_small(file) {
        return Corpus::Reject;
    }
    std::fs::write(&*FILE, file).expect("there is room for a small file");
    let Ok(image) = Image::open_ppm(&*FILE) else { return Corpus::Keep };
    let view = image.view().expect("an image that was read is whole");
    if view.mode().pixel_size() * view.xsize() * view.ysize() > MOST {
        return Corpus::Keep;
    }
    image.save_ppm(&*FILE).expect("what was read can be saved");
    let again = Image::open_ppm(&*FILE).expect("what was saved can be read");
    let again = again.view().expect("an image that was read is whole");
    assert_eq!((again.mode(), again.xsize(), again.ysize()), (view.mode(), view.xsize(), view.ysize()));
    assert!(again.rows().eq(view.rows()));
    Corpus::Keep
});
