//! Raw files: saved, loaded, mapped, read in tiles, and refused.

use std::ffi::{CStr, CString, OsStr};
use std::os::unix::ffi::{OsStrExt, OsStringExt};

use proptest::prelude::*;

use super::file::{RawLayout, load, map, read_tile, save};
use super::packers::PACKERS;
use super::unpackers;
use crate::error::Error;
use crate::image::Image;
use crate::memory::mapped::Access;
use crate::mode::{Mode, RAW_MODES, find};

/// A temporary file, removed when dropped.
struct Scratch(CString);

impl Scratch {
    fn new(name: &str) -> Self {
        use std::sync::atomic::{AtomicU32, Ordering};
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("libimaging-{}-{count}-{name}.raw", std::process::id()));
        Self(CString::new(path.into_os_string().into_vec()).expect("no NUL"))
    }

    fn with(name: &str, bytes: &[u8]) -> Self {
        let scratch = Self::new(name);
        std::fs::write(scratch.path(), bytes).expect("the folder can be written to");
        scratch
    }

    fn path(&self) -> &OsStr {
        OsStr::from_bytes(self.0.to_bytes())
    }

    fn bytes(&self) -> Vec<u8> {
        std::fs::read(self.path()).expect("the file is there")
    }
}

impl std::ops::Deref for Scratch {
    type Target = CStr;

    fn deref(&self) -> &CStr {
        &self.0
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(self.path());
    }
}

fn rows(image: &Image) -> Vec<Vec<u8>> {
    image.view().expect("whole").rows().map(<[u8]>::to_vec).collect()
}

/// Returns an image whose bytes depend on their position.
fn filled(mode: Mode, xsize: usize, ysize: usize) -> Image {
    let mut image = Image::new(mode, xsize, ysize).expect("small");
    for (y, row) in image.view_mut().expect("new").rows_mut().enumerate() {
        for (x, byte) in row.iter_mut().enumerate() {
            *byte = (x * 7 + y * 31) as u8;
        }
    }
    image
}

const DEFAULT: RawLayout = RawLayout { offset: 0, stride: 0, ystep: 1 };

proptest! {
    #[test]
    fn saved_images_are_loaded(
        entry in 0..PACKERS.len(), xsize in 0..40usize, ysize in 0..40usize, gap in 0..9i64, up in any::<bool>(),
    ) {
        let packer = &PACKERS[entry];
        let raw_mode = packer.raw_mode_id;
        let Some(unpacker) = unpackers::find(packer.mode.id(), raw_mode) else { return Ok(()) };
        let image = filled(packer.mode, xsize, ysize);
        let packed = (packer.shuffler.output_bytes)(xsize) as i64;
        let stride = if gap == 0 { 0 } else { packed + gap };
        let ystep = if up { -1 } else { 1 };

        let file = Scratch::new("round-trip");
        save(&image.view()?, None, &file, raw_mode, stride, ystep)?;
        prop_assert_eq!(file.bytes().len() as i64, if gap == 0 { packed } else { stride } * ysize as i64);

        // Packing may be lossy: compares with the packed lines, unpacked.
        let loaded = load(&file, packer.mode.id(), raw_mode, (xsize as i32, ysize as i32), RawLayout { offset: 0, stride, ystep })?;
        for (row, found) in rows(&image).iter().zip(rows(&loaded)) {
            let mut line = vec![0; packed as usize];
            let mut expected = vec![0; row.len()];
            (packer.shuffler.convert)(&mut line, row, xsize);
            (unpacker.shuffler.convert)(&mut expected, &line, xsize);
            prop_assert_eq!(expected, found);
        }
    }

    #[test]
    fn tiles_make_up_the_image(xsize in 1..50usize, ysize in 1..50usize, tile in 1..20usize, up in any::<bool>()) {
        let whole = filled(Mode::L, xsize, ysize);
        let file = Scratch::new("tiles");
        let ystep = if up { -1 } else { 1 };
        let raw_mode = find(RAW_MODES, c"L");
        save(&whole.view()?, None, &file, raw_mode, 0, ystep)?;
        let mut pieces = Image::new(Mode::L, xsize, ysize)?;
        for y0 in (0..ysize).step_by(tile) {
            for x0 in (0..xsize).step_by(tile) {
                let (x1, y1) = ((x0 + tile).min(xsize), (y0 + tile).min(ysize));
                let first = if up { ysize - y1 } else { y0 };
                let layout = RawLayout { offset: (first * xsize + x0) as i64, stride: xsize as i64, ystep };
                let area = [x0, y0, x1, y1].map(|n| n as i32);
                read_tile(&mut pieces.view_mut()?, area, &file, raw_mode, layout)?;
            }
        }
        prop_assert_eq!(rows(&pieces), rows(&whole));
    }
}

