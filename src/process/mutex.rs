//! Mutexes that survive `fork`, and condition variables.
//!
//! [`Mutex`] and [`MutexGuard`] are `lock_api`'s, over a mutex of the C library. They are for values that a [fork
//! handler](super::atfork) protects: it must lock the mutex with a time limit, notice that the forking thread holds it
//! already, and initialise it anew in the child, none of which `std::sync::Mutex` can do. A mutex that is never locked
//! across a fork, such as one on a stack frame, may be a `std::sync::Mutex`.
//!
//! The C libraries of Linux (glibc, musl) keep no pointer in an unlocked mutex, nor in a condition variable that no thread
//! waits for. So both may be moved, as any Rust value may.

use std::cell::UnsafeCell;
use std::ptr;
use std::sync::atomic::{AtomicPtr, AtomicUsize, Ordering::Relaxed};
use std::time::Duration;

use lock_api::{GuardNoSend, RawMutex as _};

/// A value that one thread at a time uses.
///
/// `lock` panics if the calling thread holds the mutex: a signal handler has interrupted the library, and called it.
pub type Mutex<T> = lock_api::Mutex<RawMutex, T>;

/// The exclusive access to the value of a locked [`Mutex`]. Dropping it unlocks the mutex.
pub type MutexGuard<'a, T> = lock_api::MutexGuard<'a, RawMutex, T>;

/// An error-checking mutex of the C library: a thread that locks it twice gets an error instead of a deadlock.
pub struct RawMutex {
    mutex: UnsafeCell<libc::pthread_mutex_t>,
    /// The thread that has locked the mutex in order to fork, or 0.
    forking: AtomicUsize,
}

// SAFETY: the C library's functions may be called on any thread; `forking` is atomic.
unsafe impl Sync for RawMutex {}

// SAFETY: `pthread_mutex_lock` and `pthread_mutex_trylock` return 0 to one thread at a time, until that one unlocks.
unsafe impl lock_api::RawMutex for RawMutex {
    #[allow(clippy::declare_interior_mutable_const)] // the initial value of each mutex, and no mutex itself
    const INIT: Self =
        Self { mutex: UnsafeCell::new(libc::PTHREAD_ERRORCHECK_MUTEX_INITIALIZER_NP), forking: AtomicUsize::new(0) };

    /// The thread that has locked a pthread mutex must unlock it.
    type GuardMarker = GuardNoSend;

    fn lock(&self) {
        assert!(
            self.lock_unless_held(),
            "a mutex is held by the thread that locks it: the library was called from a signal handler"
        );
    }

    fn try_lock(&self) -> bool {
        // SAFETY: the mutex is initialised.
        unsafe { libc::pthread_mutex_trylock(self.mutex.get()) == 0 }
    }

    unsafe fn unlock(&self) {
        // SAFETY: the mutex is initialised, and the calling thread holds it, by this function's contract.
        unsafe { libc::pthread_mutex_unlock(self.mutex.get()) };
    }
}

impl RawMutex {
    /// Locks the mutex. Returns false if the calling thread holds it already.
    fn lock_unless_held(&self) -> bool {
        // SAFETY: the mutex is initialised.
        unsafe { libc::pthread_mutex_lock(self.mutex.get()) == 0 }
    }

    /// Locks the mutex before a fork. Gives up after a while: a signal handler that forks may have interrupted the thread
    /// that holds the mutex, or is about to lock or unlock it.
    pub(super) fn lock_for_fork(&self) {
        let deadline = deadline_in(Duration::from_millis(100));
        // SAFETY: the mutex is initialised.
        if unsafe { libc::pthread_mutex_timedlock(self.mutex.get(), &deadline) } == 0 {
            self.forking.store(this_thread(), Relaxed);
        }
    }

