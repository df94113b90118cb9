//! AVX-512: pixels of a row, permuted.

use std::arch::x86_64::*;

use super::super::columns::Windows;

/// Makes vectors of pixels of two that lie side by side in the row.
///
/// # Safety
///
/// The processor has the instructions, the row has two vectors from each start on, and the outcome has room for all.
#[target_feature(enable = "avx512f,avx512bw,avx512vbmi")]
pub unsafe fn pick_windows(out: &mut [u8], row: &[u8], windows: &Windows) {
    for (out, (start, places)) in out.chunks_exact_mut(64).zip(windows.starts.iter().zip(&windows.places)) {
        // SAFETY: as the caller promises.
        unsafe {
            let from = row.as_ptr().add(*start);
            let (left, right) = (_mm512_loadu_si512(from.cast()), _mm512_loadu_si512(from.add(64).cast()));
            let places = _mm512_loadu_si512(places.as_ptr().cast());
            let pixels = match windows.size {
                1 => _mm512_permutex2var_epi8(left, places, right),
                _ => _mm512_permutex2var_epi32(left, places, right),
            };
            _mm512_storeu_si512(out.as_mut_ptr().cast(), pixels);
        }
    }
}
