//! How operations run on an image: on how many threads, and by which stores their rows are written.
//!
//! - [`parallel`] splits an image into chunks of rows (or columns) and calls the operation on each, on several threads where
//!   the estimated cost is above a threshold.
//! - [`pool`] runs such a job: the calling thread works on it, and idle workers join.
//! - [`feedback`] raises the threshold while calls find that workers come late, as on a busy machine.
//! - [`nontemporal`] writes the rows of large images past the caches.
//!
//! Results never depend on the number of threads or on the kind of stores.

#![allow(unsafe_code)] // the pool's queue and threads; non-temporal stores

mod feedback;
pub mod nontemporal;
pub mod parallel;
mod pool;
