//! A non-blocking `OnceLock`.

use std::cell::UnsafeCell;
use std::mem::MaybeUninit;
use std::sync::atomic::{AtomicU8, Ordering};

const EMPTY: u8 = 0;
const WRITING: u8 = 1;
const READY: u8 = 2;

/// A value that is computed once. Threads that race compute it several times, always with the same result, and the first
/// one stores it (as in `once_cell::race`). `std::sync::OnceLock` would make the others wait for a thread that does not
/// exist in a forked child.
pub struct RaceOnce<T> {
    state: AtomicU8,
    value: UnsafeCell<MaybeUninit<T>>,
}

// SAFETY: the value is written by the one thread that changes `EMPTY` to `WRITING`, and is only read after `READY`.
unsafe impl<T: Send + Sync> Sync for RaceOnce<T> {}

impl<T: Copy> RaceOnce<T> {
    /// Creates an empty cell.
    pub const fn new() -> Self {
        Self { state: AtomicU8::new(EMPTY), value: UnsafeCell::new(MaybeUninit::uninit()) }
    }

    /// Returns the stored value, or computes and stores it. `None` is not stored.
    pub fn get_or_try_init(&self, init: impl FnOnce() -> Option<T>) -> Option<T> {
        if self.state.load(Ordering::Acquire) == READY {
            // SAFETY: the value was written before `READY` was stored, and nothing writes to it afterwards.
            return Some(unsafe { (*self.value.get()).assume_init() });
        }
        let value = init()?;
        if self.state.compare_exchange(EMPTY, WRITING, Ordering::Relaxed, Ordering::Relaxed).is_ok() {
            // SAFETY: only one thread changes `EMPTY` to `WRITING`, and nobody reads before `READY`.
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
    fn only_the_first_value_is_stored() {
        let once = RaceOnce::new();
        assert_eq!(once.get_or_try_init(|| None), None);
        assert_eq!(once.get_or_try_init(|| Some(1)), Some(1));
        assert_eq!(once.get_or_try_init(|| Some(2)), Some(1));
    }
}
