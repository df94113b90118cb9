//! The choices that are made once in a process, made again: for fuzz targets, which compare what comes of them. The module
//! exists only under `cfg(fuzzing)`.

use crate::exec::simd::{self, Level};

/// How many SIMD levels this library knows.
pub const LEVELS: usize = Level::ALL.len();

/// Chooses kernels by the level of this number, the lowest first. Returns false, and changes nothing, where there is no
/// such level, or the processor does not have it.
pub fn set_level(number: usize) -> bool {
    Level::ALL.get(number).is_some_and(|level| simd::set_level(*level))
}
