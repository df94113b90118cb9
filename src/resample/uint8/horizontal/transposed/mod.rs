//! AVX2 and AVX-512: eight rows at once, turned on their side.

#![allow(unsafe_code)] // intrinsics

mod sums;
pub mod table;
mod tile;

pub use sums::{narrowed, with_above, words};
pub use tile::{FOUR, four_by_four, room, scratch};

use std::arch::x86_64::*;

use crate::resample::format::Vector;
use crate::resample::uint8::coeff_split::GROUP;
use crate::resample::uint8::horizontal::transposed::table::{BATCH, ROWS, Strips};
use crate::resample::x86::Next;
use sums::{places, sums_of_digits, sums_of_words};
use tile::{Square, Strip, bytes, turned};

/// Makes rows, up to [`ROWS`]: by weights in digits, or in words.
pub fn across<const DIGITS: bool, const VECTORS: usize, const OUTPUTS: usize>(
    outs: &mut [&mut [u8]],
    inputs: &[&[u8]],
    strips: &Strips<OUTPUTS>,
    kept: [u8; 4],
    scratch: &mut [Vector],
) {
    const { assert!(OUTPUTS * bytes(VECTORS) == 4) };
    let lengths = (bytes(VECTORS) * strips.output(), bytes(VECTORS) * strips.input());
    assert!((1..=ROWS).contains(&outs.len()) && outs.len() == inputs.len());
    assert!(outs.iter().all(|out| out.len() == lengths.0) && inputs.iter().all(|input| input.len() == lengths.1));
    let kept = i32::from_ne_bytes(kept);
    // SAFETY: such tables are made where the processor has the instructions; the rows' lengths are checked.
    unsafe {
        match DIGITS {
            true => across_avx512::<VECTORS, OUTPUTS>(outs, inputs, strips, kept, scratch),
            false => across_avx2::<VECTORS, OUTPUTS>(outs, inputs, strips, kept, scratch),
        }
    }
}

/// Where rows begin; those that there are not are the last one, for which the same is made.
fn beginnings(outs: &mut [&mut [u8]]) -> [*mut u8; ROWS] {
    let mut rows = [outs[0].as_mut_ptr(); ROWS];
    for row in 1..ROWS {
        rows[row] = outs.get_mut(row).map_or(rows[row - 1], |out| out.as_mut_ptr());
    }
    rows
}

/// Puts eight output pixels into each row, or 32 of one byte, or as many as it has room for.
///
/// # Safety
///
/// The rows have that length, which is beyond the start.
#[inline]
#[target_feature(enable = "avx2")]
unsafe fn put(outs: &[*mut u8; ROWS], start: usize, length: usize, made: Square) {
    let made = turned(made);
    if length - start >= 32 {
        for (out, made) in outs.iter().zip(made) {
            // SAFETY: there are 32 bytes.
            unsafe { _mm256_storeu_si256(out.add(start).cast(), made) };
        }
        return;
    }
    for (out, made) in outs.iter().zip(made) {
        let mut last = [0u8; 32];
        // SAFETY: there are fewer.
        unsafe {
            _mm256_storeu_si256(last.as_mut_ptr().cast(), made);
            std::ptr::copy_nonoverlapping(last.as_ptr(), out.add(start), length - start);
        }
    }
}

macro_rules! across {
    ($(#[$meta:meta])* $name:ident, $features:literal, $sums:ident) => {
        $(#[$meta])*
        ///
        /// # Safety
        ///
        /// The rows are as long as the table says.
        #[target_feature(enable = $features)]
        unsafe fn $name<const VECTORS: usize, const OUTPUTS: usize>(
            outs: &mut [&mut [u8]],
            inputs: &[&[u8]],
            strips: &Strips<OUTPUTS>,
            kept: i32,
            scratch: &mut [Vector],
        ) {
            let mut strip = Strip::<VECTORS>::of(inputs, scratch);
            let (length, outs) = (outs[0].len(), beginnings(outs));
            let kept = _mm256_set1_epi32(kept);
            let mut next = Next::of(inputs);
            for (number, (batch, columns)) in strips.batches().enumerate() {
                next.until(bytes(VECTORS) * GROUP * batch.end, inputs);
                // SAFETY: these are a table's, one after the other.
                unsafe { strip.ensure(batch) };
                let base = strip.base();
                let mut made = [_mm256_setzero_si256(); BATCH];
                for (made, column) in made.iter_mut().zip(columns) {
                    // SAFETY: the batch's groups are there.
                    let sums = unsafe { $sums(places(base, column), strips.weights(column), column) };
                    *made = _mm256_and_si256(narrowed(sums), kept);
                }
                // SAFETY: the rows go on there.
                unsafe { put(&outs, 32 * number, length, made) };
            }
        }
    };
}

across! {
    /// Up to eight rows, by weights in words.
    across_avx2, "avx2", sums_of_words
}
across! {
    /// Up to eight rows, by weights in digits.
    across_avx512, "avx2,avx512f,avx512vl,avx512vnni", sums_of_digits
}
