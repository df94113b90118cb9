//! Rows, cut into blocks of samples so long that vectors are filled.

use bytemuck::{AnyBitPattern, NoUninit};

/// Samples that are done at once: more for a larger kernel, which has more to prepare, and fewer where there are not so many.
pub const BLOCK: usize = 64;
pub const LARGE_BLOCK: usize = 128;
pub const LARGEST_BLOCK: usize = 256;
pub const SMALL_BLOCK: usize = 16;

/// For each row of the kernel and each of its columns, samples of the image: around a block of them.
pub type Around<'a, T, const SIZE: usize, const N: usize> = [[&'a [T; N]; SIZE]; SIZE];

/// Hands out a row but for its edges, block by block with what is around each of the rows around it, `STEP` samples a pixel. Blocks may overlap:
/// then what is done twice is the same.
#[inline(always)]
pub fn for_blocks<T: AnyBitPattern + NoUninit, const SIZE: usize, const STEP: usize>(
    out: &mut [u8],
    inputs: &[&[u8]],
    work: &impl Blocks<T, SIZE>,
) {
    let rows: [&[T]; SIZE] = std::array::from_fn(|row| bytemuck::cast_slice(inputs[SIZE - 1 - row]));
    let out = bytemuck::cast_slice_mut::<u8, T>(out);
    let count = out.len();
    if SIZE == 5 && count >= LARGEST_BLOCK {
        blocks_of::<T, SIZE, STEP, LARGEST_BLOCK>(out, rows, work);
    } else if SIZE == 5 && count >= LARGE_BLOCK {
        blocks_of::<T, SIZE, STEP, LARGE_BLOCK>(out, rows, work);
    } else if count >= BLOCK {
        blocks_of::<T, SIZE, STEP, BLOCK>(out, rows, work);
    } else if count >= SMALL_BLOCK {
        blocks_of::<T, SIZE, STEP, SMALL_BLOCK>(out, rows, work);
    } else {
        blocks_of::<T, SIZE, STEP, 1>(out, rows, work);
    }
}

/// [`for_blocks`] of `N` samples, where there are so many.
#[inline(always)]
pub fn blocks_of<T: Copy, const SIZE: usize, const STEP: usize, const N: usize>(
    out: &mut [T],
    rows: [&[T]; SIZE],
    work: &impl Blocks<T, SIZE>,
) {
    let last = out.len() - N;
    for start in (0..out.len()).step_by(N).map(|start| start.min(last)) {
        // Whose length the compiler knows: nothing is checked for each of the columns.
        let windows = rows.map(|row| &row[start..start + N + (SIZE - 1) * STEP]);
        let around: Around<'_, T, SIZE, N> = windows
            .map(|row| std::array::from_fn(|column| row[column * STEP..].first_chunk().expect("within the row")));
        if let Some(out) = out[start..].first_chunk_mut::<N>() {
            work.block(out, &around);
        }
    }
}

/// Makes blocks of samples.
pub trait Blocks<T, const SIZE: usize> {
    /// Makes a block of what is around it.
    fn block<const N: usize>(&self, out: &mut [T; N], around: &Around<'_, T, SIZE, N>);
}
