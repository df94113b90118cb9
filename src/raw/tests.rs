//! The tables against `abi/modes.json`, and the kernels of every ISA against the generic code. The Python tests compare
//! pixels with the reference.

use proptest::prelude::*;
use serde_json::Value;

use super::TableEntry;
use super::packers::PACKERS;
use super::unpackers::UNPACKERS;
use crate::simd::isa::Isa;

/// Asserts that a table has exactly the entries of `abi/modes.json`, with the same bits.
fn assert_entries(table: &[TableEntry], key: &str) {
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
fn unpackers_equal_those_of_the_reference() {
    assert_entries(&UNPACKERS, "unpackers");
}

#[test]
fn packers_equal_those_of_the_reference() {
    assert_entries(&PACKERS, "packers");
}

#[test]
fn line_lengths_follow_from_bits() {
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

/// Converts a line with the kernels of an ISA, into a buffer filled with `before`.
fn convert_with(entry: &TableEntry, isa: Isa, line: &[u8], before: u8, pixels: usize) -> Vec<u8> {
    let mut out = vec![before; (entry.shuffler.output_bytes)(pixels)];
    (entry.shuffler.convert_with)(isa, &mut out, line, pixels);
    out
}

/// Asserts that all available ISAs convert a line as the generic code does.
fn assert_isas_agree(pixels: usize, bytes: &[u8], before: u8) {
    for entry in UNPACKERS.iter().chain(&PACKERS) {
        let line: Vec<_> = bytes.iter().copied().cycle().take((entry.shuffler.input_bytes)(pixels)).collect();
        let expected = convert_with(entry, Isa::Generic, &line, before, pixels);
        for isa in Isa::available() {
            let found = convert_with(entry, isa, &line, before, pixels);
            assert!(found == expected, "{:?} {:?}, {pixels} pixels, {}", entry.mode, entry.raw_mode, isa.name());
        }
    }
}

#[test]
fn isas_agree_at_every_width() {
    // Without the period of any vector, and with long runs of both extremes.
    let byte = |n: u32| if n % 97 < 30 { [0, 255][n as usize / 97 % 2] } else { (n * n) as u8 };
    let bytes: Vec<_> = (0..1009).map(byte).collect();
    for pixels in 0..=150 {
        assert_isas_agree(pixels, &bytes, 0xa5);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn isas_agree(
        pixels in 0..700usize,
        bytes in proptest::collection::vec(any::<u8>(), 1..3000),
        before in any::<u8>(),
    ) {
        assert_isas_agree(pixels, &bytes, before);
    }
}
