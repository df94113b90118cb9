//! The lock of the pools: one for all arenas, held for the few instructions that move a block in or out.

use crate::process::atfork::atfork;
use crate::process::{Mutex, MutexGuard};

static LOCK: Mutex<()> = Mutex::new(());

atfork!(LOCK);

/// Waits for the lock and locks it.
pub fn lock() -> MutexGuard<'static, ()> {
    LOCK.lock()
}
