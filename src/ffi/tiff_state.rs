//! The functions of TiffDecode.h that set up a TIFF codec. That header is written by hand, since it needs libtiff's.

use std::ffi::{CStr, c_char, c_int};
use std::mem::MaybeUninit;

use super::codec::call::context_of;
use crate::abi::ImagingCodecState;
use crate::codec::tiff::{Field, Source, TiffState, Writer};

/// Returns the context of a state; `None` if it has none.
///
/// # Safety
///
/// `state` is NULL or a state that nobody else uses for `'a`. Its context is NULL or points to a `TIFFSTATE`.
unsafe fn context<'a>(state: ImagingCodecState) -> Option<&'a mut TiffState> {
    // SAFETY: the state and its context are NULL or valid, by this function's contract.
    unsafe { context_of(state.as_ref()?.context).ok() }
}

/// Sets up decoding.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ImagingLibTiffInit(state: ImagingCodecState, fp: c_int, offset: u32) -> c_int {
    // SAFETY: the state is NULL or valid, with a `TIFFSTATE`: the header says so.
    match unsafe { context(state) } {
        Some(context) => {
            Source::set_up(context, fp, offset);
            1
        }
        None => 0,
    }
}

/// Sets up encoding.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ImagingLibTiffEncodeInit(state: ImagingCodecState, filename: *mut c_char, fp: c_int) -> c_int {
    // SAFETY: the state is NULL or valid, with a `TIFFSTATE`: the header says so.
    let Some(context) = (unsafe { context(state) }) else { return 0 };
    // SAFETY: the name is NULL or a C string: the header says so.
    let name = if filename.is_null() { c"" } else { unsafe { CStr::from_ptr(filename) } };
    // SAFETY: the state is valid, as its context is. The context stays until the file is closed: the header says so.
    unsafe {
        (*state).state = 0;
        Writer::open(context, name, fp).into()
    }
}

/// Closes the file, and frees its memory.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ImagingLibTiffEncodeCleanup(state: ImagingCodecState) {
    // SAFETY: the state is NULL or valid, with a `TIFFSTATE` that is zeroed or was set up: the header says so.
    unsafe {
        if let Some(context) = context(state) {
            Writer::close(context);
        }
    }
}

/// Makes a tag known.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ImagingLibTiffMergeFieldInfo(
    state: ImagingCodecState,
    field_type: c_int,
    key: c_int,
    is_var_length: c_int,
) -> c_int {
    // SAFETY: the state is NULL or valid, with a `TIFFSTATE` that is zeroed or was set up: the header says so.
    let writer = unsafe { context(state).and_then(|context| Writer::of(context)) };
    writer.map_or(-1, |mut writer| writer.add_field(field_type, key.cast_unsigned(), is_var_length != 0))
}

/// Describes a tag.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ImagingLibTiffFindField(
    state: ImagingCodecState,
    key: c_int,
    field_type: Option<&mut MaybeUninit<c_int>>,
    passcount: Option<&mut MaybeUninit<c_int>>,
    writecount: Option<&mut MaybeUninit<c_int>>,
) -> c_int {
    // SAFETY: the state is NULL or valid, with a `TIFFSTATE` that is zeroed or was set up: the header says so.
    let writer = unsafe { context(state).and_then(|context| Writer::of(context)) };
    let Some(Field { kind, pass_count, write_count }) =
        writer.and_then(|mut writer| writer.find_field(key.cast_unsigned()))
    else {
        return 0;
    };
    for (to, value) in [(field_type, kind), (passcount, pass_count), (writecount, write_count)] {
        if let Some(to) = to {
            to.write(value);
        }
    }
    1
}
