//! Transposes blocks that fit into 16-byte registers: 16 × 16 pixels of one byte, 8 × 8 of two or 4 × 4 of four. With AVX2, two
//! blocks are transposed at once, and four side by side are a cache line.

#[cfg(target_arch = "x86_64")]
mod avx2;
mod layout;
#[cfg(target_arch = "x86_64")]
mod sse2;

#[cfg(target_arch = "x86_64")]
pub use avx2::write_lines;

use layout::Block;

/// Transposes a block.
#[inline(always)]
pub fn transpose<const BYTES: usize, const SIDE: usize>(block: Block<BYTES, SIDE>) -> Block<BYTES, SIDE> {
    #[cfg(target_arch = "x86_64")]
    return sse2::transpose(crate::simd::isa::Sse2, block);
    #[cfg(not(target_arch = "x86_64"))]
    std::array::from_fn(|row| std::array::from_fn(|column| block[column][row]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check<const BYTES: usize, const SIDE: usize>() {
        let block: Block<BYTES, SIDE> = std::array::from_fn(|row| {
            std::array::from_fn(|column| std::array::from_fn(|byte| ((row * SIDE + column) * BYTES + byte) as u8))
        });
        let transposed = transpose(block);
        for row in 0..SIDE {
            for column in 0..SIDE {
                assert_eq!(transposed[column][row], block[row][column]);
            }
        }
    }

    #[test]
    fn rows_become_columns() {
        check::<1, 16>();
        check::<2, 8>();
        check::<4, 4>();
    }
}
