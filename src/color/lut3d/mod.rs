//! 3D lookup tables with trilinear interpolation (Pillow's `ColorLUT.c`).
//!
//! The three bands of a pixel are a position in a table of colours. The eight neighbours of that position are
//! interpolated linearly, along one dimension after the other:
//!
//! ```text
//!        +-------+     8 corners ── x ──► 4 ── y ──► 2 ── z ──► 1
//!       /|      /|
//!      +-------+ |     position      18 fraction bits, value * (size - 1) / 255
//!      | | *   | |     weight        its upper 15 fraction bits
//!      | +-----|-+     values        6 fraction bits: 255 << 6 is white
//!      |/      |/      interpolated  rounded down to 6 fraction bits after each step
//!      +-------+
//! ```
//!
//! These formats are the reference's, and what is rounded down between the steps is part of the result. So all versions
//! interpolate in the same order, and differ in how they multiply and where they load from:
//!
//! | version | multiplication | used for |
//! | --- | --- | --- |
//! | `scalar` | 32 bits | other ISAs |
//! | `sse41` | `pmaddwd`, the channels of one pixel | SSE4.1 |
//! | `avx2::convert_row` | `pmaddwd`, eight pixels | tables with differences of more than 15 bits |
//! | `avx2::convert_row_narrow` | `pmulhw`, eight pixels | all other tables |
//! | `avx2::CellLut` | the same, from a copy of one cache line a cell | the same, for 32 pixels a point or more |

#[cfg(target_arch = "x86_64")]
mod avx2;
mod scalar;
#[cfg(target_arch = "x86_64")]
mod sse41;
mod table;

pub use table::{Lut3d, value_count};

#[cfg(target_arch = "x86_64")]
use self::table::NarrowLut;
use crate::exec::parallel;
use crate::image::{ImageMut, ImageRef};
use crate::simd::isa::{self, Isa};
#[cfg(target_arch = "x86_64")]
use crate::simd::isa::{Avx2, Sse41};

/// The cost of a pixel, in operations.
const COST: usize = 40;

impl Lut3d<'_> {
    /// Looks up the colours of an image that is at least as large as `out`, or of `out` itself. The fourth byte stays
    /// if the table has three channels.
    pub fn apply(&self, out: ImageMut<'_>, input: Option<&ImageRef<'_>>) {
        let kernel = Kernel::choose(isa::current(), self, out.xsize().saturating_mul(out.ysize()));
        let cost = COST * out.xsize();
        parallel::for_rows(out, cost, |first, mut chunk| {
            for (y, row) in chunk.rows_mut().enumerate() {
                kernel.convert_row(row, input.map(|input| &input.row(first + y)[..row.len()]));
            }
        });
    }
}

/// A version, with the table in the form that it needs.
enum Kernel<'a> {
    Scalar(&'a Lut3d<'a>),
    #[cfg(target_arch = "x86_64")]
    Sse41(Sse41, &'a Lut3d<'a>),
    #[cfg(target_arch = "x86_64")]
    Avx2(Avx2, &'a Lut3d<'a>),
    #[cfg(target_arch = "x86_64")]
    Avx2Narrow(Avx2, NarrowLut<'a>),
    #[cfg(target_arch = "x86_64")]
    Avx2Cells(avx2::CellLut),
}

impl<'a> Kernel<'a> {
    /// Chooses the version for an image.
    fn choose(isa: Isa, lut: &'a Lut3d<'_>, pixels: usize) -> Self {
        match isa {
            #[cfg(target_arch = "x86_64")]
            Isa::Avx2(_) | Isa::Avx512(_) => {
                let Some(isa) = isa.avx2() else { return Self::Scalar(lut) };
                Self::choose_avx2(isa, lut, pixels)
            }
            #[cfg(target_arch = "x86_64")]
            Isa::Sse41(isa) => Self::Sse41(isa, lut),
            Isa::Generic => Self::Scalar(lut),
        }
    }

    #[cfg(target_arch = "x86_64")]
    fn choose_avx2(isa: Avx2, lut: &'a Lut3d<'_>, pixels: usize) -> Self {
        /// The pixels for each point of the table from which a copy of its cells pays.
        const PIXELS_PER_CELL: usize = 32;
        // Whether a table is narrow is found out only for images that are not small beside it.
        let Some(narrow) = (pixels >= lut.values().len() / 8).then(|| lut.narrow()).flatten() else {
            return Self::Avx2(isa, lut);
        };
        if pixels / PIXELS_PER_CELL >= lut.values().len() / lut.channels()
            && let Some(cells) = avx2::CellLut::new(isa, narrow)
        {
            return Self::Avx2Cells(cells);
        }
        Self::Avx2Narrow(isa, narrow)
    }

