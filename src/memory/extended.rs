//! Instances with something of ours behind them: what keeps their pixels alive.

use std::any::TypeId;
use std::mem::MaybeUninit;

use super::{Raw, instance};
use crate::abi::{Imaging, ImagingMemoryInstance, ModeID};
use crate::error::Result;

/// What is behind an instance: room for the lock that programs may see there, and what is known of the keeper.
#[repr(C)]
struct Head {
    instance: ImagingMemoryInstance,
    room: [u8; instance::TAIL],
    kind: TypeId,
    drop: unsafe fn(Raw),
}

/// An instance and its keeper.
#[repr(C)]
struct Extended<K> {
    head: Head,
    keeper: MaybeUninit<K>,
}

/// Makes an image without pixels, and what will keep its pixels alive: dropped with the image, and not made at all where
/// there is none. The rows are still to be written.
pub fn new<K: 'static>(mode: ModeID, xsize: i32, ysize: i32, keeper: impl FnOnce() -> K) -> Result<Raw> {
    let im = instance::new(mode, xsize, ysize, size_of::<Extended<K>>())?;
    // SAFETY: the instance was made just now, with room for the rest, and nobody else has seen it.
    unsafe {
        let extended = im.cast::<Extended<K>>().as_ptr();
        (&raw mut (*extended).head.kind).write(TypeId::of::<K>());
        (&raw mut (*extended).head.drop).write(drop_keeper::<K>);
        (&raw mut (*extended).keeper).write(MaybeUninit::new(keeper()));
        (*im.as_ptr()).destroy = Some(destroy);
    }
    Ok(im)
}

/// Drops the keeper of an image.
///
/// # Safety
///
/// `im` was made by [`new`] with a keeper of this type, which nobody uses any more.
unsafe fn drop_keeper<K>(im: Raw) {
    // SAFETY: as the caller promises.
    unsafe { (*im.cast::<Extended<K>>().as_ptr()).keeper.assume_init_drop() };
}

/// What `ImagingDelete` calls for every image of this kind: what they are known by.
unsafe extern "C" fn destroy(im: Imaging) {
    if let Some(im) = Raw::new(im) {
        // SAFETY: `ImagingDelete` calls this once, for an image of this kind.
        unsafe { (im.cast::<Head>().as_ref().drop)(im) };
    }
}

/// The keeper of an image, where it has one of this type.
///
/// # Safety
///
/// `im` is live for `'a`.
pub unsafe fn keeper<'a, K: 'static>(im: Raw) -> Option<&'a K> {
    let own: unsafe extern "C" fn(Imaging) = destroy;
    // SAFETY: as the caller promises; an image with this `destroy` was made by `new`, and tells with which type.
    unsafe {
        if !im.as_ref().destroy.is_some_and(|destroy| std::ptr::fn_addr_eq(destroy, own)) {
            return None;
        }
        let extended = im.cast::<Extended<K>>().as_ref();
        (extended.head.kind == TypeId::of::<K>()).then(|| extended.keeper.assume_init_ref())
    }
}
