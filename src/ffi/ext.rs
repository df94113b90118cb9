//! Errors, hosts and settings, for programs without Python.

use std::ffi::{c_char, c_int};
use std::mem::MaybeUninit;

use super::boundary::guard;
use crate::abi::ext::ImagingHost;
use crate::exec::parallel;
use crate::host::{last_error, registered};
use crate::memory::{arena::Arena, config, regions};
use crate::process::environment;
use crate::simd::isa;

/// Returns the code of this thread's last error, `IMAGING_ERROR_*`. Calls that succeed do not change it.
///
/// If `message` is not NULL, `*message` is set to the error's text, or to an empty text if there is no error. The text is
/// valid until the thread's next error. In a process with Python, errors on a thread that holds the GIL are Python
/// exceptions and are not kept here.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ImagingGetLastError(message: Option<&mut MaybeUninit<*const c_char>>) -> c_int {
    let (code, text) = last_error::get();
    if let Some(message) = message {
        message.write(text);
    }
    code
}

/// Clears this thread's last error and frees its memory, which is otherwise freed when the thread ends.
#[unsafe(no_mangle)]
pub extern "C" fn ImagingClearError() {
    last_error::clear();
}

/// Registers the callbacks of a host for errors and long sections, in place of those registered before. NULL removes them.
/// `host` is copied. A host comes before Python, and after the program's own `ImagingError_*` and `ImagingSection*`.
///
/// A callback must return. If it throws a C++ exception or leaves by `longjmp`, the process ends. If it ends its thread
/// (`pthread_exit`), the thread is suspended: it keeps its stack as long as the process lives, and cannot be joined. If the
/// thread is cancelled during a call (`pthread_cancel`), the cancellation takes effect after the call. The same holds for
/// the program's own `ImagingError_*` and `ImagingSection*`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ImagingSetHost(host: Option<&ImagingHost>) {
    registered::set(host.copied());
}

/// Configures `ImagingDefaultArena` from the environment. Programs without Pillow's Python layer call this; that layer
/// does the same. The variables are `PILLOW_ALIGNMENT` (a power of two, 1 to 128), `PILLOW_BLOCK_SIZE` (bytes, a multiple
/// of 4096; a suffix `k` or `m` means KiB or MiB) and `PILLOW_BLOCKS_MAX` (how many freed blocks are kept for reuse).
///
/// Returns 1. Returns 0 and raises ValueError, which names the variable, if a value is invalid; none is applied then.
///
/// `IMAGING_HUGE_PAGES` is not one of them: it is read when the first large image is made. The value 1 asks the system for
/// huge pages behind images of 4 MiB and more (if the arena keeps no blocks for reuse). They may be faster on a machine
/// that is not virtual.
#[unsafe(no_mangle)]
pub extern "C" fn ImagingMemoryConfigureFromEnv() -> c_int {
    guard(0, || {
        config::configure(Arena::the_default(), environment::variable)?;
        Ok(1)
    })
}

/// Gives memory that no image uses back to the system, and has `malloc` do the same. The arena's pool of blocks is kept: see
/// `ImagingMemoryClearCache`.
///
/// The pixels of an image of 256 KiB and more lie in memory that the library maps. When such an image is deleted, the
/// memory is kept for the next one, and is given back by itself after a quarter to half a second without use. A thread of
/// the library's own does that, which ends then, and before the process forks. If the number of threads was set to 1 there
/// is no such thread: up to 64 MiB are kept, until this function is called.
#[unsafe(no_mangle)]
pub extern "C" fn ImagingMemoryTrim() {
    guard((), || {
        regions::trim();
        Ok(())
    });
}

/// Sets the number of threads that work is split over, 1 to 1024. The default is `IMAGING_NUM_THREADS` of the environment,
/// or the number of processors. Results do not depend on it.
///
/// Returns 1. Returns 0 and raises ValueError for another number.
#[unsafe(no_mangle)]
pub extern "C" fn ImagingSetNumThreads(threads: c_int) -> c_int {
    guard(0, || {
        parallel::set_num_threads(threads)?;
        Ok(1)
    })
}

/// Returns the number of threads that work is split over.
#[unsafe(no_mangle)]
pub extern "C" fn ImagingGetNumThreads() -> c_int {
    parallel::num_threads() as c_int
}

/// Returns the name of the SIMD instruction set that kernels use: "generic", "sse4.1", "avx2" or "avx512". It is the best
/// one that the processor has, or the one that `IMAGING_SIMD` of the environment names. Results do not depend on it. The
/// text is static.
#[unsafe(no_mangle)]
pub extern "C" fn ImagingGetSIMDLevel() -> *const c_char {
    isa::current().c_name().as_ptr()
}

/// Returns the version of this library, such as "13.0.0". Its major number is that of the ABI. The text is static.
#[unsafe(no_mangle)]
pub extern "C" fn ImagingVersion() -> *const c_char {
    const VERSION: &str = concat!(env!("CARGO_PKG_VERSION"), "\0");
    VERSION.as_ptr().cast()
}
