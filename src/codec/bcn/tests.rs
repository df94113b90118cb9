//! Where blocks go, what they become, and states that are invalid.

use proptest::prelude::*;

use super::block::{BlockFormat, decode_groups, decode_run};
use super::{BcnDecoder, BcnEncoder, PixelFormat, bc6h, bc7, rgtc, s3tc};
use crate::codec::fault::{Fault, Result};
use crate::codec::state::CodecState;
use crate::codec::tests::{Rows, decode, encode, state_of};
use crate::mode::Mode;
use crate::simd::isa::Isa;
use crate::testing_random::bytes;

fn decoded(image: &mut Rows, number: i32, file: &[u8], piece: usize) -> Result<bool> {
    let state = CodecState { state: number, ..state_of(image, 0, 0) };
    decode::<BcnDecoder>(image, state, PixelFormat::Unsigned, file, piece)
}

fn encoded(image: &mut Rows, number: i32, buffer: usize) -> Result<Vec<u8>> {
    let state = CodecState { state: number, ..state_of(image, 0, 0) };
    encode::<BcnEncoder>(image, state, (), buffer)
}

fn rgba(xsize: usize, ysize: usize) -> Rows {
    let mut image = Rows::new(4, xsize, ysize);
    image.format.mode = Mode::RGBA.id();
    image
}

#[test]
fn colours_are_interpolated() {
    // White and black, and one row of each index.
    let block = [0xff, 0xff, 0, 0, 0b_00_00_00_00, 0b_01_01_01_01, 0b_10_10_10_10, 0b_11_11_11_11];
    let mut image = rgba(4, 4);
    assert_eq!(decoded(&mut image, 1, &block, 3), Ok(true));
    assert_eq!(image.rows.iter().map(|row| row[0]).collect::<Vec<_>>(), [255, 0, 170, 85]);
    // With the smaller one first: half of both, and transparent.
    let block = [0, 0, 0xff, 0xff, 0b_00_00_00_00, 0b_01_01_01_01, 0b_10_10_10_10, 0b_11_11_11_11];
    assert_eq!(decoded(&mut image, 1, &block, 8), Ok(true));
    let first = image.rows.iter().map(|row| [row[0], row[3]]);
    assert_eq!(first.collect::<Vec<_>>(), [[0, 255], [255, 255], [127, 255], [0, 0]]);
}

#[test]
fn reserved_modes_are_black() {
    let mut image = rgba(4, 4);
    assert_eq!(decoded(&mut image, 7, &[0; 16], 16), Ok(true));
    assert!(image.rows.concat().as_chunks::<4>().0.iter().all(|pixel| *pixel == [0, 0, 0, 255]));
    for mode in [0x13, 0x17, 0x1b, 0x1f] {
        let mut block = [0xff; 16];
        block[0] = mode | 0xe0;
        assert_eq!(decoded(&mut image, 6, &block, 16), Ok(true));
        assert!(image.rows.concat().iter().all(|byte| *byte == 0));
    }
}

#[test]
fn half_floats_are_clamped() {
    for (bits, expected) in [(0, 0), (0x3ff, 255)] {
        // The mode of absolute endpoints with 10 bits: all of them bits are 0 or 1.
        let block = 0b00011 | if bits > 0 { ((1u128 << 60) - 1) << 5 } else { 0 };
        let mut image = rgba(4, 4);
        assert_eq!(decoded(&mut image, 6, &block.to_le_bytes(), 16), Ok(true));
        assert!(
            image.rows.concat().as_chunks::<4>().0.iter().all(|pixel| *pixel == [expected, expected, expected, 255])
        );
    }
}

#[test]
fn rows_from_the_bottom_up() {
    let mut image = Rows::new(1, 4, 6);
    let state = CodecState { state: 4, ystep: -1, ..state_of(&image, 0, 0) };
    let file = [[9, 9, 0, 0, 0, 0, 0, 0], [7, 7, 0, 0, 0, 0, 0, 0]].concat();
    assert_eq!(decode::<BcnDecoder>(&mut image, state, PixelFormat::Unsigned, &file, 1), Ok(true));
    assert_eq!(image.rows.concat(), [[7; 8].as_slice(), &[9; 16]].concat());
}

#[test]
fn blocks_beyond_the_image_are_errors() {
    for (bands, number) in [(4, 1), (4, 2), (4, 3), (1, 4), (4, 5), (4, 6), (4, 7)] {
        for (x, y) in [(4, 0), (0, 4), (-4, 0), (0, -4), (i32::MAX, 0), (0, i32::MAX), (i32::MIN, i32::MIN)] {
            let mut image = Rows::new(bands, 4, 4);
            let state = CodecState { state: number, x, y, ..state_of(&image, 0, 0) };
            let result = decode::<BcnDecoder>(&mut image, state, PixelFormat::Unsigned, &[0x55; 16], 16);
            assert_eq!(
                (result, image.rows.concat()),
                (Err(Fault::Config), vec![0; 16 * bands]),
                "{number} at {x}, {y}"
            );
        }
    }
}

