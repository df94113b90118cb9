//! Pixels converted and looked up, and lines dithered, with x86-64's vectors.

#![allow(unsafe_code)] // instructions that not every processor has

pub mod divide;
pub mod palette;
pub mod pixels;
pub mod waves;
