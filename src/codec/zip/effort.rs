//! Chooses how a block is compressed where the caller leaves it to the codec.
//!
//! zlib's own choice is the same for all data: it looks for matches everywhere. In the filtered rows of a photograph there are
//! none that are worth their codes, though, and the search takes most of the time. Without it, with runs and Huffman codes only
//! (`Z_RLE`), such a block is compressed three times as fast, and becomes smaller: short matches cost more than the bytes that
//! they stand for.
//!
//! [`gain`] estimates the share of the compressed size that matches would save, from a sample:
//!
//! ```text
//! entropy H of the bytes     match of n bytes saves n · H - 22 bits     run of n bytes costs nothing in either case
//! ```
//!
//! Photographs gain up to 2.5 %, drawings and screenshots more than 20 %, dithered ones 2 % to 14 %. The search is that of LZ4: the
//! last position with the same hash, and larger steps where nothing is found. Where the first samples gain much, it ends.
//!
//! The indices of a palette come without a filter and match often, so the search for the best match takes most of the time. There,
//! [`search`] limits it to what still gives files that are no larger than those of stock zlib: at level 1 to the last string with
//! the same hash, at level 6 to half of the strings.
//!
//! Levels are those of stock zlib. zlib-rs's own have other algorithms, as in zlib-ng: its level 1 has fixed Huffman codes, and
//! its level 9 takes twice as long as its level 8 for less than 0.1 %.

use super::stream::{Effort, Search, Strategy};

/// The bytes of a sample: some rows, and within the reach of a match.
const SAMPLE: usize = 1 << 14;

/// The number of samples, evenly spaced.
const SAMPLES: usize = 4;

/// The parts of a [`gain`], and of a bit.
const ONE: u32 = 256;

/// The bits of a match's codes.
const MATCH_BITS: u32 = 22 * ONE;

/// Returns the effort for a block, for zlib's `level` and its default strategy. `has_filters` says whether each row is filtered.
pub fn choose(level: i32, has_filters: bool, data: &[u8]) -> Effort {
    // In 1 / 4096 of the size.
    let least_gain = match level {
        // Without the estimate, too, where the search takes no longer than that for runs.
        0 => 0,
        1 if !has_filters => 0,
        1..=6 => 80,
        _ => 2,
    };
    if least_gain > 0 && gain(data, least_gain) < least_gain {
        return Effort { level: 6, strategy: Strategy::Rle, search: None };
    }
    let search = if has_filters { None } else { search(level) };
    Effort { search, ..with_strategy(level, Strategy::Default) }
}

/// Returns the effort for zlib's `level` and a strategy that the caller asks for.
pub fn with_strategy(level: i32, strategy: Strategy) -> Effort {
    let level = match level {
        1 => 2,
        9 => 8,
        _ => level,
    };
    Effort { level, strategy, search: None }
}

/// Returns how matches of rows without filters are searched, if not as zlib-rs does at this level.
fn search(level: i32) -> Option<Search> {
    match level {
        1 => Some(Search { good_length: 4, max_lazy: 0, nice_length: 8, max_chain: 1 }),
        6 => Some(Search { good_length: 8, max_lazy: 16, nice_length: 128, max_chain: 64 }),
        _ => None,
    }
}

/// Returns the binary logarithm in parts of [`ONE`], linear between the powers of 2.
fn log2(number: u32) -> u32 {
    let exponent = number.ilog2();
    exponent * ONE + ((u64::from(number) * u64::from(ONE)) >> exponent) as u32 - ONE
}

/// Returns the entropy of a byte, in bits of [`ONE`] parts.
fn entropy(data: &[u8]) -> u32 {
    // In turn, so that equal bytes in a row do not wait for each other.
    let mut counts = [[0u32; 256]; 4];
    for bytes in data.chunks(counts.len()) {
        bytes.iter().zip(&mut counts).for_each(|(byte, counts)| counts[usize::from(*byte)] += 1);
    }
    let length = data.len() as u32;
    let counts = (0..256).map(|byte| counts.iter().map(|counts| counts[byte]).sum()).filter(|count| *count > 0);
    let total: u64 = counts.map(|count: u32| u64::from(count) * u64::from(log2(length) - log2(count))).sum();
    (total / u64::from(length)) as u32
}