#[test]
fn an_encoder_needs_the_bytes_that_it_reads() {
    // Two channels of pixels of a byte: the last pixel has no next one.
    assert_eq!(encoded(&mut Rows::new(1, 4, 4), 5, 100), Err(Fault::Config));
    assert_eq!(encoded(&mut Rows::new(2, 4, 4), 1, 100), Err(Fault::Config));
    assert_eq!(encoded(&mut Rows::new(1, 4, 4), 1, 100).map(|file| file.len()), Ok(8));
    let image = &mut rgba(4, 4);
    for wrong in [CodecState { xsize: 8, ..state_of(image, 0, 0) }, CodecState { ysize: 8, ..state_of(image, 0, 0) }] {
        assert_eq!(encode::<BcnEncoder>(image, wrong, (), 100), Err(Fault::Config));
    }
}

#[test]
fn a_block_with_transparency_has_the_smaller_colour_first() {
    let mut image = rgba(4, 4);
    image.rows = vec![[[255, 255, 255, 255], [0, 0, 0, 255], [9, 9, 9, 0], [120, 120, 120, 255]].concat(); 4];
    let row = 0b_10_11_00_01;
    assert_eq!(encoded(&mut image, 1, 100), Ok(vec![0, 0, 0xff, 0xff, row, row, row, row]));
}

#[test]
fn pixels_outside_the_image_are_transparent_in_blocks_with_transparency() {
    let mut image = rgba(1, 1);
    assert_eq!(encoded(&mut image, 1, 100), Ok(vec![0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff]));
}

/// Decodes rows of blocks with every ISA, and with plain code in pieces.
fn check_run<F: BlockFormat>(seed: u32) {
    for count in (0..40).chain([200]) {
        let file = bytes(seed + count as u32).take(count * size_of::<F::Block>()).collect::<Vec<_>>();
        let blocks: &[F::Block] = bytemuck::cast_slice(&file);
        let none = [(); 4].map(|()| vec![<F::Row as bytemuck::Zeroable>::zeroed(); count]);
        let bytes_of = |rows: &[Vec<F::Row>; 4]| rows.each_ref().map(|row| bytemuck::cast_slice::<_, u8>(row).to_vec());
        let mut expected = none.clone();
        for n in 0..count {
            decode_groups::<F>(&blocks[n..=n], expected.each_mut().map(|row| &mut row[n..=n]));
        }
        for isa in Isa::available() {
            let mut rows = none.clone();
            decode_run::<F>(isa, blocks, rows.each_mut().map(Vec::as_mut_slice));
            assert_eq!(bytes_of(&rows), bytes_of(&expected), "{isa:?}, {count} blocks");
        }
    }
}

#[test]
fn a_run_is_its_blocks() {
    for seed in 0..20 {
        check_run::<s3tc::Bc1>(seed);
        check_run::<s3tc::Bc2>(seed);
        check_run::<s3tc::Bc3>(seed);
        check_run::<rgtc::Bc4>(seed);
        check_run::<rgtc::Bc5<false>>(seed);
        check_run::<rgtc::Bc5<true>>(seed);
        check_run::<bc6h::Bc6h<false>>(seed);
        check_run::<bc6h::Bc6h<true>>(seed);
        check_run::<bc7::Bc7>(seed);
    }
}

proptest! {
    #[test]
    fn decoding_comes_near_what_was_encoded(
        number in prop::sample::select(vec![1, 3, 5]), xsize in 1usize..20, ysize in 1usize..20, seed in any::<u32>(),
        buffer in 17usize..50, piece in 1usize..50,
    ) {
        let mut image = rgba(xsize, ysize);
        // Two colours that 565 numbers have exactly, for each block.
        let ends = bytes(seed).take(2).collect::<Vec<_>>();
        for row in &mut image.rows {
            for (n, pixel) in row.as_chunks_mut::<4>().0.iter_mut().enumerate() {
                let value = if ends[n % 2] & 1 == 0 { 0 } else { 255 };
                *pixel = [value, value, value, 255];
            }
        }
        let file = encoded(&mut image, number, buffer).expect("valid");
        let mut copy = rgba(xsize, ysize);
        prop_assert_eq!(decoded(&mut copy, number, &file, piece), Ok(true));
        let channels = |image: &Rows| image.rows.iter().flat_map(|row| row.as_chunks::<4>().0.to_vec()).map(|p| [p[0], p[1]]).collect::<Vec<_>>();
        prop_assert_eq!(channels(&image), channels(&copy));
    }

    #[test]
    fn pieces_do_not_matter(
        number in 1..8, xsize in 1usize..20, ysize in 1usize..20, seed in any::<u32>(), piece in 1usize..50,
    ) {
        let bands = if number == 4 { 1 } else { 4 };
        let (mut one, mut other) = (Rows::new(bands, xsize, ysize), Rows::new(bands, xsize, ysize));
        let file = bytes(seed).take(16 * xsize.div_ceil(4) * ysize.div_ceil(4)).collect::<Vec<_>>();
        prop_assert_eq!(decoded(&mut one, number, &file, piece), Ok(true));
        prop_assert_eq!(decoded(&mut other, number, &file, file.len()), Ok(true));
        prop_assert_eq!(one.rows, other.rows);
    }
}
