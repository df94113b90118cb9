//! x86-64: AVX2, and AVX-512 with VNNI.

#![allow(unsafe_code)] // instructions that not every processor has, used where it has them

pub mod avx2;
mod bytes;
pub mod strips;
mod values;

pub use bytes::{deep, down, pixels, wide};
pub use values::values;

/// Rows that share the weights.
const FOUR: usize = 4;

/// Rows, as a kernel for exactly so many takes them.
type Outs<'a, 'b, const R: usize> = &'a mut [&'b mut [u8]; R];

/// Has `all` make rows, [`FOUR`] at once, and `one` those that are left.
fn by_rows(
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
