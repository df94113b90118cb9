//! The bytes of a pixel that belong to bands. The reference sets the others to zero.

use crate::mode::Mode;

/// A bit mask for the four bytes of a pixel, or for four pixels of one byte.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct BandMask(pub [u8; 4]);

impl BandMask {
    /// All bytes.
    pub const ALL: Self = Self([255; 4]);

    /// Returns the mask for the pixels of a mode.
    pub fn new(mode: Mode) -> Self {
        match mode.spec().bands {
            2 => Self([255, 0, 0, 255]),
            3 => Self([255, 255, 255, 0]),
            _ => Self::ALL,
        }
    }

    /// Sets the bytes that belong to no band to zero.
    #[inline(always)]
    pub fn apply(self, row: &mut [u8]) {
        if self != Self::ALL {
            for pixel in row.as_chunks_mut().0 {
                *pixel = self.masked(*pixel);
            }
        }
    }

    /// Copies a row, and sets the bytes that belong to no band to zero.
    #[inline(always)]
    pub fn copy(self, out: &mut [u8], row: &[u8]) {
        if self == Self::ALL {
            return out.copy_from_slice(row);
        }
        for (out, pixel) in out.as_chunks_mut().0.iter_mut().zip(row.as_chunks().0) {
            *out = self.masked(*pixel);
        }
    }

    /// Returns a bit for each of 64 bytes, set if the byte belongs to a band.
    #[cfg(target_arch = "x86_64")]
    #[inline(always)]
    pub fn block_bits(self) -> u64 {
        let pixel = self.0.iter().enumerate().map(|(n, byte)| u64::from(byte & 1) << n);
        pixel.sum::<u64>() * 0x1111_1111_1111_1111
    }

    #[inline(always)]
    fn masked(self, pixel: [u8; 4]) -> [u8; 4] {
        (u32::from_ne_bytes(pixel) & u32::from_ne_bytes(self.0)).to_ne_bytes()
    }
}
