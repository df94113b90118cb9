//! A lock that a process may fork with: the C library's own, which asks for no memory, and whose state a fork handler may
//! bring in order.

use std::cell::UnsafeCell;
use std::ops::{Deref, DerefMut};

/// A value that one thread at a time may use.
pub struct Lock<T> {
    mutex: UnsafeCell<libc::pthread_mutex_t>,
    value: UnsafeCell<T>,
}

// SAFETY: whoever gets at the value holds the mutex, which is made to be used by many threads.
unsafe impl<T: Send> Sync for Lock<T> {}

impl<T> Lock<T> {
    /// A lock that nobody holds. It stays where it is once it has been used.
    pub const fn new(value: T) -> Self {
        Self { mutex: UnsafeCell::new(libc::PTHREAD_MUTEX_INITIALIZER), value: UnsafeCell::new(value) }
    }

    /// Waits for the lock and takes it.
    pub fn take(&self) -> Held<'_, T> {
        // SAFETY: the mutex is initialised; nobody takes it twice, since nothing that holds it calls out.
        unsafe { libc::pthread_mutex_lock(self.mutex.get()) };
        Held(self)
    }

    /// The lock that was taken and then forgotten.
    ///
    /// # Safety
    ///
    /// This thread took it, or, in a child process, the thread that this one is a copy of.
    pub unsafe fn held(&self) -> Held<'_, T> {
        Held(self)
    }
}

impl<T> Drop for Lock<T> {
    fn drop(&mut self) {
        // SAFETY: nobody holds what nobody else knows.
        unsafe { libc::pthread_mutex_destroy(self.mutex.get()) };
    }
}

/// Holding this is holding the lock.
pub struct Held<'a, T>(&'a Lock<T>);

impl<T> Held<'_, T> {
    /// Lets go of the lock until the condition may have come true.
    pub fn wait_for(&mut self, condition: &Condition) {
        // SAFETY: both are initialised and stay where they are, and this thread holds the mutex.
        unsafe { libc::pthread_cond_wait(condition.0.get(), self.0.mutex.get()) };
    }
}

impl<T> Deref for Held<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        // SAFETY: the lock is held.
        unsafe { &*self.0.value.get() }
    }
}

impl<T> DerefMut for Held<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        // SAFETY: the lock is held.
        unsafe { &mut *self.0.value.get() }
    }
}

impl<T> Drop for Held<'_, T> {
    fn drop(&mut self) {
        // SAFETY: the lock is held.
        unsafe { libc::pthread_mutex_unlock(self.0.mutex.get()) };
    }
}

/// What threads wait for that hold a lock.
pub struct Condition(UnsafeCell<libc::pthread_cond_t>);

// SAFETY: a condition of the C library is made to be used by many threads.
unsafe impl Sync for Condition {}

impl Condition {
    /// A condition that nobody waits for. It stays where it is once it has been used.
    pub const fn new() -> Self {
        Self(UnsafeCell::new(libc::PTHREAD_COND_INITIALIZER))
    }

    /// Wakes one of those who wait.
    pub fn wake_one(&self) {
        // SAFETY: the condition is initialised.
        unsafe { libc::pthread_cond_signal(self.0.get()) };
    }

    /// Wakes all who wait.
    pub fn wake_all(&self) {
        // SAFETY: the condition is initialised.
        unsafe { libc::pthread_cond_broadcast(self.0.get()) };
    }

    /// Forgets who waits.
    ///
    /// # Safety
    ///
    /// In a child process, before it has a second thread: those who waited are not there.
    pub unsafe fn forget_all(&self) {
        // SAFETY: nobody else can use it now.
        unsafe { *self.0.get() = libc::PTHREAD_COND_INITIALIZER };
    }
}

impl Drop for Condition {
    fn drop(&mut self) {
        // SAFETY: nobody waits for what nobody else knows.
        unsafe { libc::pthread_cond_destroy(self.0.get()) };
    }
}

/// Has whoever forks take a lock first, and let go of it on both sides: the child finds what it guards whole, and the
/// lock free. Before that, `$in_child` is called there with what it guards.
///
/// This is arranged when the library is loaded: later, a child could be made in the midst of it.
macro_rules! held_by_who_forks {
    ($lock:path, $in_child:expr) => {
        const _: () = {
            extern "C" fn before() {
                std::mem::forget($lock.take());
            }
            extern "C" fn in_parent() {
                // SAFETY: `before` took it.
                drop(unsafe { $lock.held() });
            }
            extern "C" fn in_child() {
                // SAFETY: `before` took it, in the parent.
                let mut held = unsafe { $lock.held() };
                let repair: fn(&mut _) = $in_child;
                repair(&mut *held);
            }
            extern "C" fn at_load() {
                // SAFETY: the handlers take and release the lock in pairs, on the thread that forks.
                unsafe { libc::pthread_atfork(Some(before), Some(in_parent), Some(in_child)) };
            }
            // SAFETY: the loader calls what stands in this section, once, and that is what its type says.
            #[used]
            #[unsafe(link_section = ".init_array")]
            static AT_LOAD: extern "C" fn() = at_load;
        };
    };
}
pub(crate) use held_by_who_forks;
