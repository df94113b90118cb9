//! How the work on an image is executed: on how many threads, and by which stores its rows are written.

#![allow(unsafe_code)] // worker threads and their queue; non-temporal stores

mod feedback;
pub mod nontemporal;
pub mod parallel;
mod pool;
