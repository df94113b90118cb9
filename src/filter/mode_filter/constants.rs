//! The limits of the mode filter.

/// Windows up to this half size are compared in vectors.
pub const MAX_COMPARED: usize = 2;

/// A value with no more occurrences leaves the pixel as it is.
pub const MIN_COUNT: u32 = 2;
