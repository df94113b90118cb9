//! The parameter types of exported functions: pointers from C, and what the header promises of them.
//!
//! A C program cannot express that a pointer is valid; the header's text does. Here a parameter's type says it instead:
//!
//! | the header declares | Rust declares | the promise |
//! | --- | --- | --- |
//! | `Imaging im` | [`ImageHandle`] | NULL or a live image, for the whole call |
//! | `Imaging im` | [`ImageIn`] | and nobody writes to its pixels during the call |
//! | `Imaging imOut` | [`ImageOut`] | and nobody else uses its pixels during the call |
//! | `Imaging imIn` beside `imOut` | [`AliasedImageIn`] | nobody but the writer of `imOut` writes to its pixels |
//! | `ImagingPalette palette` | [`PaletteIn`] | NULL or a live palette, and nobody writes to it during the call |
//! | `ImagingPalette palette` | [`PaletteInOut`] | NULL or a live palette, and nobody else uses it during the call |
//! | `ImagingOutline outline` | [`OutlineIn`] | NULL or a live outline that nobody changes during the call |
//! | `ImagingOutline outline` | [`OutlineInOut`] | NULL or a live outline that nobody else uses during the call |
//! | `T *value` | `Option<&mut T>` | NULL or a valid place, as in any Rust function |
//!
//! The types are transparent, so the ABI is that of the plain pointer, and `cbindgen` renames them (`[export.rename]` in
//! `cbindgen/*.toml`). Only C calls create values of them. So the unsafe code of this room is here, once for each type, and
//! the functions that take these arguments are safe code.
//!
//! Pointers to C strings and to arrays stay raw pointers, since the header shows their length or `const`: [`file_name`] and
//! [`array`] convert them.

use std::ffi::{CStr, c_char, c_int};
use std::ops::Deref;

use super::work::on_rows;
use crate::abi::{Imaging, ImagingOutline, ImagingPalette, ImagingPaletteInstance, ModeID};
use crate::draw::Outline;
use crate::error::{Error, Result};
use crate::files::FileId;
use crate::geometry;
use crate::image::palette::Palette;
use crate::image::{Image, ImageMut, ImageRef, LazyMut, overlap};
use crate::memory::{Raw, heap, mapped};
use crate::mode::Mode;

/// An image, or NULL.
#[derive(Clone, Copy, Debug)]
#[repr(transparent)]
pub struct ImageHandle(Imaging);

/// The fields of an image that argument checks compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    pub mode: ModeID,
    pub pixel_type: c_int,
    pub bands: c_int,
    /// Width and height, in pixels.
    pub size: (c_int, c_int),
    pub is_read_only: bool,
    /// The mode of the palette's colours, if there is a palette.
    pub palette_mode: Option<ModeID>,
}

impl Header {
    /// Returns the mode, or a mode error if it is unknown.
    pub fn mode(&self) -> Result<Mode> {
        Mode::from_id(self.mode).ok_or(Error::Mode)
    }
}

impl ImageHandle {
    /// Returns the image's fields; `None` for NULL.
    pub fn header(self) -> Option<Header> {
        // SAFETY: the pointer is NULL or a live image: the promise of every type for images in this module.
        let im = unsafe { self.0.as_ref()? };
        Some(Header {
            mode: im.mode,
            pixel_type: im.r#type,
            bands: im.bands,
            size: (im.xsize, im.ysize),
            is_read_only: im.read_only != 0,
            palette_mode: self.palette_ref().map(|palette| palette.mode),
        })
    }

    /// Returns the mode, or a mode error for NULL and an unknown mode.
    pub fn mode(self) -> Result<Mode> {
        self.header().ok_or(Error::Mode)?.mode()
    }

    /// Returns the bytes of a pixel; `None` for NULL.
    pub fn pixel_size(self) -> Option<usize> {
        // SAFETY: the pointer is NULL or a live image, by this type's promise.
        let im = unsafe { self.0.as_ref()? };
        usize::try_from(im.pixelsize).ok()
    }

    /// Copies the image's palette, without its cache, if it has one: the call may replace the palette itself.
    pub fn copy_palette(self) -> Result<Option<Palette>> {
        self.palette_ref().map(Palette::copy_of).transpose()
    }

    fn palette_ref<'a>(self) -> Option<&'a ImagingPaletteInstance> {
        // SAFETY: the image is NULL or live, and its palette is NULL or lives until the image gets another one. The
        // functions of this type use the reference at once and do not return it.
        unsafe { self.0.as_ref()?.palette.as_ref() }
    }

    /// Returns the live image; `None` for NULL.
    pub fn raw<'a>(self) -> Option<Raw<'a>> {
        // SAFETY: the pointer is NULL or a live image for the whole call, by this type's promise.
        unsafe { Raw::new(self.0) }
    }

    /// Returns the file that the pixels are mapped from, if they are.
    pub fn mapped_file(self) -> Option<FileId> {
        self.raw().and_then(mapped::file)
    }

