//! A source of windows that are addressed by 32-bit offsets.

use bytemuck::Pod;

use crate::geometry::transform::positions::avx2::MAX_SIZE;
use crate::geometry::transform::source::{Gather, Source};

/// A source of at least one window of `SIDE` × `SIDE` pixels, for kernels that need the token `T`.
pub struct WindowSource<'a, P, T, const SIDE: usize> {
    source: Gather<'a, P, T>,
    /// The numbers of columns and rows at which a window may start: [`loaded`](Self::LOADED) pixels of each row can be
    /// read from there.
    starts: [i32; 2],
}

impl<'a, P: Pod, T: Copy, const SIDE: usize> WindowSource<'a, P, T, SIDE> {
    /// How many pixels are loaded from each row of a window: single bytes are loaded four at a time.
    pub const LOADED: usize = if size_of::<P>() == 1 { 4 } else { SIDE };

    /// The pixels of a window before the first of the middle two.
    pub const BEFORE: i32 = SIDE as i32 / 2 - 1;

    /// Returns `None` if windows cannot be addressed by offsets, or if the source is smaller than a window.
    pub fn new(isa: T, source: &Source<'a, P>) -> Option<Self> {
        const { assert!(SIDE == 2 || SIDE == 4) };
        const { assert!(size_of::<P>() == 1 || size_of::<P>() == 4) };
        let source = Gather::new(isa, source)?;
        let starts = [source.width() - Self::LOADED as i32 + 1, source.height() - SIDE as i32 + 1];
        let fits = starts.iter().all(|starts| (1..=MAX_SIZE).contains(starts));
        fits.then_some(Self { source, starts })
    }

    /// The source, each of whose windows has its first pixel in one of the first `starts()` columns and rows.
    #[inline(always)]
    pub fn source(&self) -> &Gather<'a, P, T> {
        &self.source
    }

    /// The numbers of columns and rows at which a window may start: [`LOADED`](Self::LOADED) pixels can be read there in
    /// each of its `SIDE` rows.
    #[inline(always)]
    pub fn starts(&self) -> [i32; 2] {
        self.starts
    }
}
