//! Long sections: work during which Python may run other threads.
//!
//! Whoever is told of a section is told of its end. The cookie says who that is: it is NULL for nobody, or a pointer whose
//! two lowest bits are a [`PYTHON`] or [`HOST`].

use std::ffi::c_void;
use std::ptr::null_mut;

use super::{python, registered};
use crate::abi::ImagingSectionCookie;
use crate::abi::ext::ImagingHost;

/// Bits of a cookie that points to Python's state of this thread.
const PYTHON: usize = 1;
/// Bits of a cookie that points to a [`HostSection`].
const HOST: usize = 2;
const BITS: usize = 3;

/// A host that was told of a section, and the cookie that it gave.
struct HostSection {
    host: ImagingHost,
    cookie: *mut c_void,
}

/// What `ImagingSectionEnter` does where no program has defined it.
pub fn enter() -> ImagingSectionCookie {
    if let Some(host) = registered::host().filter(|host| host.section_enter.is_some() || host.section_leave.is_some()) {
        return enter_host(host);
    }
    python::release().map_or(null_mut(), |state| state.map_addr(|address| address | PYTHON))
}

/// Tells a host of a section. Where there is no memory to remember that, it is not told.
fn enter_host(host: ImagingHost) -> ImagingSectionCookie {
    // SAFETY: `malloc` takes any size, and aligns for any type.
    let section: *mut HostSection = unsafe { libc::malloc(size_of::<HostSection>()) }.cast();
    if section.is_null() {
        return null_mut();
    }
    let cookie = registered::enter_section(&host);
    // SAFETY: allocated above, in this size.
    unsafe { section.write(HostSection { host, cookie }) };
    section.map_addr(|address| address | HOST).cast()
}

/// What `ImagingSectionLeave` does where no program has defined it.
///
/// # Safety
///
/// `cookie` came from [`enter`] on this thread, and was not used here before.
pub unsafe fn leave(cookie: ImagingSectionCookie) {
    let pointer = cookie.map_addr(|address| address & !BITS);
    match cookie.addr() & BITS {
        PYTHON => python::reacquire(pointer),
        HOST => {
            // SAFETY: with these bits, `enter_host` has made the cookie.
            let HostSection { host, cookie } = unsafe { pointer.cast::<HostSection>().read() };
            // SAFETY: allocated by `enter_host`, and used once.
            unsafe { libc::free(pointer) };
            registered::leave_section(&host, cookie);
        }
        _ => {}
    }
}
