//! Copies images, and rows for the other operations of this folder.

use std::ops::Range;

use crate::exec::nontemporal::StorePolicy;
use crate::exec::parallel;
use crate::image::{ImageMut, ImageRef};
use crate::simd::isa::multiversion;

/// Copies the pixels of an image to one of the same mode and size.
pub fn copy(out: ImageMut<'_>, input: &ImageRef<'_>) {
    match input.contiguous() {
        Some(pixels)
            if StorePolicy::for_image(&out, &[input]) == StorePolicy::Temporal && out.contiguous().is_some() =>
        {
            copy_contiguous(out, pixels)
        }
        _ => parallel::copy_rows(out, input, |y| input.row(y)),
    }
}

/// Copies an image where both images are contiguous.
fn copy_contiguous(out: ImageMut<'_>, input: &[u8]) {
    /// The most bytes of a call of `memcpy`: glibc bypasses the caches for much longer copies.
    const MAX_MEMCPY: usize = 256 << 10;
    let (row_bytes, cost) = (out.xsize() * out.mode().pixel_size(), parallel::copy_cost(&out));
    parallel::for_rows(out, cost, |first, mut chunk| {
        let parts = chunk.contiguous_mut().into_iter().flat_map(|out| out.chunks_mut(MAX_MEMCPY));
        for (out, input) in parts.zip(input[first * row_bytes..].chunks(MAX_MEMCPY)) {
            out.copy_from_slice(&input[..out.len()]);
        }
    });
}

/// Copies a row to one of the same length. Short rows are copied inline: the call of `memcpy` would take longer than
/// the copy.
#[inline(always)]
pub fn copy_row(out: &mut [u8], input: &[u8]) {
    /// The bytes of a load and a store.
    const VECTOR: usize = 32;
    if !(VECTOR..=4 * VECTOR).contains(&input.len()) || out.len() != input.len() {
        return out.copy_from_slice(input);
    }
    // Two vectors an iteration: LLVM turns a loop over single vectors into a call of `memcpy`.
    let (pairs, rest) = out.as_chunks_mut::<{ 2 * VECTOR }>();
    for (out, input) in pairs.iter_mut().zip(input.as_chunks::<{ 2 * VECTOR }>().0) {
        out[..VECTOR].copy_from_slice(&input[..VECTOR]);
        out[VECTOR..].copy_from_slice(&input[VECTOR..]);
    }
    // The last vector overlaps the one before it.
    let rest = rest.len();
    if rest > VECTOR {
        copy_vector::<VECTOR>(out, input, input.len() - rest);
    }
    if rest > 0 {
        copy_vector::<VECTOR>(out, input, input.len() - VECTOR);
    }
}

#[inline(always)]
fn copy_vector<const BYTES: usize>(out: &mut [u8], input: &[u8], start: usize) {
    out[start..][..BYTES].copy_from_slice(&input[start..][..BYTES]);
}

multiversion! {
    /// Copies rows of `row_bytes` bytes in reverse order.
    pub fn copy_rows_reversed(out: &mut [u8], input: &[u8], row_bytes: usize) {
        for (out, input) in out.chunks_exact_mut(row_bytes).rev().zip(input.chunks_exact(row_bytes)) {
            copy_row(out, input);
        }
    }

    /// Copies the bytes `input_columns` of each input row to the bytes `out_columns` of each output row. Both ranges
    /// have the same length.
    pub fn copy_columns(
        out: &mut [u8],
        out_row_bytes: usize,
        out_columns: &Range<usize>,
        input: &[u8],
        input_row_bytes: usize,
        input_columns: &Range<usize>,
    ) {
        for (out, input) in out.chunks_exact_mut(out_row_bytes).zip(input.chunks_exact(input_row_bytes)) {
            copy_row(&mut out[out_columns.start..out_columns.end], &input[input_columns.start..input_columns.end]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_of_any_length_are_copied() {
        let input: Vec<u8> = (0..=255).cycle().take(700).collect();
        for length in 0..input.len() {
            let mut out = vec![0; length];
            copy_row(&mut out, &input[..length]);
            assert_eq!(out, input[..length]);
        }
    }
}
