//! The library's own behaviour is tested beside the reference (`tests/python/test_jpeg.py`); here is what this module decides.

use proptest::prelude::*;

use super::*;
use crate::codec::Result;
use crate::codec::tests::{Rows, decode, encode, state_of};
use crate::mode::RAW_MODES;

fn raw_mode(name: &str) -> i32 {
    RAW_MODES.iter().position(|known| known.to_bytes() == name.as_bytes()).expect("a raw mode") as i32
}

fn encoder_state() -> EncoderState {
    EncoderState {
        quality: 100,
        progressive: 0,
        smooth: 0,
        optimize: 0,
        keep_rgb: 0,
        streamtype: 0,
        xdpi: 0,
        ydpi: 0,
        subsampling: 0,
        restart_marker_blocks: 0,
        restart_marker_rows: 0,
        rawmode: 0,
        qtables: std::ptr::null_mut(),
        qtables_len: 0,
        comment: std::ptr::null_mut(),
        comment_size: 0,
        extra: std::ptr::null_mut(),
        extra_size: 0,
        compressor: None,
        extra_offset: 0,
    }
}

/// Encodes an image of greyscale or CMYK, with segments behind its header.
fn encoded(image: &mut Rows, buffer: usize, extra: Option<&[u8]>, comment: Option<&[u8]>) -> Result<Vec<u8>> {
    let bands = image.format.bands;
    let state = state_of(image, 8 * bands, bands * image.format.xsize);
    let mut own = encoder_state();
    let context = EncoderContext { state: &mut own, tables: None, exif: b"Exif\0\0", extra, comment };
    encode::<JpegEncoder>(image, state, context, buffer)
}

fn decoded(file: &[u8], size: (usize, usize), bands: usize, piece: usize) -> Result<Rows> {
    let mut image = Rows::new(bands, size.0, size.1);
    let state = state_of(&image, 8 * bands, bands * size.0);
    let rawmode = raw_mode(if bands == 1 { "L" } else { "CMYK" });
    let context = DecoderContext { jpegmode: 0, rawmode, draft: 0, scale: 1, decompressor: None };
    decode::<JpegDecoder>(&mut image, state, context, file, piece).map(|is_complete| {
        assert!(is_complete);
        image
    })
}

proptest! {
    #[test]
    fn pixels_survive(
        size in (1usize..30, 1usize..30), bands in prop_oneof![Just(1usize), Just(4)], buffer in 1200usize..3000, piece in 1usize..100,
    ) {
        let mut image = Rows::new(bands, size.0, size.1);
        for (y, row) in image.rows.iter_mut().enumerate() {
            row.iter_mut().enumerate().for_each(|(x, byte)| *byte = (100 + 2 * (x / bands) + y) as u8);
        }
        let file = encoded(&mut image, buffer, None, Some(b"comment")).expect("valid options");
        let other = decoded(&file, size, bands, piece).expect("a valid file");
        for (row, other) in image.rows.iter().flatten().zip(other.rows.iter().flatten()) {
            prop_assert!(row.abs_diff(*other) <= 2);
        }
    }
}

#[test]
fn segments_are_in_their_order() {
    let extra = [0xff, 0xe2, 0, 4, 7, 7];
    let file = encoded(&mut Rows::new(1, 8, 8), 2000, Some(&extra), Some(b"comment")).expect("valid options");
    let place = |bytes: &[u8]| file.windows(bytes.len()).position(|window| window == bytes).expect("a segment");
    let places = [place(b"JFIF"), place(b"Exif"), place(&extra), place(b"comment"), place(&[0xff, 0xdb])];
    assert!(places.is_sorted());
    assert_eq!(place(b"comment"), place(&extra) + extra.len() + 4);
}

#[test]
fn what_does_not_fit_is_broken() {
    let file = encoded(&mut Rows::new(1, 17, 8), 2000, None, None).expect("valid options");
    assert_eq!(decoded(&file, (16, 8), 1, 10).err(), Some(Fault::Broken));
    assert_eq!(decoded(&file, (17, 7), 1, 10).err(), Some(Fault::Broken));
    assert_eq!(decoded(b"no JPEG", (16, 8), 1, 10).err(), Some(Fault::Broken));
    assert_eq!(encoded(&mut Rows::new(1, 8, 8), 10, None, None), Err(Fault::Broken));
}

#[test]
fn markers_have_limits() {
    let mut image = Rows::new(1, 8, 8);
    assert!(encoded(&mut image, 70_000, None, Some(&[0; 65_533])).is_ok());
    assert_eq!(encoded(&mut image, 70_000, None, Some(&[0; 65_534])), Err(Fault::Broken));
}