    /// Looks up the colours of a row. Without an `input` it is converted in place.
    fn convert_row(&self, out: &mut [u8], input: Option<&[u8]>) {
        match *self {
            Self::Scalar(lut) => {
                copy_input(out, input);
                match lut.channels() {
                    4 => scalar::convert_row::<4>(out, lut),
                    _ => scalar::convert_row::<3>(out, lut),
                }
            }
            #[cfg(target_arch = "x86_64")]
            Self::Sse41(isa, lut) => {
                copy_input(out, input);
                match lut.channels() {
                    4 => sse41::convert_row::<4>(isa, out, lut),
                    _ => sse41::convert_row::<3>(isa, out, lut),
                }
            }
            #[cfg(target_arch = "x86_64")]
            Self::Avx2(isa, lut) => match lut.channels() {
                4 => avx2::convert_row::<4>(isa, out, input, lut),
                _ => avx2::convert_row::<3>(isa, out, input, lut),
            },
            #[cfg(target_arch = "x86_64")]
            Self::Avx2Narrow(isa, narrow) => match narrow.lut().channels() {
                4 => avx2::convert_row_narrow::<4>(isa, out, input, narrow),
                _ => avx2::convert_row_narrow::<3>(isa, out, input, narrow),
            },
            #[cfg(target_arch = "x86_64")]
            Self::Avx2Cells(ref cells) => cells.convert_row(out, input),
        }
    }
}

/// Copies an input, if there is one, for versions that convert in place.
fn copy_input(out: &mut [u8], input: Option<&[u8]>) {
    if let Some(input) = input {
        out.copy_from_slice(input);
    }
}

#[cfg(all(test, target_arch = "x86_64"))]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Converts pixels by a version, from an input and in place.
    fn convert(kernel: &Kernel<'_>, pixels: &[u8]) -> Vec<u8> {
        let (mut out, mut in_place) = (vec![0; pixels.len()], pixels.to_vec());
        kernel.convert_row(&mut out, Some(pixels));
        kernel.convert_row(&mut in_place, None);
        assert_eq!(in_place, out);
        out
    }

    /// Returns the versions that an ISA has for a table.
    fn kernels<'a>(isa: Isa, lut: &'a Lut3d<'_>) -> Vec<Kernel<'a>> {
        let mut kernels = vec![Kernel::Scalar(lut)];
        match isa {
            Isa::Generic => {}
            Isa::Sse41(isa) => kernels.push(Kernel::Sse41(isa, lut)),
            Isa::Avx2(_) | Isa::Avx512(_) => {
                let isa = isa.avx2().expect("AVX-512 includes AVX2");
                kernels.push(Kernel::Avx2(isa, lut));
                if let Some(narrow) = lut.narrow() {
                    kernels.push(Kernel::Avx2Narrow(isa, narrow));
                    kernels.push(Kernel::Avx2Cells(avx2::CellLut::new(isa, narrow).expect("small")));
                }
            }
        }
        kernels
    }

    proptest! {
        #[test]
        fn kernels_equal_the_scalar_code(
            sizes in [2..6usize, 2..6, 2..6],
            random in proptest::collection::vec(any::<i16>(), 4 * 125),
            pixels in proptest::collection::vec(any::<[u8; 4]>(), 0..40),
            half in any::<bool>(),
        ) {
            let mut pixels = pixels.into_flattened();
            pixels.extend([255; 4]); // whose neighbours are the last ones
            for channels in [3, 4] {
                let count = value_count(channels, sizes).expect("small");
                // Without spare capacity, for tools that detect reads beyond the end.
                let mask = if half { 0x3fff } else { -1 };
                let values: Vec<i16> = random[..count].iter().map(|value| value & mask).collect();
                let lut = Lut3d::new(&values, channels, sizes).expect("it has all values");
                prop_assert!(!half || lut.narrow().is_some());
                let expected = convert(&Kernel::Scalar(&lut), &pixels);
                for kernel in Isa::available().flat_map(|isa| kernels(isa, &lut)) {
                    prop_assert_eq!(&expected, &convert(&kernel, &pixels));
                }
            }
        }
    }
}
