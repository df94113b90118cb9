//! Choices that are made once in a process, made again: for fuzz targets, which compare the results. Only under
//! `cfg(fuzzing)`.

use crate::simd::isa::{self, Isa};

/// The number of ISAs that this processor has.
pub fn isas() -> usize {
    Isa::available().count()
}

/// Dispatches on the ISA of this number from now on, the least capable first. Returns false, and changes nothing, where
/// the processor has fewer.
pub fn set_isa(number: usize) -> bool {
    let isa = Isa::available().nth(number);
    isa.into_iter().for_each(isa::set_current);
    isa.is_some()
}
