//! A host that has registered callbacks with `ImagingSetHost`.

use std::ffi::{CStr, c_int, c_void};
use std::sync::{PoisonError, RwLock};

use crate::abi::ext::ImagingHost;

static HOST: RwLock<Option<Registered>> = RwLock::new(None);

/// A host that was registered.
#[derive(Clone, Copy)]
struct Registered(ImagingHost);

// SAFETY: whoever registers a host promises functions and a context that may be used on any thread.
unsafe impl Send for Registered {}
// SAFETY: as above.
unsafe impl Sync for Registered {}

/// Registers a host, or none.
pub fn set(host: Option<ImagingHost>) {
    *HOST.write().unwrap_or_else(PoisonError::into_inner) = host.map(Registered);
}

/// The host that is registered.
fn get() -> Option<ImagingHost> {
    HOST.read().unwrap_or_else(PoisonError::into_inner).map(|Registered(host)| host)
}

/// Tells the host of an error. Returns whether there is one that wants to know.
pub fn report(code: c_int, message: &CStr) -> bool {
    let Some((host, callback)) = get().and_then(|host| Some((host, host.error?))) else { return false };
    // SAFETY: whoever registered it promises a function that takes this.
    unsafe { callback(host.context, code, message.as_ptr()) };
    true
}

/// Tells the host that work will take long. Returns how to tell it of the end.
pub fn enter_section() -> Option<(ImagingHost, *mut c_void)> {
    let host = get()?;
    let callback = host.section_enter?;
    // SAFETY: whoever registered it promises a function that takes this.
    Some((host, unsafe { callback(host.context) }))
}

/// Tells the host that the work is done.
pub fn leave_section(host: ImagingHost, cookie: *mut c_void) {
    if let Some(callback) = host.section_leave {
        // SAFETY: whoever registered it promises a function that takes this.
        unsafe { callback(host.context, cookie) };
    }
}
