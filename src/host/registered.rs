//! A host that has registered callbacks with `ImagingSetHost`.

use std::ffi::{CStr, c_int, c_void};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use crate::abi::ext::ImagingHost;
use crate::process::atfork::atfork;
use crate::process::{Mutex, cancel};

/// A host that was registered.
#[derive(Clone, Copy)]
struct Registered(ImagingHost);

// SAFETY: whoever registers a host promises functions and a context that may be used on any thread.
unsafe impl Send for Registered {}

static HOST: Mutex<Option<Registered>> = Mutex::new(None);

atfork!(HOST);

/// Whether there is a host: most programs have none, and need no lock to know it.
static ANY: AtomicBool = AtomicBool::new(false);

/// Registers a host, or none.
pub fn set(host: Option<ImagingHost>) {
    let mut registered = HOST.lock();
    *registered = host.map(Registered);
    ANY.store(registered.is_some(), Relaxed);
}

/// The host that is registered.
pub fn host() -> Option<ImagingHost> {
    if !ANY.load(Relaxed) {
        return None;
    }
    HOST.lock().map(|Registered(host)| host)
}

/// Tells the host of an error. Returns whether there is one that wants to know.
pub fn report(code: c_int, message: &CStr) -> bool {
    let Some((host, callback)) = host().and_then(|host| Some((host, host.error?))) else { return false };
    // SAFETY: whoever registered it promises a function that takes this.
    unsafe { cancel::call_3(callback, host.context, code, message.as_ptr()) };
    true
}

/// Tells a host that work will take long. Returns its cookie.
pub fn enter_section(host: &ImagingHost) -> *mut c_void {
    // SAFETY: whoever registered it promises a function that takes this.
    host.section_enter.map_or(std::ptr::null_mut(), |callback| unsafe { cancel::call_1(callback, host.context) })
}

/// Tells a host that the work is done.
pub fn leave_section(host: &ImagingHost, cookie: *mut c_void) {
    if let Some(callback) = host.section_leave {
        // SAFETY: whoever registered it promises a function that takes this.
        unsafe { cancel::call_2(callback, host.context, cookie) };
    }
}
