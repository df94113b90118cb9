//! The interface between the two-pass driver and the arithmetic of each pixel format.

use super::coefficients::Coefficients;
use crate::error::Result;
use crate::simd::isa::Isa;

/// The most rows of a call of [`PixelFormat::horizontal`]. They share the loads of the coefficients, and are the rows
/// of a transposed tile.
pub const ROWS: usize = 8;

/// The rows that some kernels resample together.
pub const GROUP_ROWS: usize = 4;

/// The arithmetic of a pixel format in both passes.
pub trait PixelFormat {
    /// A coefficient: fixed point or double precision.
    type Coefficient: Sync;

    /// A method for the horizontal pass, with the coefficients laid out for its kernel.
    type Horizontal: Sync;

    /// A method for the vertical pass, with the coefficients laid out for its kernel.
    type Vertical: Sync;

    /// The working memory of the horizontal pass, one for each thread. It is on the heap, since a thread's stack may be
    /// small.
    type Scratch;

    /// The bytes of a pixel.
    const BYTES: usize;

    /// Converts coefficients to this format's kind.
    fn convert(coefficients: Coefficients<f64>) -> Result<Coefficients<Self::Coefficient>>;

    /// Chooses the method for `size.1` input rows of `size.0` pixels.
    fn plan_horizontal(
        coefficients: &Coefficients<Self::Coefficient>,
        size: (usize, usize),
        isa: Isa,
    ) -> Result<Self::Horizontal>;

    /// Chooses the method for output rows of `width` pixels.
    fn plan_vertical(coefficients: &Coefficients<Self::Coefficient>, width: usize, isa: Isa) -> Result<Self::Vertical>;

    /// Allocates the working memory of a method.
    fn scratch(method: &Self::Horizontal) -> Result<Self::Scratch>;

    /// Resamples each of up to [`ROWS`] input rows to the output row of the same index.
    fn horizontal(
        outs: &mut [&mut [u8]],
        inputs: &[&[u8]],
        coefficients: &Coefficients<Self::Coefficient>,
        method: &Self::Horizontal,
        scratch: &mut Self::Scratch,
    );

    /// Computes output row `y` from the rows of its taps, all of the output row's length.
    fn vertical(
        out: &mut [u8],
        taps: &[&[u8]],
        y: usize,
        coefficients: &Coefficients<Self::Coefficient>,
        method: &Self::Vertical,
    );
}
