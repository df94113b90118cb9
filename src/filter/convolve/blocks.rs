//! Rows, cut into blocks of samples that fill vectors, with the taps of the kernel for each.

use bytemuck::{AnyBitPattern, NoUninit};

/// The samples of a block. A large kernel has more to prepare for each block, and gets larger ones; a short row smaller
/// ones.
pub const BLOCK: usize = 64;
const LARGE_BLOCK: usize = 128;
const LARGEST_BLOCK: usize = 256;
pub const SMALL_BLOCK: usize = 16;

/// The samples that a block's `N` output samples are computed from: for each weight of the kernel, `N` input samples.
pub type Taps<'a, T, const KSIZE: usize, const N: usize> = [[&'a [T; N]; KSIZE]; KSIZE];

/// Computes blocks of output samples.
pub trait BlockConvolver<T, const KSIZE: usize> {
    fn convolve_block<const N: usize>(&self, out: &mut [T; N], taps: &Taps<'_, T, KSIZE, N>);
}

/// Convolves a row, without its edges, block by block. `inputs` are the rows around it, from the top down; a pixel has
/// `STRIDE` samples. The last block may overlap the one before, and computes the same values again.
#[inline(always)]
pub fn convolve_blocks<T: AnyBitPattern + NoUninit, const KSIZE: usize, const STRIDE: usize>(
    out: &mut [u8],
    inputs: &[&[u8]],
    convolver: &impl BlockConvolver<T, KSIZE>,
) {
    let rows: [&[T]; KSIZE] = std::array::from_fn(|row| bytemuck::cast_slice(inputs[KSIZE - 1 - row]));
    let out = bytemuck::cast_slice_mut::<u8, T>(out);
    let count = out.len();
    if KSIZE == 5 && count >= LARGEST_BLOCK {
        blocks_of::<T, KSIZE, STRIDE, LARGEST_BLOCK>(out, rows, convolver);
    } else if KSIZE == 5 && count >= LARGE_BLOCK {
        blocks_of::<T, KSIZE, STRIDE, LARGE_BLOCK>(out, rows, convolver);
    } else if count >= BLOCK {
        blocks_of::<T, KSIZE, STRIDE, BLOCK>(out, rows, convolver);
    } else if count >= SMALL_BLOCK {
        blocks_of::<T, KSIZE, STRIDE, SMALL_BLOCK>(out, rows, convolver);
    } else {
        blocks_of::<T, KSIZE, STRIDE, 1>(out, rows, convolver);
    }
}

/// Convolves a row of at least `N` samples by blocks of `N`.
#[inline(always)]
fn blocks_of<T: Copy, const KSIZE: usize, const STRIDE: usize, const N: usize>(
    out: &mut [T],
    rows: [&[T]; KSIZE],
    convolver: &impl BlockConvolver<T, KSIZE>,
) {
    let last = out.len() - N;
    for start in (0..out.len()).step_by(N).map(|start| start.min(last)) {
        // The length of a window is a constant, so its taps need no bounds checks.
        let windows = rows.map(|row| &row[start..start + N + (KSIZE - 1) * STRIDE]);
        let taps: Taps<'_, T, KSIZE, N> = windows.map(|window| {
            std::array::from_fn(|column| window[column * STRIDE..].first_chunk().expect("within the window"))
        });
        if let Some(out) = out[start..].first_chunk_mut::<N>() {
            convolver.convolve_block(out, &taps);
        }
    }
}
