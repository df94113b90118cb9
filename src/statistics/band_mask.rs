//! The mask of the bytes of a pixel that are bands.

use crate::mode::Mode;

/// Returns the bits of a 4-byte pixel that are bands.
pub fn band_mask(mode: Mode) -> u32 {
    u32::from_ne_bytes(if mode.spec().bands == 3 { [255, 255, 255, 0] } else { [255; 4] })
}