    /// Undoes [`lock_for_fork`](Self::lock_for_fork) in the parent.
    pub(super) fn unlock_in_parent(&self) {
        if self.forking.compare_exchange(this_thread(), 0, Relaxed, Relaxed).is_ok() {
            // SAFETY: `forking` names this thread, which has therefore locked the mutex in `lock_for_fork`, without a guard.
            unsafe { self.unlock() };
        }
    }

    /// Initialises the mutex anew, unlocked. (The child cannot unlock it: the mutex names its owner by the parent's thread
    /// id.)
    ///
    /// # Safety
    ///
    /// The calling thread is the process's only one, and does not return to code that has locked the mutex.
    pub(super) unsafe fn reset_in_child(&self) {
        self.forking.store(0, Relaxed);
        // SAFETY: no other thread exists, and this one does not use the mutex meanwhile.
        unsafe { *self.mutex.get() = libc::PTHREAD_ERRORCHECK_MUTEX_INITIALIZER_NP };
    }
}

impl Drop for RawMutex {
    fn drop(&mut self) {
        // A mutex whose guard was forgotten is locked, and must not be destroyed.
        if self.try_lock() {
            // SAFETY: locked by the line above; nobody else can have a reference to the mutex.
            unsafe {
                self.unlock();
                libc::pthread_mutex_destroy(self.mutex.get());
            }
        }
    }
}

/// Locks a mutex, for code that may run in a signal handler. `None` if the calling thread holds it already.
pub fn lock_unless_held<T>(mutex: &Mutex<T>) -> Option<MutexGuard<'_, T>> {
    // SAFETY: the raw mutex is locked, and not unlocked; the guard is made only if that has succeeded.
    unsafe { mutex.raw().lock_unless_held().then(|| mutex.make_guard_unchecked()) }
}

fn this_thread() -> usize {
    // SAFETY: the function has no preconditions.
    unsafe { libc::pthread_self() as usize }
}

/// Returns the system clock's time after `duration`.
fn deadline_in(duration: Duration) -> libc::timespec {
    const NANOSECONDS: i64 = 1_000_000_000;
    // SAFETY: a `timespec` is integers, so it may be all zero; `clock_gettime` writes to a local variable.
    let mut time = unsafe {
        let mut time: libc::timespec = std::mem::zeroed();
        libc::clock_gettime(libc::CLOCK_REALTIME, &mut time);
        time
    };
    let nanoseconds = time.tv_nsec as i64 + i64::from(duration.subsec_nanos());
    time.tv_sec += (duration.as_secs() as i64 + nanoseconds / NANOSECONDS) as libc::time_t;
    time.tv_nsec = (nanoseconds % NANOSECONDS) as _;
    time
}

/// Lets threads that hold a mutex wait until others have changed its value.
pub struct Condvar {
    condvar: UnsafeCell<libc::pthread_cond_t>,
    /// The mutex of the first wait: POSIX allows no other one at the same time.
    mutex: AtomicPtr<RawMutex>,
}

// SAFETY: the C library's functions may be called on any thread; `mutex` is atomic and never dereferenced.
unsafe impl Sync for Condvar {}

impl Condvar {
    /// Creates a condition variable.
    pub const fn new() -> Self {
        Self { condvar: UnsafeCell::new(libc::PTHREAD_COND_INITIALIZER), mutex: AtomicPtr::new(ptr::null_mut()) }
    }

    /// Unlocks the mutex, waits for a notification, and locks the mutex again. May also return without a notification.
    pub fn wait<T>(&self, guard: &mut MutexGuard<'_, T>) {
        let mutex = self.mutex_of(guard);
        // SAFETY: both are initialised; the guard's thread, this one, holds the mutex; all threads wait with this one.
        unsafe { libc::pthread_cond_wait(self.condvar.get(), mutex) };
    }

