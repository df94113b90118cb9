//! Reads any bytes as a PPM file: gives an error, or an image that is equal after it was saved and read again.

#![no_main]

use std::path::PathBuf;
use std::sync::LazyLock;

use Imaging::Image;
use libfuzzer_sys::{Corpus, fuzz_target};

static FILE: LazyLock<PathBuf> =
    LazyLock::new(|| std::env::temp_dir().join(format!("fuzz-{}.ppm", std::process::id())));

/// The bytes of the largest image that is tested.
const MAX_BYTES: usize = 1 << 22;

/// Whether the header describes a small image: multiplies the numbers in the first bytes.
fn is_small(file: &[u8]) -> bool {
    let words = file[..file.len().min(64)].split(|byte| !byte.is_ascii_digit());
    let numbers = words.filter_map(|word| std::str::from_utf8(word).ok()?.parse::<usize>().ok());
    numbers
        .filter(|number| *number > 0)
        .try_fold(1usize, usize::checked_mul)
        .is_none_or(|product| product < MAX_BYTES << 20)
}

fuzz_target!(|file: &[u8]| -> Corpus {
    if !is_small(file) {
        return Corpus::Reject;
    }
    std::fs::write(&*FILE, file).expect("there is room for a small file");
    let Ok(image) = Image::open_ppm(&*FILE) else { return Corpus::Keep };
    let view = image.view().expect("an image that was read is whole");
    if view.mode().pixel_size() * view.xsize() * view.ysize() > MAX_BYTES {
        return Corpus::Keep;
    }
    image.save_ppm(&*FILE).expect("what was read can be saved");
    let again = Image::open_ppm(&*FILE).expect("what was saved can be read");
    let again = again.view().expect("an image that was read is whole");
    assert_eq!((again.mode(), again.xsize(), again.ysize()), (view.mode(), view.xsize(), view.ysize()));
    assert!(again.rows().eq(view.rows()));
    Corpus::Keep
});
