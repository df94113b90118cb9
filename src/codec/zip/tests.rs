//! Round trips, and streams that end in unusual ways.

use proptest::prelude::*;

use super::{DecoderContext, EncoderContext, ZipDecoder, ZipEncoder};
use crate::codec::fault::{Fault, Result};
use crate::codec::state::CodecState;
use crate::codec::tests::{Rows, decode, encode, state_of};
use crate::testing_random::bytes;

fn state(image: &Rows) -> CodecState {
    let bands = image.format.bands;
    state_of(image, 8 * bands, bands * image.format.xsize)
}

fn encoded(image: &mut Rows, context: EncoderContext, buffer: usize) -> Result<Vec<u8>> {
    let state = state(image);
    encode::<ZipEncoder>(image, state, context, buffer)
}

fn options(level: i32) -> EncoderContext {
    EncoderContext { level, strategy: -1, ..EncoderContext::default() }
}

#[test]
fn invalid_options_are_refused() {
    let mut image = Rows::new(1, 3, 2);
    for context in [options(10), options(-2), EncoderContext { strategy: 5, ..options(6) }] {
        assert_eq!(encoded(&mut image, context, 100), Err(Fault::Config));
    }
}

#[test]
fn an_image_of_many_blocks_is_one_stream() {
    let mut image = Rows::new(4, 700, 900);
    image.fill(bytes(1).map(|byte| byte >> 4));
    for level in [0, 1, 6] {
        let file = encoded(&mut image, options(level), 10_007).expect("valid");
        let mut copy = Rows::new(4, 700, 900);
        let state = state(&copy);
        assert_eq!(decode::<ZipDecoder>(&mut copy, state, DecoderContext::default(), &file, 5000), Ok(true));
        assert!(copy.rows == image.rows);
    }
}

proptest! {
    #[test]
    fn decoding_reverses_encoding(
        bands in 1usize..=5, xsize in 1usize..300, ysize in 1usize..9, values in 1u8..=255, seed in any::<u32>(),
        buffer in 1usize..50, piece in 1usize..100, mode in 0..2, level in -1..=9, strategy in -1..=4, optimizes: bool,
    ) {
        let mut image = Rows::new(bands, xsize, ysize);
        image.fill(bytes(seed).map(|byte| byte % values));
        let context = EncoderContext { mode, level, strategy, optimizes, ..EncoderContext::default() };
        let file = encoded(&mut image, context, buffer).expect("valid");
        let mut copy = Rows::new(bands, xsize, ysize);
        let state = state(&copy);
        let context = DecoderContext { mode, ..DecoderContext::default() };
        prop_assert_eq!(decode::<ZipDecoder>(&mut copy, state, context, &file, piece), Ok(true));
        prop_assert_eq!(image.rows, copy.rows);
    }
}
