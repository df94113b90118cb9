//! JPEG, by libjpeg (`JpegDecode.c`, `JpegEncode.c` in Pillow).

pub use crate::external::jpeg::{has_rgbx, version};
