//! Fork handlers around a mutex.

use super::mutex::Mutex;

/// Protects a static [`Mutex`] across `fork`: the forking thread locks it, so that the child finds its value consistent,
/// and the child gets it unlocked. The forking thread calls `before` before it locks the mutex; `in_child` adapts the
/// value to a process with one thread.
///
/// The handlers are registered when the library is loaded: later, another thread could fork between two registrations.
macro_rules! atfork {
    ($mutex:path, before: $before:expr, in_child: $in_child:expr) => {
        const _: () = {
            extern "C" fn prepare() {
                let before: fn() = $before;
                before();
                $crate::process::atfork::prepare(&$mutex);
            }
            extern "C" fn parent() {
                $crate::process::atfork::parent(&$mutex);
            }
            extern "C" fn child() {
                let adapt: fn(&mut _) = $in_child;
                // SAFETY: a forked child has one thread. If a signal handler has forked in the middle of a call, the
                // documentation allows the child only to execute another program or to exit.
                unsafe { $crate::process::atfork::child(&$mutex, adapt) };
            }
            extern "C" fn register() {
                // SAFETY: the handlers take nothing; the C library calls them in turn on the thread that forks.
                unsafe { libc::pthread_atfork(Some(prepare), Some(parent), Some(child)) };
            }
            $crate::process::load::at_load!(register);
        };
    };
    ($mutex:path) => {
        $crate::process::atfork::atfork!($mutex, before: || {}, in_child: |_| {});
    };
}
pub(crate) use atfork;

/// Locks the mutex before the fork, unless the forking thread holds it.
pub fn prepare<T>(mutex: &Mutex<T>) {
    // SAFETY: `lock_for_fork` unlocks nothing.
    unsafe { mutex.raw() }.lock_for_fork();
}

/// Unlocks the mutex in the parent if [`prepare`] has locked it.
pub fn parent<T>(mutex: &Mutex<T>) {
    // SAFETY: `unlock_in_parent` unlocks only what `lock_for_fork` has locked on this thread, for which there is no guard.
    unsafe { mutex.raw() }.unlock_in_parent();
}

/// Unlocks the mutex in the child and adapts its value.
///
/// # Safety
///
/// The calling thread is the process's only one, and does not return to code that has locked the mutex.
pub unsafe fn child<T>(mutex: &Mutex<T>, adapt: impl FnOnce(&mut T)) {
    // SAFETY: no other thread exists, and this one uses neither the mutex nor the value elsewhere, by the contract above.
    unsafe {
        mutex.raw().reset_in_child();
        adapt(&mut *mutex.data_ptr());
    }
}
