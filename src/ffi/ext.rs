//! What this library has beyond the reference: declared in `ImagingExt.h`.

use std::ffi::{CStr, OsStr, c_char, c_int, c_void};
use std::os::unix::ffi::OsStrExt;

use super::guard;
use crate::host::{last_error, registered};
use crate::memory::{arena::Arena, config};

/// There is no error.
pub const IMAGING_ERROR_NONE: c_int = 0;
/// There is not enough memory.
pub const IMAGING_ERROR_MEMORY: c_int = 1;
/// The image has a mode that the operation does not take.
pub const IMAGING_ERROR_MODE: c_int = 2;
/// Two images differ in mode or size and must not.
pub const IMAGING_ERROR_MISMATCH: c_int = 3;
/// Some other argument cannot be.
pub const IMAGING_ERROR_VALUE: c_int = 4;
/// A file could not be read or written, or is not what it should be.
pub const IMAGING_ERROR_OS: c_int = 5;
/// A fault of this library.
pub const IMAGING_ERROR_INTERNAL: c_int = 6;

/// A program that wants to be told of errors and long sections. Any of the functions may be NULL. They may be called on
/// any thread.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct ImagingHost {
    /// Handed to each function.
    pub context: *mut c_void,
    /// Called for each error, with `IMAGING_ERROR_*` and its text, which stays during the call. The error is kept for
    /// `ImagingGetLastError` too.
    pub error: Option<unsafe extern "C" fn(context: *mut c_void, code: c_int, message: *const c_char)>,
    /// Called before work that may take long. What it returns is handed to `section_leave`.
    pub section_enter: Option<unsafe extern "C" fn(context: *mut c_void) -> *mut c_void>,
    /// Called after such work, on the same thread.
    pub section_leave: Option<unsafe extern "C" fn(context: *mut c_void, cookie: *mut c_void)>,
}

// SAFETY: whoever registers a host promises functions and a context that may be used on any thread.
unsafe impl Send for ImagingHost {}
// SAFETY: as above.
unsafe impl Sync for ImagingHost {}

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

/// Forgets this thread's last error.
#[unsafe(no_mangle)]
pub extern "C" fn ImagingClearError() {
    last_error::clear();
}

/// Registers a program's functions for errors and long sections, in place of those registered before; NULL for none.
/// `host` is copied. They come before Python, and after the program's own `ImagingError_*` and `ImagingSection*`.
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
#[unsafe(no_mangle)]
pub extern "C" fn ImagingMemoryConfigureFromEnv() -> c_int {
    guard(0, || {
        config::configure(Arena::the_default(), environment)?;
        Ok(1)
    })
}

/// The value of an environment variable.
fn environment(name: &CStr) -> Option<&'static OsStr> {
    // SAFETY: the value is read before anybody can set it anew, as C's `getenv` demands of every program.
    unsafe {
        let value = libc::getenv(name.as_ptr());
        (!value.is_null()).then(|| OsStr::from_bytes(CStr::from_ptr(value).to_bytes()))
    }
}

/// The version of this library, such as "13.0.0": its first number is that of the ABI.
#[unsafe(no_mangle)]
pub extern "C" fn ImagingVersion() -> *const c_char {
    const VERSION: &str = concat!(env!("CARGO_PKG_VERSION"), "\0");
    VERSION.as_ptr().cast()
}

unsafe extern "C" {
    /// Called where a file cannot be read or written, or is not what it should be; `message` says which and why. Raises
    /// `OSError` in Python. Returns NULL. Weak, as the `ImagingError_*` of `Imaging.h` are.
    pub fn ImagingError_OSError(message: *const c_char) -> *mut c_void;

    /// Called for a fault of this library; `message` says what is known of it. Raises `RuntimeError` in Python. Returns
    /// NULL. Weak, as the `ImagingError_*` of `Imaging.h` are.
    pub fn ImagingError_InternalError(message: *const c_char) -> *mut c_void;
}

const _: () = {
    use crate::error::Kind;
    assert!(IMAGING_ERROR_NONE == 0);
    assert!(IMAGING_ERROR_MEMORY == Kind::Memory as c_int && IMAGING_ERROR_MODE == Kind::Mode as c_int);
    assert!(IMAGING_ERROR_MISMATCH == Kind::Mismatch as c_int && IMAGING_ERROR_VALUE == Kind::Value as c_int);
    assert!(IMAGING_ERROR_OS == Kind::Os as c_int && IMAGING_ERROR_INTERNAL == Kind::Internal as c_int);
};
