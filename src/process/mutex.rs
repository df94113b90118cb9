//! A mutex and a condition variable of the C library's: they need no memory, and a fork handler can repair them.

use std::cell::UnsafeCell;
use std::marker::PhantomData;
use std::ops::{Deref, DerefMut};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::Duration;

/// A value that one thread at a time may use.
pub struct Mutex<T> {
    raw: UnsafeCell<libc::pthread_mutex_t>,
    /// The thread that has locked it to fork, or 0.
    forking: AtomicUsize,
    value: UnsafeCell<T>,
}

// SAFETY: the value is only reached through a guard, which one thread at a time has.
unsafe impl<T: Send> Sync for Mutex<T> {}

impl<T> Mutex<T> {
    /// A mutex that nobody has locked. It must not move once it has been used: keep it in a static or pinned to a stack
    /// frame.
    pub const fn new(value: T) -> Self {
        Self {
            // It checks for errors, so that a thread that has locked it already gets an answer instead of waiting for itself.
            raw: UnsafeCell::new(libc::PTHREAD_ERRORCHECK_MUTEX_INITIALIZER_NP),
            forking: AtomicUsize::new(0),
            value: UnsafeCell::new(value),
        }
    }

    /// Waits for the mutex and locks it. Panics if this thread has locked it: a signal handler has interrupted the
    /// library, and called it.
    pub fn lock(&self) -> MutexGuard<'_, T> {
        // SAFETY: the mutex is initialised from `new` on.
        let status = unsafe { libc::pthread_mutex_lock(self.raw.get()) };
        assert_eq!(status, 0, "a lock is held by this very thread: the library was called from a signal handler");
        MutexGuard { mutex: self, not_send: PhantomData }
    }

    /// As [`lock`](Self::lock), for what may run in a signal handler: `None` if this thread has locked the mutex.
    pub fn lock_unless_held(&self) -> Option<MutexGuard<'_, T>> {
        // SAFETY: the mutex is initialised from `new` on.
        let status = unsafe { libc::pthread_mutex_lock(self.raw.get()) };
        (status == 0).then_some(MutexGuard { mutex: self, not_send: PhantomData })
    }

    /// Locks the mutex before a fork, if it can be had: a signal handler that has interrupted the library may fork, on the
    /// thread that has locked it, or is about to lock or unlock it.
    pub fn lock_for_fork(&self) {
        let until = time_in(Duration::from_millis(100));
        // SAFETY: the mutex is initialised from `new` on; the second call names the calling thread.
        unsafe {
            if libc::pthread_mutex_timedlock(self.raw.get(), &until) == 0 {
                self.forking.store(libc::pthread_self() as usize, Relaxed);
            }
        }
    }

    /// Undoes [`lock_for_fork`](Self::lock_for_fork) in the parent.
    pub fn unlock_in_parent(&self) {
        // SAFETY: names the calling thread.
        let this = unsafe { libc::pthread_self() } as usize;
        if self.forking.compare_exchange(this, 0, Relaxed, Relaxed).is_ok() {
            // SAFETY: this thread has locked the mutex in `lock_for_fork`.
            unsafe { libc::pthread_mutex_unlock(self.raw.get()) };
        }
    }

    /// Makes the mutex anew in the child, unlocked, and has `repair` adapt the value to a process with a single thread.
    ///
    /// # Safety
    ///
    /// This is the child's only thread, and does not return to code that has locked the mutex.
    pub unsafe fn reset_in_child(&self, repair: impl FnOnce(&mut T)) {
        self.forking.store(0, Relaxed);
        // SAFETY: no other thread exists, and this one uses neither the mutex nor the value. (To unlock the mutex would be
        // an error: it names its owner by the parent's thread id.)
        unsafe {
            *self.raw.get() = libc::PTHREAD_ERRORCHECK_MUTEX_INITIALIZER_NP;
            repair(&mut *self.value.get());
        }
    }
}

/// The time of the system's clock after some more has passed.
fn time_in(duration: Duration) -> libc::timespec {
    const NANOSECONDS: i64 = 1_000_000_000;
    // SAFETY: the time is written before it is read.
    unsafe {
        let mut time: libc::timespec = std::mem::zeroed();
        libc::clock_gettime(libc::CLOCK_REALTIME, &mut time);
        let nanoseconds = time.tv_nsec as i64 + i64::from(duration.subsec_nanos());
        time.tv_sec += (duration.as_secs() as i64 + nanoseconds / NANOSECONDS) as libc::time_t;
        time.tv_nsec = (nanoseconds % NANOSECONDS) as _;
        time
    }
}

impl<T> Drop for Mutex<T> {
    fn drop(&mut self) {
        // SAFETY: a guard would borrow the mutex, so nobody has it locked.
        unsafe { libc::pthread_mutex_destroy(self.raw.get()) };
    }
}

