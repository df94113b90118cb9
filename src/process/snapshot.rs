//! A value that is found once and then kept.

use std::cell::UnsafeCell;
use std::mem::MaybeUninit;
use std::sync::atomic::{AtomicU8, Ordering};

const EMPTY: u8 = 0;
const WRITING: u8 = 1;
const READY: u8 = 2;

/// A value that any thread finds, always the same, and the first one stores. Unlike with `std::sync::OnceLock`, no thread
/// waits for another one, which after a fork may not exist.
pub struct Snapshot<T> {
    state: AtomicU8,
    value: UnsafeCell<MaybeUninit<T>>,
}

// SAFETY: the value is written once, by the thread that has set `WRITING`, and only read after `READY`.
unsafe impl<T: Send + Sync> Sync for Snapshot<T> {}

impl<T: Copy> Snapshot<T> {
    /// Nothing yet.
    pub const fn new() -> Self {
        Self { state: AtomicU8::new(EMPTY), value: UnsafeCell::new(MaybeUninit::uninit()) }
    }

    /// The value, found by `find` unless it is stored already. What is not found is not stored.
    pub fn get_or_find(&self, find: impl FnOnce() -> Option<T>) -> Option<T> {
        if self.state.load(Ordering::Acquire) == READY {
            // SAFETY: it was written before `READY` was set, and does not change any more.
            return Some(unsafe { (*self.value.get()).assume_init() });
        }
        let value = find()?;
        if self.state.compare_exchange(EMPTY, WRITING, Ordering::Relaxed, Ordering::Relaxed).is_ok() {
            // SAFETY: only one thread ever gets here, and nobody reads before `READY`.
            unsafe { (*self.value.get()).write(value) };
            self.state.store(READY, Ordering::Release);
        }
        Some(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_found_is_kept() {
        let snapshot = Snapshot::new();
        assert_eq!(snapshot.get_or_find(|| None), None);
        assert_eq!(snapshot.get_or_find(|| Some(1)), Some(1));
        assert_eq!(snapshot.get_or_find(|| Some(2)), Some(1));
    }
}
