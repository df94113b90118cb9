//! The only road from a raw instance to its rows.
//!
//! [`ImageRef`] and [`ImageMut`] are views: an instance that has been checked once (its sizes, its row table), with rows
//! as slices. [`Image`] owns an instance. Everything above this floor sees images through these three alone.

#![allow(unsafe_code)] // rows are raw pointers in the ABI; here, and here only, they become slices

mod access;
pub mod buffer;
pub mod line;
mod overlap;
mod owned;
pub mod palette;
pub mod ring;
mod view;

pub use access::{get_pixel, locate_run, put_pixel};
pub use overlap::overlap;
pub use owned::Image;
pub use view::{ImageMut, ImageRef, flatten};
