//! Round trips, and the packets of the specification.

use proptest::prelude::*;

use super::{RleDecoder, RleEncoder};
use crate::codec::fault::{Fault, Result};
use crate::codec::state::CodecState;
use crate::codec::tests::{Rows, decode, encode, state_of};
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

proptest! {
    #[test]
    fn decoding_reverses_encoding(
        bands in 1usize..=5, xsize in 1usize..300, ysize in 1usize..4, values in 1u8..4, seed in any::<u32>(),
        buffer in 1usize..50, piece in 1usize..50,
    ) {
        let mut image = Rows::new(bands, xsize, ysize);
        image.fill(bytes(seed).map(|byte| byte % values));
        let file = encoded(&mut image, buffer).expect("valid");
        let mut copy = Rows::new(bands, xsize, ysize);
        let state = decoder_state(&copy);
        prop_assert_eq!(decode::<RleDecoder>(&mut copy, state, (), &file, piece), Ok(true));
        prop_assert_eq!(image.rows, copy.rows);
    }
}
