//! `malloc` and its family, with a lack of memory as an error and products of sizes checked.

use std::ptr::NonNull;

use crate::error::{Error, Result};

/// The most bytes that the C library keeps for the thread that gave them back: for its next `malloc`, not for `calloc`.
const SMALL: usize = 1 << 10;

/// Zeroed memory for `count` values of `T`; room for one where `count` is 0, since `calloc` may then return NULL.
pub fn zeroed<T>(count: usize) -> Result<NonNull<T>> {
    let count = count.max(1);
    if let Some(bytes) = count.checked_mul(size_of::<T>()).filter(|bytes| *bytes <= SMALL) {
        // Of the two the compiler would make a `calloc`, if it knew.
        let memory = std::hint::black_box(self::bytes(bytes, super::Fill::Dirty)?);
        // SAFETY: allocated just now, in this size.
        unsafe { memory.write_bytes(0, bytes) };
        return Ok(memory.cast());
    }
    // SAFETY: `calloc` takes any sizes, and checks their product.
    NonNull::new(unsafe { libc::calloc(count, size_of::<T>()) }.cast()).ok_or(Error::Memory)
}

/// So many times a value, or an error where there is no memory for them.
pub fn filled<T: Clone>(value: T, count: usize) -> Result<Vec<T>> {
    let mut values = Vec::new();
    values.try_reserve_exact(count).map_err(|_| Error::Memory)?;
    values.resize(count, value);
    Ok(values)
}

/// Memory for `bytes` bytes, zeroed or not, at least one.
pub fn bytes(bytes: usize, fill: super::Fill) -> Result<NonNull<u8>> {
    match fill {
        super::Fill::Zeroed => zeroed(bytes),
        // SAFETY: `malloc` takes any size.
        super::Fill::Dirty => NonNull::new(unsafe { libc::malloc(bytes.max(1)) }.cast()).ok_or(Error::Memory),
    }
}

/// Gives memory back.
///
/// # Safety
///
/// `memory` is NULL or came from the C allocator, and nobody uses it any more.
pub unsafe fn free<T>(memory: *mut T) {
    // SAFETY: as the caller promises.
    unsafe { libc::free(memory.cast()) }
}

/// A C string of `parts`, one behind the other and ended by NUL, in memory that the receiver frees.
pub fn c_string(parts: &[&str]) -> Result<NonNull<u8>> {
    let length = parts.iter().map(|part| part.len()).sum::<usize>();
    let text = zeroed::<u8>(length + 1)?;
    let mut end = text;
    for part in parts {
        // SAFETY: `text` has room for all parts, and `end` has moved by those before.
        unsafe {
            end.copy_from_nonoverlapping(NonNull::from(part.as_bytes()).cast(), part.len());
            end = end.add(part.len());
        }
    }
    Ok(text)
}
