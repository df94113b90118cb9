//! JPEG 2000, by OpenJPEG (`Jpeg2KDecode.c`, `Jpeg2KEncode.c` in Pillow).

pub use crate::external::openjpeg::version;
