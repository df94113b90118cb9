//! The Rust API: the operations as methods of [`Image`](crate::Image), which return new images and take files by path.
//!
//! A method checks no rule of its own: that is the operation's part. It adapts types and makes the output.

mod bands;
mod color;
mod draw;
mod drawn;
mod files;
mod filter;
mod geometry;
#[cfg(feature = "rayon")]
mod par;
mod pixels;
mod quantize;
mod statistics;

#[cfg(test)]
mod tests;

pub use draw::Draw;
