//! Rows of one band.

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
/// top bit set, and counts as none. `data` is not empty.
///
/// As in Pillow, literals must not include the last byte of the data, nor a run of two bytes.
pub fn expand<const ATOM: usize>(row: &mut [[u8; ATOM]], data: &[u8], mut position: usize, packets: i32) -> Row {
    const RUN_LENGTH: u8 = 0x7f;
    const LITERALS: u8 = 0x80;
    let last = data.len() - 1;
    let mut x = 0;
    for left in (1..=packets).rev() {
        if position + (ATOM - 1) > last {
            return Row::Invalid;
        }
        // The lower byte of an atom.
        let packet = data[position + ATOM - 1];
        position += ATOM;
        if left == 1 && packet != 0 {
            return Row::Unterminated;
        }
        let count = usize::from(packet & RUN_LENGTH);
        if count == 0 {
            return Row::Complete;
        }
        let Some(atoms) = row[x..].get_mut(..count) else { return Row::Invalid };
        x += count;
        let (bytes, end) = match packet & LITERALS {
            0 if ATOM == 1 => (1, position),
            0 => (ATOM, position + ATOM),
            _ => (count * ATOM, position + count * ATOM),
        };
        if end > last {
            return Row::Invalid;
        }
        let input = data[position..][..bytes].as_chunks().0;
        match packet & LITERALS {
            0 => atoms.fill(input[0]),
            _ => atoms.copy_from_slice(input),
        }
        position += bytes;
    }
    Row::Complete
}
