//! Python's C API, where the process has a Python: found at run time, by name, so that nothing links to it.

use std::ffi::{CStr, c_char, c_int, c_ulong, c_void};

use crate::abi::{Imaging, PyObject};
use crate::error::Kind;
use crate::process::cancel::{call_0, call_1};
use crate::process::race_once::RaceOnce;

/// The functions that are used, and the exceptions (whose symbols are variables that point to them).
#[derive(Clone, Copy)]
struct Api {
    is_initialized: unsafe extern "C" fn() -> c_int,
    /// Whether this thread may use Python now.
    is_attached: Attached,
    set_string: unsafe extern "C" fn(*mut PyObject, *const c_char),
    no_memory: unsafe extern "C" fn() -> *mut PyObject,
    value_error: *const *mut PyObject,
    os_error: *const *mut PyObject,
    runtime_error: *const *mut PyObject,
    save_thread: unsafe extern "C" fn() -> *mut c_void,
    restore_thread: unsafe extern "C" fn(*mut c_void),
    ensure: unsafe extern "C" fn() -> c_int,
    release: unsafe extern "C" fn(c_int),
    inc_ref: unsafe extern "C" fn(*mut PyObject),
    dec_ref: unsafe extern "C" fn(*mut PyObject),
    capsule_pointer: unsafe extern "C" fn(*mut PyObject, *const c_char) -> *mut c_void,
}

// SAFETY: functions and addresses of variables, the same for every thread.
unsafe impl Send for Api {}
// SAFETY: as above.
unsafe impl Sync for Api {}

/// How a Python tells whether this thread may use it.
#[derive(Clone, Copy)]
enum Attached {
    /// From 3.12 on: the thread's own state, which is NULL where it does not hold the global lock. Right where there
    /// are several interpreters, too.
    State(unsafe extern "C" fn() -> *mut c_void),
    /// Before: whether the state that holds the lock is this thread's.
    Check(unsafe extern "C" fn() -> c_int),
}

/// The symbol of this name, in the process as it is now.
pub(super) fn symbol(name: &CStr) -> Option<*mut c_void> {
    // SAFETY: the name is a string.
    let address = unsafe { libc::dlsym(libc::RTLD_DEFAULT, name.as_ptr()) };
    (!address.is_null()).then_some(address)
}

impl Api {
    fn find() -> Option<Self> {
        const PYTHON_3_12: c_ulong = 0x030c_0000;
        // SAFETY: these are the types that Python's documentation gives for these names.
        unsafe {
            let function = std::mem::transmute::<*mut c_void, unsafe extern "C" fn() -> *mut c_void>;
            let version = symbol(c"Py_Version").map_or(0, |version| *version.cast::<c_ulong>());
            let state = symbol(c"PyThreadState_GetUnchecked").or_else(|| symbol(c"_PyThreadState_UncheckedGet"));
            let is_attached = match state {
                Some(state) if version >= PYTHON_3_12 => Attached::State(function(state)),
                _ => Attached::Check(std::mem::transmute::<*mut c_void, unsafe extern "C" fn() -> c_int>(symbol(
                    c"PyGILState_Check",
                )?)),
            };
            macro_rules! find {
                ($name:literal as fn($($argument:ty),*) $(-> $result:ty)?) => {
                    std::mem::transmute::<*mut c_void, unsafe extern "C" fn($($argument),*) $(-> $result)?>(symbol($name)?)
                };
            }
            Some(Self {
                is_initialized: find!(c"Py_IsInitialized" as fn() -> c_int),
                is_attached,
                set_string: find!(c"PyErr_SetString" as fn(*mut PyObject, *const c_char)),
                no_memory: find!(c"PyErr_NoMemory" as fn() -> *mut PyObject),
                value_error: symbol(c"PyExc_ValueError")?.cast(),
                os_error: symbol(c"PyExc_OSError")?.cast(),
                runtime_error: symbol(c"PyExc_RuntimeError")?.cast(),
                save_thread: find!(c"PyEval_SaveThread" as fn() -> *mut c_void),
                restore_thread: find!(c"PyEval_RestoreThread" as fn(*mut c_void)),
                ensure: find!(c"PyGILState_Ensure" as fn() -> c_int),
                release: find!(c"PyGILState_Release" as fn(c_int)),
                inc_ref: find!(c"Py_IncRef" as fn(*mut PyObject)),
                dec_ref: find!(c"Py_DecRef" as fn(*mut PyObject)),
                capsule_pointer: find!(c"PyCapsule_GetPointer" as fn(*mut PyObject, *const c_char) -> *mut c_void),
            })
        }
    }

