//! Chooses the method of each pass, by ISA, pixel size, taps and rows.
//!
//! ```text
//! horizontal, AVX-512    1 byte     vnni: 16 x 4 if taps are within windows of 64 or 128 pixels, and else 4 x 16
//!                        4 bytes    transposed (digits) for many taps and rows, and else vnni
//! horizontal, AVX2       1 byte     transposed for many rows, and else row-wise
//!                        4 bytes    windowed if one part is enough, and there are many rows;
//!                                   transposed for many rows, unless there are 3 or 4 taps; and else row-wise
//! vertical, AVX-512      more than 2 taps: VNNI, and else as AVX2
//! vertical, AVX2         pairs of taps
//! other ISAs             scalar
//! ```
//!
//! The thresholds were measured: a table takes time to make, which few rows do not bring back. Every method falls back
//! to the next where rows are too short for its blocks, or a coefficient is too large for its parts.

use super::super::coefficients::Coefficients;
use crate::error::Result;
use crate::simd::isa::Isa;

#[cfg(target_arch = "x86_64")]
use super::{
    coeff_split::{I8Digits, I16Pairs},
    horizontal::{rowwise, transposed, vnni, windowed},
    vertical::{self, I8DigitGroup, I16Pair, TapGroup},
};
#[cfg(target_arch = "x86_64")]
use crate::simd::isa::{Avx2, Avx512};

/// A method for the horizontal pass, with its coefficients.
pub enum Horizontal {
    Scalar,
    /// 4-byte pixels.
    #[cfg(target_arch = "x86_64")]
    Vnni(vnni::Pixels),
    /// 1-byte pixels within windows.
    #[cfg(target_arch = "x86_64")]
    Vnni16x4(vnni::Bytes16x4),
    /// 1-byte pixels.
    #[cfg(target_arch = "x86_64")]
    Vnni4x16(vnni::Bytes4x16),
    /// 4-byte pixels.
    #[cfg(target_arch = "x86_64")]
    Transposed(transposed::Table<I16Pairs, 1>),
    /// 1-byte pixels, four output pixels at a time.
    #[cfg(target_arch = "x86_64")]
    TransposedBytes(transposed::Table<I16Pairs, 4>),
    /// 4-byte pixels, by VNNI.
    #[cfg(target_arch = "x86_64")]
    TransposedVnni(transposed::Table<I8Digits, 1>),
    /// 4-byte pixels.
    #[cfg(target_arch = "x86_64")]
    Windowed(windowed::Table),
    #[cfg(target_arch = "x86_64")]
    Rowwise(rowwise::Table),
}

/// A method for the vertical pass, with its coefficients.
pub enum Vertical {
    Scalar,
    #[cfg(target_arch = "x86_64")]
    Pairs(vertical::Table<I16Pair>),
    #[cfg(target_arch = "x86_64")]
    Vnni(vertical::Table<I8DigitGroup>),
}

/// The vectors of a group of taps in a transposed tile.
#[cfg(target_arch = "x86_64")]
pub const fn tile_vectors(bytes: usize, bands: usize) -> usize {
    match (bytes, bands) {
        (1, _) => 1,
        (_, 3) => 3,
        _ => 4,
    }
}

impl Horizontal {
    /// Chooses the method for `size.1` input rows of `size.0` pixels, of `BYTES` bytes and `BANDS` bands.
    #[cfg_attr(not(target_arch = "x86_64"), allow(unused_variables))]
    pub fn select<const BYTES: usize, const BANDS: usize>(
        coefficients: &Coefficients<i32>,
        size: (usize, usize),
        isa: Isa,
    ) -> Result<Self> {
        match (isa, BYTES) {
            #[cfg(target_arch = "x86_64")]
            (Isa::Avx512(isa), 1) => Self::bytes_avx512(isa, coefficients, size),
            #[cfg(target_arch = "x86_64")]
            (Isa::Avx512(isa), _) => Self::pixels_avx512::<BANDS>(isa, coefficients, size),
            #[cfg(target_arch = "x86_64")]
            (Isa::Avx2(isa), _) => Self::avx2::<BYTES, BANDS>(isa, coefficients, size),
            _ => Ok(Self::Scalar),
        }
    }
}

