//! The first byte of a packet.

/// The bit of a packet's first byte that marks a run.
pub const RUN: u8 = 0x80;
/// The bits of a packet's first byte with its number of pixels, less one.
pub const COUNT: u8 = 0x7f;
