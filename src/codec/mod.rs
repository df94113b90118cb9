//! Codecs: a folder for each file format.

pub mod ppm;
