//! Bit orders, as the kernels need them.

/// Returns the pixel that becomes bit `bit`. Both are numbered across bytes: bits 8 to 15 are pixels 8 to 15.
pub const fn pixel_of_bit(lsb_first: bool, bit: usize) -> u8 {
    (if lsb_first { bit } else { bit ^ 7 }) as u8
}

/// Returns a byte for each of 8 pixels that has only the pixel's bit set; the first pixel is the least significant byte.
pub const fn bit_masks(lsb_first: bool) -> u64 {
    if lsb_first { 0x8040_2010_0804_0201 } else { 0x0102_0408_1020_4080 }
}
