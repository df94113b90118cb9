//! A source whose pixels are addressed by 32-bit offsets.

use std::marker::PhantomData;

use bytemuck::Pod;

use super::rows::Source;

/// A source whose pixels are addressed by 32-bit offsets from its first row, for kernels that need the token `T`.
pub struct Gather<'a, P, T> {
    isa: T,
    /// The first of `height` rows of at least `width` pixels `P`, which are `stride` bytes apart. All offsets within
    /// them fit into 32 bits, and a row has at least four bytes.
    first: *const u8,
    stride: i32,
    width: i32,
    height: i32,
    source: PhantomData<&'a [P]>,
}

impl<'a, P: Pod, T: Copy> Gather<'a, P, T> {
    /// Returns `None` if the rows are not evenly spaced, if an offset does not fit into 32 bits, or if a row has fewer
    /// than four bytes.
    pub fn new(isa: T, source: &Source<'a, P>) -> Option<Self> {
        const { assert!(matches!(size_of::<P>(), 1 | 2 | 4)) };
        let (width, height, size) = (source.width(), source.rows().len(), size_of::<P>());
        let spacing = source.spacing()?;
        let bytes = spacing.stride.abs().checked_mul(height as i64)?.checked_add((width * size) as i64)?;
        if i32::try_from(bytes).is_err() || width * size < 4 {
            return None;
        }
        Some(Self {
            isa,
            first: std::ptr::with_exposed_provenance(spacing.first),
            stride: spacing.stride as i32,
            width: width as i32,
            height: height as i32,
            source: PhantomData,
        })
    }

    /// The token that the kernels using this need.
    #[inline(always)]
    pub fn isa(&self) -> T {
        self.isa
    }

    /// The address of the first row.
    #[inline(always)]
    pub fn first(&self) -> *const u8 {
        self.first
    }

    /// The bytes from one row to the next.
    #[inline(always)]
    pub fn stride(&self) -> i32 {
        self.stride
    }

    /// The columns.
    #[inline(always)]
    pub fn width(&self) -> i32 {
        self.width
    }

    /// The rows.
    #[inline(always)]
    pub fn height(&self) -> i32 {
        self.height
    }

    /// The last column from which four bytes can be read.
    #[inline(always)]
    pub fn last_column(&self) -> i32 {
        self.width - 4 / size_of::<P>() as i32
    }
}
