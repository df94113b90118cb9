//! TIFF, by libtiff (`TiffDecode.c` in Pillow).

pub use crate::external::tiff::version;
