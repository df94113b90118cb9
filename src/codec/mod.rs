//! Files in and out.

pub mod ppm;
