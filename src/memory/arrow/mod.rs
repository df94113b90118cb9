//! Images as Arrow arrays, by the [Arrow C data interface], without copying: exported and imported.
//!
//! An image with one band is an array of its pixels, any other an array of lists of four bytes. An exported array is an
//! owner of the image, so either may be released first.
//!
//! [Arrow C data interface]: https://arrow.apache.org/docs/format/CDataInterface.html

mod export;
mod format;
mod import;

pub use export::{Refusal, export_array, export_schema};
pub use import::borrow;
