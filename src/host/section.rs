//! Long sections: work during which Python may run other threads.

use std::cell::Cell;
use std::ptr::null_mut;

use super::{python, registered};
use crate::abi::ImagingSectionCookie;
use crate::abi::ext::ImagingHost;

/// Who was told of the section that this thread is in, and is to be told of its end.
#[derive(Clone, Copy)]
enum Told {
    Nobody,
    Host(ImagingHost),
    Python,
}

thread_local! {
    static TOLD: Cell<Told> = const { Cell::new(Told::Nobody) };
}

/// What `ImagingSectionEnter` does where no program has taken it for itself.
pub fn enter() -> ImagingSectionCookie {
    let (told, cookie) = if let Some((host, cookie)) = registered::enter_section() {
        (Told::Host(host), cookie)
    } else if let Some(state) = python::release() {
        (Told::Python, state)
    } else {
        (Told::Nobody, null_mut())
    };
    TOLD.set(told);
    cookie
}

/// What `ImagingSectionLeave` does where no program has taken it for itself.
pub fn leave(cookie: ImagingSectionCookie) {
    match TOLD.replace(Told::Nobody) {
        Told::Nobody => {}
        Told::Host(host) => registered::leave_section(host, cookie),
        Told::Python => python::reacquire(cookie),
    }
}
