//! Changes choices that are otherwise made once in a process. For fuzz targets, which compare the results of all choices;
//! only with `cfg(fuzzing)`.

use crate::simd::isa::{self, Isa};

/// Returns the number of ISAs that this processor has.
pub fn isas() -> usize {
    Isa::available().count()
}

/// Dispatches on the ISA with this index from now on; they are numbered from the least capable. Returns false, and changes
/// nothing, if the processor has fewer.
pub fn set_isa(number: usize) -> bool {
    let isa = Isa::available().nth(number);
    isa.into_iter().for_each(isa::set_current);
    isa.is_some()
}
