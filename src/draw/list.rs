//! Lists of two kinds: an array for polygons of few edges, which needs no memory, and a vector for others.

use std::ops::DerefMut;

use arrayvec::ArrayVec;

use crate::error::{Error, Result};

/// The most edges of a polygon whose lists are arrays.
pub const FEW: usize = 16;

/// A list that grows.
pub trait List<T>: Default + DerefMut<Target = [T]> {
    /// Makes room for `count` more values.
    fn reserve(&mut self, count: usize) -> Result<()>;

    /// Adds a value.
    fn push(&mut self, value: T) -> Result<()>;

    /// Removes all values.
    fn clear(&mut self);

    /// Removes the values that `keep` returns false for.
    fn retain(&mut self, keep: impl FnMut(&T) -> bool);
}

impl<T, const N: usize> List<T> for ArrayVec<T, N> {
    #[inline(always)]
    fn reserve(&mut self, count: usize) -> Result<()> {
        if count <= self.remaining_capacity() { Ok(()) } else { Err(Error::Memory) }
    }

    #[inline(always)]
    fn push(&mut self, value: T) -> Result<()> {
        self.try_push(value).map_err(|_| Error::Memory)
    }

    #[inline(always)]
    fn clear(&mut self) {
        Self::clear(self);
    }

    #[inline(always)]
    fn retain(&mut self, mut keep: impl FnMut(&T) -> bool) {
        Self::retain(self, |value| keep(value));
    }
}

impl<T> List<T> for Vec<T> {
    fn reserve(&mut self, count: usize) -> Result<()> {
        self.try_reserve(count).map_err(|_| Error::Memory)
    }

    #[inline(always)]
    fn push(&mut self, value: T) -> Result<()> {
        if self.len() == self.capacity() {
            List::reserve(self, 1)?;
        }
        Self::push(self, value);
        Ok(())
    }

    fn clear(&mut self) {
        Self::clear(self);
    }

    fn retain(&mut self, keep: impl FnMut(&T) -> bool) {
        Self::retain(self, keep);
    }
}
