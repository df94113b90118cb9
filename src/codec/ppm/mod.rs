//! PBM, PGM, PPM and PFM files.
//!
//! The Netpbm formats `P1` to `P6`: bits, grey values or colours, as decimal text (*plain*, `P1` to `P3`) or binary (`P4` to
//! `P6`). And greyscale PFM (`Pf`): floats, bottom row first; the sign of a scale in the header is the byte order.
//!
//! ```text
//! P5 640 480 255⏎ …          magic, width, height, maximum, one whitespace byte, pixels
//! ```
//!
//! `read` checks the length of a regular file against its header before it allocates an image, and reads other files in
//! steps, so that a header that lies costs no memory. `write` always writes binary files.

mod read;
mod write;

pub use read::open;
pub use write::save;

#[cfg(test)]
mod tests;
