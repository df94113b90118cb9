//! Files in and out.

pub mod ppm;
mod replace;

pub(crate) use replace::Replacement;
