//! Effects: the Mandelbrot set, Gaussian noise, and pixels spread at random.
//!
//! Random numbers are those of the C library's `rand`, drawn in the reference's order, so that the same `srand` gives the
//! same image. They come in through a function, since asking for them is the caller's business.

mod mandelbrot;
mod noise;
mod spread;

pub use mandelbrot::{check_mandelbrot, mandelbrot};
pub use noise::noise;
pub use spread::{remainder, spread};
