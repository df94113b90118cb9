//! What safe code would do one value at a time.

#![allow(unsafe_code)] // what vectors interleave, and products

#[cfg(target_arch = "x86_64")]
mod pairs;
#[cfg(target_arch = "x86_64")]
mod products;
#[cfg(target_arch = "x86_64")]
mod quads;
#[cfg(target_arch = "x86_64")]
mod words;

#[cfg(target_arch = "x86_64")]
pub use products::{FixedPoint, Products};

#[cfg(target_arch = "x86_64")]
use {
    pairs::pairs,
    quads::{near_quads, quads},
    words::near_words,
};

/// Bytes of a block, of which two rows are made at once, and the least bytes of a row.
pub const LEAST: usize = 64;

/// The most blocks of a row.
pub const BLOCKS: usize = 64;

/// How many rows are around two rows, at most.
pub const MOST_INPUTS: usize = 6;

/// For each of two rows and each of its blocks: at which bytes sums are divided with nothing left.
pub type Places = [[u64; BLOCKS]; 2];

/// Panics where rows are not as long as each other, with the pixels at both edges.
#[cfg(target_arch = "x86_64")]
fn check<const SIZE: usize>(outs: &[&mut [u8]; 2], inputs: &[&[u8]; MOST_INPUTS]) {
    let bytes = outs[0].len();
    assert!((LEAST..=BLOCKS * LEAST).contains(&bytes) && outs[1].len() == bytes);
    assert!(inputs[..SIZE + 1].iter().all(|row| row.len() == bytes + (SIZE - 1) * 4));
}
