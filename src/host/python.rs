//! Python's C API, found at run time: nothing links to Python, and a process need not have one.
//!
//! The functions below look symbols up by `dlsym`. Those that are needed often are found once, as an [`Api`]. [`Attached`]
//! proves that the calling thread holds the GIL (in Python's terms: has an attached thread state), which most of the C API
//! requires.

use std::ffi::{CStr, c_char, c_int, c_ulong, c_void};
use std::marker::PhantomData;

use arrayvec::{ArrayString, ArrayVec};

use crate::abi::{Imaging, PyObject};
use crate::error::ErrorKind;
use crate::memory::borrowed::Owner;
use crate::process::cancel::{call_0, call_1, call_2, call_variadic_4, call_variadic_5};
use crate::process::race_once::RaceOnce;

/// Returns the symbol of this name that the process has now.
pub fn symbol(name: &CStr) -> Option<*mut c_void> {
    // SAFETY: `dlsym` takes any string.
    let address = unsafe { libc::dlsym(libc::RTLD_DEFAULT, name.as_ptr()) };
    (!address.is_null()).then_some(address)
}

/// Returns the symbol of this name as a variable.
fn variable<T>(name: &CStr) -> Option<*const T> {
    symbol(name).map(|address| address.cast_const().cast())
}

/// Looks up a function of Python's C API: `function!(Py_IncRef(*mut PyObject))`. The declaration is that of Python's
/// documentation.
macro_rules! function {
    ($name:ident($($argument:ty),* $(; $variadic:tt)?) $(-> $result:ty)?) => {{
        const NAME: &CStr = match CStr::from_bytes_with_nul(concat!(stringify!($name), "\0").as_bytes()) {
            Ok(name) => name,
            Err(_) => panic!("a name has no NUL"),
        };
        type Function = unsafe extern "C" fn($($argument),* $(, $variadic)?) $(-> $result)?;
        // SAFETY: a symbol of this name is Python's function, and Python's documentation gives its type.
        symbol(NAME).map(|address| unsafe { std::mem::transmute::<*mut c_void, Function>(address) })
    }};
}

/// The functions that are called often, and the exceptions, whose symbols are variables.
#[derive(Clone, Copy)]
struct Api {
    is_initialized: unsafe extern "C" fn() -> c_int,
    is_attached: IsAttached,
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

// SAFETY: functions and addresses of variables are the same for every thread.
unsafe impl Send for Api {}
// SAFETY: functions and addresses of variables are the same for every thread.
unsafe impl Sync for Api {}

/// The function that tells whether the calling thread holds the GIL.
#[derive(Clone, Copy)]
enum IsAttached {
    /// Since 3.12: the thread's state, NULL if it does not hold the GIL. Correct with several interpreters, too.
    State(unsafe extern "C" fn() -> *mut c_void),
    /// Before 3.12: whether the thread state that holds the GIL is this thread's.
    Check(unsafe extern "C" fn() -> c_int),
}

impl IsAttached {
    fn find() -> Option<Self> {
        const PYTHON_3_12: c_ulong = 0x030c_0000;
        // SAFETY: `Py_Version` is a constant of this type.
        let version = variable::<c_ulong>(c"Py_Version").map_or(0, |version| unsafe { *version });
        let state = function!(PyThreadState_GetUnchecked() -> *mut c_void)
            .or_else(|| function!(_PyThreadState_UncheckedGet() -> *mut c_void));
        match state {
            Some(state) if version >= PYTHON_3_12 => Some(Self::State(state)),
            _ => Some(Self::Check(function!(PyGILState_Check() -> c_int)?)),
        }
    }
}

impl Api {
    fn find() -> Option<Self> {
        Some(Self {
            is_initialized: function!(Py_IsInitialized() -> c_int)?,
            is_attached: IsAttached::find()?,
            set_string: function!(PyErr_SetString(*mut PyObject, *const c_char))?,
            no_memory: function!(PyErr_NoMemory() -> *mut PyObject)?,
            value_error: variable(c"PyExc_ValueError")?,
            os_error: variable(c"PyExc_OSError")?,
            runtime_error: variable(c"PyExc_RuntimeError")?,
            save_thread: function!(PyEval_SaveThread() -> *mut c_void)?,
            restore_thread: function!(PyEval_RestoreThread(*mut c_void))?,
            ensure: function!(PyGILState_Ensure() -> c_int)?,
            release: function!(PyGILState_Release(c_int))?,
            inc_ref: function!(Py_IncRef(*mut PyObject))?,
            dec_ref: function!(Py_DecRef(*mut PyObject))?,
            capsule_pointer: function!(PyCapsule_GetPointer(*mut PyObject, *const c_char) -> *mut c_void)?,
        })
    }

