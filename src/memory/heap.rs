//! `malloc` and its family, which report a lack of memory and check products of sizes.

use std::hint::black_box;
use std::ops::{Deref, DerefMut};
use std::ptr::NonNull;

use crate::error::{Error, Result};

/// The contents of new memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AllocInit {
    /// Zeros.
    Zeroed,
    /// Arbitrary bytes, for images whose pixels are all written before they are read.
    Uninitialized,
}

/// The largest size for which `malloc` and `memset` are faster than `calloc`: glibc keeps freed memory up to this size in a
/// per-thread cache, which its `calloc` does not use.
const MAX_CACHED_BYTES: usize = 1 << 10;

/// Allocates zeroed memory for `count` values of `T`, at least for one, since `calloc` may return NULL for none.
pub fn zeroed<T>(count: usize) -> Result<NonNull<T>> {
    let count = count.max(1);
    if let Some(bytes) = count.checked_mul(size_of::<T>()).filter(|bytes| *bytes <= MAX_CACHED_BYTES) {
        let memory = uninitialized(bytes)?;
        // SAFETY: `malloc` has returned memory of this size.
        unsafe { memory.write_bytes(0, bytes) };
        return Ok(memory.cast());
    }
    // SAFETY: `calloc` takes any sizes, and checks their product.
    NonNull::new(unsafe { libc::calloc(count, size_of::<T>()) }.cast()).ok_or(Error::Memory)
}

/// Allocates `bytes` bytes, at least one.
pub fn bytes(bytes: usize, init: AllocInit) -> Result<NonNull<u8>> {
    match init {
        AllocInit::Zeroed => zeroed(bytes),
        AllocInit::Uninitialized => uninitialized(bytes),
    }
}

fn uninitialized(bytes: usize) -> Result<NonNull<u8>> {
    // SAFETY: `malloc` takes any size.
    let memory = NonNull::new(unsafe { libc::malloc(bytes.max(1)) }.cast()).ok_or(Error::Memory)?;
    // To the compiler the barrier may have written to the memory. So reads return arbitrary bytes, and are not undefined;
    // nor are `malloc` and `memset` merged into `calloc`.
    Ok(black_box(memory))
}

/// Frees memory.
///
/// # Safety
///
/// `memory` is NULL or came from the C allocator, and nobody uses it any more.
pub unsafe fn free<T>(memory: *mut T) {
    // SAFETY: NULL, or allocated by the C allocator and unused, by this function's contract.
    unsafe { libc::free(memory.cast()) }
}

/// Zeroed bytes from `calloc`, for receivers that free them with `free`. The system backs large ones with memory as they are
/// written to.
#[cfg_attr(not(feature = "tiff"), allow(dead_code))] // only that codec uses it
#[derive(Debug)]
pub struct Bytes {
    memory: NonNull<u8>,
    length: usize,
}

// SAFETY: the memory is this value's own.
unsafe impl Send for Bytes {}

#[cfg_attr(not(feature = "tiff"), allow(dead_code))] // only that codec uses it
impl Bytes {
    /// Allocates zeroed bytes.
    pub fn zeroed(length: usize) -> Result<Self> {
        if length > isize::MAX as usize {
            return Err(Error::Memory);
        }
        Ok(Self { memory: zeroed(length)?, length })
    }

    /// Returns the memory, which the receiver frees.
    pub fn into_raw(self) -> NonNull<u8> {
        let memory = self.memory;
        std::mem::forget(self);
        memory
    }
}

impl Deref for Bytes {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        // SAFETY: the memory has `length` initialised bytes, which this value owns.
        unsafe { std::slice::from_raw_parts(self.memory.as_ptr(), self.length) }
    }
}

impl DerefMut for Bytes {
    fn deref_mut(&mut self) -> &mut [u8] {
        // SAFETY: the memory has `length` initialised bytes, which this value owns.
        unsafe { std::slice::from_raw_parts_mut(self.memory.as_ptr(), self.length) }
    }
}

impl Drop for Bytes {
    fn drop(&mut self) {
        // SAFETY: the memory is from `calloc`, and this value owns it.
        unsafe { free(self.memory.as_ptr()) };
    }
}

/// Concatenates `parts` into a C string, which the receiver frees.
pub fn c_string(parts: &[&str]) -> Result<NonNull<u8>> {
    let length = parts.iter().map(|part| part.len()).sum::<usize>();
    let text = zeroed::<u8>(length + 1)?;
    let mut end = text;
    for part in parts {
        // SAFETY: `text` has `length + 1` bytes, and `end` has advanced by the lengths of the parts before this one.
        unsafe {
            end.copy_from_nonoverlapping(NonNull::from(part.as_bytes()).cast(), part.len());
            end = end.add(part.len());
        }
    }
    Ok(text)
}

/// Creates a vector as `vec![value; count]` does, but returns an error if there is no memory.
pub fn try_vec<T: Clone>(value: T, count: usize) -> Result<Vec<T>> {
    let mut values = Vec::new();
    values.try_reserve_exact(count).map_err(|_| Error::Memory)?;
    values.resize(count, value);
    Ok(values)
}

/// Copies a slice to a vector, or returns an error if there is no memory.
pub fn try_copy<T: Copy>(values: &[T]) -> Result<Vec<T>> {
    let mut copy = Vec::new();
    copy.try_reserve_exact(values.len()).map_err(|_| Error::Memory)?;
    copy.extend_from_slice(values);
    Ok(copy)
}

/// Appends a value, or returns an error if there is no memory.
#[inline]
pub fn try_push<T>(values: &mut Vec<T>, value: T) -> Result<()> {
    if values.len() == values.capacity() {
        values.try_reserve(1).map_err(|_| Error::Memory)?;
    }
    values.push(value);
    Ok(())
}