    /// Returns the pointer.
    pub fn as_ptr(self) -> Imaging {
        self.0
    }
}

/// Declares a parameter type that adds a promise about pixels to [`ImageHandle`].
macro_rules! image_parameter {
    ($(#[$meta:meta])* $name:ident) => {
        $(#[$meta])*
        #[repr(transparent)]
        pub struct $name(ImageHandle);

        impl Deref for $name {
            type Target = ImageHandle;

            fn deref(&self) -> &ImageHandle {
                &self.0
            }
        }
    };
}

image_parameter! {
    /// An image that is read, or NULL. Nobody writes to its pixels during the call.
    #[derive(Clone, Copy, Debug)]
    ImageIn
}

impl ImageIn {
    /// Checks the image and returns a view of it.
    pub fn view(&self) -> Result<ImageRef<'_>> {
        // SAFETY: the image is NULL or live, and nobody writes to its pixels while the argument exists.
        unsafe { ImageRef::from_raw(self.as_ptr()) }
    }
}

image_parameter! {
    /// An image that is written, or NULL. During the call nobody else uses its pixels, except through [`AliasedImageIn`].
    #[derive(Debug)]
    ImageOut
}

impl ImageOut {
    /// Checks the image and returns a view of it. Read-only images are refused.
    pub fn view_mut(&mut self) -> Result<ImageMut<'_>> {
        // SAFETY: the image is NULL or live, and nobody else uses its pixels while this argument is borrowed:
        // `AliasedImageIn` copies them where they are this image's.
        unsafe { ImageMut::from_raw(self.as_ptr()) }
    }

    /// Checks the image, but not its rows, and returns a view of it. Read-only images are refused.
    #[inline(always)]
    pub fn lazy_view_mut(&mut self) -> Result<LazyMut<'_>> {
        // SAFETY: the image is NULL or live, and nobody else uses its pixels while this argument is borrowed.
        unsafe { LazyMut::from_raw(self.as_ptr()) }
    }

    /// Replaces the image's palette. Does nothing for NULL.
    pub fn set_palette(&mut self, palette: Palette) {
        if let Some(im) = self.raw() {
            // SAFETY: the image is live, and nobody has a reference to its palette: `ImageHandle` returns copies.
            unsafe { palette.give_to(im) };
        }
    }

    /// Calls an operation that works in place too: with a view of this image, and with one of the input unless that is the
    /// same image. Both are checked first.
    pub fn apply(
        &mut self,
        input: &AliasedImageIn,
        operation: impl FnOnce(ImageMut<'_>, Option<&ImageRef<'_>>) -> Result<()>,
    ) -> Result<()> {
        let is_same = self.as_ptr() == input.as_ptr();
        let out = self.view_mut()?;
        let input = if is_same { None } else { Some(input.beside(&out)?) };
        let input = input.as_ref().map(Unaliased::view).transpose()?;
        operation(out, input.as_ref())
    }
}

image_parameter! {
    /// An image that is read while the call's [`ImageOut`] is written, or NULL. The two may share pixels.
    #[derive(Debug)]
    AliasedImageIn
}

impl AliasedImageIn {
    /// Checks the image and returns an input that shares no pixels with `out`, the view of the call's output: the image
    /// itself, or a copy of it.
    ///
    /// An operation may write a row before it has read all others. So the result is that of two separate images.
    pub fn beside(&self, out: &ImageMut<'_>) -> Result<Unaliased<'_>> {
        // SAFETY: the image is NULL or live, and only `out` writes to its pixels. Where they overlap, the view is read
        // here, while `out` is borrowed, and dropped.
        let view = unsafe { ImageRef::from_raw(self.as_ptr())? };
        if !overlap(out, &view) {
            return Ok(Unaliased::InPlace(view));
        }
        let mut copy = Image::new_uninit(view.mode(), view.xsize(), view.ysize())?;
        on_rows(copy.view_mut()?, &view, geometry::copy);
        Ok(Unaliased::Copied(copy))
    }
}

/// An input that shares no pixels with the output.
pub enum Unaliased<'a> {
    /// The caller's image.
    InPlace(ImageRef<'a>),
    /// A copy of it.
    Copied(Image),
}

impl Unaliased<'_> {
    /// Returns a view of the input.
    pub fn view(&self) -> Result<ImageRef<'_>> {
        match self {
            Self::InPlace(view) => Ok(*view),
            Self::Copied(image) => image.view(),
        }
    }
}

/// A palette that is read, or NULL. Nobody writes to it during the call.
#[derive(Debug)]
#[repr(transparent)]
pub struct PaletteIn(ImagingPalette);

impl PaletteIn {
    /// Returns the palette; `None` for NULL.
    pub fn get(&self) -> Option<&ImagingPaletteInstance> {
        // SAFETY: the pointer is NULL or a live palette that nobody writes to while this argument exists.
        unsafe { self.0.as_ref() }
    }
}

