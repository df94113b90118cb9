//! The lock of the pools: one for all arenas, held for the few instructions that move a block in or out.

use super::lock::{Held, Lock, held_by_who_forks};

static LOCK: Lock<()> = Lock::new(());

held_by_who_forks!(LOCK, |_| ());

/// Waits for the lock and takes it.
pub fn take() -> Held<'static, ()> {
    LOCK.take()
}
