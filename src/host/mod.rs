//! The host: the program, Python or registered callbacks that errors and long sections are reported to.
//!
//! An error is raised, and a long section entered, through the weak symbols `ImagingError_*` and `ImagingSection*`
//! ([`symbols`]). So a program that defines these functions itself comes first. This library's own definitions try, in this
//! order, the callbacks of a [`registered`] host, [`python`], and for errors the [`last_error`] of the thread.
//!
//! A *long section* is work during which Python's GIL is released, so that other Python threads run.
//!
//! From the bottom up: [`elf`], [`stub`], [`message`]; [`last_error`], [`registered`], [`python`]; [`deliver`] and
//! [`long_section`], the defaults behind the weak [`symbols`]; [`calls`], which the rest of the crate uses; and [`pillow`],
//! which gives Pillows of another ABI their own functions back.

#![allow(unsafe_code)] // callbacks of C programs, Python's C API, and the dynamic loader's tables

mod calls;
mod deliver;
mod elf;
pub mod last_error;
mod long_section;
mod message;
pub mod pillow;
pub mod python;
pub mod registered;
pub mod stub;
mod symbols;
mod symbols_ext;

pub use calls::{long_section, long_section_for, raise};