    /// Returns Python's API if the process has loaded Python. It may do so at any time, so only success is remembered.
    fn loaded() -> Option<Self> {
        static FOUND: RaceOnce<Api> = RaceOnce::new();
        FOUND.get_or_try_init(Self::find)
    }

    /// Returns Python's API if the process has an initialized Python.
    fn running() -> Option<Self> {
        // SAFETY: `Py_IsInitialized` may be called at any time, on any thread.
        Self::loaded().filter(|api| unsafe { (api.is_initialized)() } != 0)
    }
}

/// Python's API on a thread that holds the GIL.
///
/// A value is not used after the GIL was released: [`release_gil`](Self::release_gil) takes it.
pub struct Attached {
    api: Api,
    /// The proof is for one thread.
    _not_send: PhantomData<*mut ()>,
}

impl Attached {
    /// Returns Python's API if this thread holds the GIL.
    pub fn current() -> Option<Self> {
        let api = Api::running()?;
        // SAFETY: any thread may call these functions while Python is initialized.
        let is_attached = unsafe {
            match api.is_attached {
                IsAttached::State(state) => !state().is_null(),
                IsAttached::Check(check) => check() != 0,
            }
        };
        is_attached.then_some(Self { api, _not_send: PhantomData })
    }

    /// Raises an exception.
    pub fn raise(&self, kind: ErrorKind, message: &CStr) {
        let exception = match kind {
            ErrorKind::Memory => {
                // SAFETY: this thread holds the GIL.
                unsafe { (self.api.no_memory)() };
                return;
            }
            ErrorKind::Mode | ErrorKind::Mismatch | ErrorKind::Value => self.api.value_error,
            ErrorKind::Os => self.api.os_error,
            ErrorKind::Internal => self.api.runtime_error,
        };
        // SAFETY: this thread holds the GIL, and the variable points to an exception as long as Python is initialized.
        unsafe { (self.api.set_string)(*exception, message.as_ptr()) };
    }

    /// Whether this thread has raised an exception that nobody has handled yet.
    pub fn has_exception(&self) -> bool {
        let occurred = function!(PyErr_Occurred() -> *mut PyObject);
        // SAFETY: this thread holds the GIL.
        occurred.is_some_and(|occurred| unsafe { !occurred().is_null() })
    }

    /// Releases the GIL. Returns the thread's state for [`reacquire_gil`].
    pub fn release_gil(self) -> *mut c_void {
        // SAFETY: this thread holds the GIL.
        unsafe { (self.api.save_thread)() }
    }

    /// Returns the pointer in a capsule of this name. Raises an exception and returns NULL if the object is no such
    /// capsule.
    ///
    /// # Safety
    ///
    /// `capsule` is a live object.
    pub unsafe fn capsule_pointer(&self, capsule: *mut PyObject, name: &CStr) -> *mut c_void {
        // SAFETY: this thread holds the GIL, and the object is live, by this function's contract.
        unsafe { (self.api.capsule_pointer)(capsule, name.as_ptr()) }
    }

    /// Adds a reference to an object.
    ///
    /// # Safety
    ///
    /// `object` is a live object.
    pub unsafe fn retain(&self, object: *mut PyObject) {
        // SAFETY: this thread holds the GIL, and the object is live, by this function's contract.
        unsafe { (self.api.inc_ref)(object) };
    }

