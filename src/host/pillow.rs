//! Keeps this library off the core of any Pillow but the one whose ABI it has.
//!
//! `LD_PRELOAD` is inherited by every program that a program starts, so it also reaches those that use another Pillow.
//! The loader then binds that Pillow's core to this library, whose structs and numbers of modes are not the ones it knows.
//!
//! Every Pillow asks for the versions of its JPEG and zlib libraries while its core is initialized, and uses nothing else
//! of libImaging before. So these two symbols are the gate: Pillow's core calls them here, they look at the version of
//! that Pillow, and unless it is the one that this library fits, they bind the core to its own functions again
//! ([`Object::bind_to_itself`]). Then they call the core's own function of their name, whose answer it is that counts.
//!
//! Pillow's other extension modules have copies of `findModeID` and `getModeData` that are taken over, too. Once there
//! is another Pillow, both do the same for whatever module calls them ([`own_function`]).
//!
//! Weak, as the codecs that these functions belong to are not part of this library yet: a program that brings these
//! codecs along defines them itself.

use std::ffi::{CStr, c_char, c_void};
use std::io;
use std::sync::atomic::{AtomicBool, Ordering};

use arrayvec::ArrayString;

use super::elf::Object;
use super::python::symbol;
use super::{Message, python};
use crate::abi::PyObject;
use crate::error::Kind;
use crate::process::warn;

/// The version of this library. Its first number is that of the Pillow that it fits.
const VERSION: &str = env!("CARGO_PKG_VERSION");
const MAJOR: &str = env!("CARGO_PKG_VERSION_MAJOR");

/// Whether this process has a Pillow that was bound to its own functions.
static HAS_ANOTHER_PILLOW: AtomicBool = AtomicBool::new(false);

/// The text of a `__version__`; none is nearly as long.
type Version = ArrayString<64>;

/// Defines weak functions without arguments that jump on to functions of this module, with the address that they are to
/// return to as the argument: it lies in the module that calls.
macro_rules! gates {
    ($($symbol:literal => $function:path,)*) => {
        $(std::arch::global_asm!(
            concat!(".weak ", $symbol),
            concat!(".type ", $symbol, ", @function"),
            concat!($symbol, ":"),
            #[cfg(target_arch = "x86_64")]
            "mov rdi, [rsp]",
            #[cfg(target_arch = "x86_64")]
            "jmp {function}",
            #[cfg(target_arch = "aarch64")]
            "mov x0, x30",
            #[cfg(target_arch = "aarch64")]
            "b {function}",
            concat!(".size ", $symbol, ", . - ", $symbol),
            function = sym $function,
        );)*
    };
}

gates! {
    "ImagingJpegVersion" => jpeg_version,
    "ImagingZipVersion" => zip_version,
}

unsafe extern "C" fn jpeg_version(caller: usize) -> *const c_char {
    // SAFETY: the gate passes its return address, and the core's function is `const char *ImagingJpegVersion(void)`.
    unsafe { version_function(caller, c"ImagingJpegVersion") }
}

unsafe extern "C" fn zip_version(caller: usize) -> *const c_char {
    // SAFETY: the gate passes its return address, and the core's function is `const char *ImagingZipVersion(void)`.
    unsafe { version_function(caller, c"ImagingZipVersion") }
}

/// Looks at the Pillow whose core calls, and returns what the core's own function of this name returns; an empty text
/// where the caller has none.
///
/// # Safety
///
/// `caller` is an address in the code that waits for the result, and a definition of `name` there has the type of the
/// gates.
unsafe fn version_function(caller: usize, name: &CStr) -> *const c_char {
    // SAFETY: the caller waits for this function, and so is not unloaded.
    let Some(core) = (unsafe { Object::containing(caller) }) else { return c"".as_ptr() };
    let Some(own) = core.definition(name) else { return c"".as_ptr() };
    admit(&core);
    // SAFETY: the core's own definition has this type.
    unsafe { std::mem::transmute::<usize, extern "C" fn() -> *const c_char>(own)() }
}

