//! The instance: created without pixels, reference-counted, deleted with its last owner.

use std::ffi::{c_char, c_int};
use std::ptr::{NonNull, null_mut};
use std::sync::atomic::{AtomicI32, Ordering};

use super::arena::Arena;
use super::palette::{self, Palette};
use super::{heap, raw::Raw};
use crate::abi::{Imaging, ImagingMemoryInstance, ImagingMutex, ModeID};
use crate::error::{Error, Result};
use crate::mode::{Mode, ModeSpec, PixelType};

/// The widest image: Python bindings compute the bytes of a row of four-byte pixels as an `int`.
pub const MAX_XSIZE: c_int = c_int::MAX / 4 - 1;

/// Bytes behind each instance for the mutex of free-threaded Python: programs built for it see one more field, and use it.
pub const TAIL: usize = size_of::<ImagingMutex>().next_multiple_of(align_of::<ImagingMemoryInstance>());

/// One of the owners of an image, as an `Arc` is: dropping the last one deletes the image.
#[derive(Debug)]
pub struct SharedInstance(NonNull<ImagingMemoryInstance>);

// SAFETY: an instance belongs to no thread, its reference count is atomic, and `destroy` may run on any thread.
unsafe impl Send for SharedInstance {}
// SAFETY: a shared reference gives access to the reference count, which is atomic, and to fields that do not change.
unsafe impl Sync for SharedInstance {}

impl SharedInstance {
    /// Adds an owner.
    pub fn retain(im: Raw<'_>) -> Self {
        let im = im.as_non_null();
        // SAFETY: the image is live, by the contract of `Raw::new`.
        unsafe { refcount(im) }.fetch_add(1, Ordering::Relaxed);
        Self(im)
    }

    /// Takes over one count of owners.
    ///
    /// # Safety
    ///
    /// `im` points to a live image, as [`Raw::new`] has it, and the caller gives up a count of its owners.
    pub unsafe fn from_raw(im: NonNull<ImagingMemoryInstance>) -> Self {
        Self(im)
    }

    /// Hands the count over to the caller.
    pub fn into_raw(self) -> Imaging {
        std::mem::ManuallyDrop::new(self).0.as_ptr()
    }

    /// The image.
    pub fn as_raw(&self) -> Raw<'_> {
        // SAFETY: the image lives as long as its owners, and `self` is one of them.
        unsafe { Raw::from_non_null(self.0) }
    }
}

impl Drop for SharedInstance {
    fn drop(&mut self) {
        // SAFETY: the image lives as long as its owners, and this is one of them.
        let refcount = unsafe { refcount(self.0) };
        // A single owner need not count down: no other thread has a reference from which it could add an owner.
        if refcount.load(Ordering::Acquire) > 1 && refcount.fetch_sub(1, Ordering::AcqRel) > 1 {
            return;
        }
        let im = self.0.as_ptr();
        // SAFETY: this was the last owner, so nobody else uses the image. `destroy` may be called once, for an image that is
        // otherwise intact; the row table and the instance came from the C allocator.
        unsafe {
            palette::delete(std::mem::replace(&mut (*im).palette, null_mut()));
            if let Some(destroy) = (*im).destroy {
                destroy(im);
            }
            heap::free((*im).image);
            heap::free(im);
        }
    }
}

/// The reference count, which other threads may change at any time.
///
/// # Safety
///
/// `im` points to a live instance for `'a`.
unsafe fn refcount<'a>(im: NonNull<ImagingMemoryInstance>) -> &'a AtomicI32 {
    // SAFETY: the field is live for `'a`, aligned, and accessed by this library through this function only.
    unsafe { AtomicI32::from_ptr(&raw mut (*im.as_ptr()).refcount) }
}

/// An image whose pixels nobody but its owner uses, as a `UniqueArc` is: an image that was created just now, say.
#[derive(Debug)]
pub struct UniqueInstance(SharedInstance);

impl UniqueInstance {
    /// Takes over an image.
    ///
    /// # Safety
    ///
    /// As for [`SharedInstance::from_raw`]; and while the result lives, other owners do not use the pixels in any way that
    /// Rust's rules for `&` and `&mut` forbid.
    pub unsafe fn from_raw(im: NonNull<ImagingMemoryInstance>) -> Self {
        // SAFETY: by this function's contract.
        Self(unsafe { SharedInstance::from_raw(im) })
    }

    /// Hands the image over to the caller, who deletes it.
    pub fn into_raw(self) -> Imaging {
        self.0.into_raw()
    }

    /// The image.
    pub fn as_raw(&self) -> Raw<'_> {
        self.0.as_raw()
    }

    /// The fields, to give a new image its storage.
    ///
    /// # Safety
    ///
    /// Nobody else uses the instance while the reference lives, and afterwards the fields are true, as [`Raw::new`] has it.
    pub(super) unsafe fn fields_mut(&mut self) -> &mut ImagingMemoryInstance {
        // SAFETY: live as long as `self`, and nobody else uses it, by this function's contract.
        unsafe { self.0.0.as_mut() }
    }
}

/// Creates an image without pixels: its row table is all NULL. `structure_size` bytes are allocated for the instance:
/// bindings put fields of their own behind it.
pub fn new(mode: ModeID, xsize: c_int, ysize: c_int, structure_size: usize) -> Result<UniqueInstance> {
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
    let palette = if mode.spec().has_palette { Some(Palette::new(Mode::RGB)?) } else { None };
    let mut im = allocate(rows, structure_size)?;
    // SAFETY: nobody else has seen the instance; the fields below are true for an image whose rows are all NULL.
    let instance = unsafe { im.as_mut() };
    describe(instance, mode.spec());
    instance.mode = mode.id();
    instance.xsize = xsize;
    instance.ysize = ysize;
    instance.linesize = xsize * instance.pixelsize;
    instance.palette = palette.map_or(null_mut(), Palette::into_raw);
    instance.refcount = 1;
    match instance.pixelsize {
        4 => instance.image32 = instance.image.cast(),
        _ => instance.image8 = instance.image.cast(),
    }
    count_image();
    // SAFETY: the instance was created above, with one owner, and nobody else has seen it.
    Ok(unsafe { UniqueInstance::from_raw(im) })
}

/// Adds to `stats_new_count`: for each new image, and for each image that the reference creates where this library needs
/// none. Pillow shows the number, and its tests count the passes of an operation by it.
pub fn count_image() {
    Arena::the_default().count_new();
}

/// Allocates an instance and its row table, all zero except the pointer to the table.
fn allocate(rows: usize, structure_size: usize) -> Result<NonNull<ImagingMemoryInstance>> {
    let bytes = structure_size.checked_add(TAIL).ok_or(Error::Memory)?;
    let mut im = heap::zeroed::<u8>(bytes)?.cast::<ImagingMemoryInstance>();
    match heap::zeroed::<*mut c_char>(rows) {
        Ok(table) => {
            // SAFETY: the allocation has room for an instance, for which all zero is a valid value.
            unsafe { im.as_mut() }.image = table.as_ptr();
            Ok(im)
        }
        Err(error) => {
            // SAFETY: allocated above, and nobody else has seen it.
            unsafe { heap::free(im.as_ptr()) };
            Err(error)
        }
    }
}

/// Fills in the fields that depend on the mode alone.
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