#[test]
fn mapped_images_have_the_bytes_of_the_file() {
    for mode in [Mode::L, Mode::I16, Mode::RGBA, Mode::CMYK, Mode::I, Mode::F] {
        let size = mode.pixel_size() * 5;
        let bytes: Vec<u8> = (0..8 + 3 * (size + 4)).map(|n| n as u8).collect();
        let file = Scratch::with("map", &bytes);
        let layout = RawLayout { offset: 8, stride: size as i64 + 4, ystep: -1 };
        for access in [Access::ReadOnly, Access::Private, Access::Shared] {
            let mut image = map(&file, mode.id(), (5, 3), layout, access).expect("the file is long enough");
            let expected: Vec<_> = (0..3).rev().map(|y| bytes[8 + y * (size + 4)..][..size].to_vec()).collect();
            assert_eq!(rows(&image), expected);
            match image.view_mut() {
                Ok(mut view) => view.row_mut(0)[0] = 99,
                Err(error) => assert_eq!((access, error.to_string()), (Access::ReadOnly, "image is read-only".into())),
            }
            drop(image);
            let changed = file.bytes()[8 + 2 * (size + 4)] == 99;
            assert_eq!(changed, access == Access::Shared);
        }
    }
}

#[test]
fn errors_say_what_is_wrong() {
    let file = Scratch::with("refused", &[0; 99]);
    let refused = |mode: Mode, size, layout| {
        map(&file, mode.id(), size, layout, Access::ReadOnly).expect_err("invalid").to_string()
    };
    assert!(refused(Mode::L, (10, 10), DEFAULT).ends_with("is too short: 100 bytes are needed, and there are 99"));
    assert!(
        refused(Mode::RGB, (1, 1), DEFAULT)
            .contains("mode RGB has a different layout in memory (4 bytes a pixel) and in files (3)")
    );
    assert!(refused(Mode::L, (-1, 1), DEFAULT).contains("bad image size"));
    assert!(refused(Mode::I, (2, 2), RawLayout { offset: 2, ..DEFAULT }).contains("multiples of 4"));
    assert!(refused(Mode::F, (2, 2), RawLayout { stride: 9, ..DEFAULT }).contains("multiples of 4"));
    assert!(refused(Mode::L, (10, 2), RawLayout { stride: 9, ..DEFAULT }).contains("less than a line"));
    assert!(refused(Mode::L, (10, 2), RawLayout { offset: -1, ..DEFAULT }).contains("offset is negative"));
    assert!(refused(Mode::L, (10, 2), RawLayout { offset: i64::MAX, ..DEFAULT }).contains("beyond"));
    assert!(refused(Mode::L, (10, 2), RawLayout { ystep: 0, ..DEFAULT }).contains("ystep"));

    assert!(refused(Mode::L, (10, 2), RawLayout { ystep: 2, ..DEFAULT }).contains("ystep must be 1"));
    assert!(refused(Mode::L, (i32::MAX, 1), DEFAULT).contains("too wide: a row has 536870910 pixels at the most"));
    assert!(refused(Mode::L, (536_870_910, 1), DEFAULT).contains("too short"));

    let raw_mode = find(RAW_MODES, c"RGB");
    let error = load(&file, Mode::L.id(), raw_mode, (1, 1), DEFAULT).unwrap_err();
    assert!(error.to_string().contains("no unpacker"));
    assert!(matches!(load(c"/no/such/file", Mode::RGB.id(), raw_mode, (1, 1), DEFAULT), Err(Error::Os { .. })));
    assert!(load(c"/", Mode::RGB.id(), raw_mode, (1, 1), DEFAULT).is_err());

    let mut image = Image::new(Mode::RGB, 4, 4).expect("small");
    let mut view = image.view_mut().expect("new");
    for outside in [[-1, 0, 1, 1], [0, 0, 5, 1], [0, 0, 1, 5], [2, 0, 1, 1], [0, 2, 1, 1]] {
        let error = read_tile(&mut view, outside, &file, raw_mode, DEFAULT).unwrap_err();
        assert!(error.to_string().contains("not within the image"));
    }
}

#[test]
fn empty_images_are_saved() {
    let file = Scratch::new("empty");
    let raw_mode = find(RAW_MODES, c"L");
    for (size, stride, length) in [((0, 5), 0, 0), ((0, 3), 1 << 20, 3 << 20), ((1 << 28, 0), 0, 0)] {
        let image = Image::new(Mode::L, size.0, size.1).expect("empty");
        save(&image.view().expect("whole"), None, &file, raw_mode, stride, 1).expect("there is room");
        assert_eq!(std::fs::metadata(file.path()).expect("it is there").len(), length);
    }
}

#[test]
fn the_last_gap_must_fit_a_file() {
    let file = Scratch::new("gap");
    let image = filled(Mode::L, 4, 2);
    let error = save(&image.view().expect("whole"), None, &file, find(RAW_MODES, c"L"), i64::MAX / 2 + 1, 1);
    assert_eq!(error, Err(Error::Value("stride reaches beyond what a file can have")));
    assert!(!std::path::Path::new(file.path()).exists());
}
