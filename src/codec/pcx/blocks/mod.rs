//! Encodes blocks of bytes.
//!
//! There is no branch for a byte that continues the run, or for a value that takes two bytes: on photographs both are
//! unpredictable. The scalar code writes the run with each byte, and keeps it if it ends; with SSE4.1, a byte shuffle removes
//! the runs that do not end from all that might be written.

mod each;
mod scalar;
#[cfg(target_arch = "x86_64")]
mod sse41;

use crate::simd::isa::{self, Isa};

pub use each::Blocks;

/// Encodes blocks as long as neither end is near, and the run is not long. Returns the number of bytes that it wrote.
pub fn encode(blocks: &mut Blocks<'_>, output: &mut [u8]) -> usize {
    encode_by(isa::current(), blocks, output)
}

/// Encodes blocks with the instructions of an ISA.
fn encode_by(isa: Isa, blocks: &mut Blocks<'_>, output: &mut [u8]) -> usize {
    match isa {
        #[cfg(target_arch = "x86_64")]
        Isa::Sse41(isa) => sse41::encode(isa, blocks, output),
        #[cfg(target_arch = "x86_64")]
        Isa::Avx2(isa) => sse41::encode_avx2(isa, blocks, output),
        #[cfg(target_arch = "x86_64")]
        Isa::Avx512(isa) => sse41::encode_avx2(isa.avx2(), blocks, output),
        Isa::Generic => blocks.encode_with(output, scalar::encode_block),
    }
}

#[cfg(test)]
mod tests {
    use super::each::{BLOCK, ROOM};
    use super::*;
    use crate::codec::pcx::packet::{RUN, Run};
    use crate::testing_random::bytes;

    /// Encodes all bytes by single runs.
    fn expected(bytes: &[u8]) -> Vec<u8> {
        let runs = bytes.chunk_by(|one, next| one == next);
        let encoded = runs.flat_map(|run| {
            let is_long = run.len() > 1 || run[0] >= RUN;
            [RUN | run.len() as u8, run[0]].into_iter().skip(usize::from(!is_long))
        });
        encoded.collect()
    }

    #[test]
    fn blocks_become_runs_with_every_isa() {
        let mut random = bytes(1);
        for (values, length) in
            [1, 2, 3, 40].into_iter().flat_map(|values| (1..200).map(move |length| (values, length)))
        {
            let bytes: Vec<u8> = random.by_ref().take(length).map(|byte| 0xb0 + byte % values).collect();
            for isa in Isa::available() {
                let mut blocks = Blocks { plane: &bytes, run: Run { length: 1, value: bytes[0] }, x: 1 };
                let mut output = vec![0; 2 * length + ROOM];
                let written = encode_by(isa, &mut blocks, &mut output);
                let Blocks { run, x, .. } = blocks;
                let (ended, last) = bytes[..x].split_at(x - usize::from(run.length));
                assert_eq!(output[..written], expected(ended), "{isa:?}");
                assert!(last.iter().all(|byte| *byte == run.value) && ended.last() != Some(&run.value));
                assert!(length - x < BLOCK || usize::from(run.length) > 63 - BLOCK);
            }
        }
    }
}
