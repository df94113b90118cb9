//! Fork handlers around a mutex.

/// Has a thread that forks lock a static [`Mutex`](super::Mutex) first, so that the child finds its value consistent and
/// the mutex free. `$before` is called by that thread before it locks, and `$in_child` with the value in the child.
///
/// The handlers are registered when the library is loaded: later, another thread could fork in the middle of it.
macro_rules! atfork {
    ($mutex:path, before: $before:expr, in_child: $in_child:expr) => {
        const _: () = {
            extern "C" fn before() {
                let before: fn() = $before;
                before();
                $mutex.lock_for_fork();
            }
            extern "C" fn in_parent() {
                $mutex.unlock_in_parent();
            }
            extern "C" fn in_child() {
                let repair: fn(&mut _) = $in_child;
                // SAFETY: a child has one thread. Where a signal handler has made it in the middle of a call, it may only
                // execute another program, or exit: the headers say so.
                unsafe { $mutex.reset_in_child(repair) };
            }
            extern "C" fn register() {
                // SAFETY: the handlers lock and unlock in pairs, on the thread that forks.
                unsafe { libc::pthread_atfork(Some(before), Some(in_parent), Some(in_child)) };
            }
            $crate::process::load::at_load!(register);
        };
    };
    ($mutex:path) => {
        $crate::process::atfork::atfork!($mutex, before: || {}, in_child: |_| {});
    };
}
pub(crate) use atfork;
