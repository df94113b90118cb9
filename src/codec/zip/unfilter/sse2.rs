//! SSE2: a pixel in a register, or 16 bytes of a prefix sum. SSE2 is part of x86-64, so nothing is detected.

use std::arch::x86_64::*;

use crate::simd::isa::{Sse2, entry};

/// Undoes Sub. Returns whether there is a kernel for pixels of this size.
pub fn sub(row: &mut [u8], pixel: usize) -> bool {
    match pixel {
        1 => sub_bytes::<1>(Sse2, row),
        2 => sub_bytes::<2>(Sse2, row),
        3 => sub_pixels::<3>(Sse2, row),
        4 => sub_bytes::<4>(Sse2, row),
        6 => sub_pixels::<6>(Sse2, row),
        8 => sub_bytes::<8>(Sse2, row),
        _ => return false,
    }
    true
}

/// Undoes Average. Returns whether there is a kernel for pixels of this size.
pub fn average(row: &mut [u8], above: &[u8], pixel: usize) -> bool {
    match pixel {
        3 => average_pixels::<3>(Sse2, row, above),
        4 => average_pixels::<4>(Sse2, row, above),
        6 => average_pixels::<6>(Sse2, row, above),
        8 => average_pixels::<8>(Sse2, row, above),
        _ => return false,
    }
    true
}

/// Undoes Paeth. Returns whether there is a kernel for pixels of this size.
pub fn paeth(row: &mut [u8], above: &[u8], pixel: usize) -> bool {
    match pixel {
        3 => paeth_pixels::<3>(Sse2, row, above),
        4 => paeth_pixels::<4>(Sse2, row, above),
        6 => paeth_pixels::<6>(Sse2, row, above),
        8 => paeth_pixels::<8>(Sse2, row, above),
        _ => return false,
    }
    true
}

/// Loads a pixel into the low bytes of a register.
#[inline(always)]
fn load<const N: usize>(pixel: &[u8; N]) -> __m128i {
    let mut bytes = [0; 8];
    bytes[..N].copy_from_slice(pixel);
    bytemuck::cast([u64::from_le_bytes(bytes), 0])
}

#[inline(always)]
fn store<const N: usize>(pixel: &mut [u8; N], register: __m128i) {
    let [low, _]: [u64; 2] = bytemuck::cast(register);
    pixel.copy_from_slice(&low.to_le_bytes()[..N]);
}

/// Adds up 16 bytes at a time, of pixels of `N` bytes, where `N` divides 16: each step adds the bytes at twice the distance.
#[target_feature(enable = "sse2")]
fn sub_bytes_sse2<const N: usize>(row: &mut [u8]) {
    let (chunks, rest) = row.as_chunks_mut::<16>();
    let mut last = _mm_setzero_si128();
    for chunk in chunks.iter_mut() {
        let mut x: __m128i = bytemuck::cast(*chunk);
        if N == 1 {
            x = _mm_add_epi8(x, _mm_slli_si128::<1>(x));
        }
        if N <= 2 {
            x = _mm_add_epi8(x, _mm_slli_si128::<2>(x));
        }
        if N <= 4 {
            x = _mm_add_epi8(x, _mm_slli_si128::<4>(x));
        }
        x = _mm_add_epi8(x, _mm_slli_si128::<8>(x));
        x = _mm_add_epi8(x, last);
        *chunk = bytemuck::cast(x);
        // The last pixel, in all places.
        last = match N {
            1 => {
                let bytes = _mm_unpackhi_epi8(x, x);
                let words = _mm_shufflehi_epi16::<0xff>(bytes);
                _mm_shuffle_epi32::<0xff>(words)
            }
            2 => _mm_shuffle_epi32::<0xff>(_mm_shufflehi_epi16::<0xff>(x)),
            4 => _mm_shuffle_epi32::<0xff>(x),
            _ => _mm_shuffle_epi32::<0xee>(x),
        };
    }
    let last: [u8; 16] = bytemuck::cast(last);
    for i in 0..rest.len() {
        rest[i] = rest[i].wrapping_add(if i < N { last[i] } else { rest[i - N] });
    }
}