    /// Waits as [`wait`](Self::wait) does, for `duration` at most. Returns whether it has passed. (The C library measures it
    /// by the system clock: when that is set back, the wait takes longer.)
    pub fn wait_for<T>(&self, guard: &mut MutexGuard<'_, T>, duration: Duration) -> bool {
        let mutex = self.mutex_of(guard);
        let deadline = deadline_in(duration);
        // SAFETY: both are initialised; the guard's thread, this one, holds the mutex; all threads wait with this one.
        unsafe { libc::pthread_cond_timedwait(self.condvar.get(), mutex, &deadline) == libc::ETIMEDOUT }
    }

    /// Returns the guard's mutex. Panics if another one was used before.
    fn mutex_of<T>(&self, guard: &MutexGuard<'_, T>) -> *mut libc::pthread_mutex_t {
        // SAFETY: the raw mutex is not unlocked through this reference.
        let raw = unsafe { MutexGuard::mutex(guard).raw() };
        let address = ptr::from_ref(raw).cast_mut();
        match self.mutex.compare_exchange(ptr::null_mut(), address, Relaxed, Relaxed) {
            Err(other) if other != address => panic!("a condition variable is used with two mutexes"),
            _ => raw.mutex.get(),
        }
    }

    /// Wakes one waiting thread.
    pub fn notify_one(&self) {
        // SAFETY: the condition variable is initialised.
        unsafe { libc::pthread_cond_signal(self.condvar.get()) };
    }

    /// Wakes all waiting threads.
    pub fn notify_all(&self) {
        // SAFETY: the condition variable is initialised.
        unsafe { libc::pthread_cond_broadcast(self.condvar.get()) };
    }

    /// Initialises the condition variable anew in a forked child, where the threads that waited do not exist.
    ///
    /// # Safety
    ///
    /// The calling thread is the process's only one.
    pub unsafe fn reset(&self) {
        // SAFETY: no other thread exists.
        unsafe { *self.condvar.get() = libc::PTHREAD_COND_INITIALIZER };
    }
}

impl Drop for Condvar {
    fn drop(&mut self) {
        // SAFETY: a waiting thread would have a reference to the condition variable, so none waits.
        unsafe { libc::pthread_cond_destroy(self.condvar.get()) };
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::panic::{AssertUnwindSafe, catch_unwind};
    use std::rc::Rc;

    use super::*;
    use crate::testing_traits::implements;

    #[test]
    fn guards_are_not_send_and_sync_only_if_the_value_is() {
        assert!(!implements!(MutexGuard<'static, u32>: Send));
        assert!(implements!(MutexGuard<'static, u32>: Sync));
        assert!(!implements!(MutexGuard<'static, Cell<u32>>: Sync));
        assert!(implements!(Mutex<Cell<u32>>: Sync));
        assert!(!implements!(Mutex<Rc<u32>>: Sync) && !implements!(Mutex<Rc<u32>>: Send));
    }

    #[test]
    fn locking_twice_panics_instead_of_deadlocking() {
        let mutex = Mutex::new(1);
        let mut guard = mutex.lock();
        assert!(catch_unwind(AssertUnwindSafe(|| drop(mutex.lock()))).is_err());
        assert!(lock_unless_held(&mutex).is_none());
        *guard += 1;
        drop(guard);
        assert_eq!(lock_unless_held(&mutex).map(|value| *value), Some(2));
        assert_eq!(*mutex.lock(), 2);
    }

    #[test]
    fn a_timed_wait_ends() {
        let (mutex, condvar) = (Mutex::new(()), Condvar::new());
        let mut guard = mutex.lock();
        while !condvar.wait_for(&mut guard, Duration::from_millis(1)) {}
    }

    #[test]
    #[should_panic(expected = "two mutexes")]
    fn a_condition_variable_belongs_to_one_mutex() {
        let (one, other, condvar) = (Mutex::new(()), Mutex::new(()), Condvar::new());
        condvar.wait_for(&mut one.lock(), Duration::ZERO);
        condvar.wait_for(&mut other.lock(), Duration::ZERO);
    }
}
