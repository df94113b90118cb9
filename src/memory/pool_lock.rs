//! The mutex of the arenas' pools: one for all arenas, held while a block moves in or out.

use crate::process::atfork::atfork;
use crate::process::{Mutex, MutexGuard};

static LOCK: Mutex<()> = Mutex::new(());

atfork!(LOCK);

/// Locks the mutex.
pub fn lock() -> MutexGuard<'static, ()> {
    LOCK.lock()
}
