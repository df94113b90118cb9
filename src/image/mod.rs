//! Images as rows of bytes or pixels.
//!
//! [`ImageRef`] and [`ImageMut`] are views of an instance, whose sizes and row table have been checked once; they give out
//! rows as slices. [`LazyMut`] checks a row when it is used, for drawing few pixels. [`Image`] owns an instance. Operations
//! see images through these types only.

#![allow(unsafe_code)] // here, and only here, the row pointers of the ABI become slices

mod access;
pub(crate) mod buffer;
mod lazy;
mod overlap;
mod owned;
pub(crate) mod palette;
pub(crate) mod ring;
mod shape;
pub(crate) mod shuffler;
mod view;

pub(crate) use access::{get_pixel, locate_run, put_pixel};
pub use lazy::LazyMut;
pub(crate) use overlap::overlap;
pub use owned::Image;
pub use view::{ImageMut, ImageRef, flatten};
