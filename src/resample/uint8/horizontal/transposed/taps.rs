//! Where the taps of a block are, and the groups that they select.

#![allow(unsafe_code)] // indexing without bounds checks, in the innermost loops

use std::ops::Range;

/// The taps of `OUTPUTS` output pixels: the same number of groups each, from a group of its own on.
#[derive(Clone, Copy, Debug)]
pub struct Taps<const OUTPUTS: usize> {
    /// The first group of each output pixel. `start + count <= length` for each of them.
    starts: [usize; OUTPUTS],
    /// The groups of each output pixel.
    count: usize,
    /// The length of the groups to select from.
    length: usize,
}

impl<const OUTPUTS: usize> Taps<OUTPUTS> {
    /// Makes taps of `count` groups each, from `starts` on.
    pub fn new(starts: [usize; OUTPUTS], count: usize) -> Self {
        let length = starts.into_iter().max().unwrap_or(0) + count;
        Self { starts, count, length }
    }

    /// Returns the same taps as they are in a range of the groups.
    pub fn within(&self, range: &Range<usize>) -> Self {
        assert!(range.start <= self.range().start && self.range().end <= range.end);
        Self { starts: self.starts.map(|start| start - range.start), count: self.count, length: range.len() }
    }

    /// Returns the groups from the first to the last.
    pub fn range(&self) -> Range<usize> {
        let starts = || self.starts.into_iter();
        starts().min().unwrap_or(0)..starts().max().unwrap_or(0) + self.count
    }

    /// Selects the groups of the taps out of all groups, or out of those of the range that the taps are in.
    #[inline(always)]
    pub fn select<'a, T>(&self, groups: &'a [T]) -> Groups<'a, T, OUTPUTS> {
        assert!(groups.len() == self.length);
        Groups { all: groups, taps: *self }
    }
}

/// The groups of the taps of `OUTPUTS` output pixels.
#[derive(Clone, Copy)]
pub struct Groups<'a, T, const OUTPUTS: usize> {
    all: &'a [T],
    /// Their length is that of `all`.
    taps: Taps<OUTPUTS>,
}

impl<'a, T, const OUTPUTS: usize> Groups<'a, T, OUTPUTS> {
    /// Returns the groups one by one, each of all output pixels.
    #[inline(always)]
    pub fn iter(&self) -> impl Iterator<Item = [&'a T; OUTPUTS]> {
        let Self { all, taps } = *self;
        (0..taps.count).map(move |number| {
            // SAFETY: `number < count`, and the invariants `start + count <= length` of `Taps` and `length == all.len()`.
            taps.starts.map(|start| unsafe { all.get_unchecked(start + number) })
        })
    }
}
