//! Round trips, and malformed files. The Python tests compare with Pillow.

use std::ffi::CString;
use std::os::unix::ffi::OsStringExt;
use std::path::{Path, PathBuf};

use super::{open, save};
use crate::error::Error;
use crate::image::Image;
use crate::mode::Mode;

/// Returns a path for this process and test.
fn path(name: &str) -> PathBuf {
    std::env::temp_dir().join(format!("libimaging-{}-{name}.ppm", std::process::id()))
}

/// Converts a path to a C string.
fn c(path: &Path) -> CString {
    CString::new(path.as_os_str().to_owned().into_vec()).expect("no NUL")
}

/// Opens a file with these bytes.
fn opened(name: &str, bytes: &[u8]) -> Result<Image, Error> {
    let path = path(name);
    std::fs::write(&path, bytes).expect("the folder can be written to");
    let image = open(&c(&path));
    std::fs::remove_file(&path).expect("the file was written");
    image
}

fn rows(image: &Image) -> Vec<u8> {
    image.view().expect("whole").rows().flatten().copied().collect()
}

#[test]
fn comments_do_not_separate_numbers() {
    let image = opened("comments", b"P2 # grey\n2#width\n 2\n#\n10 0 #\r5\n1#ten\n0 2").expect("whole");
    assert_eq!(rows(&image), [0, 128, 255, 51]);
}

#[test]
fn every_mode_round_trips() {
    for (mode, read) in [
        (Mode::One, Mode::One),
        (Mode::L, Mode::L),
        (Mode::I, Mode::I),
        (Mode::I16, Mode::I),
        (Mode::I16L, Mode::I),
        (Mode::I16B, Mode::I),
        (Mode::I16N, Mode::I),
        (Mode::RGB, Mode::RGB),
        (Mode::RGBA, Mode::RGB),
        (Mode::RGBX, Mode::RGB),
        (Mode::F, Mode::F),
    ] {
        let mut image = Image::new(mode, 13, 7).expect("small");
        for row in image.view_mut().expect("new").rows_mut() {
            row.fill(255);
        }
        let path = path(&format!("roundtrip-{}", mode.id()));
        save(&image.view().expect("whole"), None, &c(&path)).expect("the folder can be written to");
        let back = open(&c(&path)).expect("whole");
        std::fs::remove_file(&path).expect("the file was written");
        assert_eq!(back.view().expect("whole").mode(), read);
        match mode {
            Mode::I => assert!(back.view().expect("whole").pixels::<i32>(3).iter().all(|value| *value == 0)),
            _ if read == Mode::I => {
                assert!(back.view().expect("whole").pixels::<i32>(3).iter().all(|value| *value == 65535));
            }
            _ => assert!(rows(&back).iter().all(|byte| *byte == 255)),
        }
    }
}

#[test]
fn errors_say_what_is_malformed() {
    for (bytes, text) in [
        (&b""[..], "must start with P1 to P6"),
        (b"P7 1 1 1 0", "must start with P1 to P6"),
        (b"P6", "must start with P1 to P6"),
        (b"P5 ", "is truncated"),
        (b"P5 3", "is truncated"),
        (b"P5 3 -2 255\n", "an invalid height: it contains '-'"),
        (b"P5 3 2 0\n", "maximum of 0"),
        (b"P5 3 2 65536\n", "maximum of 65536"),
        (b"P5 99999999999 2 255\n", "more than 10 digits"),
        (b"P5 2147483648 1 255\n", "width of 2147483648"),
        (b"P5 3 2 255\n12345", "need 6 bytes, but 5 are left"),
        (b"P5 40000 40000 255\n1", "need 1600000000 bytes, but 1 are left"),
        (b"P6 1 1 65535\n12345", "need 6 bytes, but 5 are left"),
        (b"P4 9 2\n123", "need 4 bytes, but 3 are left"),
        (b"P1 2 2 012", "need 4 bytes, but 3 are left"),
        (b"P1 2 2 0102", "has '2' among its bits: each must be 0 or 1"),
        (b"P2 2 1 9 3 10", "pixel value of 10, above its maximum of 9"),
        (b"P2 2 1 9 3 x", "an invalid pixel value: it contains 'x'"),
        (b"P2 2 1 9 3   ", "is truncated"),
        (b"P5 536870911 1 255\n", "width of 536870911, which is too large: the limit is 536870910"),
        (b"P5 0 2147483647 255\n", "2147483647 rows of width 0: the limit is 65536"),
        (b"PF 1 1 1\n123456789012", "a colour PFM file"),
        (b"Pf 1 1 0.0\n1234", "scale of '0.0': it must be finite and not 0"),
        (b"Pf 1 1 -1e999\n1234", "scale of '-1e999'"),
        (b"Pf 1 1 nan\n1234", "scale of 'nan'"),
        (b"Pf 1 1 1,5\n1234", "scale of '1,5'"),
        (b"Pf 1 1 0000000001.\n1234", "scale of more than 10 characters"),
        (b"Pf 1 1 1\xff\n1234", "an invalid scale: it contains '\\xff'"),
        (b"Pf 2 2 1\n123456789012345", "need 16 bytes, but 15 are left"),
    ] {
        let error = opened("broken", bytes).expect_err(text);
        assert!(error.to_string().contains(text), "{error}");
    }
}

#[test]
fn a_failed_save_keeps_the_old_file() {
    let path = path("old");
    std::fs::write(&path, b"old").expect("the folder can be written to");
    let image = Image::new(Mode::CMYK, 3, 3).expect("small");
    assert_eq!(save(&image.view().expect("whole"), None, &c(&path)), Err(Error::Mode));
    assert_eq!(std::fs::read(&path).expect("still there"), b"old");
    std::fs::remove_file(&path).expect("the file was written");
    let nowhere = path.join("nowhere.ppm");
    let grey = Image::new(Mode::L, 3, 3).expect("small");
    assert!(matches!(save(&grey.view().expect("whole"), None, &c(&nowhere)), Err(Error::Os { .. })));
    assert!(matches!(open(&c(&nowhere)), Err(Error::Os { .. })));
}
