//! Error diffusion in wavefront order: several rows at a time, one to a vector lane.
//!
//! Row by row, every pixel waits for the quantization error of the one to its left: the loop is bound by the latency of
//! about ten dependent instructions a pixel, and to a palette also of a cache lookup. But a pixel depends only on the
//! pixel to its left and on three pixels of the row above, the last of them above right. If each row lags two columns
//! behind the row above, all pixels of such a skewed front are independent (the *wavefront* or hyperplane order; for
//! error diffusion see Metaxas, "Parallel digital halftoning by error-diffusion", 2003):
//!
//! ```text
//!            x →
//!   row 0    0  1  2  3  4 [5]             [n] the pixels of step 5, quantized at once
//!   row 1          0  1  2 [3] 4  5         n  the column within its row
//!   row 2                0 [1] 2  3  4  5
//!
//!   step     0  1  2  3  4  5  6  7  8  9
//! ```
//!
//! In step `n`, row `k` is at its pixel `n - 2 * k`. Pixel 3 of row 1 needs the errors of pixels 2, 3 and 4 of row 0,
//! the last of which was quantized in the step before. So each lane keeps what its row diffuses in registers
//! ([`diffusion`]): after a step, the errors for the pixel below its previous one are complete, and that is the pixel
//! at which the row below arrives in the next step. One shift by a lane hands the errors of each row to the row below.
//! The first row gets them from memory (`errors`), and the last one stores them there for the next group of rows.
//!
//! [`steps`] copies rows to the skewed layout and back, so that the values of a step are one load. At both ends of the
//! rows some lanes have no pixel: their errors are masked to 0, and no palette is searched for them.
//!
//! The result is exact, since every pixel sees the same integers in another order. Errors in sixteenths are at most
//! 16 * 255, and sums fit 16 bits. Truncation towards zero of negative errors is an arithmetic shift after adding 15. A
//! palette's cache is filled on demand, so the order of lookups must not change what it holds; see
//! [`NearestEntry::is_order_independent`](crate::color::palette::NearestEntry::is_order_independent).
//!
//! [`bilevel`] and [`palette`] are the loops, generic over the vectors of [`vector`], and [`sse2`] and [`avx2`]
//! instantiate them: 8 or 16 rows of grey, 4 or 16 rows of pixels of four 16-bit lanes. This is what wins "RGB to P,
//! dithered" and the dithered conversions to mode 1 in the benchmarks.

pub mod avx2;
pub mod bilevel;
mod diffusion;
pub mod palette;
pub mod sse2;
mod steps;
mod vector;

/// The fewest rows of an image for which a wavefront is faster than row by row.
pub const MIN_ROWS: usize = 4;
