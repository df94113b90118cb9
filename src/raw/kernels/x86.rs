//! x86-64.

use super::Shuffle;

/// SSE4.1.
#[target_feature(enable = "sse4.1,ssse3")]
pub fn shuffle_sse41<S: Shuffle>(out: &mut [u8], input: &[u8], pixels: usize) {
    S::shuffle(out, input, pixels);
}

/// AVX2.
#[target_feature(enable = "avx2,bmi2")]
pub fn shuffle_avx2<S: Shuffle>(out: &mut [u8], input: &[u8], pixels: usize) {
    S::shuffle(out, input, pixels);
}

/// AVX-512.
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx512vbmi,avx2,bmi2")]
pub fn shuffle_avx512<S: Shuffle>(out: &mut [u8], input: &[u8], pixels: usize) {
    S::shuffle(out, input, pixels);
}