    /// Python, if the process has one. One may be loaded at any time, so only finding it is remembered.
    fn loaded() -> Option<Self> {
        static FOUND: RaceOnce<Api> = RaceOnce::new();
        FOUND.get_or_try_init(Self::find)
    }

    /// Python, if the process has one that runs.
    fn running() -> Option<Self> {
        // SAFETY: may be called at any time.
        Self::loaded().filter(|api| unsafe { (api.is_initialized)() } != 0)
    }

    /// Python, where this thread may use it now.
    fn attached() -> Option<Self> {
        let api = Self::running()?;
        // SAFETY: these may be called by any thread while Python runs.
        let attached = unsafe {
            match api.is_attached {
                Attached::State(state) => !state().is_null(),
                Attached::Check(check) => check() != 0,
            }
        };
        attached.then_some(api)
    }
}

/// Whether this thread may use Python now.
pub fn is_attached() -> bool {
    Api::attached().is_some()
}

/// Sets a Python exception. Returns whether that was possible.
pub fn raise(kind: Kind, message: &CStr) -> bool {
    let Some(api) = Api::attached() else { return false };
    // SAFETY: this thread may use Python, and the variables hold the exceptions as long as it runs.
    unsafe {
        let exception = match kind {
            Kind::Memory => {
                (api.no_memory)();
                return true;
            }
            Kind::Mode | Kind::Mismatch | Kind::Value => *api.value_error,
            Kind::Os => *api.os_error,
            Kind::Internal => *api.runtime_error,
        };
        (api.set_string)(exception, message.as_ptr());
    }
    true
}

/// Lets other threads use Python, where this one may. Returns what [`reacquire`] needs.
pub fn release() -> Option<*mut c_void> {
    // SAFETY: this thread may use Python, which is what the function asks for.
    Api::attached().map(|api| unsafe { (api.save_thread)() })
}

/// Takes back what [`release`] let go. When Python shuts down, or has done so, it does not let this thread on: the thread
/// must not touch a Python object any more, and so ends here (CPython before 3.14 has it exit, and it is parked instead).
pub fn reacquire(state: *mut c_void) {
    if let Some(api) = Api::loaded() {
        // SAFETY: the state is this thread's, from `release`.
        unsafe { call_1(api.restore_thread, state) };
    }
}

/// What a capsule of this name holds; NULL, with a Python exception, where it is not such a capsule.
///
/// # Safety
///
/// [`is_attached`], and `capsule` is a live object.
pub unsafe fn capsule_pointer(capsule: *mut PyObject, name: &CStr) -> *mut c_void {
    // SAFETY: as the caller promises.
    Api::attached().map_or(std::ptr::null_mut(), |api| unsafe { (api.capsule_pointer)(capsule, name.as_ptr()) })
}

/// Adds a reference to an object.
///
/// # Safety
///
/// [`is_attached`], and `object` is a live object.
pub unsafe fn retain(object: *mut PyObject) {
    if let Some(api) = Api::attached() {
        // SAFETY: as the caller promises.
        unsafe { (api.inc_ref)(object) };
    }
}

/// What `ImagingDelete` calls for an image whose pixels a Python object keeps alive: drops the reference, on whichever
/// thread that is. Where Python has ended, its objects have too.
pub unsafe extern "C" fn release_owner(im: Imaging) {
    let Some(api) = Api::running() else { return };
    // SAFETY: `ImagingDelete` calls this once, with the live image, which owns the reference.
    unsafe {
        let object = std::mem::replace(&mut (*im).arrow_array_capsule, std::ptr::null_mut());
        if is_attached() {
            (api.dec_ref)(object);
        } else {
            let state = call_0(api.ensure);
            (api.dec_ref)(object);
            (api.release)(state);
        }
    }
}
