//! Gives the core of a Pillow with another ABI its own functions back.
//!
//! `LD_PRELOAD` is inherited by every program that a program starts, so this library is also loaded into processes that use
//! another Pillow. The dynamic loader then binds that Pillow's core to this library, whose structs and mode numbers differ
//! from the core's.
//!
//! Every Pillow queries the versions of its JPEG and zlib libraries while its core is initialized, before it uses anything
//! else of libImaging. So this library interposes these two functions, `ImagingJpegVersion` and `ImagingZipVersion`. They
//! check the version of the Pillow that calls, and unless it is the one that this library fits, they rebind the core to its
//! own functions ([`Object::bind_to_itself`]). Then they call the core's own function of their name and return its result.
//!
//! Pillow's other extension modules contain `findModeID` and `getModeData`, which are interposed, too. After another Pillow
//! was found, these functions rebind the module that calls them ([`own_function`]).
//!
//! The Pillow that this library fits gets the version of this library's zlib. Its codecs of JPEG, JPEG 2000 and TIFF are
//! rebound to its own: their states embed structs of the libraries that this Pillow brings along, of whatever version.
//!
//! A Pillow that is linked to a libImaging, such as a distribution's, has no functions to go back to. If it has another ABI, its
//! import ends with an error.
//!
//! The two stubs are weak: a program that brings its own codecs along defines them itself.

use std::ffi::{CStr, c_char};
use std::sync::atomic::{AtomicBool, Ordering};
use std::{fmt, io};

use arrayvec::ArrayString;

use super::elf::Object;
use super::message::Message;
use super::python::{Attached, symbol};
use super::stub::weak_symbols;
use crate::codec::zip;
use crate::error::ErrorKind;
use crate::process::warn;

/// The version of this library. Its major number is that of the Pillow that it fits.
const VERSION: &str = env!("CARGO_PKG_VERSION");
const MAJOR: &str = env!("CARGO_PKG_VERSION_MAJOR");

/// The beginnings of the names of the codecs whose states embed structs of an external library.
const EXTERNAL_CODECS: [&[u8]; 3] = [b"ImagingJpeg", b"ImagingLibTiff", b"ImagingTiff"];

/// Whether a Pillow was rebound to its own functions in this process.
static HAS_ANOTHER_PILLOW: AtomicBool = AtomicBool::new(false);

/// The text of Pillow's `__version__`, which is much shorter.
type Version = ArrayString<64>;

weak_symbols! {
    "ImagingJpegVersion" => [caller 0] jpeg_version;
    "ImagingZipVersion" => [caller 0] zip_version;
}

unsafe extern "C" fn jpeg_version(caller: usize) -> *const c_char {
    // SAFETY: the stub passes its return address, and every core's function is `const char *ImagingJpegVersion(void)`.
    let own = unsafe { version_function(caller, c"ImagingJpegVersion") };
    #[cfg(feature = "jpeg")]
    let version = own.unwrap_or(crate::codec::jpeg::version());
    #[cfg(not(feature = "jpeg"))]
    let version = own.unwrap_or_default();
    version.as_ptr()
}

unsafe extern "C" fn zip_version(caller: usize) -> *const c_char {
    // SAFETY: the stub passes its return address, and every core's function is `const char *ImagingZipVersion(void)`.
    let own = unsafe { version_function(caller, c"ImagingZipVersion") };
    let own = own.filter(|_| HAS_ANOTHER_PILLOW.load(Ordering::Relaxed));
    own.unwrap_or(zip::version()).as_ptr()
}

/// Checks the Pillow whose core calls, and returns the result of the core's own function of this name, if it has one.
///
/// # Safety
///
/// `caller` is an address in the code that waits for the result, and a definition of `name` there has the type of the
/// two stubs.
unsafe fn version_function(caller: usize, name: &CStr) -> Option<&'static CStr> {
    // SAFETY: the code at `caller` waits for this function, so its module stays loaded.
    let core = unsafe { Object::containing(caller) }?;
    let Some(own) = core.definition(name) else {
        check_linked(&core);
        return None;
    };
    check(&core);
    // SAFETY: the core's own definition has this type, by this function's contract.
    let own = unsafe { std::mem::transmute::<usize, extern "C" fn() -> *const c_char>(own) };
    // SAFETY: the function returns a static C string.
    Some(unsafe { CStr::from_ptr(own()) })
}

