//! Modes and raw modes by name and by number.

use std::ffi::{CStr, c_char, c_int};

use crate::abi::{ModeData, ModeID, RawModeData, RawModeID};
use crate::host::pillow;
use crate::host::stub::jump_with_caller;
use crate::mode::{MODES, Mode, RAW_MODES, find};

/// A static table that C programs have pointers into.
struct Static<T>(T);

// SAFETY: the tables below hold pointers to static strings only, and are never written to.
unsafe impl<T> Sync for Static<T> {}

static MODE_DATA: Static<[ModeData; MODES.len()]> = Static({
    let mut data = [ModeData { name: std::ptr::null() }; MODES.len()];
    let mut id = 0;
    while id < data.len() {
        data[id].name = MODES[id].name.as_ptr();
        id += 1;
    }
    data
});

static RAW_MODE_DATA: Static<[RawModeData; RAW_MODES.len()]> = Static({
    let mut data = [RawModeData { name: std::ptr::null() }; RAW_MODES.len()];
    let mut id = 0;
    while id < data.len() {
        data[id].name = RAW_MODES[id].as_ptr();
        id += 1;
    }
    data
});

/// Returns the entry with this number, or the first, which is that of "unknown".
fn entry<T>(table: &'static [T], id: c_int) -> *const T {
    usize::try_from(id).ok().and_then(|id| table.get(id)).unwrap_or(&table[0])
}

/// Returns the number of a name in a table; 0, the number of "unknown", for NULL and other names.
///
/// # Safety
///
/// `name` is NULL or a string.
unsafe fn find_name(names: impl IntoIterator<Item = &'static CStr>, name: *const c_char) -> c_int {
    if name.is_null() {
        return 0;
    }
    // SAFETY: the name is a string, by this function's contract.
    find(names, unsafe { CStr::from_ptr(name) })
}

/// Returns the number of the mode with this name, or `IMAGING_MODE_UNKNOWN` if there is none.
#[unsafe(no_mangle)]
#[unsafe(naked)]
pub unsafe extern "C" fn findModeID(name: *const c_char) -> ModeID {
    jump_with_caller!(1 => find_mode_id)
}

unsafe extern "C" fn find_mode_id(name: *const c_char, caller: usize) -> ModeID {
    type Find = unsafe extern "C" fn(*const c_char) -> ModeID;
    // SAFETY: `findModeID` passes its return address.
    match unsafe { pillow::own_function(caller, c"findModeID") } {
        // SAFETY: every Pillow's `findModeID` has this type and takes NULL or a string; `name` is one: the header says so.
        Some(own) => unsafe { std::mem::transmute::<usize, Find>(own)(name) },
        // SAFETY: `name` is NULL or a string: the header says so.
        None => unsafe { find_name(MODES.iter().map(|spec| spec.name), name) },
    }
}

/// Returns the data of a mode. For an unknown number these are the data of `IMAGING_MODE_UNKNOWN`, whose name is empty;
/// never NULL. Static.
#[unsafe(no_mangle)]
#[unsafe(naked)]
pub extern "C" fn getModeData(id: ModeID) -> *const ModeData {
    jump_with_caller!(1 => mode_data)
}

unsafe extern "C" fn mode_data(id: ModeID, caller: usize) -> *const ModeData {
    type Get = extern "C" fn(ModeID) -> *const ModeData;
    // SAFETY: `getModeData` passes its return address.
    match unsafe { pillow::own_function(caller, c"getModeData") } {
        // SAFETY: every Pillow's `getModeData` has this type.
        Some(own) => (unsafe { std::mem::transmute::<usize, Get>(own) })(id),
        None => entry(&MODE_DATA.0, id),
    }
}

/// Returns the number of the raw mode with this name, or `IMAGING_RAWMODE_UNKNOWN` if there is none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn findRawModeID(name: *const c_char) -> RawModeID {
    // SAFETY: `name` is NULL or a string: the header says so.
    unsafe { find_name(RAW_MODES, name) }
}

/// Returns the data of a raw mode. For an unknown number these are the data of `IMAGING_RAWMODE_UNKNOWN`, whose name is
/// empty; never NULL. Static.
#[unsafe(no_mangle)]
pub extern "C" fn getRawModeData(id: RawModeID) -> *const RawModeData {
    entry(&RAW_MODE_DATA.0, id)
}

/// Returns 1 for the four I;16 modes, whose pixels are 16-bit integers, and 0 for all others.
#[unsafe(no_mangle)]
pub extern "C" fn isModeI16(mode: ModeID) -> c_int {
    Mode::from_id(mode).is_some_and(Mode::is_i16).into()
}
