//! JPEG 2000, by OpenJPEG (`Jpeg2KDecode.c`, `Jpeg2KEncode.c` in Pillow).
//!
//! A code stream (J2K) has tiles of an image that lies on a reference grid, anywhere; a file (JP2) has boxes around it that
//! name its colour space:
//!
//! ```text
//! 0,0 ───────────────► reference grid
//!  │     image offset
//!  │      ┌────────┬────────┬───┐      samples of a component are at
//!  │      │ tile 0 │ tile 1 │ 2 │      multiples of its dx and dy
//!  ▼      ├────────┼────────┼───┤
//!         │ tile 3 │ …      │   │
//! ```
//!
//! OpenJPEG reads and writes the file itself, through [`CodecFile`](super::io::CodecFile), and codes one tile at a time: the
//! memory is that of a tile. The [`decode`]r converts samples of any precision to bytes ([`samples`]) and chooses how by
//! the colour space and the image's mode; the [`encode`]r only separates the components.
//!
//! Both work in a single call, with Python's GIL held: every read or write of the file needs it. OpenJPEG starts threads only if
//! the environment variable `OPJ_NUM_THREADS` says so, as under Pillow. This library does not ask for them: a process that a
//! file's method forks would wait for threads that it does not have.
//!
//! Sources: ISO/IEC 15444-1 (ITU-T T.800), annexes A, B and I.

mod decode;
mod encode;
mod progress;
mod samples;
#[cfg(test)]
mod tests;

pub use crate::external::openjpeg::{ErrorText, MAX_LAYERS, version};
pub use decode::{DecoderContext, Jpeg2KDecoder};
pub use encode::{EncoderContext, Jpeg2KEncoder, MAX_COMMENT};
