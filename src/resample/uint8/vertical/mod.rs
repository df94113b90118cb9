//! The vertical pass over 8-bit values: every output row is a weighted sum of input rows.
//!
//! Whichever band a byte belongs to, it has the coefficients of its row, so a vector takes bytes as they lie. The
//! multiply-add instructions add products of *neighbouring* lanes; to make the taps of a column neighbours, rows are
//! interleaved (unpacked) in twos or fours:
//!
//! ```text
//! row 0   a0 a1 a2 a3 ...        AVX2, pairs         a0 b0 a1 b1 a2 b2 ...    . [k0 k1] repeated      pmaddwd, pmaddubsw
//! row 1   b0 b1 b2 b3 ...
//! row 2   c0 c1 c2 c3 ...        VNNI, fours         a0 b0 c0 d0 a1 b1 ...    . [k0 k1 k2 k3]         vpdpbusd
//! row 3   d0 d1 d2 d3 ...
//! ```
//!
//! A pair's full coefficients have two parts here: the low 16 bits of both, for `pmaddwd`, and the high 8 bits of both,
//! for `pmaddubsw`. The sums of the latter stay in 16 bits and are added to the upper halves of the former. That is
//! exact: the high parts have no bits below 2^16, so nothing is carried, and the lower halves are shifted out in the
//! end.
//!
//! This pass has two thirds of the products of "5478×3424", and 44% of those of "2048×1280".

#[cfg(target_arch = "x86_64")]
pub mod avx2;
#[cfg(target_arch = "x86_64")]
pub mod avx512;
#[cfg(target_arch = "x86_64")]
mod table;

#[cfg(target_arch = "x86_64")]
pub use table::{I8DigitGroup, I16Pair, Table, TapGroup};