/// Binds Pillow's core to its own functions, unless it is of the Pillow that this library fits, and says so on standard
/// error. Where that fails, a Python exception ends the import.
fn admit(core: &Object) {
    if exception_is_set() {
        return; // the other gate has failed
    }
    let version = pillow_version();
    if version.is_some_and(|version| version.split('.').next() == Some(MAJOR)) {
        return;
    }
    let version = version.as_ref().map_or("of unknown version", Version::as_str);
    match release(core) {
        Ok(()) => {
            HAS_ANOTHER_PILLOW.store(true, Ordering::Relaxed);
            warn(format_args!(
                "Pillow {version} has another ABI than version {VERSION} and keeps its own functions; this library takes \
                 over those of Pillow {MAJOR} only"
            ));
        }
        Err(error) => {
            let message = Message::new(format_args!(
                "Pillow {version} has another ABI than libImaging {VERSION} and could not be given back its own functions \
                 ({error}); start this program without LD_PRELOAD"
            ));
            // Python 3.11 ends the import with a SystemError that has no cause.
            warn(format_args!("{}", message.as_c_str().to_str().unwrap_or_default()));
            python::raise(Kind::Os, message.as_c_str());
        }
    }
}

/// Binds a module of another Pillow to its own functions, wherever it was bound to this library.
fn release(module: &Object) -> io::Result<()> {
    // SAFETY: this library is running.
    let Some(library) = (unsafe { Object::containing(release as *const () as usize) }) else {
        return Err(io::Error::new(io::ErrorKind::NotFound, "this library is not found"));
    };
    let is_ours = |name: &CStr| symbol(name).is_some_and(|address| library.contains(address as usize));
    // SAFETY: the module was built to use its own functions and data, and has kept nothing yet of what it got from ours.
    unsafe { module.bind_to_itself(is_ours) }
}

/// The definition that a module of another Pillow has itself of the function of this library that it has called: the
/// module is bound to its own functions from now on, and the call is for this one. None for all other callers.
///
/// # Safety
///
/// `caller` is an address in the code that waits for the result.
pub unsafe fn own_function(caller: usize, name: &CStr) -> Option<usize> {
    if !HAS_ANOTHER_PILLOW.load(Ordering::Relaxed) {
        return None;
    }
    // SAFETY: the caller waits for this function, and so is not unloaded.
    let module = unsafe { Object::containing(caller) }?;
    let own = module.definition(name)?;
    // Where that fails, the module comes here again with its next call.
    let _ = release(&module);
    Some(own)
}

/// Whether this thread has a Python exception that it has not handled yet.
fn exception_is_set() -> bool {
    let Some(occurred) = symbol(c"PyErr_Occurred").filter(|_| python::is_attached()) else { return false };
    // SAFETY: this is the type that Python's documentation gives for this name, and this thread may use Python.
    unsafe { !std::mem::transmute::<*mut c_void, unsafe extern "C" fn() -> *mut PyObject>(occurred)().is_null() }
}

/// What the Pillow of this Python says that its version is.
fn pillow_version() -> Option<Version> {
    if !python::is_attached() {
        return None;
    }
    // SAFETY: these are the types that Python's documentation gives for these names, and this thread may use Python.
    // Each object is released once, and the text is copied before its object is.
    unsafe {
        macro_rules! find {
            ($name:literal as fn($($argument:ty),*) $(-> $result:ty)?) => {
                std::mem::transmute::<*mut c_void, unsafe extern "C" fn($($argument),*) $(-> $result)?>(symbol($name)?)
            };
        }
        let import = find!(c"PyImport_ImportModule" as fn(*const c_char) -> *mut PyObject);
        let attribute = find!(c"PyObject_GetAttrString" as fn(*mut PyObject, *const c_char) -> *mut PyObject);
        let text = find!(c"PyUnicode_AsUTF8" as fn(*mut PyObject) -> *const c_char);
        let release = find!(c"Py_DecRef" as fn(*mut PyObject));
        let clear = find!(c"PyErr_Clear" as fn());

        let mut version = None;
        let package = import(c"PIL".as_ptr());
        if !package.is_null() {
            let object = attribute(package, c"__version__".as_ptr());
            if !object.is_null() {
                let text = text(object);
                if !text.is_null() {
                    version = CStr::from_ptr(text).to_str().ok().and_then(|text| Version::from(text).ok());
                }
                release(object);
            }
            release(package);
        }
        clear();
        version
    }
}
