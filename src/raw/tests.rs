//! The tables against the facts, and every isa of instructions against the generic one. What the pixels must be is
//! tested beside the reference.

use proptest::prelude::*;
use serde_json::Value;

use super::TableEntry;
use super::packers::PACKERS;
use super::unpackers::UNPACKERS;
use crate::simd::isa::Isa;

/// Asserts that a table has just the pairs that the facts have, with the same bits.
fn assert_pairs(table: &[TableEntry], key: &str) {
    let facts: Value = serde_json::from_str(include_str!("../../abi/modes.json")).expect("the facts are JSON");
    let mut expected: Vec<_> = facts[key]
        .as_object()
        .expect("modes")
        .iter()
        .flat_map(|(mode, raw_modes)| {
            let raw_modes = raw_modes.as_object().expect("raw modes");
            raw_modes.iter().map(|(raw_mode, bits)| (mode.clone(), raw_mode.clone(), bits.as_i64().expect("bits")))
        })
        .collect();
    let mut found: Vec<_> = table
        .iter()
        .map(|entry| {
            let raw_mode = entry.raw_mode.to_str().expect("ASCII");
            (entry.mode.name().to_owned(), raw_mode.to_owned(), i64::from(entry.bits))
        })
        .collect();
    expected.sort();
    found.sort();
    assert_eq!(found, expected);
}

#[test]
fn unpackers_are_those_of_the_reference() {
    assert_pairs(&UNPACKERS, "unpackers");
}

#[test]
fn packers_are_those_of_the_reference() {
    assert_pairs(&PACKERS, "packers");
}

#[test]
fn lines_are_as_long_as_their_pixels() {
    for pixels in 0..100usize {
        for entry in &UNPACKERS {
            let planes = entry.raw_mode.to_bytes().ends_with(b"L") && entry.raw_mode.to_bytes().starts_with(b"P;");
            let file = match planes {
                true => entry.bits as usize * pixels.div_ceil(8),
                false => (pixels * entry.bits as usize).div_ceil(8),
            };
            assert_eq!((entry.shuffler.input_bytes)(pixels), file, "{:?}", entry.raw_mode);
            assert_eq!((entry.shuffler.output_bytes)(pixels), pixels * entry.mode.pixel_size());
        }
        for entry in &PACKERS {
            assert_eq!((entry.shuffler.input_bytes)(pixels), pixels * entry.mode.pixel_size());
            assert_eq!((entry.shuffler.output_bytes)(pixels), (pixels * entry.bits as usize).div_ceil(8));
        }
    }
}

/// What a line becomes at a isa, written over `before`.
fn at_isa(entry: &TableEntry, isa: Isa, line: &[u8], before: u8, pixels: usize) -> Vec<u8> {
    let mut out = vec![before; (entry.shuffler.output_bytes)(pixels)];
    (entry.shuffler.convert_with)(isa, &mut out, line, pixels);
    out
}

/// Asserts that all levels that the processor has make the same of a line as the plain code does.
fn assert_levels_agree(pixels: usize, bytes: &[u8], before: u8) {
    for entry in UNPACKERS.iter().chain(&PACKERS) {
        let line: Vec<_> = bytes.iter().copied().cycle().take((entry.shuffler.input_bytes)(pixels)).collect();
        let expected = at_isa(entry, Isa::Generic, &line, before, pixels);
        for isa in Isa::available() {
            let found = at_isa(entry, isa, &line, before, pixels);
            assert!(found == expected, "{:?} {:?}, {pixels} pixels, {}", entry.mode, entry.raw_mode, isa.name());
        }
    }
}

#[test]
fn every_level_is_as_the_generic_one_at_every_width() {
    // Of no period that a vector has, and with long runs of both extremes.
    let byte = |n: u32| if n % 97 < 30 { [0, 255][n as usize / 97 % 2] } else { (n * n) as u8 };
    let bytes: Vec<_> = (0..1009).map(byte).collect();
    for pixels in 0..=150 {
        assert_levels_agree(pixels, &bytes, 0xa5);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn every_level_is_as_the_generic_one(
        pixels in 0..700usize,
        bytes in proptest::collection::vec(any::<u8>(), 1..3000),
        before in any::<u8>(),
    ) {
        assert_levels_agree(pixels, &bytes, before);
    }
}
