//! x86-64: AVX-512 with VNNI.

#![allow(unsafe_code)] // instructions that not every processor has, used where it has them

mod bytes;
mod values;

pub use bytes::{deep, down, pixels, wide};
pub use values::values;

use super::ROWS;

/// Rows, as a kernel for exactly so many takes them.
type Outs<'a, 'b, const R: usize> = &'a mut [&'b mut [u8]; R];

/// Has `all` make rows where there are [`ROWS`] of them, else `one` each.
fn by_rows(
    outs: &mut [&mut [u8]],
    inputs: &[&[u8]],
    lengths: (usize, usize),
    all: impl FnOnce(&mut [&mut [u8]; ROWS], &[&[u8]; ROWS]),
    one: impl Fn(&mut [&mut [u8]; 1], &[&[u8]; 1]),
) {
    assert!(outs.iter().all(|out| out.len() == lengths.0) && inputs.iter().all(|input| input.len() == lengths.1));
    match (<&mut [_; ROWS]>::try_from(&mut *outs), inputs.try_into()) {
        (Ok(outs), Ok(inputs)) => all(outs, inputs),
        _ => outs.iter_mut().zip(inputs).for_each(|(out, input)| one(&mut [&mut **out], &[*input])),
    }
}
