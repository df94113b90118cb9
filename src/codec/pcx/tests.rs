//! Round trips, and lines of the manual.

use proptest::prelude::*;

use super::{PcxDecoder, PcxEncoder};
use crate::codec::fault::{Fault, Result};
use crate::codec::state::CodecState;
use crate::codec::tests::{Rows, decode, encode, state_of};
use crate::testing_random::words;

/// Returns the state of a codec for planes of bytes, in lines with this number of bytes more than the pixels have.
fn state(image: &Rows, padding: usize) -> CodecState {
    let bands = image.format.bands;
    state_of(image, 8 * bands, bands * (image.format.xsize + padding))
}

fn encoded(image: &mut Rows, buffer: usize) -> Result<Vec<u8>> {
    encode::<PcxEncoder>(image, state(image, 0), (), buffer)
}

#[test]
fn a_line_becomes_literals_and_runs() {
    let mut image = Rows::new(1, 9, 1);
    image.rows[0] = vec![1, 2, 3, 3, 3, 0xbf, 0xc0, 5, 5];
    let file = encoded(&mut image, 100).expect("valid");
    assert_eq!(file, [1, 2, 0xc3, 3, 0xbf, 0xc1, 0xc0, 0xc2, 5, 0]);
}

#[test]
fn a_run_has_at_most_63_bytes() {
    for (length, expected) in [(62, &[0xfe, 7][..]), (64, &[0xff, 7, 7]), (126, &[0xff, 7, 0xff, 7])] {
        let mut image = Rows::new(1, length, 1);
        image.rows[0].fill(7);
        assert_eq!(encoded(&mut image, 3), Ok(expected.to_vec()), "{length}");
    }
}

#[test]
fn a_run_that_exceeds_its_line_loses_its_rest() {
    let mut image = Rows::new(1, 3, 2);
    let state = state(&image, 0);
    assert_eq!(decode::<PcxDecoder>(&mut image, state, (), &[1, 0xc5, 2, 3, 4, 5], 1), Ok(true));
    assert_eq!(image.rows, [[1, 2, 2], [3, 4, 5]]);
}

#[test]
fn a_line_shorter_than_the_pixels_is_an_error() {
    let mut image = Rows::new(1, 3, 2);
    let state = CodecState { bytes: 2, ..state(&image, 0) };
    assert_eq!(decode::<PcxDecoder>(&mut image, state, (), &[1, 2, 3], 1), Err(Fault::Overrun));
}

#[test]
fn an_image_without_pixels_is_complete() {
    assert_eq!(encoded(&mut Rows::new(1, 0, 5), 9), Ok(vec![]));
}

proptest! {
    #[test]
    fn decoding_reverses_encoding(
        bands in prop::sample::select(&[1usize, 3][..]), xsize in 1usize..300, ysize in 1usize..4,
        values in prop::sample::select(&[1u32, 2, 30, 256][..]), seed in any::<u32>(), buffer in 3usize..50, piece in 1usize..50,
    ) {
        let mut image = Rows::new(bands, xsize, ysize);
        image.fill(words(seed).map(|word| 0xc0u8.wrapping_add(((word >> 24) % values) as u8)));
        let file = encoded(&mut image, buffer).expect("valid");
        let mut copy = Rows::new(bands, xsize, ysize);
        let state = state(&copy, xsize % 2);
        prop_assert_eq!(decode::<PcxDecoder>(&mut copy, state, (), &file, piece), Ok(true));
        prop_assert_eq!(image.rows, copy.rows);
    }
}
