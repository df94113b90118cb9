//! Images with a backing object, which owns the memory of their rows: a mapping of a file, another image, a loan.
//!
//! The backing object lies behind the instance, and is dropped with it:
//!
//! ```text
//! | ImagingMemoryInstance | tail | TypeId of B | drop function | B |
//! ```

use std::any::TypeId;
use std::mem::MaybeUninit;

use super::instance::{self, UniqueInstance};
use super::raw::Raw;
use crate::abi::{Imaging, ImagingMemoryInstance, ModeID};
use crate::error::Result;

/// An instance, and what is known of its backing object.
#[repr(C)]
struct Head {
    instance: ImagingMemoryInstance,
    /// Programs may use it: see [`instance::TAIL`].
    tail: [u8; instance::TAIL],
    backing_type: TypeId,
    drop: unsafe fn(Imaging),
}

/// An instance with its backing object.
#[repr(C)]
struct Backed<B> {
    head: Head,
    backing: MaybeUninit<B>,
}

/// Creates an image without pixels, and its backing object, which is not created if there is no memory for the image. The
/// row table is still all NULL.
pub fn new<B: Send + Sync + 'static>(
    mode: ModeID,
    xsize: i32,
    ysize: i32,
    backing: impl FnOnce() -> B,
) -> Result<UniqueInstance> {
    let mut im = instance::new(mode, xsize, ysize, size_of::<Backed<B>>())?;
    let backed = im.as_raw().as_ptr().cast::<Backed<B>>();
    // SAFETY: the instance was created above, with room for a `Backed<B>`; `destroy` is set when its type, drop function
    // and backing object are written.
    unsafe {
        (&raw mut (*backed).head.backing_type).write(TypeId::of::<B>());
        (&raw mut (*backed).head.drop).write(drop_backing::<B>);
        (&raw mut (*backed).backing).write(MaybeUninit::new(backing()));
        im.fields_mut().destroy = Some(destroy);
    }
    Ok(im)
}

/// Drops the backing object of an image.
///
/// # Safety
///
/// `im` was created by [`new`] with a backing object of this type, which nobody uses any more.
unsafe fn drop_backing<B>(im: Imaging) {
    // SAFETY: `new` has initialised the backing object, and it is dropped once, by this function's contract.
    unsafe { (*im.cast::<Backed<B>>()).backing.assume_init_drop() };
}

/// The `destroy` of every image with a backing object, by which they are recognised.
unsafe extern "C" fn destroy(im: Imaging) {
    // SAFETY: the image's last owner calls this once. Its `destroy` is this function, so `new` has created it, and the drop
    // function is that of the backing object's type.
    unsafe { ((*im.cast::<Head>()).drop)(im) };
}

/// Returns an image's backing object if it has one of this type.
pub fn get<'a, B: Send + Sync + 'static>(im: Raw<'a>) -> Option<&'a B> {
    let own: unsafe extern "C" fn(Imaging) = destroy;
    if !im.destroy().is_some_and(|destroy| std::ptr::fn_addr_eq(destroy, own)) {
        return None;
    }
    let backed = im.as_ptr().cast::<Backed<B>>();
    // SAFETY: an image with this `destroy` was created by `new`, and is live for `'a`. Its backing object has the type that
    // `new` has written, does not change, and lives as long as the image. (References to the whole instance are avoided:
    // its reference count may change meanwhile.)
    unsafe {
        let is_of_type = (&raw const (*backed).head.backing_type).read() == TypeId::of::<B>();
        is_of_type.then(|| {
            let backing: &MaybeUninit<B> = &(*backed).backing;
            backing.assume_init_ref()
        })
    }
}