#[cfg(target_arch = "x86_64")]
impl Horizontal {
    /// The least rows that are transposed: the table for fewer takes more time than it saves.
    const fn min_transposed_rows(bytes: usize) -> usize {
        if bytes == 1 { 32 } else { 96 }
    }

    fn avx2<const BYTES: usize, const BANDS: usize>(
        isa: Avx2,
        coefficients: &Coefficients<i32>,
        (input, rows): (usize, usize),
    ) -> Result<Self> {
        let min_rows = Self::min_transposed_rows(BYTES);
        // This table takes twice the work of the transposed one.
        if BYTES == 4
            && rows >= 2 * min_rows
            && let Some(table) = windowed::Table::new(isa, coefficients, input)?
        {
            return Ok(Self::Windowed(table));
        }
        let capacity = transposed::capacity(const { tile_vectors(BYTES, BANDS) });
        let transposed = match BYTES {
            _ if rows < min_rows => None,
            1 => transposed::Table::new(isa, coefficients, input, capacity)?.map(Self::TransposedBytes),
            // The row-wise method takes these taps in one step.
            _ if (3..=4).contains(&coefficients.max_taps()) => None,
            _ => transposed::Table::new(isa, coefficients, input, capacity)?.map(Self::Transposed),
        };
        match transposed {
            Some(method) => Ok(method),
            None => Ok(rowwise::Table::new(isa, coefficients, input)?.map_or(Self::Scalar, Self::Rowwise)),
        }
    }

    fn pixels_avx512<const BANDS: usize>(
        isa: Avx512,
        coefficients: &Coefficients<i32>,
        (input, rows): (usize, usize),
    ) -> Result<Self> {
        let max_vnni_taps = if BANDS == 3 { 16 } else { 20 };
        if coefficients.max_taps() > max_vnni_taps && rows >= Self::min_transposed_rows(4) {
            let capacity = transposed::capacity(const { tile_vectors(4, BANDS) });
            if let Some(table) = transposed::Table::new(isa, coefficients, input, capacity)? {
                return Ok(Self::TransposedVnni(table));
            }
        }
        let table = vnni::Pixels::new(isa, coefficients, (input, rows), vnni::PIXEL_WINDOW)?;
        Ok(table.map_or(Self::Scalar, Self::Vnni))
    }

    fn bytes_avx512(isa: Avx512, coefficients: &Coefficients<i32>, size: (usize, usize)) -> Result<Self> {
        for window in [64, 128] {
            if let Some(table) = vnni::Bytes16x4::new_windowed(isa, coefficients, size, window)? {
                return Ok(Self::Vnni16x4(table));
            }
        }
        // Not read from windows, whatever their size.
        let table = vnni::Bytes4x16::new(isa, coefficients, size, 16)?;
        Ok(table.map_or(Self::Scalar, Self::Vnni4x16))
    }
}

impl Vertical {
    /// Chooses the method for rows of `bytes` bytes.
    #[cfg_attr(not(target_arch = "x86_64"), allow(unused_variables))]
    pub fn select(coefficients: &Coefficients<i32>, bytes: usize, isa: Isa) -> Result<Self> {
        #[cfg(target_arch = "x86_64")]
        if let Some(isa) = isa.avx512()
            && coefficients.max_taps() > I16Pair::TAPS
        {
            return Ok(vertical::Table::new(isa, coefficients, bytes)?.map_or(Self::Scalar, Self::Vnni));
        }
        #[cfg(target_arch = "x86_64")]
        if let Some(isa) = isa.avx2() {
            return Ok(vertical::Table::new(isa, coefficients, bytes)?.map_or(Self::Scalar, Self::Pairs));
        }
        Ok(Self::Scalar)
    }
}
