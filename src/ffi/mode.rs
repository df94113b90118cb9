//! Modes and raw modes by name and by number.

use std::arch::naked_asm;
use std::ffi::{CStr, c_char, c_int};

use crate::abi::{ModeData, ModeID, RawModeData, RawModeID};
use crate::host::pillow;
use crate::mode::{MODES, Mode, RAW_MODES, find};

/// A table that C programs may point into.
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

/// The entry with this number, or the first, which stands for "unknown".
fn entry<T>(table: &'static [T], id: c_int) -> *const T {
    usize::try_from(id).ok().and_then(|id| table.get(id)).unwrap_or(&table[0])
}

/// The number of a name in a table.
///
/// # Safety
///
/// `name` is NULL or a string.
unsafe fn find_name(names: impl IntoIterator<Item = &'static CStr>, name: *const c_char) -> c_int {
    if name.is_null() {
        return 0;
    }
    // SAFETY: as the caller promises.
    find(names, unsafe { CStr::from_ptr(name) })
}

/// Jumps to a function with the return address as its second argument: the first, and all else, is as it came.
macro_rules! jump_with_caller {
    ($function:path) => {
        naked_asm!(
            #[cfg(target_arch = "x86_64")]
            "mov rsi, [rsp]",
            #[cfg(target_arch = "x86_64")]
            "jmp {function}",
            #[cfg(target_arch = "aarch64")]
            "mov x1, x30",
            #[cfg(target_arch = "aarch64")]
            "b {function}",
            function = sym $function,
        )
    };
}

/// The number of the mode with this name, `IMAGING_MODE_UNKNOWN` where there is none.
#[unsafe(no_mangle)]
#[unsafe(naked)]
pub unsafe extern "C" fn findModeID(name: *const c_char) -> ModeID {
    jump_with_caller!(find_mode_id)
}

unsafe extern "C" fn find_mode_id(name: *const c_char, caller: usize) -> ModeID {
    // SAFETY: `findModeID` passes its return address, and every `findModeID` takes NULL or a string, which `name` is.
    unsafe {
        match pillow::own_function(caller, c"findModeID") {
            Some(own) => std::mem::transmute::<usize, unsafe extern "C" fn(*const c_char) -> ModeID>(own)(name),
            None => find_name(MODES.iter().map(|spec| spec.name), name),
        }
    }
}

/// What is known of a mode. Never NULL: for a number that no mode has, the data of `IMAGING_MODE_UNKNOWN`, whose name
/// is empty. Static.
#[unsafe(no_mangle)]
#[unsafe(naked)]
pub extern "C" fn getModeData(id: ModeID) -> *const ModeData {
    jump_with_caller!(mode_data)
}

unsafe extern "C" fn mode_data(id: ModeID, caller: usize) -> *const ModeData {
    // SAFETY: `getModeData` passes its return address, and every `getModeData` takes any number.
    unsafe {
        match pillow::own_function(caller, c"getModeData") {
            Some(own) => std::mem::transmute::<usize, extern "C" fn(ModeID) -> *const ModeData>(own)(id),
            None => entry(&MODE_DATA.0, id),
        }
    }
}

/// The number of the raw mode with this name, `IMAGING_RAWMODE_UNKNOWN` where there is none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn findRawModeID(name: *const c_char) -> RawModeID {
    // SAFETY: the caller's name is NULL or a string.
    unsafe { find_name(RAW_MODES, name) }
}

/// What is known of a raw mode. Never NULL: for a number that no raw mode has, the data of `IMAGING_RAWMODE_UNKNOWN`,
/// whose name is empty. Static.
#[unsafe(no_mangle)]
pub extern "C" fn getRawModeData(id: RawModeID) -> *const RawModeData {
    entry(&RAW_MODE_DATA.0, id)
}

/// Returns 1 for the four modes whose pixels are 16-bit integers, 0 for all others.
#[unsafe(no_mangle)]
pub extern "C" fn isModeI16(mode: ModeID) -> c_int {
    Mode::from_id(mode).is_some_and(Mode::is_i16).into()
}
