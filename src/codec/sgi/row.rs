//! Rows of one band.

use crate::codec::lines::{copy_wide, fill};
use crate::simd::isa::multiversion;

/// The result of an expansion.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Row {
    /// The packets are those of a row.
    Complete,
    /// The last packet is not the end of a row.
    Unterminated,
    /// A packet exceeds the row, or the data.
    Invalid,
}

/// Expands at most `packets` packets from `position` in `data` to atoms. A negative number is that of a table with the
/// top bit set, and counts as none. `data` is not empty. Atoms that the packets lack are those of the row `before`.
///
/// As in Pillow, literals must not include the last byte of the data, nor a run of two bytes.
pub fn expand<const ATOM: usize>(
    row: &mut [[u8; ATOM]],
    before: &[[u8; ATOM]],
    data: &[u8],
    position: usize,
    packets: i32,
) -> Row {
    let (result, length) = match ATOM {
        1 => expand_bytes(row.as_flattened_mut(), data, position, packets),
        _ => packets_to_atoms(row, data, position, packets),
    };
    row[length..].copy_from_slice(&before[length..]);
    result
}

multiversion! {
    /// Expands packets of bytes. It is compiled for every ISA, since wide vectors copy a packet in fewer steps.
    fn expand_bytes(row: &mut [u8], data: &[u8], position: usize, packets: i32) -> (Row, usize) {
        packets_to_atoms(row.as_chunks_mut::<1>().0, data, position, packets)
    }
}

/// Expands packets. Returns the number of atoms, too; those behind may have changed.
#[inline(always)]
fn packets_to_atoms<const ATOM: usize>(
    row: &mut [[u8; ATOM]],
    data: &[u8],
    mut position: usize,
    packets: i32,
) -> (Row, usize) {
    const RUN_LENGTH: u8 = 0x7f;
    const LITERALS: u8 = 0x80;
    let last = data.len() - 1;
    let mut x = 0;
    for left in (1..=packets).rev() {
        if position + (ATOM - 1) > last {
            return (Row::Invalid, x);
        }
        // The lower byte of an atom.
        let packet = data[position + ATOM - 1];
        position += ATOM;
        if left == 1 && packet != 0 {
            return (Row::Unterminated, x);
        }
        let count = usize::from(packet & RUN_LENGTH);
        if count == 0 {
            return (Row::Complete, x);
        }
        let Some(atoms) = row.get_mut(x..).filter(|atoms| count <= atoms.len()) else { return (Row::Invalid, x) };
        let (bytes, end) = match packet & LITERALS {
            0 if ATOM == 1 => (1, position),
            0 => (ATOM, position + ATOM),
            _ => (count * ATOM, position + count * ATOM),
        };
        if end > last {
            return (Row::Invalid, x);
        }
        match (packet & LITERALS, &data[position..]) {
            (0, [value, ..]) if ATOM == 1 => fill(atoms.as_flattened_mut(), count, *value),
            (0, input) => atoms[..count].fill(input.as_chunks().0[0]),
            (_, input) => copy_wide(atoms.as_flattened_mut(), input, bytes),
        }
        x += count;
        position += bytes;
    }
    (Row::Complete, x)
}
