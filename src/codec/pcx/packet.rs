//! Runs.

/// The bits of a byte that begins a run.
pub const RUN: u8 = 0xc0;
/// The most bytes of a run.
pub const LONGEST: u8 = !RUN;