entry! {
    /// Undoes Sub by prefix sums, for pixels of 1, 2, 4 or 8 bytes.
    fn sub_bytes[const N: usize][N](Sse2, row: &mut [u8]) = sub_bytes_sse2::<N>;

    /// Undoes Sub, pixel by pixel.
    fn sub_pixels[const N: usize][N](Sse2, row: &mut [u8]) = sub_pixels_sse2::<N>;

    /// Undoes Average.
    fn average_pixels[const N: usize][N](Sse2, row: &mut [u8], above: &[u8]) = average_pixels_sse2::<N>;

    /// Undoes Paeth.
    fn paeth_pixels[const N: usize][N](Sse2, row: &mut [u8], above: &[u8]) = paeth_pixels_sse2::<N>;
}

#[target_feature(enable = "sse2")]
fn sub_pixels_sse2<const N: usize>(row: &mut [u8]) {
    let (pixels, rest) = row.as_chunks_mut::<N>();
    let mut a = _mm_setzero_si128();
    for pixel in pixels {
        a = _mm_add_epi8(a, load(pixel));
        store(pixel, a);
    }
    let a: [u8; 16] = bytemuck::cast(a);
    for (x, a) in rest.iter_mut().zip(a) {
        *x = x.wrapping_add(a);
    }
}

#[target_feature(enable = "sse2")]
fn average_pixels_sse2<const N: usize>(row: &mut [u8], above: &[u8]) {
    let (pixels, rest) = row.as_chunks_mut::<N>();
    let (pixels_above, rest_above) = above.as_chunks::<N>();
    let one = _mm_set1_epi8(1);
    let mut a = _mm_setzero_si128();
    for (pixel, above) in pixels.iter_mut().zip(pixels_above) {
        let b = load(above);
        // `pavgb` rounds up: subtract the bit that it rounds.
        let rounded = _mm_and_si128(_mm_xor_si128(a, b), one);
        let mean = _mm_sub_epi8(_mm_avg_epu8(a, b), rounded);
        a = _mm_add_epi8(load(pixel), mean);
        store(pixel, a);
    }
    let a: [u8; 16] = bytemuck::cast(a);
    for ((x, b), a) in rest.iter_mut().zip(rest_above).zip(a) {
        *x = x.wrapping_add(((u16::from(a) + u16::from(*b)) / 2) as u8);
    }
}

#[inline]
#[target_feature(enable = "sse2")]
fn abs(x: __m128i) -> __m128i {
    _mm_max_epi16(x, _mm_sub_epi16(_mm_setzero_si128(), x))
}

#[inline]
#[target_feature(enable = "sse2")]
fn select(mask: __m128i, yes: __m128i, no: __m128i) -> __m128i {
    _mm_or_si128(_mm_and_si128(mask, yes), _mm_andnot_si128(mask, no))
}

#[target_feature(enable = "sse2")]
fn paeth_pixels_sse2<const N: usize>(row: &mut [u8], above: &[u8]) {
    let zero = _mm_setzero_si128();
    let (pixels, rest) = row.as_chunks_mut::<N>();
    let (pixels_above, rest_above) = above.as_chunks::<N>();
    let (mut a, mut c) = (zero, zero);
    let low_bytes = _mm_set1_epi16(0xff);
    let next = |x: __m128i, b: __m128i, a: __m128i, c: __m128i| {
        let (from_b, from_a) = (_mm_sub_epi16(b, c), _mm_sub_epi16(a, c));
        let (pa, pb, pc) = (abs(from_b), abs(from_a), abs(_mm_add_epi16(from_b, from_a)));
        let least = _mm_min_epi16(pc, _mm_min_epi16(pa, pb));
        let b_or_c = select(_mm_cmpeq_epi16(least, pb), b, c);
        let nearest = select(_mm_cmpeq_epi16(least, pa), a, b_or_c);
        _mm_and_si128(_mm_add_epi16(x, nearest), low_bytes)
    };
    for (pixel, above) in pixels.iter_mut().zip(pixels_above) {
        let b = _mm_unpacklo_epi8(load(above), zero);
        a = next(_mm_unpacklo_epi8(load(pixel), zero), b, a, c);
        c = b;
        store(pixel, _mm_packus_epi16(a, a));
    }
    // The bytes of an incomplete pixel.
    let mut last = [[0; N]; 2];
    last[0][..rest.len()].copy_from_slice(rest);
    last[1][..rest.len()].copy_from_slice(&rest_above[..rest.len()]);
    a = next(_mm_unpacklo_epi8(load(&last[0]), zero), _mm_unpacklo_epi8(load(&last[1]), zero), a, c);
    store(&mut last[0], _mm_packus_epi16(a, a));
    rest.copy_from_slice(&last[0][..rest.len()]);
}
