//! The tables against the facts, and every level of instructions against the generic one. What the pixels must be is
//! tested beside the reference.

use serde_json::Value;

use super::Pair;
use super::packers::PACKERS;
use super::unpackers::UNPACKERS;

/// Asserts that a table has just the pairs that the facts have, with the same bits.
fn assert_pairs(table: &[Pair], key: &str) {
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
        .map(|pair| {
            let raw_mode = pair.raw_mode.to_str().expect("ASCII");
            (pair.mode.name().to_owned(), raw_mode.to_owned(), i64::from(pair.bits))
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
        for pair in &UNPACKERS {
            let planes = pair.raw_mode.to_bytes().ends_with(b"L") && pair.raw_mode.to_bytes().starts_with(b"P;");
            let file = match planes {
                true => pair.bits as usize * pixels.div_ceil(8),
                false => (pixels * pair.bits as usize).div_ceil(8),
            };
            assert_eq!((pair.shuffler.input)(pixels), file, "{:?}", pair.raw_mode);
            assert_eq!((pair.shuffler.output)(pixels), pixels * pair.mode.pixel_size());
        }
        for pair in &PACKERS {
            assert_eq!((pair.shuffler.input)(pixels), pixels * pair.mode.pixel_size());
            assert_eq!((pair.shuffler.output)(pixels), (pixels * pair.bits as usize).div_ceil(8));
        }
    }
}
