//! Threads that are cancelled, or end, in the middle of a call.
//!
//! Both unwind the thread's stack as an exception would, and Rust's frames do not let a foreign exception through: the
//! process would be aborted. So cancellation waits until the call is over, and a thread that ends itself in a callback is
//! parked.

use std::ffi::{c_int, c_void};

/// While this lives, the calling thread is not cancelled: `pthread_cancel` takes effect afterwards.
pub struct CancellationDisabled(c_int);

impl CancellationDisabled {
    /// Disables cancellation of the calling thread.
    pub fn new() -> Self {
        let mut before = 0;
        // SAFETY: the former state is written where it may be.
        unsafe { pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &mut before) };
        Self(before)
    }
}

impl Drop for CancellationDisabled {
    fn drop(&mut self) {
        // SAFETY: the state is the one that `new` found.
        unsafe { pthread_setcancelstate(self.0, std::ptr::null_mut()) };
    }
}

/// The C library's record of a cleanup handler: room for the largest there is, and pinned to the frame that pushes it.
#[repr(C)]
struct CleanupHandler([*mut c_void; 4]);

const PTHREAD_CANCEL_DISABLE: c_int = 1;

unsafe extern "C" {
    fn pthread_setcancelstate(state: c_int, before: *mut c_int) -> c_int;
    // What the macros `pthread_cleanup_push` and `pthread_cleanup_pop` have stood for, in glibc as in musl.
    fn _pthread_cleanup_push(
        handler: *mut CleanupHandler,
        routine: unsafe extern "C" fn(*mut c_void),
        argument: *mut c_void,
    );
    fn _pthread_cleanup_pop(handler: *mut CleanupHandler, execute: c_int);
}

/// Stops the calling thread for good. The process ends as if the thread had.
unsafe extern "C" fn park(_: *mut c_void) {
    loop {
        // SAFETY: waits for a signal.
        unsafe { libc::pause() };
    }
}

/// Defines functions that call one of the host's, which may end the calling thread, as Python's do when it shuts down.
/// `pthread_exit` runs a cleanup handler once it has unwound the frame that has pushed it: that parks the thread, before a
/// frame further out is reached. The frame itself has nothing to be unwound, and so must not be inlined into one that has.
macro_rules! define_calls {
    ($($name:ident($($argument:ident: $type:ident),*))*) => {$(
        /// Calls `function`, and parks the calling thread if it ends meanwhile.
        ///
        /// # Safety
        ///
        /// As for calling `function`.
        #[inline(never)]
        pub unsafe fn $name<$($type: Copy,)* R: Copy>(
            function: unsafe extern "C" fn($($type),*) -> R,
            $($argument: $type),*
        ) -> R {
            let mut handler = CleanupHandler([std::ptr::null_mut(); 4]);
            let handler = &raw mut handler;
            // SAFETY: the two types differ in that a call by the second one may unwind, which makes no difference to the
            // callee. The handler stays in this frame until it is popped; the call itself is the caller's business.
            unsafe {
                let function = std::mem::transmute::<
                    unsafe extern "C" fn($($type),*) -> R,
                    unsafe extern "C-unwind" fn($($type),*) -> R,
                >(function);
                _pthread_cleanup_push(handler, park, std::ptr::null_mut());
                let result = function($($argument),*);
                _pthread_cleanup_pop(handler, 0);
                result
            }
        }
    )*};
}

define_calls! {
    call_0()
    call_1(a: A)
    call_2(a: A, b: B)
    call_3(a: A, b: B, c: C)
}
