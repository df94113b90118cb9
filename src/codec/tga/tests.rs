//! Round trips, and the packets of the specification.

use proptest::prelude::*;

use super::{RleDecoder, RleEncoder};
use crate::codec::fault::{Fault, Result};
use crate::codec::state::CodecState;
use crate::codec::tests::{Rows, decode, encode, state_of};
use crate::raw::unpackers::UNPACKERS;
use crate::testing_random::bytes;

/// Returns the state of a decoder, which has the bytes of a pixel in `count`.
fn decoder_state(image: &Rows) -> CodecState {
    let depth = image.format.bands;
    CodecState { count: depth as i32, ..state_of(image, 8 * depth, depth * image.format.xsize) }
}

fn encoded(image: &mut Rows, buffer: usize) -> Result<Vec<u8>> {
    let state = state_of(image, 8 * image.format.bands, image.format.bands * image.format.xsize);
    encode::<RleEncoder>(image, state, (), buffer)
}

#[test]
fn a_row_becomes_literals_and_runs() {
    let mut image = Rows::new(1, 9, 1);
    image.rows[0] = vec![1, 2, 3, 3, 3, 3, 4, 5, 5];
    let file = encoded(&mut image, 100).expect("valid");
    assert_eq!(file, [0x01, 1, 2, 0x83, 3, 0x00, 4, 0x81, 5]);
}

#[test]
fn a_run_beyond_the_row_is_an_error() {
    let mut image = Rows::new(1, 3, 2);
    let state = decoder_state(&image);
    assert_eq!(decode::<RleDecoder>(&mut image, state, (), &[0x83, 7], 2), Err(Fault::Overrun));
}

#[test]
fn literals_may_span_rows() {
    let mut image = Rows::new(1, 3, 2);
    let state = CodecState { ystep: -1, ..decoder_state(&image) };
    assert_eq!(decode::<RleDecoder>(&mut image, state, (), &[0x05, 1, 2, 3, 4, 5, 6], 1), Ok(true));
    assert_eq!(image.rows, [[4, 5, 6], [1, 2, 3]]);
}

/// Returns a black image of RGBX pixels, whose rows are unpacked from BGR.
fn unpacked(xsize: usize, ysize: usize) -> Rows {
    let bgr = UNPACKERS.iter().find(|entry| entry.raw_mode == c"BGR").expect("a raw mode");
    Rows { unpacker: Some(&bgr.shuffler), ..Rows::new(4, xsize, ysize) }
}

/// Decodes BGR pixels of an unpacked image.
fn decode_bgr(image: &mut Rows, file: &[u8], piece: usize) -> Result<bool> {
    let line = 3 * image.format.xsize;
    decode::<RleDecoder>(image, CodecState { count: 3, ..state_of(image, 24, line) }, (), file, piece)
}

/// A row whose packets are invalid, or not all there, keeps its pixels, however many of them come before.
#[test]
fn a_row_changes_only_as_a_whole() {
    let row = [&[0x85, 1, 2, 3], &[0x01, 4, 5, 6, 7, 8, 9][..]].concat();
    for (end, result) in [
        (&[0x86, 1, 2, 3, 0x81, 4, 5, 6][..], Err(Fault::Overrun)),
        (&[0x86, 1, 2, 3, 0x00, 4, 5], Ok(false)),
        (&[0x86, 1, 2, 3, 0x01, 4, 5, 6, 7, 8], Ok(false)),
        (&[0x86, 1, 2, 3], Ok(false)),
    ] {
        let file = [&row, end].concat();
        for piece in 1..=file.len() {
            let mut image = unpacked(8, 2);
            assert_eq!(decode_bgr(&mut image, &file, piece), result);
            let first = [[3, 2, 1, 255]; 6].into_iter().chain([[6, 5, 4, 255], [9, 8, 7, 255]]);
            assert_eq!(image.rows, [first.flatten().collect(), vec![0; 32]]);
        }
    }
}

#[test]
fn literals_of_pixels_may_span_rows() {
    let file: Vec<u8> = [&[0x07][..], &[9; 24], &[0x80, 1, 2, 3]].concat();
    for piece in 1..=file.len() {
        let mut image = unpacked(3, 3);
        assert_eq!(decode_bgr(&mut image, &file, piece), Ok(true));
        assert_eq!(image.rows.concat(), [[[9, 9, 9, 255]; 8].as_flattened(), &[3, 2, 1, 255]].concat());
    }
}

proptest! {
    #[test]
    fn decoding_reverses_encoding(
        bands in 1usize..=5, xsize in 1usize..300, ysize in 1usize..4, values in 1u8..4, seed in any::<u32>(),
        buffer in 1usize..50, piece in 1usize..50, scale in 1usize..50,
    ) {
        let mut image = Rows::new(bands, xsize, ysize);
        image.fill(bytes(seed).map(|byte| byte % values));
        let file = encoded(&mut image, buffer).expect("valid");
        let mut copy = Rows::new(bands, xsize, ysize);
        let state = decoder_state(&copy);
        prop_assert_eq!(decode::<RleDecoder>(&mut copy, state, (), &file, piece), Ok(true));
        prop_assert_eq!(&image.rows, &copy.rows);
        if bands == 3 {
            let mut copy = unpacked(xsize, ysize);
            prop_assert_eq!(decode_bgr(&mut copy, &file, piece * scale), Ok(true));
            let pixels = image.rows.as_slice().concat();
            let pixels = pixels.as_chunks().0.iter().flat_map(|[b, g, r]| [*r, *g, *b, 255]);
            prop_assert_eq!(copy.rows.concat(), pixels.collect::<Vec<u8>>());
        }
    }
}
