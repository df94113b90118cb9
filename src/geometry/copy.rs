//! The same pixels again.

use std::ops::Range;

use crate::exec::nontemporal::StorePolicy;
use crate::exec::parallel;
use crate::image::{ImageMut, ImageRef};
use crate::simd::isa::multiversion;

/// Copies an image's pixels to one of the same mode and size.
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

/// Copies rows where those of both images lie one behind the other.
fn copy_contiguous(out: ImageMut<'_>, input: &[u8]) {
    /// Bytes that are copied in one go: of many more the C library would believe that no cache has room for them.
    const PIECE: usize = 256 << 10;
    let (bytes, cost) = (out.xsize() * out.mode().pixel_size(), parallel::copy_cost(&out));
    parallel::for_rows(out, cost, |first, mut band| {
        let pieces = band.contiguous_mut().into_iter().flat_map(|out| out.chunks_mut(PIECE));
        for (out, input) in pieces.zip(input[first * bytes..].chunks(PIECE)) {
            out.copy_from_slice(&input[..out.len()]);
        }
    });
}

/// Copies a row to one of the same length. A call for one that is short would take longer than copying it.
#[inline(always)]
pub fn copy_row(out: &mut [u8], input: &[u8]) {
    /// Bytes that are copied at once.
    const PIECE: usize = 32;
    if !(PIECE..=4 * PIECE).contains(&input.len()) || out.len() != input.len() {
        return out.copy_from_slice(input);
    }
    // By twos: of one piece after the other the compiler would make a call again.
    let (twos, rest) = out.as_chunks_mut::<{ 2 * PIECE }>();
    for (out, input) in twos.iter_mut().zip(input.as_chunks::<{ 2 * PIECE }>().0) {
        out[..PIECE].copy_from_slice(&input[..PIECE]);
        out[PIECE..].copy_from_slice(&input[PIECE..]);
    }
    // What is left, together with some that lies before it.
    let rest = rest.len();
    if rest > PIECE {
        copy_piece::<PIECE>(out, input, input.len() - rest);
    }
    if rest > 0 {
        copy_piece::<PIECE>(out, input, input.len() - PIECE);
    }
}

#[inline(always)]
fn copy_piece<const BYTES: usize>(out: &mut [u8], input: &[u8], start: usize) {
    out[start..][..BYTES].copy_from_slice(&input[start..][..BYTES]);
}

multiversion! {
    /// Copies rows of `bytes` bytes, the last one first.
    pub fn copy_rows_reversed(out: &mut [u8], input: &[u8], bytes: usize) {
        for (out, input) in out.chunks_exact_mut(bytes).rev().zip(input.chunks_exact(bytes)) {
            copy_row(out, input);
        }
    }

    /// Copies a part of each row to a part of another, which is as long.
    pub fn copy_columns(
        out: &mut [u8],
        out_bytes: usize,
        to: &Range<usize>,
        input: &[u8],
        input_bytes: usize,
        from: &Range<usize>,
    ) {
        for (out, input) in out.chunks_exact_mut(out_bytes).zip(input.chunks_exact(input_bytes)) {
            copy_row(&mut out[to.start..to.end], &input[from.start..from.end]);
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