    /// Imports a module and copies one of its attributes, a string. `None` if anything fails; exceptions are cleared.
    pub fn attribute<const LENGTH: usize>(&self, module: &CStr, name: &CStr) -> Option<ArrayString<LENGTH>> {
        let import = function!(PyImport_ImportModule(*const c_char) -> *mut PyObject)?;
        let attribute = function!(PyObject_GetAttrString(*mut PyObject, *const c_char) -> *mut PyObject)?;
        let utf8 = function!(PyUnicode_AsUTF8(*mut PyObject) -> *const c_char)?;
        let clear = function!(PyErr_Clear())?;
        // SAFETY: this thread holds the GIL. Functions are called with live objects only; the new references are
        // released, and the string is copied before its object is.
        unsafe {
            let mut copy = None;
            let module = import(module.as_ptr());
            let object = if module.is_null() { module } else { attribute(module, name.as_ptr()) };
            let text = if object.is_null() { std::ptr::null() } else { utf8(object) };
            if !text.is_null() {
                copy = CStr::from_ptr(text).to_str().ok().and_then(|text| ArrayString::from(text).ok());
            }
            // `Py_DecRef` does nothing for NULL.
            (self.api.dec_ref)(object);
            (self.api.dec_ref)(module);
            clear();
            copy
        }
    }
}

/// Sequences of numbers.
impl Attached {
    /// Returns the numbers of a sequence, the first `N` at most; an exception is `None`. For an object that is no sequence,
    /// there is no list of numbers, and for one without a length an empty one.
    ///
    /// # Safety
    ///
    /// `object` is a live object.
    #[cfg_attr(not(feature = "jpeg2000"), allow(dead_code))] // only that codec uses it
    pub unsafe fn numbers<const N: usize>(&self, object: *mut PyObject) -> Option<Option<ArrayVec<f64, N>>> {
        let is_sequence = function!(PySequence_Check(*mut PyObject) -> c_int)?;
        let length = function!(PySequence_Size(*mut PyObject) -> isize)?;
        let item = function!(PySequence_GetItem(*mut PyObject, isize) -> *mut PyObject)?;
        let number = function!(PyFloat_AsDouble(*mut PyObject) -> f64)?;
        let mut numbers = ArrayVec::new();
        // SAFETY: this thread holds the GIL, and the object is live, by this function's contract. Each item is a new reference,
        // which is released. The object's methods may run any code, and Python may end the thread meanwhile.
        unsafe {
            if call_1(is_sequence, object) == 0 {
                return Some(None);
            }
            let length = usize::try_from(call_1(length, object)).unwrap_or(0).min(N);
            for index in 0..length {
                let item = call_2(item, object, index as isize);
                if item.is_null() {
                    return None;
                }
                numbers.push(call_1(number, item));
                call_1(self.api.dec_ref, item);
            }
        }
        if self.has_exception() { None } else { Some(Some(numbers)) }
    }
}

/// The methods of a file object, as Pillow calls them. Each returns `None` if it has raised an exception, or if Python's API
/// lacks a function.
///
/// A method may run any code, and Python may end the thread meanwhile: while it shuts down, or by a file of the program's
/// own. So methods are called through [`cancel`](crate::process::cancel).
impl Attached {
    /// Reads at most `bytes` bytes. Returns what `take` makes of them; `None`, without an exception, if the file returns more.
    ///
    /// # Safety
    ///
    /// `file` is NULL or a live object.
    pub unsafe fn read<R>(&self, file: *mut PyObject, bytes: isize, take: impl FnOnce(&[u8]) -> R) -> Option<R> {
        let contents = function!(PyBytes_AsStringAndSize(*mut PyObject, *mut *mut c_char, *mut isize) -> c_int)?;
        let call = function!(PyObject_CallMethod(*mut PyObject, *const c_char, *const c_char; ...) -> *mut PyObject)?;
        let (mut data, mut length) = (std::ptr::null_mut(), 0);
        // SAFETY: this thread holds the GIL, the object is NULL or live, by this function's contract, and the argument is
        // that of the format. The bytes live as long as their object, which is released after they are used.
        unsafe {
            let object = call_variadic_4(call, file, c"read".as_ptr(), c"n".as_ptr(), bytes);
            if object.is_null() {
                return None;
            }
            let is_read = contents(object, &mut data, &mut length) == 0 && length <= bytes;
            let taken = is_read.then(|| take(std::slice::from_raw_parts(data.cast_const().cast(), length as usize)));
            call_1(self.api.dec_ref, object);
            taken
        }
    }

    /// Writes `bytes` bytes. What the file returns is ignored.
    ///
    /// # Safety
    ///
    /// `file` is NULL or a live object, and `src` has `bytes` bytes.
    pub unsafe fn write(&self, file: *mut PyObject, src: *const c_char, bytes: isize) -> Option<()> {
        let new = function!(PyBytes_FromStringAndSize(*const c_char, isize) -> *mut PyObject)?;
        let call = function!(PyObject_CallMethod(*mut PyObject, *const c_char, *const c_char; ...) -> *mut PyObject)?;
        // SAFETY: this thread holds the GIL, the objects are NULL or live, by this function's contract, and the argument is
        // that of the format.
        unsafe {
            let data = new(src, bytes);
            if data.is_null() {
                return None;
            }
            let object = call_variadic_4(call, file, c"write".as_ptr(), c"O".as_ptr(), data);
            (self.api.dec_ref)(data);
            self.discard(object)
        }
    }

