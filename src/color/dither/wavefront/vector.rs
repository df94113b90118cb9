//! The vector operations that wavefronts need, for one loop over all ISAs.
//!
//! A vector holds the token of its ISA, so its methods are safe: whoever has a vector may run its instructions. All
//! methods are inlined into a function with the target features of that ISA.

/// 16-bit lanes.
pub trait Vector: Copy {
    /// The token that proves the ISA.
    type Isa: Copy;

    /// Returns a vector of equal lanes.
    fn splat(isa: Self::Isa, value: i16) -> Self;

    /// Returns the sums of lanes.
    fn add(self, other: Self) -> Self;

    /// Returns the differences of lanes.
    fn sub(self, other: Self) -> Self;

    /// Returns the lesser lanes.
    fn min(self, other: Self) -> Self;

    /// Returns the greater lanes.
    fn max(self, other: Self) -> Self;

    /// Returns the bitwise conjunction.
    fn and(self, other: Self) -> Self;

    /// Returns a mask of the lanes that are greater than those of `other`.
    fn greater_than(self, other: Self) -> Self;

    /// Shifts lanes left.
    fn shift_left<const BITS: i32>(self) -> Self;

    /// Shifts signed lanes right.
    fn shift_right<const BITS: i32>(self) -> Self;

    /// Shifts unsigned lanes right.
    fn shift_right_unsigned<const BITS: i32>(self) -> Self;
}

/// One lane for each of `ROWS` rows: grey.
pub trait GreyVector<const ROWS: usize>: Vector {
    /// Returns these lanes.
    fn from_rows(isa: Self::Isa, rows: [i16; ROWS]) -> Self;

    /// Widens bytes.
    fn widen(isa: Self::Isa, bytes: [u8; ROWS]) -> Self;

    /// Narrows a mask to bytes.
    fn narrow_mask(self) -> [u8; ROWS];

    /// Moves each row to the next one. The first row becomes `first`.
    fn to_next_row(self, first: i16) -> Self;

    /// Returns the last row.
    fn last_row(self) -> i16;
}

/// Four lanes for each of `ROWS` rows: pixels.
pub trait PixelVector<const ROWS: usize>: Vector {
    /// Returns these pixels. A pixel is four lanes in a little-endian number.
    fn from_rows(isa: Self::Isa, rows: [i64; ROWS]) -> Self;

    /// Returns these lanes.
    fn from_lanes(isa: Self::Isa, rows: [[i16; 4]; ROWS]) -> Self;

    /// Returns the lanes.
    fn to_lanes(self) -> [[i16; 4]; ROWS];

    /// Returns the same pixel in all rows.
    fn splat_pixel(isa: Self::Isa, pixel: [i16; 4]) -> Self;

    /// Widens pixels of bytes.
    fn widen(isa: Self::Isa, pixels: [[u8; 4]; ROWS]) -> Self;

    /// Moves each row to the next one. The first row becomes the last one of `previous`.
    fn to_next_row(self, previous: Self) -> Self;

    /// Returns the last row.
    fn last_row(self) -> [i16; 4];

    /// Returns the cells of a palette's cache for the first three lanes of each row, which are within 0 to 255.
    fn cache_cells(self) -> [usize; ROWS];
}

