//! Round trips, and the text around the numbers.

use proptest::prelude::*;

use super::{XbmDecoder, XbmEncoder};
use crate::codec::fault::Fault;
use crate::codec::state::CodecState;
use crate::codec::tests::{Rows, decode, encode, state_of};

/// Returns an image whose bytes are those of packed lines, and its state.
fn image_of(xsize: usize, rows: &[Vec<u8>]) -> (Rows, CodecState) {
    let bytes = xsize.div_ceil(8);
    let mut image = Rows::new(1, bytes, rows.len());
    image.rows.clone_from_slice(rows);
    let state = CodecState { xsize: xsize as i32, ..state_of(&image, 1, bytes) };
    (image, state)
}

#[test]
fn rows_become_numbers() {
    let (mut image, state) = image_of(11, &[vec![0x00, 0x07], vec![0xa5, 0xff]]);
    let file = encode::<XbmEncoder>(&mut image, state, (), 100).expect("valid");
    assert_eq!(String::from_utf8(file).expect("text"), "0x00,0x07,0xa5,0xff\n");
}

#[test]
fn a_line_of_text_has_15_numbers() {
    let (mut image, state) = image_of(8 * 17, &[vec![1; 17]]);
    let file = encode::<XbmEncoder>(&mut image, state, (), 200).expect("valid");
    assert_eq!(String::from_utf8(file).expect("text"), "0x01,".repeat(15) + "\n0x01,0x01\n");
}

#[test]
fn a_buffer_shorter_than_a_row_is_an_error() {
    let (mut image, state) = image_of(16, &[vec![1; 2]]);
    assert_eq!(encode::<XbmEncoder>(&mut image, state, (), 16), Err(Fault::Memory));
}

#[test]
fn a_line_shorter_than_a_row_is_an_error() {
    let (mut image, state) = image_of(16, &[vec![1; 2]]);
    let state = CodecState { bytes: 1, ..state };
    assert_eq!(encode::<XbmEncoder>(&mut image, state, (), 99), Err(Fault::Config));
}

#[test]
fn other_characters_are_skipped_or_count_as_zero() {
    for piece in 1..30 {
        let (mut image, state) = image_of(32, &[vec![9; 4]]);
        let file = b"static {0xFf, 0X12 0xg1,\n0x2x,0x34}";
        assert_eq!(decode::<XbmDecoder>(&mut image, state, (), file, piece), Ok(true));
        assert_eq!(image.rows, [[0xff, 0x01, 0x20, 0x34]]);
    }
}

proptest! {
    #[test]
    fn decoding_reverses_encoding(
        xsize in 1usize..300, rows in prop::collection::vec(prop::collection::vec(any::<u8>(), 40), 1..5),
        buffer in 300usize..1000, piece in 1usize..50,
    ) {
        let rows: Vec<_> = rows.iter().map(|row| row[..xsize.div_ceil(8)].to_vec()).collect();
        let (mut image, state) = image_of(xsize, &rows);
        let file = encode::<XbmEncoder>(&mut image, state, (), buffer).expect("valid");
        let (mut copy, state) = image_of(xsize, &vec![vec![0; xsize.div_ceil(8)]; rows.len()]);
        prop_assert_eq!(decode::<XbmDecoder>(&mut copy, state, (), &file, piece), Ok(true));
        prop_assert_eq!(copy.rows, rows);
    }
}
