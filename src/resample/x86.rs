//! x86-64: AVX2, and AVX-512 with VNNI.

use crate::simd::prefetch;

/// Rows that share the weights.
pub const FOUR: usize = 4;

/// Rows, as a kernel for exactly so many takes them.
pub type Outs<'a, 'b, const R: usize> = &'a mut [&'b mut [u8]; R];

/// Asks for rows behind those that are made of some: as many, which are needed next. From so many rows at once, and so far away,
/// the processor itself is late.
pub struct Next {
    /// How far they are.
    way: isize,
    /// Which byte of each is asked for next.
    byte: usize,
}

/// Bytes of a cache line.
const LINE: usize = 64;

impl Next {
    pub fn of(inputs: &[&[u8]]) -> Self {
        // Of a single row it is not known where others are.
        let [first, second, ..] = inputs else { return Self { way: 0, byte: usize::MAX } };
        let way = (second.as_ptr() as isize).wrapping_sub(first.as_ptr() as isize);
        Self { way: way.wrapping_mul(inputs.len() as isize), byte: 0 }
    }

    /// Asks for them up to a byte.
    #[inline(always)]
    pub fn until(&mut self, end: usize, inputs: &[&[u8]]) {
        while self.byte < end {
            for input in inputs {
                prefetch::t1(input.as_ptr().wrapping_add(self.byte).wrapping_offset(self.way));
            }
            self.byte += LINE;
        }
    }
}

/// Has `all` make rows, [`FOUR`] at once, and `one` those that are left.
pub fn by_rows(
    outs: &mut [&mut [u8]],
    inputs: &[&[u8]],
    lengths: (usize, usize),
    all: impl Fn(&mut [&mut [u8]; FOUR], &[&[u8]; FOUR]),
    one: impl Fn(&mut [&mut [u8]; 1], &[&[u8]; 1]),
) {
    assert!(outs.iter().all(|out| out.len() == lengths.0) && inputs.iter().all(|input| input.len() == lengths.1));
    let (fours, rest) = outs.as_chunks_mut();
    let (inputs, rest_of_inputs) = inputs.as_chunks();
    fours.iter_mut().zip(inputs).for_each(|(outs, inputs)| all(outs, inputs));
    rest.iter_mut().zip(rest_of_inputs).for_each(|(out, input)| one(&mut [&mut **out], &[*input]));
}
