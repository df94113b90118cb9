//! AVX2: eight pixels at a time.
//!
//! - [`values`] loads the neighbours of each pixel from the table.
//! - [`cells`] loads them from a copy of the table where the corners of every cell are one cache line.
//! - [`interpolate`] has the arithmetic of both, [`row`] the loop over a row.

mod cells;
mod interpolate;
mod row;
mod values;

pub use cells::CellLut;
pub use values::{convert_row, convert_row_narrow};
