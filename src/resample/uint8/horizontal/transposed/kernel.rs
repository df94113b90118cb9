//! The loop of the transposed kernels, which is the same for every ISA.

use safe_unaligned_simd::x86_64::_mm256_storeu_si256;

use super::tile::{Square, transpose_8x8};
use crate::resample::format::ROWS;

/// Defines the kernel `$name` for a part format, whose products `$sum` sums up.
macro_rules! transposed_kernel {
    ($name:ident, $features:literal, $parts:ty, $sum:ident) => {
        #[target_feature(enable = $features)]
        fn $name<const VECTORS: usize, const OUTPUTS: usize>(
            outs: &mut [&mut [u8]],
            inputs: &[&[u8]],
            table: &Table<$parts, OUTPUTS>,
            band_mask: [u8; 4],
            scratch: &mut Scratch,
        ) {
            const { assert!(OUTPUTS * pixel_bytes(VECTORS) == 4) };
            assert!((1..=ROWS).contains(&outs.len()) && outs.len() == inputs.len());
            table.assert_row_lengths(outs, inputs, pixel_bytes(VECTORS));
            let mut tile = Tile::<VECTORS>::new(inputs, scratch);
            // Missing rows are empty: nothing is stored to them.
            let mut rows: [&mut [u8]; ROWS] = Default::default();
            rows.iter_mut().zip(outs).for_each(|(row, out)| *row = out);
            let band_mask = _mm256_set1_epi32(i32::from_ne_bytes(band_mask));
            let mut prefetcher = Prefetcher::new(inputs);
            let mut parts = table.parts();
            for (number, (window, blocks)) in table.batches().enumerate() {
                prefetcher.advance(pixel_bytes(VECTORS) * GROUP_TAPS * window.end, inputs);
                let groups = tile.slide_to(window);
                let mut pixels = [_mm256_setzero_si256(); BATCH];
                for (pixels, block) in pixels.iter_mut().zip(blocks) {
                    let sums = $sum(block.taps.select(groups), block.take_parts(&mut parts), &block.split);
                    *pixels = _mm256_and_si256(pack_u8(sums), band_mask);
                }
                store_transposed(&mut rows, 32 * number, pixels);
            }
        }
    };
}
pub(super) use transposed_kernel;

/// Stores the output of a batch, 32 bytes of each row, or those that it has room for.
#[inline]
#[target_feature(enable = "avx2")]
pub fn store_transposed(rows: &mut [&mut [u8]; ROWS], start: usize, pixels: Square) {
    for (row, vector) in rows.iter_mut().zip(transpose_8x8(pixels)) {
        let Some(out) = row.get_mut(start..) else { continue };
        if let Some(out) = out.first_chunk_mut::<32>() {
            _mm256_storeu_si256(out, vector);
        } else {
            let bytes: [u8; 32] = bytemuck::cast(vector);
            out.copy_from_slice(&bytes[..out.len()]);
        }
    }
}
