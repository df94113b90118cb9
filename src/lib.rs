//! libImaging, the C core of Pillow, as a library of its own.
//!
//! One crate, three ways in: C and C++ programs include `<libImaging/Imaging.h>` and link `libImaging.so` or
//! `libImaging.a`; Pillow runs on the shared library unmodified; Rust programs use the safe [`Image`].
//!
//! ```
//! use Imaging::{Filter, Image, Mode};
//!
//! let mut image = Image::new(Mode::RGB, 640, 480)?;
//! for (y, row) in image.view_mut()?.rows_mut().enumerate() {
//!     for (x, [r, g, b, _]) in row.as_chunks_mut().0.iter_mut().enumerate() {
//!         [*r, *g, *b] = [x as u8, y as u8, 128];
//!     }
//! }
//! let small = image.resize(64, 48, Filter::Lanczos)?.convert(Mode::L)?;
//! assert_eq!(small.view()?.row(47).len(), 64);
//! # Ok::<(), Imaging::Error>(())
//! ```
//!
//! An [`Image`] owns its pixels. To look at them it gives out an [`ImageRef`], to change them an [`ImageMut`]: views that
//! are checked once, with rows as slices of bytes ([`row`](ImageRef::row)) or of pixels ([`pixels`](ImageRef::pixels)).
//! Its methods are the operations, each of which makes a new image: [`resize`](Image::resize), [`crop`](Image::crop),
//! [`convert`](Image::convert), [`gaussian_blur`](Image::gaussian_blur) and so on. What they are made of writes into images
//! that are there already: [`resample`], [`geometry`], [`color`], [`filter`], [`composite`], [`raw`].
//!
//! Files go by their paths, and may be larger than memory:
//!
//! ```
//! use Imaging::{Access, Image, Mode, Place};
//!
//! let path = std::env::temp_dir().join(format!("grey-{}.raw", std::process::id()));
//! Image::new(Mode::L, 1000, 1000)?.save_raw(&path, "L", 0)?;
//!
//! let mut image = Image::map(&path, Mode::L, (1000, 1000), Access::Shared, Place::default())?;
//! image.view_mut()?.row_mut(500).fill(255);
//! image.map_flush()?;
//! assert_eq!(std::fs::read(&path).unwrap()[500_000], 255);
//! # std::fs::remove_file(&path).unwrap();
//! # Ok::<(), Imaging::Error>(())
//! ```
//!
//! `ARCHITECTURE.md` walks a call through the house that the modules are.

#![deny(unsafe_code)]
#![allow(non_snake_case)] // the crate is called what the library is called

pub mod abi;
pub mod chops;
pub mod color;
pub mod composite;
pub mod effects;
pub mod error;
mod files;
pub mod filter;
pub mod geometry;
pub mod image;
pub mod mode;
pub mod paste;
pub mod point;
pub mod raw;
pub mod resample;
mod simd;
pub mod statistics;

mod api;
mod codec;
mod exec;
mod ffi;
mod host;
mod memory;
mod process;

#[cfg(fuzzing)]
pub mod testing;

pub use error::{Error, Result};
pub use geometry::Turn;
pub use image::{Image, ImageMut, ImageRef};
pub use memory::mapped::Access;
pub use mode::Mode;
pub use raw::Place;
pub use resample::Filter;
