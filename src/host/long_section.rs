//! The default `ImagingSectionEnter` and `ImagingSectionLeave`: call the registered host, or release Python's GIL.
//!
//! Whichever was told of the beginning is told of the end. The cookie says which: NULL for neither, or a pointer whose two
//! lowest bits are [`PYTHON`] or [`HOST`].

use std::ffi::c_void;
use std::ptr::null_mut;

use super::python::{self, Attached};
use super::registered;
use crate::abi::ImagingSectionCookie;
use crate::abi::ext::ImagingHost;

/// The tag of a cookie that points to Python's state of this thread.
const PYTHON: usize = 1;
/// The tag of a cookie that points to a [`HostSection`].
const HOST: usize = 2;
const TAGS: usize = 3;

/// The host that was called at the beginning, and the cookie that it returned.
struct HostSection {
    host: ImagingHost,
    cookie: *mut c_void,
}

/// Enters a long section.
pub fn enter() -> ImagingSectionCookie {
    if let Some(host) = registered::host().filter(|host| host.section_enter.is_some() || host.section_leave.is_some()) {
        return enter_host(host);
    }
    let state = Attached::current().map(Attached::release_gil);
    state.map_or(null_mut(), |state| state.map_addr(|address| address | PYTHON))
}

/// Calls a host's `section_enter`. Does not call it if there is no memory for the section's record.
fn enter_host(host: ImagingHost) -> ImagingSectionCookie {
    // SAFETY: `malloc` takes any size.
    let section: *mut HostSection = unsafe { libc::malloc(size_of::<HostSection>()) }.cast();
    if section.is_null() {
        return null_mut();
    }
    let cookie = registered::enter_section(&host);
    // SAFETY: `malloc` has returned this memory, with the size and the alignment of a `HostSection`.
    unsafe { section.write(HostSection { host, cookie }) };
    section.map_addr(|address| address | HOST).cast()
}

/// Leaves a long section.
///
/// # Safety
///
/// `cookie` is NULL or came from [`enter`] on this thread, and is used for the first time.
pub unsafe fn leave(cookie: ImagingSectionCookie) {
    let pointer = cookie.map_addr(|address| address & !TAGS);
    match cookie.addr() & TAGS {
        // SAFETY: a cookie with this tag is the state that `release_gil` has returned on this thread.
        PYTHON => unsafe { python::reacquire_gil(pointer) },
        HOST => {
            // SAFETY: a cookie with this tag points to the record that `enter_host` has written.
            let HostSection { host, cookie } = unsafe { pointer.cast::<HostSection>().read() };
            // SAFETY: `enter_host` has allocated the record with `malloc`, and nobody uses it again.
            unsafe { libc::free(pointer) };
            registered::leave_section(&host, cookie);
        }
        _ => {}
    }
}
