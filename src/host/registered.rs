//! The host whose callbacks a program has registered by `ImagingSetHost`.

use std::ffi::{CStr, c_int, c_void};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use crate::abi::ext::ImagingHost;
use crate::process::atfork::atfork;
use crate::process::{Mutex, cancel};

/// The callbacks of a host.
#[derive(Clone, Copy)]
struct Registered(ImagingHost);

// SAFETY: the callbacks and their context may be used on any thread: the header requires it of `ImagingSetHost`.
unsafe impl Send for Registered {}

static HOST: Mutex<Option<Registered>> = Mutex::new(None);

atfork!(HOST);

/// Whether a host is registered. Most programs have none, and then nothing is locked.
static IS_REGISTERED: AtomicBool = AtomicBool::new(false);

/// Registers a host; `None` removes it.
pub fn set(host: Option<ImagingHost>) {
    let mut registered = HOST.lock();
    *registered = host.map(Registered);
    IS_REGISTERED.store(registered.is_some(), Relaxed);
}

/// Returns the registered host.
pub fn host() -> Option<ImagingHost> {
    if !IS_REGISTERED.load(Relaxed) {
        return None;
    }
    HOST.lock().map(|Registered(host)| host)
}

/// Reports an error to the host. Returns false if no host has a callback for errors.
pub fn report(code: c_int, message: &CStr) -> bool {
    let Some((host, callback)) = host().and_then(|host| Some((host, host.error?))) else { return false };
    // SAFETY: the callback has this type and takes the host's context, by `ImagingHost`.
    unsafe { cancel::call_3(callback, host.context, code, message.as_ptr()) };
    true
}

/// Calls the host at the beginning of a long section, and returns its cookie.
pub fn enter_section(host: &ImagingHost) -> *mut c_void {
    // SAFETY: the callback has this type and takes the host's context, by `ImagingHost`.
    host.section_enter.map_or(std::ptr::null_mut(), |callback| unsafe { cancel::call_1(callback, host.context) })
}

/// Calls the host at the end of a long section.
pub fn leave_section(host: &ImagingHost, cookie: *mut c_void) {
    if let Some(callback) = host.section_leave {
        // SAFETY: the callback has this type and takes the host's context and cookie, by `ImagingHost`.
        unsafe { cancel::call_2(callback, host.context, cookie) };
    }
}