/// A palette whose cache is filled, or NULL. Nobody else uses it during the call.
#[derive(Debug)]
#[repr(transparent)]
pub struct PaletteInOut(ImagingPalette);

impl PaletteInOut {
    /// Returns the palette; `None` for NULL.
    pub fn get(&mut self) -> Option<&mut ImagingPaletteInstance> {
        // SAFETY: the pointer is NULL or a live palette that nobody else uses while this argument exists.
        unsafe { self.0.as_mut() }
    }

    /// Returns the palette, or an error for NULL.
    pub fn require(&mut self) -> Result<&mut ImagingPaletteInstance> {
        self.get().ok_or(Error::Null("palette"))
    }

    /// Whether an image has this palette.
    pub fn belongs_to(&self, im: &ImageHandle) -> bool {
        im.palette_ref().is_some_and(|palette| std::ptr::eq(palette, self.0))
    }
}

/// An outline that is read, or NULL. Nobody changes it during the call.
#[derive(Debug)]
#[repr(transparent)]
pub struct OutlineIn(ImagingOutline);

impl OutlineIn {
    /// Returns the outline, or an error for NULL.
    pub fn get(&self) -> Result<&Outline> {
        // SAFETY: the pointer is NULL or a live outline, made by `OutlineInOut::allocate`, that nobody changes while this argument
        // exists.
        unsafe { self.0.cast::<Outline>().as_ref() }.ok_or(Error::Null("outline"))
    }
}

/// An outline that is changed, or NULL. Nobody else uses it during the call.
#[derive(Debug)]
#[repr(transparent)]
pub struct OutlineInOut(ImagingOutline);

impl OutlineInOut {
    /// Moves an outline to memory of its own, as C programs have it. It lives until [`delete`](Self::delete).
    pub fn allocate(outline: Outline) -> Result<ImagingOutline> {
        let memory = heap::zeroed::<Outline>(1)?;
        // SAFETY: the memory is that of an outline, which starts to live here; `malloc` aligns it.
        unsafe { memory.write(outline) };
        Ok(memory.as_ptr().cast())
    }

    /// Returns the outline, or an error for NULL.
    pub fn get(&mut self) -> Result<&mut Outline> {
        // SAFETY: the pointer is NULL or a live outline, made by `allocate`, that nobody else uses while this argument exists.
        unsafe { self.0.cast::<Outline>().as_mut() }.ok_or(Error::Null("outline"))
    }

    /// Ends the outline's life. Does nothing for NULL.
    pub fn delete(self) {
        let outline = self.0.cast::<Outline>();
        if !outline.is_null() {
            // SAFETY: the outline is live, made by `allocate` from memory of the C allocator, and nobody uses it any more.
            unsafe {
                outline.drop_in_place();
                heap::free(outline);
            }
        }
    }
}

/// Returns the array that a pointer points to, or an error that names the argument for NULL.
///
/// # Safety
///
/// `pointer` is NULL or points to `N` values that nobody writes to for `'a`.
pub unsafe fn array<'a, T, const N: usize>(pointer: *const T, name: &'static str) -> Result<&'a [T; N]> {
    // SAFETY: the pointer is NULL or points to an array, by this function's contract.
    unsafe { pointer.cast::<[T; N]>().as_ref() }.ok_or(Error::Null(name))
}

/// Returns the values that a pointer points to, or an error that names the argument for NULL.
///
/// # Safety
///
/// `pointer` is NULL or points to `length` values that nobody writes to for `'a`.
pub unsafe fn slice<'a, T>(pointer: *const T, length: usize, name: &'static str) -> Result<&'a [T]> {
    if pointer.is_null() {
        return Err(Error::Null(name));
    }
    // SAFETY: the pointer points to `length` values, by this function's contract.
    Ok(unsafe { std::slice::from_raw_parts(pointer, length) })
}

/// Returns the values that a pointer points to, to be written, or an error that names the argument for NULL.
///
/// # Safety
///
/// `pointer` is NULL or points to `length` values that nobody else uses for `'a`.
pub unsafe fn slice_mut<'a, T>(pointer: *mut T, length: usize, name: &'static str) -> Result<&'a mut [T]> {
    if pointer.is_null() {
        return Err(Error::Null(name));
    }
    // SAFETY: the pointer points to `length` values, by this function's contract.
    Ok(unsafe { std::slice::from_raw_parts_mut(pointer, length) })
}

/// Returns the name of a file, or an error for NULL.
///
/// # Safety
///
/// `name` is NULL or a string that nobody changes for `'a`.
pub unsafe fn file_name<'a>(name: *const c_char) -> Result<&'a CStr> {
    if name.is_null() {
        return Err(Error::Null("file name"));
    }
    // SAFETY: the name is a string, by this function's contract.
    Ok(unsafe { CStr::from_ptr(name) })
}
