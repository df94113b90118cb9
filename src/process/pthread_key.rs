//! Thread-specific data (`pthread_getspecific`). Unlike thread-local storage, it takes memory only for threads that store
//! a value, and reports it when there is none.

use std::ffi::c_void;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

/// The key does not exist.
const NO_KEY: u32 = u32::MAX;

/// A pointer per thread, NULL until it is set. `destructor` gets it when the thread ends.
pub struct PthreadKey {
    key: AtomicU32,
    destructor: unsafe extern "C" fn(*mut c_void),
}

impl PthreadKey {
    /// Declares a key, which [`create`](Self::create) creates.
    pub const fn new(destructor: unsafe extern "C" fn(*mut c_void)) -> Self {
        Self { key: AtomicU32::new(NO_KEY), destructor }
    }

    /// Creates the key unless it exists: when the library is loaded, else on first use. `None` if the process has no more
    /// keys.
    pub fn create(&self) -> Option<libc::pthread_key_t> {
        let existing = self.key.load(Relaxed);
        if existing != NO_KEY {
            return Some(existing);
        }
        let mut key = 0;
        // SAFETY: `key` is a local variable; the destructor takes every value that `set` stores, by its contract.
        if unsafe { libc::pthread_key_create(&mut key, Some(self.destructor)) } != 0 {
            return None;
        }
        match self.key.compare_exchange(NO_KEY, key, Relaxed, Relaxed) {
            Ok(_) => Some(key),
            Err(other) => {
                // SAFETY: this thread has created the key, and no thread has stored a value for it.
                unsafe { libc::pthread_key_delete(key) };
                Some(other)
            }
        }
    }

    /// Deletes the key. Values that threads have stored are leaked: no destructor runs for them.
    pub fn delete(&self) {
        let key = self.key.swap(NO_KEY, Relaxed);
        if key != NO_KEY {
            // SAFETY: the swap has taken the key out, so this is the only thread to delete it.
            unsafe { libc::pthread_key_delete(key) };
        }
    }

    /// Returns this thread's pointer.
    pub fn get(&self) -> *mut c_void {
        match self.key.load(Relaxed) {
            NO_KEY => std::ptr::null_mut(),
            // SAFETY: for a key that another thread deletes meanwhile, the C library returns NULL.
            key => unsafe { libc::pthread_getspecific(key) },
        }
    }

    /// Stores this thread's pointer. Returns whether there was memory for it.
    ///
    /// # Safety
    ///
    /// `value` is NULL, or the destructor may be called with it once.
    pub unsafe fn set(&self, value: *mut c_void) -> bool {
        // SAFETY: the destructor may be called with the value, by this function's contract.
        self.create().is_some_and(|key| unsafe { libc::pthread_setspecific(key, value) } == 0)
    }
}
