//! A borrowed image.

use std::ffi::{c_char, c_int};
use std::marker::PhantomData;
use std::ptr::{NonNull, null_mut};

use crate::abi::{Imaging, ImagingMemoryInstance, ImagingPalette, ModeID};

/// A pointer to an image that is live for `'a`, as `&'a ImagingMemoryInstance` would be. (A reference would promise that
/// no field changes, and other threads change `refcount`.)
#[derive(Clone, Copy, Debug)]
pub struct Raw<'a>(NonNull<ImagingMemoryInstance>, PhantomData<&'a ImagingMemoryInstance>);

impl<'a> Raw<'a> {
    /// Returns `None` for NULL.
    ///
    /// # Safety
    ///
    /// `im` is NULL or points to an image which, for `'a`,
    ///
    /// - is live: it was created by [`instance::new`](super::instance::new) and is not deleted;
    /// - is what its fields say: `image` is NULL or has `ysize` entries, each of which is NULL or points to `linesize`
    ///   bytes; `palette` is NULL or live; what `destroy` frees is there;
    /// - keeps the values of its fields, other than `refcount`, while a function of this crate uses them.
    pub unsafe fn new(im: Imaging) -> Option<Self> {
        NonNull::new(im).map(|im| Self(im, PhantomData))
    }

    /// As [`new`](Self::new), of a pointer that is not NULL.
    ///
    /// # Safety
    ///
    /// As for [`new`](Self::new).
    pub(super) unsafe fn from_non_null(im: NonNull<ImagingMemoryInstance>) -> Self {
        Self(im, PhantomData)
    }

    /// The pointer.
    pub fn as_ptr(self) -> Imaging {
        self.0.as_ptr()
    }

    /// The pointer, which is not NULL.
    pub(super) fn as_non_null(self) -> NonNull<ImagingMemoryInstance> {
        self.0
    }

    /// The image as a reference.
    ///
    /// # Safety
    ///
    /// No field changes as long as the reference lives, `refcount` included.
    pub unsafe fn as_ref(self) -> &'a ImagingMemoryInstance {
        // SAFETY: the image is live for `'a` by the contract of `new`; its fields do not change by this function's.
        unsafe { self.0.as_ref() }
    }

    /// The entry of the row table; NULL if the row is not set, or there is no table. Panics if `y` is beyond the image.
    pub fn row(self, y: usize) -> *mut c_char {
        assert!(usize::try_from(self.ysize()).is_ok_and(|ysize| y < ysize), "row {y} of an image of {}", self.ysize());
        match self.image() {
            table if table.is_null() => null_mut(),
            // SAFETY: a table that is not NULL has `ysize` entries, by the contract of `new`, and `y` is less.
            table => unsafe { *table.add(y) },
        }
    }
}

/// Defines methods that read fields.
macro_rules! fields {
    ($($(#[doc = $doc:literal])+ $name:ident: $type:ty,)+) => {
        impl Raw<'_> {$(
            $(#[doc = $doc])+
            pub fn $name(self) -> $type {
                // SAFETY: the image is live, by the contract of `new`.
                unsafe { (*self.0.as_ptr()).$name }
            }
        )+}
    };
}
fields! {
    /// `IMAGING_MODE_*`.
    mode: ModeID,
    /// The number of bands.
    bands: c_int,
    /// The width in pixels.
    xsize: c_int,
    /// The height in pixels.
    ysize: c_int,
    /// Bytes of a pixel.
    pixelsize: c_int,
    /// Bytes of a row.
    linesize: c_int,
    /// The row table.
    image: *mut *mut c_char,
    /// The single block, or NULL.
    block: *mut c_char,
    /// The number of blocks of array storage.
    blocks_count: c_int,
    /// The palette, or NULL.
    palette: ImagingPalette,
    /// The function that frees the pixels.
    destroy: Option<unsafe extern "C" fn(im: Imaging)>,
    /// Whether the pixels must not be written to.
    read_only: c_int,
    /// The names of the bands.
    band_names: [[c_char; 3]; 4],
    /// The Arrow format of a band.
    arrow_band_format: [c_char; 2],
}
