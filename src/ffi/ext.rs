//! Errors, hosts, settings: for programs without Python.

use std::ffi::{c_char, c_int};

use super::guard;
use crate::abi::ext::ImagingHost;
use crate::exec::parallel;
use crate::host::{last_error, registered};
use crate::memory::{arena::Arena, config};
use crate::process::environment;
use crate::simd::isa;

/// Returns `IMAGING_ERROR_*`: what went wrong last on this thread, in a call that returned NULL or another sign of
/// failure. Calls that succeed leave it as it is.
///
/// Where `message` is not NULL, `*message` is set to the error's text, empty where there is none. It stays until the
/// thread's next error. In a process with Python, on a thread that may use it, errors are Python exceptions and not kept
/// here.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ImagingGetLastError(message: *mut *const c_char) -> c_int {
    let (code, text) = last_error::get();
    // SAFETY: the caller's pointer is NULL or may be written to.
    if let Some(message) = unsafe { message.as_mut() } {
        *message = text;
    }
    code
}

/// Forgets this thread's last error, and frees its memory, which else stays until the thread ends.
#[unsafe(no_mangle)]
pub extern "C" fn ImagingClearError() {
    last_error::clear();
}

/// Registers a program's functions for errors and long sections, in place of those registered before; NULL for none.
/// `host` is copied. They come before Python, and after the program's own `ImagingError_*` and `ImagingSection*`.
///
/// A callback must return. One that throws a C++ exception, or jumps out by `longjmp`, ends the process. A thread that ends
/// in a callback (`pthread_exit`) is parked: it keeps its stack for as long as the process lives, and cannot be joined. A
/// thread that is cancelled during a call (`pthread_cancel`) is so when the call is over. The program's own
/// `ImagingError_*` and `ImagingSection*` are such callbacks too.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ImagingSetHost(host: *const ImagingHost) {
    // SAFETY: the caller's pointer is NULL or points to a host.
    registered::set(unsafe { host.as_ref() }.copied());
}

/// Sets up `ImagingDefaultArena` from the environment, for programs without Pillow's Python layer, which does so itself:
/// `PILLOW_ALIGNMENT` (a power of two, 1 to 128), `PILLOW_BLOCK_SIZE` (bytes, a multiple of 4096; `k` or `m` behind it
/// for KiB or MiB) and `PILLOW_BLOCKS_MAX` (how many freed blocks to keep).
///
/// Returns 1; or 0 where one of them breaks its rule, in an error that names it, and then none is applied.
///
/// Not among them is `IMAGING_HUGE_PAGES`, which is read with the first large image: 1 maps blocks of 4 MiB and more apart
/// and asks the system for huge pages behind them (where the arena keeps no blocks for reuse); anything else, or nothing,
/// leaves all memory to `malloc`. Huge pages may be faster where memory is not that of a virtual machine; images that are
/// made and deleted again and again are faster without.
#[unsafe(no_mangle)]
pub extern "C" fn ImagingMemoryConfigureFromEnv() -> c_int {
    guard(0, || {
        config::configure(Arena::the_default(), environment::variable)?;
        Ok(1)
    })
}

/// Sets how many threads work is split over, 1 to 1024. Without this it is `IMAGING_NUM_THREADS` of the environment, or
/// one for each processor. Results do not depend on it. Returns 1, or 0 for another number.
#[unsafe(no_mangle)]
pub extern "C" fn ImagingSetNumThreads(threads: c_int) -> c_int {
    guard(0, || {
        parallel::set_num_threads(threads)?;
        Ok(1)
    })
}

/// How many threads work is split over.
#[unsafe(no_mangle)]
pub extern "C" fn ImagingGetNumThreads() -> c_int {
    parallel::num_threads() as c_int
}

/// The instructions that kernels are chosen by: "generic", "sse4.1", "avx2" or "avx512". It is what the processor has, or
/// less where `IMAGING_SIMD` of the environment asks for that. Results do not depend on it. Static.
#[unsafe(no_mangle)]
pub extern "C" fn ImagingGetSIMDLevel() -> *const c_char {
    isa::current().c_name().as_ptr()
}

/// The version of this library, such as "13.0.0": its first number is that of the ABI.
#[unsafe(no_mangle)]
pub extern "C" fn ImagingVersion() -> *const c_char {
    const VERSION: &str = concat!(env!("CARGO_PKG_VERSION"), "\0");
    VERSION.as_ptr().cast()
}
