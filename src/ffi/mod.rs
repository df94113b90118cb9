//! The C API: exported functions, one file for each theme.
//!
//! Every function has the same shape. Its [arguments] are typed pointers; it checks them, takes views of the images, calls
//! the operation (by [`work`], which enters a long section where that pays) and returns the [output]. There is no algorithm
//! in this room. [`boundary::guard`] is the panic boundary: it raises an error or a panic with the host and returns the
//! function's value for failure.
//!
//! The C headers are generated from these files. The first paragraph of a file's comment heads its functions; their doc
//! comments are those of the header. [`planned`] declares what is not implemented yet.

#![allow(unsafe_code)] // pointers from C are converted here, and go no further than this room
#![allow(clippy::missing_safety_doc)] // the parameter types and the header say what the pointers must be

mod access;
mod arguments;
mod arrow;
mod boundary;
mod buffer;
mod chops;
mod codec;
mod codec_fd;
mod codec_io;
mod color;
mod composite;
mod copy;
mod draw;
mod draw_ellipse;
mod effects;
pub mod ext;
mod files;
mod filter;
mod geometry;
#[cfg(feature = "jpeg")]
mod jpeg;
#[cfg(feature = "jpeg2000")]
mod jpeg2000;
mod mode;
mod output;
mod palette;
mod paste;
#[allow(dead_code)] // declared for the header; nothing in the crate calls these functions
mod planned;
mod point;
mod ppm;
mod quantize;
mod raw;
mod reduce;
mod resample;
mod statistics;
mod storage;
#[cfg(feature = "tiff")]
mod tiff;
mod work;
mod zip;