/// The right to use the value of a locked mutex; dropping it unlocks.
pub struct MutexGuard<'a, T> {
    mutex: &'a Mutex<T>,
    /// The thread that locked a mutex must unlock it.
    not_send: PhantomData<*const ()>,
}

// SAFETY: a shared guard gives out `&T` alone.
unsafe impl<T: Sync> Sync for MutexGuard<'_, T> {}

impl<T> MutexGuard<'_, T> {
    /// Unlocks the mutex until the condition variable is notified, or for no reason at all, and locks it again.
    pub fn wait(&mut self, condvar: &Condvar) {
        // SAFETY: both are initialised, and the guard is this thread's.
        unsafe { libc::pthread_cond_wait(condvar.0.get(), self.mutex.raw.get()) };
    }

    /// As [`wait`](Self::wait), but no longer than `duration`. Returns whether that has passed. (It goes by the system's
    /// clock: when that is set back, the wait is longer.)
    pub fn wait_for(&mut self, condvar: &Condvar, duration: Duration) -> bool {
        let until = time_in(duration);
        // SAFETY: both are initialised, and the guard is this thread's.
        unsafe { libc::pthread_cond_timedwait(condvar.0.get(), self.mutex.raw.get(), &until) == libc::ETIMEDOUT }
    }
}

impl<T> Deref for MutexGuard<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        // SAFETY: the guard's thread has locked the mutex.
        unsafe { &*self.mutex.value.get() }
    }
}

impl<T> DerefMut for MutexGuard<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        // SAFETY: the guard's thread has locked the mutex, and the guard is borrowed for as long as the value.
        unsafe { &mut *self.mutex.value.get() }
    }
}

impl<T> Drop for MutexGuard<'_, T> {
    fn drop(&mut self) {
        // SAFETY: the guard's thread has locked the mutex.
        unsafe { libc::pthread_mutex_unlock(self.mutex.raw.get()) };
    }
}

/// Lets threads that have locked a mutex wait for others to change its value.
pub struct Condvar(UnsafeCell<libc::pthread_cond_t>);

// SAFETY: the C library's condition variables are made for many threads.
unsafe impl Sync for Condvar {}

impl Condvar {
    /// A condition variable that nobody waits for. It must not move once it has been used.
    pub const fn new() -> Self {
        Self(UnsafeCell::new(libc::PTHREAD_COND_INITIALIZER))
    }

    /// Wakes one waiting thread.
    pub fn notify_one(&self) {
        // SAFETY: initialised from `new` on.
        unsafe { libc::pthread_cond_signal(self.0.get()) };
    }

    /// Wakes all waiting threads.
    pub fn notify_all(&self) {
        // SAFETY: initialised from `new` on.
        unsafe { libc::pthread_cond_broadcast(self.0.get()) };
    }

    /// Forgets the waiting threads.
    ///
    /// # Safety
    ///
    /// This is the only thread of a process that was forked: those that waited are not in it.
    pub unsafe fn reset(&self) {
        // SAFETY: no other thread can use it now.
        unsafe { *self.0.get() = libc::PTHREAD_COND_INITIALIZER };
    }
}

impl Drop for Condvar {
    fn drop(&mut self) {
        // SAFETY: a waiting thread would borrow it, so nobody waits.
        unsafe { libc::pthread_cond_destroy(self.0.get()) };
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::panic::{AssertUnwindSafe, catch_unwind};

    use super::*;

    /// Whether a type implements a trait: an inherent constant, which only types that do have, hides that of a trait.
    macro_rules! has {
        ($type:ty: $bound:path) => {{
            #[allow(dead_code)]
            trait Fallback {
                const HAS: bool = false;
            }
            impl<T> Fallback for T {}
            struct Probe<T>(PhantomData<T>);
            #[allow(dead_code)]
            impl<T: $bound> Probe<T> {
                const HAS: bool = true;
            }
            Probe::<$type>::HAS
        }};
    }

    #[test]
    fn guards_stay_on_their_thread_and_share_only_what_is_sync() {
        assert!(!has!(MutexGuard<'static, u32>: Send));
        assert!(has!(MutexGuard<'static, u32>: Sync));
        assert!(!has!(MutexGuard<'static, Cell<u32>>: Sync));
        assert!(has!(Mutex<Cell<u32>>: Sync));
    }

    #[test]
    fn locking_twice_is_a_panic_and_no_deadlock() {
        let mutex = Mutex::new(1);
        let mut guard = mutex.lock();
        assert!(catch_unwind(AssertUnwindSafe(|| drop(mutex.lock()))).is_err());
        *guard += 1;
        drop(guard);
        assert_eq!(*mutex.lock(), 2);
    }

    #[test]
    fn a_wait_ends_by_itself() {
        let (mutex, condvar) = (Mutex::new(()), Condvar::new());
        let mut guard = mutex.lock();
        while !guard.wait_for(&condvar, Duration::from_millis(1)) {}
    }
}
