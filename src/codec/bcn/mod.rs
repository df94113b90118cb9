//! Block-compressed textures, BC1 to BC7 (`BcnDecode.c`, `BcnEncode.c` in Pillow): the pixels of DDS, BLP, FTEX and VTF files.
//!
//! The image consists of blocks of 4 × 4 pixels, from left to right and from the top down, 8 or 16 bytes each. A block has
//! endpoints, which are colours, and for each pixel an index into the palette that is interpolated between them:
//!
//! ```text
//! number  name               bytes of a block
//! BC1     S3TC, DXT1         color(8)                      565 endpoints, 2 bits a pixel; one entry may be transparent
//! BC2     S3TC, DXT3         alpha(8) color(8)             4 bits of alpha a pixel
//! BC3     S3TC, DXT5         channel(8) color(8)           alpha is interpolated
//! BC4     RGTC1, ATI1        channel(8)                    8-bit endpoints, 3 bits a pixel
//! BC5     RGTC2, ATI2        channel(8) channel(8)         red and green, unsigned or signed
//! BC6H    BPTC float         mode fields indices (16)      half floats, one or two subsets
//! BC7     BPTC unorm         mode fields indices (16)      one to three subsets, eight modes
//!
//! pixels of a block   0  1  2  3      color: c0:16 c1:16 indices:32        channel: a0:8 a1:8 indices:48
//!                     4  5  6  7      little-endian; pixel 0 has the lowest bits
//!                     8  9 10 11
//!                    12 13 14 15
//! ```
//!
//! The decoder decodes runs of blocks of one row of blocks directly to four rows of the image. Each format is a
//! [`BlockFormat`](block::BlockFormat), whose loop is compiled for every ISA. Nothing in it branches on pixels:
//!
//! - BC1 to BC5: a block is a lane of a vector. The plain code selects each colour from its palette by masks, and computes
//!   the values of channels, since lookups in tables do not vectorise. With AVX2 they do: a vector has two blocks, `vpermilps`
//!   looks colours up, and `pshufb` the values of channels (`avx2.rs`). That is five times as fast as the plain code, and ten
//!   times as fast as Pillow ("decode BC1" in `benches/cases/codecs.py`).
//! - BC6H and BC7: a pixel is a lane. Each mode of BC7 is a function of its own, whose fields lie at constant positions.
//!
//! The encoder takes the extremes of a block as its endpoints (a range fit). A block is a lane, so that LLVM vectorises the
//! reference's float arithmetic, and the bytes are those of the reference ([`fit`]).
//!
//! Sources: the OpenGL extensions `EXT_texture_compression_s3tc`, `ARB_texture_compression_rgtc` and
//! `ARB_texture_compression_bptc`; Microsoft, Texture Block Compression in Direct3D 11.

#[cfg(target_arch = "x86_64")]
mod avx2;
mod bc6h;
mod bc7;
mod block;
mod bptc;
mod decode;
mod encode;
mod fit;
mod format;
mod rgb565;
mod rgtc;
mod s3tc;
#[cfg(test)]
mod tests;

pub use decode::BcnDecoder;
pub use encode::BcnEncoder;
pub use format::PixelFormat;
