//! The libraries of JPEG, JPEG 2000 and TIFF, each behind a cargo feature.
//!
//! Each has a folder: C code that calls the library, and in `mod.rs` safe functions for the codecs. It is C because the
//! libraries define their structs and some of their constants in C headers, which differ between versions, and because libjpeg
//! reports errors by `longjmp`, which must not pass Rust code. Each function of the C code calls `setjmp` where it is needed,
//! and returns a code.
//!
//! Nothing links to the libraries: they are loaded at the first use of a codec (`library.h` says why). The feature `link-codecs`
//! links them instead.

#![allow(unsafe_code)] // foreign functions

#[cfg(feature = "jpeg")]
pub mod jpeg;
#[cfg(feature = "jpeg2000")]
pub mod openjpeg;
#[cfg(feature = "tiff")]
pub mod tiff;
