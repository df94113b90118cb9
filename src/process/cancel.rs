//! Threads that are cancelled, or end, in the middle of a call.
//!
//! `pthread_cancel` and `pthread_exit` unwind the thread's stack as an exception does. Rust's frames do not let foreign
//! exceptions pass: the process would abort. So cancellation is disabled during a call, and a thread that ends itself in a
//! callback is parked.

use std::ffi::{c_int, c_void};
use std::marker::PhantomData;

/// Defers cancellation of the thread that created it: `pthread_cancel` takes effect when it is dropped.
///
/// It must be dropped on the same thread, so it is not `Send`.
pub struct CancellationDisabled {
    previous: c_int,
    not_send: PhantomData<*const ()>,
}

impl CancellationDisabled {
    /// Disables cancellation of the calling thread.
    pub fn new() -> Self {
        let mut previous = 0;
        // SAFETY: `previous` is a local variable.
        unsafe { pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &mut previous) };
        Self { previous, not_send: PhantomData }
    }
}

impl Drop for CancellationDisabled {
    fn drop(&mut self) {
        // SAFETY: the state is one that `pthread_setcancelstate` has returned; NULL for the old state is allowed.
        unsafe { pthread_setcancelstate(self.previous, std::ptr::null_mut()) };
    }
}

/// The C library's record of a cleanup handler, `_pthread_cleanup_buffer` in glibc and `__ptcb` in musl: four words at most.
#[repr(C)]
struct CleanupHandler([*mut c_void; 4]);

const PTHREAD_CANCEL_DISABLE: c_int = 1;

unsafe extern "C" {
    fn pthread_setcancelstate(state: c_int, previous: *mut c_int) -> c_int;
    // The functions behind the macros `pthread_cleanup_push` and `pthread_cleanup_pop`, in glibc and in musl.
    fn _pthread_cleanup_push(
        handler: *mut CleanupHandler,
        routine: unsafe extern "C" fn(*mut c_void),
        argument: *mut c_void,
    );
    fn _pthread_cleanup_pop(handler: *mut CleanupHandler, execute: c_int);
}

/// Stops the calling thread for ever. The process can still end.
unsafe extern "C" fn park(_: *mut c_void) {
    loop {
        // SAFETY: `pause` has no preconditions.
        unsafe { libc::pause() };
    }
}

/// Defines functions that call a function of the host, which may end the calling thread, as Python's do during shutdown.
/// `pthread_exit` runs a cleanup handler after it has unwound the frame that has pushed the handler. Ours parks the thread
/// there, before the unwinder reaches the frames further out. The frame that pushes has no destructors, and so must not be
/// inlined into one that has.
macro_rules! define_calls {
    ($($name:ident($($argument:ident: $type:ident),* $(; $variadic:ident: $more:ident)*))*) => {$(
        /// Calls `function`, and parks the calling thread if `function` ends it.
        ///
        /// # Safety
        ///
        /// `function` may be called with these arguments.
        #[inline(never)]
        pub unsafe fn $name<$($type: Copy,)* $($more: Copy,)* R: Copy>(
            function: define_calls!(@type "C" ($($type),*) -> R, $($more)*),
            $($argument: $type,)*
            $($variadic: $more,)*
        ) -> R {
            let mut handler = CleanupHandler([std::ptr::null_mut(); 4]);
            let handler = &raw mut handler;
            // SAFETY: the two function types have one ABI; a call by the second one may also unwind. The handler stays in
            // this frame until it is popped. `function` may be called with the arguments, by this function's contract.
            unsafe {
                let function = std::mem::transmute::<
                    define_calls!(@type "C" ($($type),*) -> R, $($more)*),
                    define_calls!(@type "C-unwind" ($($type),*) -> R, $($more)*),
                >(function);
                _pthread_cleanup_push(handler, park, std::ptr::null_mut());
                let result = function($($argument,)* $($variadic),*);
                _pthread_cleanup_pop(handler, 0);
                result
            }
        }
    )*};
    (@type $abi:literal ($($type:ident),*) -> $result:ident,) => { unsafe extern $abi fn($($type),*) -> $result };
    (@type $abi:literal ($($type:ident),*) -> $result:ident, $($more:ident)+) => {
        unsafe extern $abi fn($($type,)* ...) -> $result
    };
}

// Arguments behind a semicolon are those of a variadic function.
define_calls! {
    call_0()
    call_1(a: A)
    call_2(a: A, b: B)
    call_3(a: A, b: B, c: C)
    call_variadic_4(a: A, b: B, c: C; d: D)
    call_variadic_5(a: A, b: B, c: C; d: D; e: E)
}
