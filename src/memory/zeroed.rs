//! Tables that start as zeros, such as hash tables and buffers of rows: of [regions], which do not write to fresh pages, and are
//! on huge pages if the environment asks for them.
//!
//! A large table that is read in random order misses the TLB at nearly every access. Huge pages halve the time of counting
//! millions of colours.

use std::hint::black_box;
use std::ops::{Deref, DerefMut};
use std::ptr::NonNull;

use bytemuck::Zeroable;

use super::heap::AllocInit;
use super::regions::{self, Source};
use crate::error::{Error, Result};

/// The smallest page of any system.
const PAGE: usize = 4 << 10;

/// A table of plain values, which starts as zeros.
#[derive(Debug)]
pub struct ZeroedTable<T> {
    values: NonNull<T>,
    length: usize,
    source: Source,
}

// SAFETY: the table owns its memory, as a `Vec` does.
unsafe impl<T: Send> Send for ZeroedTable<T> {}
// SAFETY: a shared table gives shared references to its values alone.
unsafe impl<T: Sync> Sync for ZeroedTable<T> {}

impl<T: Zeroable + Copy> ZeroedTable<T> {
    /// Allocates `length` zeros.
    pub fn new(length: usize) -> Result<Self> {
        const { assert!(align_of::<T>() <= 16) };
        let bytes = length.checked_mul(size_of::<T>()).filter(|bytes| isize::try_from(*bytes).is_ok());
        let bytes = bytes.ok_or(Error::Memory)?;
        let (values, source) = regions::allocate(bytes, AllocInit::Zeroed)?;
        Ok(Self { values: values.cast(), length, source })
    }

    /// Writes to each page of a new table that will be used in random order. Otherwise most pages fault twice: when they are
    /// first read, which maps the system's page of zeros, and when they are first written.
    pub fn populate(&mut self) {
        for page in self.chunks_mut(PAGE / size_of::<T>()) {
            // The compiler must not know that this is what the page contains.
            page[0] = black_box(T::zeroed());
        }
    }
}

impl<T> Drop for ZeroedTable<T> {
    fn drop(&mut self) {
        // SAFETY: the memory is of this source, and the table is its only owner.
        unsafe { regions::free(self.values.as_ptr().cast(), self.source) };
    }
}

impl<T> Deref for ZeroedTable<T> {
    type Target = [T];

    #[inline(always)]
    fn deref(&self) -> &[T] {
        // SAFETY: `new` has allocated `length` values, aligned for any of C's types, whose zeros are valid.
        unsafe { std::slice::from_raw_parts(self.values.as_ptr(), self.length) }
    }
}

impl<T> DerefMut for ZeroedTable<T> {
    #[inline(always)]
    fn deref_mut(&mut self) -> &mut [T] {
        // SAFETY: `new` has allocated `length` values, aligned for any of C's types, whose zeros are valid.
        unsafe { std::slice::from_raw_parts_mut(self.values.as_ptr(), self.length) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_start_as_zeros_and_are_writable_to_the_end() {
        for length in [0, 1, 1000, (4 << 20) / 8 + 77] {
            let mut table = ZeroedTable::<u64>::new(length).expect("a few mebibytes");
            assert_eq!(table.len(), length);
            table.populate();
            assert!(table.iter().all(|value| *value == 0));
            table.fill(u64::MAX);
        }
        assert_eq!(ZeroedTable::<u64>::new(usize::MAX / 8).unwrap_err(), Error::Memory);
        assert_eq!(ZeroedTable::<u64>::new(usize::MAX).unwrap_err(), Error::Memory);
    }
}
