//! The operating system's services for a library that lives in foreign processes.
//!
//! - [`Mutex`], [`Condvar`], [`atfork`]: locks that survive `fork`;
//! - [`load`]: functions that run when the library is loaded and unloaded;
//! - [`race_once`], [`pthread_key`]: a value per process, a pointer per thread;
//! - [`cancel`]: threads that are cancelled, or end, during a call; [`thread`]: the library's own threads;
//! - [`environment`], [`system`], [`warn`]: environment variables, system calls, warnings.
//!
//! Nothing here allocates through Rust, so nothing aborts when memory runs out. Nothing here uses thread-local storage: in
//! a library that was loaded by `dlopen`, glibc allocates it on first use, and ends the process if it cannot.

#![allow(unsafe_code)] // the C library's threads, locks and environment

pub mod atfork;
pub mod cancel;
pub mod environment;
pub mod load;
mod mutex;
pub mod pthread_key;
pub mod race_once;
pub mod system;
pub mod thread;
mod warning;

pub use mutex::{Condvar, Mutex, MutexGuard, lock_unless_held};
pub use warning::warn;