/// Ends the import of a core that is linked to a libImaging, unless this library fits its Pillow.
fn check_linked(core: &Object) {
    let is_pillow = core.definition(c"PyImagingNew").is_some();
    let Some(python) = Attached::current().filter(|python| is_pillow && !python.has_exception()) else { return };
    let version: Option<Version> = python.attribute(c"PIL", c"__version__");
    if let Some(version) = version.filter(|version| !is_fitting(version)) {
        end_import(
            Some(python),
            format_args!(
                "Pillow {version} has another ABI than libImaging {VERSION} and no libImaging of its own; if LD_PRELOAD \
                 names this one, start this program without it"
            ),
        );
    }
}

/// Whether this library has the ABI of a version of Pillow.
fn is_fitting(version: &str) -> bool {
    version.split('.').next() == Some(MAJOR)
}

/// Prints a message, and raises it as an exception.
fn end_import(python: Option<Attached>, text: fmt::Arguments<'_>) {
    let message = Message::new(text);
    // Python 3.11 reports the exception as a SystemError without a cause.
    warn(format_args!("{}", message.as_c_str().to_str().unwrap_or_default()));
    if let Some(python) = python {
        python.raise(ErrorKind::Os, message.as_c_str());
    }
}

/// Rebinds a core to its own functions: to its [`EXTERNAL_CODECS`] if this library fits its Pillow, and otherwise to all of them,
/// with a warning. If that fails, a Python exception ends the import.
fn check(core: &Object) {
    let python = Attached::current();
    if python.as_ref().is_some_and(Attached::has_exception) {
        return; // the other function has failed
    }
    let version: Option<Version> = python.as_ref().and_then(|python| python.attribute(c"PIL", c"__version__"));
    let is_another = version.is_none_or(|version| !is_fitting(&version));
    let version = version.as_ref().map_or("of unknown version", Version::as_str);
    let chosen = |name: &CStr| is_another || EXTERNAL_CODECS.iter().any(|codec| name.to_bytes().starts_with(codec));
    match rebind(core, chosen) {
        Ok(()) if !is_another => {}
        Ok(()) => {
            HAS_ANOTHER_PILLOW.store(true, Ordering::Relaxed);
            warn(format_args!(
                "Pillow {version} has another ABI than version {VERSION} and keeps its own functions; this library takes \
                 over those of Pillow {MAJOR} only"
            ));
        }
        Err(error) => end_import(
            python,
            format_args!(
                "Pillow {version} has functions with another ABI than those of libImaging {VERSION} and could not be given \
                 them back ({error}); start this program without LD_PRELOAD"
            ),
        ),
    }
}

/// Rebinds a module to its own functions, for those of this library that `chosen` selects.
fn rebind(module: &Object, chosen: impl Fn(&CStr) -> bool) -> io::Result<()> {
    // SAFETY: this library contains the function that is running, so it stays loaded.
    let Some(library) = (unsafe { Object::containing(zip_version as *const () as usize) }) else {
        return Err(io::Error::new(io::ErrorKind::NotFound, "this library is not found"));
    };
    let is_chosen =
        |name: &CStr| chosen(name) && symbol(name).is_some_and(|address| library.contains(address as usize));
    // SAFETY: the module was built to use its own functions and data, and has not kept anything of this library's yet.
    unsafe { module.bind_to_itself(is_chosen) }
}

/// Returns the own definition of a function in a module of another Pillow that has called this library's function of that
/// name, and rebinds the module. The call is then forwarded. `None` for all other callers.
///
/// # Safety
///
/// `caller` is an address in the code that waits for the result.
pub unsafe fn own_function(caller: usize, name: &CStr) -> Option<usize> {
    if !HAS_ANOTHER_PILLOW.load(Ordering::Relaxed) {
        return None;
    }
    // SAFETY: the code at `caller` waits for this function, so its module stays loaded.
    let module = unsafe { Object::containing(caller) }?;
    let own = module.definition(name)?;
    // If this fails, the module comes here again with its next call.
    let _ = rebind(&module, |_| true);
    Some(own)
}
