//! libImaging, the C core of Pillow, as a library of its own.
//!
//! The crate has three interfaces: C and C++ programs include `<libImaging/Imaging.h>` and link `libImaging.so` or
//! `libImaging.a`; unmodified Pillow runs on the shared library; Rust programs use the safe [`Image`].
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
//! An [`Image`] owns its pixels. An [`ImageRef`] reads them and an [`ImageMut`] writes them: views that are checked once,
//! with rows as slices of bytes ([`row`](ImageRef::row)) or of pixels ([`pixels`](ImageRef::pixels)). The methods of an
//! image are the operations, and return new images: [`resize`](Image::resize), [`crop`](Image::crop),
//! [`convert`](Image::convert), [`gaussian_blur`](Image::gaussian_blur) and so on. The modules that implement them write
//! into existing images: [`resample`], [`reduce`], [`geometry`], [`color`], [`filter`], [`composite`], [`raw`].
//!
//! Files are named by paths, and may be larger than memory:
//!
//! ```
//! use Imaging::{Access, Image, Mode, RawLayout};
//!
//! let path = std::env::temp_dir().join(format!("grey-{}.raw", std::process::id()));
//! Image::new(Mode::L, 1000, 1000)?.save_raw(&path, "L", 0)?;
//!
//! let mut image = Image::map(&path, Mode::L, (1000, 1000), Access::Shared, RawLayout::default())?;
//! image.view_mut()?.row_mut(500).fill(255);
//! image.map_flush()?;
//! assert_eq!(std::fs::read(&path).unwrap()[500_000], 255);
//! # std::fs::remove_file(&path).unwrap();
//! # Ok::<(), Imaging::Error>(())
//! ```
//!
//! The feature `rayon` (enabled by default) gives views parallel iterators: `par_rows`, `par_rows_mut` and `par_pixels`.
//!
//! `ARCHITECTURE.md` describes the modules, and how a call travels through them.

#![deny(unsafe_code)]
#![allow(non_snake_case)] // the crate has the name of the library

pub mod abi;
mod arithmetic;
pub mod chops;
pub mod color;
pub mod composite;
pub mod draw;
pub mod effects;
pub mod error;
mod files;
pub mod filter;
pub mod geometry;
pub mod image;
pub mod mode;
pub mod paste;
pub mod point;
pub mod quantize;
pub mod raw;
pub mod reduce;
pub mod resample;
mod simd;
pub mod statistics;

mod api;
mod codec;
mod exec;
mod external;
mod ffi;
mod host;
mod memory;
mod process;

#[cfg(fuzzing)]
pub mod testing;
#[cfg(test)]
mod testing_random;
#[cfg(test)]
mod testing_traits;

pub use api::Draw;
pub use error::{Error, Result};
pub use geometry::Transpose;
pub use image::{Image, ImageMut, ImageRef};
pub use memory::mapped::Access;
pub use mode::Mode;
pub use raw::RawLayout;
pub use resample::Filter;
