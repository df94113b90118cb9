//! Round trips, the codes of the specification, and the smallest files of faults that others had.

use proptest::prelude::*;

use super::context::{DecoderState, EncoderState};
use super::{LzwDecoder, LzwEncoder};
use crate::codec::fault::{Fault, Result};
use crate::codec::state::CodecState;
use crate::codec::tests::{Rows, decode, encode, state_of};
use crate::testing_random::{bytes, words};

/// Packs codes, each with its width, into sub-blocks.
fn packed(codes: &[(u32, u32)]) -> Vec<u8> {
    let bits: Vec<bool> =
        codes.iter().flat_map(|(code, width)| (0..*width).map(move |bit| code >> bit & 1 == 1)).collect();
    let byte = |bits: &[bool]| bits.iter().rev().fold(0, |byte, bit| byte << 1 | u8::from(*bit));
    let data: Vec<u8> = bits.chunks(8).map(byte).collect();
    data.chunks(255).flat_map(|block| [&[block.len() as u8], block].concat()).collect()
}

fn decoded(image: &mut Rows, bits: i32, file: &[u8], piece: usize) -> Result<bool> {
    let state = state_of(image, 0, 0);
    decode::<LzwDecoder>(image, state, DecoderState::new(bits, 0, -1), file, piece)
}

fn encoded(image: &mut Rows, interlace: i32, buffer: usize) -> Result<Vec<u8>> {
    let state = state_of(image, 8, image.format.xsize);
    encode::<LzwEncoder>(image, state, EncoderState::new(8, interlace), buffer)
}

#[test]
fn an_image_becomes_codes() {
    let mut image = Rows::new(1, 4, 2);
    image.rows = vec![vec![1, 1, 1, 1], vec![1, 1, 2, 1]];
    // 258 is "1 1" and 259 "1 1 1".
    let codes = [(256, 9), (1, 9), (258, 9), (259, 9), (2, 9), (1, 9), (257, 9)];
    assert_eq!(encoded(&mut image, 0, 1000), Ok(packed(&codes)));
    let mut copy = Rows::new(1, 4, 2);
    assert_eq!(decoded(&mut copy, 8, &packed(&codes), 1), Ok(true));
    assert_eq!(copy.rows, image.rows);
}

#[test]
fn transparent_pixels_stay() {
    let mut image = Rows::new(1, 4, 1);
    image.rows = vec![vec![9, 8, 7, 6]];
    let state = state_of(&image, 0, 0);
    let file = packed(&[(4, 3), (1, 3), (2, 3), (1, 3), (2, 3)]);
    assert_eq!(decode::<LzwDecoder>(&mut image, state, DecoderState::new(2, 0, 2), &file, 1), Ok(true));
    assert_eq!(image.rows, [[1, 8, 1, 6]]);
}

#[test]
fn rows_are_interlaced() {
    for ysize in 1..20 {
        let mut image = Rows::new(1, 1, ysize);
        let order = [(0, 8), (4, 8), (2, 4), (1, 2)].into_iter().flat_map(|(first, step)| (first..ysize).step_by(step));
        let codes: Vec<_> = order.clone().flat_map(|y| [(256, 9), (y as u32, 9)]).collect();
        let state = state_of(&image, 0, 0);
        assert_eq!(decode::<LzwDecoder>(&mut image, state, DecoderState::new(8, 1, -1), &packed(&codes), 3), Ok(true));
        assert!(image.rows.iter().enumerate().all(|(y, row)| row[0] == y as u8));
    }
}

#[test]
fn the_decoder_returns_behind_the_end_code() {
    let mut image = Rows::new(1, 5, 1);
    let file = [9, 4 | 1 << 3 | (5 & 3) << 6, 5 >> 2, 0, 0, 0, 0, 0, 0, 0];
    // Pieces of a byte more than the decoder has left over: it is called again with all bytes of the sub-block.
    assert_eq!(decoded(&mut image, 2, &file, 10), Ok(false));
    assert_eq!(image.rows, [[1, 0, 0, 0, 0]]);
    // The codes behind it are pixels.
    assert_eq!(decoded(&mut image, 2, &[&file[..], &[1, 0]].concat(), 10), Ok(true));
}

/// As in CVE-2006-4484: the dictionary has no place for so many pixels.
#[test]
fn a_minimum_code_size_beyond_the_dictionary_is_an_error() {
    for bits in [-1, 13, 255, i32::MIN, i32::MAX] {
        assert_eq!(decoded(&mut Rows::new(1, 4, 4), bits, &[1, 0], 9), Err(Fault::Config));
    }
}

