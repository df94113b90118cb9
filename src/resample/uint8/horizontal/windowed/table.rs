//! The coefficients of the windowed method: of each output pixel, window by window.

use crate::error::{Error, Result};
use crate::resample::blocks::{self, Blocks, Layout};
use crate::resample::coefficients::Coefficients;
use crate::resample::uint8::coeff_split::{GROUP_TAPS, I16Pairs, MAX_PARTS, PartFormat, divide_exact};
use crate::simd::isa::Avx2;

/// The pixels of a window: two groups of taps.
pub const WINDOW: usize = 2 * GROUP_TAPS;

/// The output pixels of a block.
pub const LANES: usize = 8;

/// A part of a window's coefficients: that of the first group for each band, and that of the second one.
pub type Part = [i32; 8];

/// Eight neighbouring output pixels.
#[derive(Clone, Copy, Debug)]
pub struct Block {
    /// The first output pixel.
    pub first: usize,
    /// The first pixel of each output pixel's first window.
    pub starts: [usize; LANES],
    /// The factors of the sums, if the coefficients have one part; `None` if they have [`MAX_PARTS`]. For each vector
    /// that holds output pixels `n` and `n + 4`.
    pub factors: Option<[Part; LANES / 2]>,
    /// The index of the block's first part.
    coefficients: usize,
}

/// The coefficients of a row.
#[derive(Debug)]
pub struct Table {
    /// The proof that the kernel for this table may run.
    isa: Avx2,
    blocks: Vec<Block>,
    /// For each output pixel, for each window its parts.
    parts: Vec<Part>,
    /// The windows of an output pixel, one or two.
    windows: usize,
    /// The pixels of an input row, and of an output row.
    input: usize,
    output: usize,
}

impl Table {
    /// Makes the table for input rows of `input` pixels; `None` if they are too short, or other methods are faster.
    pub fn new(isa: Avx2, coefficients: &Coefficients<i32>, input: usize) -> Result<Option<Self>> {
        let output = coefficients.len();
        // All output pixels but those at the ends are like the one in the middle.
        let is_one_part = I16Pairs::factor(coefficients.of(output / 2)).is_some_and(|split| split.parts == 1);
        if !is_one_part || !(3..=2 * WINDOW).contains(&coefficients.max_taps()) {
            return Ok(None);
        }
        let layout = Layout { group_taps: WINDOW, window: WINDOW };
        let Some(blocks) = Blocks::<LANES>::new(coefficients, input, layout)? else { return Ok(None) };
        let windows = blocks.groups();
        let (mut table, mut parts) = (Vec::new(), Vec::new());
        let length = output.next_multiple_of(LANES).checked_mul(MAX_PARTS * windows).ok_or(Error::Memory)?;
        table.try_reserve_exact(blocks.iter().len()).map_err(|_| Error::Memory)?;
        parts.try_reserve_exact(length).map_err(|_| Error::Memory)?;
        for block in blocks.iter() {
            let Some(block) = pack_block(block, coefficients, windows, &mut parts) else { return Ok(None) };
            table.push(block);
        }
        Ok(Some(Self { isa, blocks: table, parts, windows, input, output }))
    }

    /// The token of the kernel for this table.
    pub fn isa(&self) -> Avx2 {
        self.isa
    }

    /// Panics unless rows of 4-byte pixels have the lengths that this table was made for.
    #[inline]
    pub fn assert_row_lengths(&self, outs: &[&mut [u8]], inputs: &[&[u8]]) {
        assert!(outs.iter().all(|out| out.len() == 4 * self.output));
        assert!(inputs.iter().all(|input| input.len() == 4 * self.input));
    }

    /// The windows of an output pixel, one or two.
    pub fn windows(&self) -> usize {
        self.windows
    }

    /// The blocks, from left to right; the last one may overlap the one before it. All of their windows are within the
    /// input row, and all output pixels within the output row.
    pub fn blocks(&self) -> &[Block] {
        &self.blocks
    }

    /// Returns the coefficients of a block: for each output pixel, for each window its parts.
    #[inline(always)]
    pub fn parts(&self, block: &Block) -> &[Part] {
        let parts = if block.factors.is_some() { 1 } else { MAX_PARTS };
        &self.parts[block.coefficients..][..LANES * self.windows * parts]
    }
}

