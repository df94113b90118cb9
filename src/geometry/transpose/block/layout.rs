//! The layout of a block.

/// `SIDE` rows of `SIDE` pixels of `BYTES` bytes. A row has 16 bytes.
pub type Block<const BYTES: usize, const SIDE: usize> = [[[u8; BYTES]; SIDE]; SIDE];