fn load(data: &[u8], place: usize) -> u64 {
    u64::from_le_bytes(*data[place..].first_chunk().expect("8 bytes before the end"))
}

/// Returns how many bytes from `a` and from `b` on are equal, in steps of 8 bytes at the end of the data.
fn equal_bytes(data: &[u8], a: usize, b: usize) -> usize {
    const LONGEST: usize = 256;
    let mut length = 0;
    while length < LONGEST && b + length + 8 <= data.len() {
        let difference = load(data, a + length) ^ load(data, b + length);
        if difference != 0 {
            return length + difference.trailing_zeros() as usize / 8;
        }
        length += 8;
    }
    length
}

/// Returns the share of the size that matches other than runs would save, in parts of 4096. That of the first samples is enough
/// if it is far more than `least`.
fn gain(data: &[u8], least: u64) -> u64 {
    /// Drawings and dithered pictures gain that many times the least that matters at levels up to 6.
    const FAR: u64 = 4;
    if data.len() < 64 {
        return u64::MAX;
    }
    let part = data.len().div_ceil(SAMPLES).max(SAMPLE);
    let (mut saved, mut others) = (0, 0);
    for part in data.chunks(part) {
        let start = part.len().saturating_sub(SAMPLE) / 2;
        let sample = savings(&part[start..part.len().min(start + SAMPLE)]);
        saved += sample.0;
        others += sample.1;
        if saved * 4096 >= FAR * least * others.max(1) {
            break;
        }
    }
    (saved * 4096).checked_div(others).unwrap_or(u64::MAX)
}

/// Returns the bits that matches other than runs would save in a sample, and those of all bytes outside runs.
fn savings(data: &[u8]) -> (u64, u64) {
    const HASH_BITS: u32 = 12;
    const SHORTEST: usize = 4;
    let entropy = entropy(data);
    let mut last_places = [0u16; 1 << HASH_BITS];
    let (mut place, mut misses, mut saved, mut runs) = (1, 0, 0u64, 0u64);
    while place + 8 <= data.len() {
        let hash = (load(data, place) as u32).wrapping_mul(0x9e37_79b1) >> (32 - HASH_BITS);
        let last = std::mem::replace(&mut last_places[hash as usize], place as u16);
        let run = equal_bytes(data, place - 1, place);
        let length = if last == 0 { 0 } else { equal_bytes(data, last.into(), place) };
        let bits = length as u32 * entropy;
        if run >= SHORTEST && run + SHORTEST >= length {
            runs += run as u64;
            place += run;
        } else if length > SHORTEST && bits > MATCH_BITS {
            saved += u64::from(bits - MATCH_BITS);
            place += length;
            misses = 0;
        } else {
            misses += 1;
            place += 1 + misses / 128;
        }
    }
    (saved, (data.len() as u64).saturating_sub(runs) * u64::from(entropy))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing_random::bytes;

    fn noise(count: usize) -> Vec<u8> {
        bytes(1).take(count).map(|byte| byte >> 3).collect()
    }

    #[test]
    fn matches_are_looked_for_where_there_are_some() {
        let noise = noise(100_000);
        assert_eq!(choose(1, true, &noise).strategy, Strategy::Rle);
        assert_eq!(choose(1, false, &noise).search, search(1));
        for has_filters in [false, true] {
            assert_eq!(choose(6, has_filters, &noise), Effort { level: 6, strategy: Strategy::Rle, search: None });
            let rows: Vec<u8> = noise[..1000].iter().cycle().take(100_000).copied().collect();
            for level in 1..=9 {
                let search = search(level).filter(|_| !has_filters);
                let expected = Effort { search, ..with_strategy(level, Strategy::Default) };
                assert_eq!(choose(level, has_filters, &rows), expected);
            }
            assert_eq!(choose(0, has_filters, &noise).level, 0);
        }
    }

    #[test]
    fn short_and_uniform_data_have_an_effort() {
        for length in (0..100).chain([SAMPLE - 1, SAMPLE, SAMPLE + 1]) {
            choose(6, true, &vec![0; length]);
            choose(6, true, &noise(length));
        }
    }

    #[test]
    fn logarithms_are_those_of_powers() {
        assert_eq!([1, 2, 3, 4, 1 << 20].map(log2), [0, 256, 384, 512, 20 * 256]);
    }
}