    /// Sets the position.
    ///
    /// # Safety
    ///
    /// `file` is NULL or a live object.
    pub unsafe fn seek(&self, file: *mut PyObject, offset: isize, whence: c_int) -> Option<()> {
        let call = function!(PyObject_CallMethod(*mut PyObject, *const c_char, *const c_char; ...) -> *mut PyObject)?;
        // SAFETY: this thread holds the GIL, the object is NULL or live, by this function's contract, and the arguments are
        // those of the format.
        unsafe { self.discard(call_variadic_5(call, file, c"seek".as_ptr(), c"ni".as_ptr(), offset, whence)) }
    }

    /// Returns the position. -1 is that of a file that says so, or an error.
    ///
    /// # Safety
    ///
    /// `file` is NULL or a live object.
    pub unsafe fn tell(&self, file: *mut PyObject) -> isize {
        let position = function!(PyLong_AsSsize_t(*mut PyObject) -> isize);
        let call = function!(PyObject_CallMethod(*mut PyObject, *const c_char, *const c_char; ...) -> *mut PyObject);
        let (Some(position), Some(call)) = (position, call) else { return -1 };
        let no_arguments: *const c_char = std::ptr::null();
        // SAFETY: this thread holds the GIL, and the object is NULL or live, by this function's contract. NULL is the format
        // of no arguments, so that the last one is not read.
        unsafe {
            let object = call_variadic_4(call, file, c"tell".as_ptr(), no_arguments, 0);
            if object.is_null() {
                return -1;
            }
            let result = position(object);
            call_1(self.api.dec_ref, object);
            result
        }
    }

    /// Releases the result of a method; `None` for NULL.
    ///
    /// # Safety
    ///
    /// `object` is NULL or a new reference.
    unsafe fn discard(&self, object: *mut PyObject) -> Option<()> {
        if object.is_null() {
            return None;
        }
        // SAFETY: this thread holds the GIL, and the reference is given up, by this function's contract.
        unsafe { call_1(self.api.dec_ref, object) };
        Some(())
    }
}

/// Raises an exception if this thread holds the GIL. Returns whether it does.
pub fn raise(kind: ErrorKind, message: &CStr) -> bool {
    Attached::current().map(|python| python.raise(kind, message)).is_some()
}

/// Takes the GIL again. While Python shuts down, it ends threads here, since they must not touch its objects any more
/// (CPython before 3.14 calls `pthread_exit`; the thread is suspended then).
///
/// # Safety
///
/// `state` is what [`Attached::release_gil`] has returned on this thread, and is used for the first time.
pub unsafe fn reacquire_gil(state: *mut c_void) {
    if let Some(api) = Api::loaded() {
        // SAFETY: the state is this thread's, by this function's contract.
        unsafe { call_1(api.restore_thread, state) };
    }
}

/// Returns an owner for an image whose pixels a Python object keeps alive.
pub fn owner(object: *mut PyObject) -> Owner {
    Owner { object, release: release_owner }
}

/// Releases an image's reference to a Python object, on any thread. `ImagingDelete` calls it. After Python has ended
/// there is nothing to release.
unsafe extern "C" fn release_owner(im: Imaging) {
    if Api::running().is_none() {
        return;
    }
    // SAFETY: `ImagingDelete` calls this once, with a live image, which owns the reference.
    unsafe { release(std::mem::replace(&mut (*im).arrow_array_capsule, std::ptr::null_mut())) };
}

/// Releases a reference to an object, on any thread. After Python has ended there is nothing to release.
///
/// # Safety
///
/// `object` is NULL or a reference, which is given up.
pub unsafe fn release(object: *mut PyObject) {
    let Some(api) = Api::running() else { return };
    if Attached::current().is_some() {
        // SAFETY: this thread holds the GIL, and the reference is given up, by this function's contract.
        unsafe { (api.dec_ref)(object) };
        return;
    }
    // SAFETY: any thread may take the GIL while Python is initialized; it is released again after the object's reference.
    unsafe {
        let state = call_0(api.ensure);
        (api.dec_ref)(object);
        (api.release)(state);
    }
}
