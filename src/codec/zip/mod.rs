//! zlib-compressed rows: the image data of PNG, and of TIFF where libtiff is not used (`ZipDecode.c`, `ZipEncode.c` in
//! Pillow).
//!
//! The data are one zlib stream. In PNG each row begins with a byte that names its filter:
//!
//! ```text
//! zlib header │ deflate: filter, row │ filter, row │ …  │ Adler-32 of the rows
//! ```
//!
//! A filter stores the difference of each byte to a prediction from its neighbours, the bytes of the pixel to the left,
//! above, and above left:
//!
//! ```text
//! c b      0 None 0        2 Up      b              4 Paeth  the one of a, b, c that is nearest to a + b - c
//! a x      1 Sub  a        3 Average (a + b) / 2
//! ```
//!
//! - The [`decode`]r inflates many rows at once, as long as there is much input, and undoes the filters in place
//!   ([`unfilter`]). It needs memory for some rows, never for what a stream promises.
//! - The [`encode`]r chooses the filter of a row whose bytes, as signed numbers, have the least sum of absolute values
//!   ([`filter`]), and compresses blocks of rows on several threads.
//!
//! Compression is that of zlib-rs ([`stream`]).
//!
//! Sources: RFC 1950, RFC 1951; Portable Network Graphics Specification, third edition, sections 9 and 10; the heuristic for
//! filters is libpng's.

mod decode;
mod effort;
mod encode;
mod filter;
mod mode;
mod stream;
#[cfg(test)]
mod tests;
mod unfilter;

pub use decode::{DecoderContext, ZipDecoder};
pub use encode::{EncoderContext, ZipEncoder};
pub use stream::version;
