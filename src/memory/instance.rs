//! The instance itself: made without pixels, counted, deleted.

use std::ffi::{c_char, c_int};
use std::sync::atomic::{AtomicI32, Ordering};

use super::{Raw, arena::Arena, heap, palette};
use crate::abi::{ImagingMemoryInstance, ImagingMutex, ModeID};
use crate::error::{Error, Result};
use crate::mode::{Mode, ModeSpec, PixelType};

/// The widest image: a line of four-byte pixels fits into an `int`, as bindings reckon.
pub const MAX_XSIZE: c_int = c_int::MAX / 4 - 1;

/// Programs built for a free-threaded Python see one more field, and use it: there is always room for that.
pub const TAIL: usize = size_of::<ImagingMutex>().next_multiple_of(align_of::<ImagingMemoryInstance>());

/// Makes an instance with an empty row table: no pixels, one owner. `structure_size` bytes are allocated, for bindings
/// that put fields of their own behind those of the instance.
pub fn new(mode: ModeID, xsize: c_int, ysize: c_int, structure_size: usize) -> Result<Raw> {
    let rows = usize::try_from(ysize).map_err(|_| Error::Value("bad image size"))?;
    if xsize < 0 {
        return Err(Error::Value("bad image size"));
    }
    if xsize > MAX_XSIZE {
        return Err(Error::Memory);
    }
    let mode = Mode::from_id(mode).ok_or(Error::Value("unrecognized image mode"))?;
    if structure_size < size_of::<ImagingMemoryInstance>() {
        return Err(Error::Value("structure is smaller than an image"));
    }
    let palette = if mode.spec().has_palette { Some(palette::new(Mode::RGB)?) } else { None };
    let im = allocate(rows, structure_size).inspect_err(|_| {
        if let Some(palette) = palette {
            // SAFETY: made above, and nobody else has seen it.
            unsafe { palette::delete(palette.as_ptr()) };
        }
    })?;
    // SAFETY: `allocate` has made the instance, all zero, and nobody else has seen it.
    let instance = unsafe { &mut *im.as_ptr() };
    describe(instance, mode.spec());
    instance.mode = mode.id();
    instance.xsize = xsize;
    instance.ysize = ysize;
    instance.linesize = xsize * instance.pixelsize;
    instance.palette = palette.map_or(std::ptr::null_mut(), |palette| palette.as_ptr());
    instance.refcount = 1;
    match instance.pixelsize {
        4 => instance.image32 = instance.image.cast(),
        _ => instance.image8 = instance.image.cast(),
    }
    count_image();
    Ok(im)
}

/// Counts an image that was made, or one that the reference makes where this library needs none: Pillow shows the number,
/// and its own tests count the passes of an operation by it.
pub fn count_image() {
    Arena::the_default().count_new();
}

/// The memory of an instance and its row table, all zero but for the pointer from the one to the other.
fn allocate(rows: usize, structure_size: usize) -> Result<Raw> {
    let im: Raw = heap::zeroed::<u8>(structure_size.checked_add(TAIL).ok_or(Error::Memory)?)?.cast();
    match heap::zeroed::<*mut c_char>(rows) {
        Ok(table) => {
            // SAFETY: `im` has room for an instance, and all zero is a valid one.
            unsafe { (*im.as_ptr()).image = table.as_ptr() };
            Ok(im)
        }
        Err(error) => {
            // SAFETY: allocated above, and nobody else has seen it.
            unsafe { heap::free(im.as_ptr()) };
            Err(error)
        }
    }
}

/// Writes down what images of a mode are like.
fn describe(instance: &mut ImagingMemoryInstance, spec: &ModeSpec) {
    instance.r#type = spec.pixel_type as c_int;
    instance.bands = spec.bands.into();
    instance.pixelsize = spec.pixel_size.into();
    instance.arrow_band_format[0] = match spec.pixel_type {
        PixelType::U8 => b'C',
        PixelType::I16 => b's',
        PixelType::I32 => b'i',
        PixelType::F32 => b'f',
    } as c_char;
    for (field, name) in instance.band_names.iter_mut().zip(spec.band_names) {
        for (letter, byte) in field.iter_mut().zip(name.bytes()) {
            *letter = byte as c_char;
        }
    }
}

/// The count of owners, which other threads may change at the same time.
///
/// # Safety
///
/// `im` points to a live instance for as long as the count is used.
unsafe fn owners<'a>(im: Raw) -> &'a AtomicI32 {
    // SAFETY: the field is live and aligned, and all of this library uses it through here.
    unsafe { AtomicI32::from_ptr(&raw mut (*im.as_ptr()).refcount) }
}

/// Adds an owner: one more [`delete`] is needed.
///
/// # Safety
///
/// `im` points to a live instance.
pub unsafe fn retain(im: Raw) {
    // SAFETY: as the caller promises.
    unsafe { owners(im) }.fetch_add(1, Ordering::Relaxed);
}

/// Removes an owner, and with the last one the image: its palette, its pixels, its row table, itself.
///
/// # Safety
///
/// `im` points to a live instance of which the caller owns a count and which it does not use again.
pub unsafe fn delete(im: Raw) {
    // SAFETY: the instance lives until its last owner is here, and that one is alone.
    unsafe {
        // A single owner need not count: nobody else can add one.
        let owners = owners(im);
        if owners.load(Ordering::Acquire) > 1 && owners.fetch_sub(1, Ordering::AcqRel) > 1 {
            return;
        }
        let instance = im.as_ptr();
        palette::delete((*instance).palette);
        (*instance).palette = std::ptr::null_mut();
        if let Some(destroy) = (*instance).destroy {
            destroy(instance);
        }
        heap::free((*instance).image);
        heap::free(instance);
    }
}
