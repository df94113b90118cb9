//! A pointer for each thread, by the C library's keys. Unlike thread-local storage, they cost memory only where a value is
//! set, and say so when there is none.

use std::ffi::c_void;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

/// No key yet.
const NONE: u32 = u32::MAX;

/// A pointer that each thread has for itself: NULL until it is set. `destructor` gets it when the thread ends.
pub struct ThreadValue {
    key: AtomicU32,
    destructor: unsafe extern "C" fn(*mut c_void),
}

impl ThreadValue {
    /// A value for each thread.
    pub const fn new(destructor: unsafe extern "C" fn(*mut c_void)) -> Self {
        Self { key: AtomicU32::new(NONE), destructor }
    }

    /// Makes the key, unless it is there. Called when the library is loaded; else on first use.
    pub fn create(&self) -> Option<libc::pthread_key_t> {
        let existing = self.key.load(Relaxed);
        if existing != NONE {
            return Some(existing);
        }
        let mut key = 0;
        // SAFETY: the key is written where it may be; the destructor takes any value that was set.
        if unsafe { libc::pthread_key_create(&mut key, Some(self.destructor)) } != 0 {
            return None;
        }
        match self.key.compare_exchange(NONE, key, Relaxed, Relaxed) {
            Ok(_) => Some(key),
            Err(other) => {
                // SAFETY: the key was made above, and no thread has set a value for it.
                unsafe { libc::pthread_key_delete(key) };
                Some(other)
            }
        }
    }

    /// Gives the key back. Values that are set stay, and no destructor runs for them.
    pub fn delete(&self) {
        let key = self.key.swap(NONE, Relaxed);
        if key != NONE {
            // SAFETY: the key is this value's, and nobody else deletes it.
            unsafe { libc::pthread_key_delete(key) };
        }
    }

    /// This thread's pointer; NULL where none is set.
    pub fn get(&self) -> *mut c_void {
        match self.key.load(Relaxed) {
            NONE => std::ptr::null_mut(),
            // SAFETY: a key that was deleted meanwhile gives NULL.
            key => unsafe { libc::pthread_getspecific(key) },
        }
    }

    /// Sets this thread's pointer. Returns whether there was memory for that.
    pub fn set(&self, value: *mut c_void) -> bool {
        // SAFETY: any value may be set.
        self.create().is_some_and(|key| unsafe { libc::pthread_setspecific(key, value) } == 0)
    }
}