/// As in CVE-2011-2896: the entry of a code that was not added yet may refer to itself, and to more pixels than any string has.
#[test]
fn a_code_beyond_the_dictionary_is_an_error() {
    assert_eq!(decoded(&mut Rows::new(1, 4, 4), 2, &packed(&[(4, 3), (1, 3), (7, 3)]), 9), Err(Fault::Broken));
    assert_eq!(decoded(&mut Rows::new(1, 4, 4), 2, &packed(&[(4, 3), (6, 3)]), 9), Err(Fault::Broken));
}

/// As in CVE-2020-19668: the dictionary has no entry for a code of more than 12 bits.
#[test]
fn a_code_beyond_twelve_bits_has_no_string() {
    let file = packed(&[(4096, 13), (1, 13), (4098, 13), (4098, 13)]);
    let mut image = Rows::new(1, 4, 4);
    assert_eq!(decoded(&mut image, 12, &file, 99), Err(Fault::Broken));
    assert_eq!(image.rows[0], [1, 1, 1, 0]);
}

#[test]
fn pixels_beyond_the_image_are_an_error() {
    let mut image = Rows::new(1, 2, 1);
    let state = CodecState { y: 1, ..state_of(&image, 0, 0) };
    let file = packed(&[(4, 3), (1, 3)]);
    assert_eq!(decode::<LzwDecoder>(&mut image, state, DecoderState::new(2, 0, -1), &file, 9), Err(Fault::Overrun));
    // A rectangle that is wider than the image: the tile has no such row.
    let state = CodecState { ysize: 2, y: 1, ..state_of(&image, 0, 0) };
    assert_eq!(decode::<LzwDecoder>(&mut image, state, DecoderState::new(2, 0, -1), &file, 9), Err(Fault::Config));
}

#[test]
fn a_string_that_exceeds_the_image_ends_with_it() {
    let mut image = Rows::new(1, 2, 2);
    let file = packed(&[(4, 3), (1, 3), (6, 3), (7, 3)]);
    assert_eq!(decoded(&mut image, 2, &file, 9), Ok(true));
    assert_eq!(image.rows, [[1, 1], [1, 1]]);
}

/// Returns a function of numbers whose lower bits are random, too.
fn mixed_words() -> impl FnMut() -> u32 {
    let mut words = words(1).map(|word| word ^ word >> 16);
    move || words.next().expect("endless")
}

#[test]
fn a_context_of_any_numbers_is_harmless() {
    let mut word = mixed_words();
    let file = vec![0xfe; 9000];
    for index in 0..300 {
        for piece in [700, 9000] {
            let mut context = DecoderState::new(index % 13, 0, -1);
            context.strings.fill_with(&mut word);
            (context.step, context.count, context.block) = (1, word() % 13, word() % 256);
            (context.width, context.next) = (index as u32 % 13 + 1, word() % 4099);
            context.previous = word();
            let mut image = Rows::new(1, 100, 300);
            let state = CodecState { state: 3, ..state_of(&image, 0, 0) };
            let _ = decode::<LzwDecoder>(&mut image, state, context, &file, piece);
        }
    }
}

#[test]
fn an_encoder_context_of_any_numbers_is_harmless() {
    let mut word = mixed_words();
    for _ in 0..300 {
        let mut context = EncoderState::new(8, 0);
        context.slots.fill_with(|| if word().is_multiple_of(2) { 0 } else { word() });
        (context.step, context.phase, context.count) = (1, word() % 7, word() % 40);
        (context.width, context.max) = (word() % 32, word() % 5000);
        (context.next, context.head) = (word() % 4099, word() % 4096);
        let mut image = Rows::new(1, 100, 30);
        image.fill(bytes(word()).map(|byte| byte % 20));
        let state = CodecState { state: 1, ..state_of(&image, 8, 100) };
        let _ = encode::<LzwEncoder>(&mut image, state, context, 700);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn decoding_reverses_encoding(
        xsize in 1usize..300, ysize in 1usize..60, values in 1u8..=255, seed in any::<u32>(), interlace in 0..2,
        buffer in 5usize..700, piece in 1usize..9000,
    ) {
        let mut image = Rows::new(1, xsize, ysize);
        image.fill(bytes(seed).map(|byte| byte % values));
        let file = encoded(&mut image, interlace, buffer).expect("valid");
        let mut copy = Rows::new(1, xsize, ysize);
        let state = state_of(&copy, 0, 0);
        let context = DecoderState::new(8, interlace, -1);
        prop_assert_eq!(decode::<LzwDecoder>(&mut copy, state, context, &file, piece), Ok(true));
        prop_assert_eq!(image.rows, copy.rows);
    }
}
