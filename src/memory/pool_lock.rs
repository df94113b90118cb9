//! The lock of the pools: one for all arenas, held for the few instructions that move a block in or out.
//!
//! A process may fork while another thread holds it. So the forking thread takes it first and both sides let go of it
//! afterwards: the child finds the pool whole and the lock free.

use std::cell::UnsafeCell;
use std::sync::Once;

struct Lock(UnsafeCell<libc::pthread_mutex_t>);

// SAFETY: a pthread mutex is made to be used by many threads.
unsafe impl Sync for Lock {}

static LOCK: Lock = Lock(UnsafeCell::new(libc::PTHREAD_MUTEX_INITIALIZER));

static FORK_HANDLERS: Once = Once::new();

/// Holding this is holding the lock.
pub struct Held(());

/// Waits for the lock and takes it.
pub fn take() -> Held {
    // SAFETY: the handlers take and release the lock in pairs, on the thread that forks.
    FORK_HANDLERS.call_once(|| unsafe {
        libc::pthread_atfork(Some(lock), Some(unlock), Some(unlock));
    });
    lock();
    Held(())
}

impl Drop for Held {
    fn drop(&mut self) {
        unlock();
    }
}

extern "C" fn lock() {
    // SAFETY: the mutex is initialised and never moves; nobody takes it twice, since nothing under it calls out.
    unsafe { libc::pthread_mutex_lock(LOCK.0.get()) };
}

extern "C" fn unlock() {
    // SAFETY: called by whoever holds the lock.
    unsafe { libc::pthread_mutex_unlock(LOCK.0.get()) };
}
