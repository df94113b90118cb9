//! What Rust programs do with an [`Image`]: the operations of the floors below, as methods, with files by their paths and
//! new images for results.

mod bands;
mod color;
mod files;
mod filter;
mod geometry;
#[cfg(feature = "rayon")]
mod par;

#[cfg(test)]
mod tests;