/// Appends the coefficients of a block to the table; `None` if one of them is too large.
fn pack_block(
    block: &blocks::Block<LANES>,
    coefficients: &Coefficients<i32>,
    windows: usize,
    table: &mut Vec<Part>,
) -> Option<Block> {
    let all: [&[i32]; LANES] = std::array::from_fn(|lane| coefficients.of(block.first + lane));
    let one_part = I16Pairs::factor_all(all).filter(|split| split.parts == 1);
    let split = one_part.or_else(|| I16Pairs::full(all))?;
    let first = table.len();
    table.resize(first + LANES * windows * split.parts, [0; 8]);
    for (lane, table) in table[first..].chunks_exact_mut(windows * split.parts).enumerate() {
        let taps = Blocks::unpadded(block, lane, coefficients);
        for (tap, coefficient) in taps.zip(coefficients.of(block.first + lane)) {
            let mut parts = [0; MAX_PARTS];
            let quotient = divide_exact(*coefficient, split.factors[lane]);
            I16Pairs::pack(&mut parts[..split.parts], tap % GROUP_TAPS, quotient);
            for (out, part) in table[tap / WINDOW * split.parts..].iter_mut().zip(&parts[..split.parts]) {
                out.as_chunks_mut::<4>().0[tap % WINDOW / GROUP_TAPS].iter_mut().for_each(|band| *band |= part);
            }
        }
    }
    let factors = (split.parts == 1)
        .then(|| std::array::from_fn(|pair| std::array::from_fn(|lane| split.factors[pair + lane / 4 * 4])));
    Some(Block { first: block.first, starts: block.starts, factors, coefficients: first })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resample::coefficients::Precision;
    use crate::resample::filter::Filter;
    use crate::simd::isa::Isa;

    fn table(isa: Avx2, input: usize, output: usize, filter: Filter) -> (Coefficients<i32>, Option<Table>) {
        let range = (0.0, input as f32);
        let coefficients = Coefficients::new(input, range, output, filter, Precision::Double);
        let coefficients = coefficients.and_then(Coefficients::into_fixed_point).expect("small");
        let table = Table::new(isa, &coefficients, input).expect("small");
        (coefficients, table)
    }

    #[test]
    fn all_blocks_but_the_outer_ones_have_one_part() {
        let Some(isa) = Isa::available().find_map(Isa::avx2) else { return };
        assert!(table(isa, 320, 43, Filter::Bilinear).1.is_none(), "not an integral scale");
        for (filter, full) in [(Filter::Box, 0), (Filter::Bilinear, 2)] {
            let table = table(isa, 320, 40, filter).1.expect("one part");
            assert_eq!(table.blocks.iter().filter(|block| block.factors.is_none()).count(), full, "{filter:?}");
        }
    }

    #[test]
    fn windows_have_all_coefficients() {
        let Some(isa) = Isa::available().find_map(Isa::avx2) else { return };
        for (input, output, filter) in [(320, 40, Filter::Bilinear), (323, 107, Filter::Box), (82, 16, Filter::Box)] {
            let (coefficients, table) = table(isa, input, output, filter);
            let table = table.expect("one part");
            assert_eq!((table.input, table.output), (input, output));
            let mut next = 0;
            for block in table.blocks() {
                assert!(block.first <= next && block.first + LANES <= output);
                next = block.first + LANES;
                let Some(factors) = block.factors else { continue };
                for (lane, parts) in table.parts(block).chunks_exact(table.windows()).enumerate() {
                    let (bounds, start) = (coefficients.bounds(block.first + lane), block.starts[lane]);
                    let mut row = vec![0; input];
                    let bytes = parts.iter().flat_map(|part| [part[0], part[7]]).flat_map(i32::to_le_bytes);
                    for (coefficient, byte) in row[start..].iter_mut().zip(bytes) {
                        *coefficient = i32::from(byte as i8) * factors[lane % 4][lane / 4 * 4];
                    }
                    assert!(start + table.windows() * WINDOW <= input);
                    assert_eq!(&row[bounds.start..][..bounds.count], coefficients.of(block.first + lane));
                    assert_eq!(row.iter().filter(|coefficient| **coefficient != 0).count(), bounds.count);
                }
            }
            assert_eq!(next, output);
        }
    }
}
