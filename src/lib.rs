//! libImaging, the C core of Pillow, as a library of its own.
//!
//! One crate, three ways in: C and C++ programs include `<libImaging/Imaging.h>` and link `libImaging.so` or
//! `libImaging.a`; Pillow runs on the shared library unmodified; Rust programs use the safe [`Image`].
//!
//! ```
//! use Imaging::{Image, Mode};
//!
//! let mut image = Image::new(Mode::RGB, 640, 480)?;
//! for (y, row) in image.view_mut()?.rows_mut().enumerate() {
//!     row.fill(y as u8);
//! }
//! assert_eq!(image.view()?.row(300)[..4], [44, 44, 44, 44]);
//! # Ok::<(), Imaging::Error>(())
//! ```
//!
//! The modules are floors of a house, from the ground up; each uses only those below it: [`abi`], [`mode`] and
//! [`error`]; `memory` and [`image`]; [`codec`]; `host`; `ffi`. `ARCHITECTURE.md` walks a call through them.

#![deny(unsafe_code)]
#![allow(non_snake_case)] // the crate is called what the library is called

pub mod abi;
pub mod codec;
pub mod color;
pub mod composite;
pub mod error;
mod files;
pub mod filter;
pub mod geometry;
pub mod image;
pub mod mode;
pub mod raw;
pub mod resample;

mod exec;
mod ffi;
mod host;
mod memory;

pub use error::{Error, Result};
pub use image::{Image, ImageMut, ImageRef};
pub use mode::Mode;