/// Implements [`Vector`] for a type, from the intrinsics of an ISA.
macro_rules! impl_vector {
    ($(#[$meta:meta])* $name:ident($isa:ident, $vector:ident) {
        $splat:ident, $add:ident, $sub:ident, $min:ident, $max:ident, $and:ident, $greater_than:ident,
        $shift_left:ident, $shift_right:ident, $shift_right_unsigned:ident $(,)?
    }) => {
        $(#[$meta])*
        #[derive(Clone, Copy)]
        pub struct $name {
            isa: $isa,
            vector: $vector,
        }

        mod ops {
            use super::*;

            $crate::simd::isa::entry! {
                pub fn splat($isa, value: i16) -> $vector = $splat;
                pub fn add($isa, a: $vector, b: $vector) -> $vector = $add;
                pub fn sub($isa, a: $vector, b: $vector) -> $vector = $sub;
                pub fn min($isa, a: $vector, b: $vector) -> $vector = $min;
                pub fn max($isa, a: $vector, b: $vector) -> $vector = $max;
                pub fn and($isa, a: $vector, b: $vector) -> $vector = $and;
                pub fn greater_than($isa, a: $vector, b: $vector) -> $vector = $greater_than;
                pub fn shift_left[const BITS: i32][BITS]($isa, a: $vector) -> $vector = $shift_left::<BITS>;
                pub fn shift_right[const BITS: i32][BITS]($isa, a: $vector) -> $vector = $shift_right::<BITS>;
                pub fn shift_right_unsigned[const BITS: i32][BITS]($isa, a: $vector) -> $vector
                    = $shift_right_unsigned::<BITS>;
            }
        }

        impl $crate::color::dither::wavefront::vector::Vector for $name {
            type Isa = $isa;

            #[inline(always)]
            fn splat(isa: $isa, value: i16) -> Self {
                Self { isa, vector: ops::splat(isa, value) }
            }

            $crate::color::dither::wavefront::vector::impl_vector!(binary add sub min max and greater_than);
            $crate::color::dither::wavefront::vector::impl_vector!(shift shift_left shift_right shift_right_unsigned);
        }
    };
    (binary $($op:ident)+) => {$(
        #[inline(always)]
        fn $op(self, other: Self) -> Self {
            Self { vector: ops::$op(self.isa, self.vector, other.vector), ..self }
        }
    )+};
    (shift $($op:ident)+) => {$(
        #[inline(always)]
        fn $op<const BITS: i32>(self) -> Self {
            Self { vector: ops::$op::<BITS>(self.isa, self.vector), ..self }
        }
    )+};
}
pub(super) use impl_vector;

/// Implements [`GreyVector`] and [`PixelVector`] for a type of [`impl_vector!`], from functions of the module that take the
/// token and have the methods' names; `lanes_…` are those of grey, `pixels…` those of pixels.
macro_rules! impl_rows {
    ($name:ident($isa:ident): $grey_rows:literal rows of grey, $pixel_rows:literal rows of pixels) => {
        impl $crate::color::dither::wavefront::vector::GreyVector<$grey_rows> for $name {
            #[inline(always)]
            fn from_rows(isa: $isa, rows: [i16; $grey_rows]) -> Self {
                Self { isa, vector: bytemuck::cast(rows) }
            }

            #[inline(always)]
            fn widen(isa: $isa, bytes: [u8; $grey_rows]) -> Self {
                Self { isa, vector: widen(isa, bytes) }
            }

            #[inline(always)]
            fn narrow_mask(self) -> [u8; $grey_rows] {
                narrow_mask(self.isa, self.vector)
            }

            #[inline(always)]
            fn to_next_row(self, first: i16) -> Self {
                Self { vector: lanes_to_next_row(self.isa, self.vector, first), ..self }
            }

            #[inline(always)]
            fn last_row(self) -> i16 {
                last_lane(self.isa, self.vector)
            }
        }

        impl $crate::color::dither::wavefront::vector::PixelVector<$pixel_rows> for $name {
            #[inline(always)]
            fn from_rows(isa: $isa, rows: [i64; $pixel_rows]) -> Self {
                Self { isa, vector: pixels(isa, rows) }
            }

            #[inline(always)]
            fn from_lanes(isa: $isa, rows: [[i16; 4]; $pixel_rows]) -> Self {
                Self { isa, vector: bytemuck::cast(rows) }
            }

            #[inline(always)]
            fn to_lanes(self) -> [[i16; 4]; $pixel_rows] {
                bytemuck::cast(self.vector)
            }

            #[inline(always)]
            fn splat_pixel(isa: $isa, pixel: [i16; 4]) -> Self {
                Self { isa, vector: splat_pixel(isa, bytemuck::cast(pixel)) }
            }

            #[inline(always)]
            fn widen(isa: $isa, pixels: [[u8; 4]; $pixel_rows]) -> Self {
                Self { isa, vector: widen(isa, bytemuck::cast(pixels)) }
            }

            #[inline(always)]
            fn to_next_row(self, previous: Self) -> Self {
                Self { vector: pixels_to_next_row(self.isa, self.vector, previous.vector), ..self }
            }

            #[inline(always)]
            fn last_row(self) -> [i16; 4] {
                bytemuck::cast(last_pixel(self.isa, self.vector))
            }

            #[inline(always)]
            fn cache_cells(self) -> [usize; $pixel_rows] {
                cache_cells(self.isa, self.vector)
            }
        }
    };
}
pub(super) use impl_rows;
