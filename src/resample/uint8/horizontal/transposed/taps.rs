//! Where the taps of a block are, and the groups of the tile that they select.

#![allow(unsafe_code)] // indexing without bounds checks, in the innermost loops

use std::ops::Range;

/// The taps of `OUTPUTS` output pixels: equally many groups each, and each from a group of its own on.
#[derive(Clone, Copy, Debug)]
pub struct Taps<const OUTPUTS: usize> {
    /// The first group of the first output pixel's taps.
    first: usize,
    /// The groups from `first` to the end of all taps.
    span: usize,
    /// The groups of each output pixel.
    count: usize,
    /// The first group of each output pixel, from `first` on. `offset + count <= span` for each of them.
    offsets: [usize; OUTPUTS],
}

impl<const OUTPUTS: usize> Taps<OUTPUTS> {
    /// Makes taps of `count` groups, from `starts` on.
    pub fn new(starts: [usize; OUTPUTS], count: usize) -> Self {
        let first = starts.into_iter().min().unwrap_or(0);
        let offsets = starts.map(|start| start - first);
        let span = offsets.into_iter().max().unwrap_or(0) + count;
        Self { first, span, count, offsets }
    }

    /// Returns the groups from the first to the last of all output pixels.
    pub fn range(&self) -> Range<usize> {
        self.first..self.first + self.span
    }

    /// Returns the groups of each output pixel.
    pub fn count(&self) -> usize {
        self.count
    }

    /// Selects the groups of the taps out of `groups`, which start with group `first`.
    #[inline(always)]
    pub fn select<'a, T>(&self, groups: &'a [T], first: usize) -> Groups<'a, T, OUTPUTS> {
        Groups { span: &groups[self.first - first..][..self.span], count: self.count, offsets: self.offsets }
    }
}

/// The groups of the taps of `OUTPUTS` output pixels.
#[derive(Clone, Copy)]
pub struct Groups<'a, T, const OUTPUTS: usize> {
    span: &'a [T],
    count: usize,
    offsets: [usize; OUTPUTS],
}

impl<'a, T, const OUTPUTS: usize> Groups<'a, T, OUTPUTS> {
    /// Returns the groups one by one, each of all output pixels.
    #[inline(always)]
    pub fn iter(&self) -> impl Iterator<Item = [&'a T; OUTPUTS]> {
        let Self { span, count, offsets } = *self;
        (0..count).map(move |number| {
            // SAFETY: `number < count`, and `Taps::new` made the span `count` groups longer than the largest offset.
            offsets.map(|offset| unsafe { span.get_unchecked(offset + number) })
        })
    }
}
