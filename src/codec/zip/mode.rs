//! The modes of the codec.

/// PNG, with a filter for each row (`ZIP_*` of the C header).
pub const PNG: i32 = 0;
/// PNG without filters.
pub const PNG_PALETTE: i32 = 1;
/// TIFF with differences between pixels.
pub const TIFF_PREDICTOR: i32 = 2;
