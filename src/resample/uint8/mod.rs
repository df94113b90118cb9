//! 8-bit bands: integers all the way, in any order.

pub mod coeff_split;
pub mod horizontal;
pub mod vertical;

use super::format::{Kind, Scratch};
use crate::error::Result;
use crate::resample::blocks::{Blocks, Layout};
use crate::resample::coefficients::{Coefficients, HALF, PRECISION};
use crate::resample::uint8::coeff_split::{Digits, Words};
use crate::resample::uint8::horizontal::rowwise::table::{Halves, Pair};
use crate::resample::uint8::horizontal::transposed::table::Strips;
use crate::resample::uint8::horizontal::vnni::table::{Across, Quad};
use crate::resample::uint8::horizontal::windowed::table::Windows;
use crate::resample::uint8::vertical::table::{Columns, Group};
use crate::simd::isa::{Isa, multiversion};
#[cfg(target_arch = "x86_64")]
use horizontal::{rowwise::avx2, transposed as strips, windowed::avx2 as windows};

/// Pixels of `BYTES` bytes, of which `BANDS` are bands: all, or the first and the last of four. The others become 0.
pub struct Bytes<const BYTES: usize, const BANDS: usize>;

/// A sum as an 8-bit value.
#[inline(always)]
fn rounded(sum: i32) -> u8 {
    (sum >> PRECISION).clamp(0, 255) as u8
}

/// The weight of a pixel that is all of the outcome.
const ALL: i32 = 1 << PRECISION;

/// Which bits of the bytes of a pixel of four, or of four pixels of one, are kept.
const fn kept(bands: usize) -> [u8; 4] {
    match bands {
        2 => [255, 0, 0, 255],
        3 => [255, 255, 255, 0],
        _ => [255; 4],
    }
}

/// How rows are made.
pub enum Rows {
    /// By the plain code.
    Plain,
    /// Pixels of four bytes, four at once.
    #[cfg(target_arch = "x86_64")]
    Pixels(Across<4>),
    /// Pixels of one byte, 16 at once, of four taps each, from windows.
    #[cfg(target_arch = "x86_64")]
    Wide(Across<16>),
    /// Pixels of one byte, four at once, of 16 taps each.
    #[cfg(target_arch = "x86_64")]
    Deep(Across<4>),
    /// Of eight rows at once, turned on their side, by weights in words.
    #[cfg(target_arch = "x86_64")]
    Strips(Strips<1>),
    /// The same, four pixels of one byte after the other.
    #[cfg(target_arch = "x86_64")]
    FourStrips(Strips<4>),
    /// The same, by weights in digits.
    #[cfg(target_arch = "x86_64")]
    DigitStrips(Strips<1>),
    /// Eight pixels of four bytes at once, as they lie.
    #[cfg(target_arch = "x86_64")]
    Windows(Windows),
    /// One pixel after the other, of up to four rows at once.
    #[cfg(target_arch = "x86_64")]
    Halves(Halves),
}

#[cfg(target_arch = "x86_64")]
impl Rows {
    const PIXELS: Layout = Layout { taps: 4, window: 16 };
    const WIDE: Layout = Layout { taps: 4, window: 64 };
    const WIDER: Layout = Layout { taps: 4, window: 128 };
    const DEEP: Layout = Layout { taps: 16, window: 16 };

    /// Vectors of a group of turned pixels.
    const fn vectors<const BYTES: usize, const BANDS: usize>() -> usize {
        match (BYTES, BANDS) {
            (1, _) => 1,
            (_, 3) => 3,
            _ => 4,
        }
    }

    /// So many rows are turned on their side: the table for fewer would take more time than it saves.
    const fn enough(bytes: usize) -> usize {
        if bytes == 1 { 32 } else { 96 }
    }

    /// For AVX2: as they lie, where weights are bytes, or rows turned on their side, where there are enough of them.
    fn by_words<const BYTES: usize, const BANDS: usize>(
        coefficients: &Coefficients<i32>,
        (input, rows): (usize, usize),
    ) -> Result<Self> {
        // Their table is twice the work.
        if BYTES == 4
            && rows >= 2 * Self::enough(BYTES)
            && let Some(windows) = Windows::new(coefficients, input)?
        {
            return Ok(Self::Windows(windows));
        }
        let room = strips::room(const { Self::vectors::<BYTES, BANDS>() });
        let strips = match BYTES {
            _ if rows < Self::enough(BYTES) => None,
            1 => Strips::new::<Words>(coefficients, input, room)?.map(Self::FourStrips),
            // Three or four taps are one step of the other way.
            _ if (3..=4).contains(&coefficients.most()) => None,
            _ => Strips::new::<Words>(coefficients, input, room)?.map(Self::Strips),
        };
        match strips {
            Some(strips) => Ok(strips),
            None => Ok(Halves::new(coefficients, input)?.map_or(Self::Plain, Self::Halves)),
        }
    }

    /// For AVX-512: pixels of four bytes, turned on their side where many are needed, and there are enough rows.
    fn for_pixels<const BANDS: usize>(coefficients: &Coefficients<i32>, (input, rows): (usize, usize)) -> Result<Self> {
        let many = if BANDS == 3 { 16 } else { 20 };
        if coefficients.most() > many && rows >= Self::enough(4) {
            let room = strips::room(const { Self::vectors::<4, BANDS>() });
            if let Some(strips) = Strips::new::<Digits>(coefficients, input, room)? {
                return Ok(Self::DigitStrips(strips));
            }
        }
        let Some(blocks) = Blocks::new(coefficients, input, Self::PIXELS)? else { return Ok(Self::Plain) };
        Ok(Across::new(coefficients, blocks, Self::PIXELS, rows)?.map_or(Self::Plain, Self::Pixels))
    }

    /// For AVX-512: pixels of one byte.
    fn for_bytes(coefficients: &Coefficients<i32>, (input, rows): (usize, usize)) -> Result<Self> {
        for layout in [Self::WIDE, Self::WIDER] {
            if let Some(blocks) = Blocks::new(coefficients, input, layout)?
                && blocks.windows()
            {
                return Ok(Across::new(coefficients, blocks, layout, rows)?.map_or(Self::Plain, Self::Wide));
            }
        }
        let Some(blocks) = Blocks::new(coefficients, input, Self::DEEP)? else { return Ok(Self::Plain) };
        Ok(Across::new(coefficients, blocks, Self::DEEP, rows)?.map_or(Self::Plain, Self::Deep))
    }
}

/// How columns are made.
pub enum Down {
    /// By the plain code.
    Plain,
    /// Of four rows at once.
    #[cfg(target_arch = "x86_64")]
    Quads(Columns<Quad>),
    /// Of two rows at once.
    #[cfg(target_arch = "x86_64")]
    Pairs(Columns<Pair>),
}

impl<const BYTES: usize, const BANDS: usize> Kind for Bytes<BYTES, BANDS> {
    type Weight = i32;
    type Across = Rows;
    type Down = Down;

    const BYTES: usize = BYTES;

    fn weights(coefficients: Coefficients<f64>) -> Result<Coefficients<i32>> {
        coefficients.fixed_point()
    }

    fn across(coefficients: &Coefficients<i32>, size: (usize, usize), isa: Isa) -> Result<Rows> {
        match (isa, BYTES) {
            #[cfg(target_arch = "x86_64")]
            (Isa::Avx512(_), 1) => Rows::for_bytes(coefficients, size),
            #[cfg(target_arch = "x86_64")]
            (Isa::Avx512(_), _) => Rows::for_pixels::<BANDS>(coefficients, size),
            #[cfg(target_arch = "x86_64")]
            (Isa::Avx2(_), _) => Rows::by_words::<BYTES, BANDS>(coefficients, size),
            _ => Ok(Rows::Plain),
        }
    }

    fn down(coefficients: &Coefficients<i32>, width: usize, isa: Isa) -> Result<Down> {
        match isa {
            #[cfg(target_arch = "x86_64")]
            Isa::Avx512(_) if coefficients.most() > Pair::TAPS => {
                Ok(Columns::new(coefficients, width * BYTES)?.map_or(Down::Plain, Down::Quads))
            }
            #[cfg(target_arch = "x86_64")]
            Isa::Avx512(_) | Isa::Avx2(_) => {
                Ok(Columns::new(coefficients, width * BYTES)?.map_or(Down::Plain, Down::Pairs))
            }
            _ => Ok(Down::Plain),
        }
    }

    #[cfg(target_arch = "x86_64")]
    fn scratch(rows: &Rows) -> Result<Scratch> {
        match rows {
            Rows::FourStrips(_) | Rows::Strips(_) | Rows::DigitStrips(_) => strips::scratch(),
            _ => Ok(Scratch::new()),
        }
    }

    fn horizontal(
        outs: &mut [&mut [u8]],
        inputs: &[&[u8]],
        coefficients: &Coefficients<i32>,
        rows: &Rows,
        #[cfg_attr(not(target_arch = "x86_64"), allow(unused_variables))] scratch: &mut Scratch,
    ) {
        match rows {
            #[cfg(target_arch = "x86_64")]
            Rows::Pixels(across) => horizontal::vnni::avx512::pixels(outs, inputs, across, kept(BANDS)),
            #[cfg(target_arch = "x86_64")]
            Rows::Wide(across) => horizontal::vnni::avx512::wide(outs, inputs, across),
            #[cfg(target_arch = "x86_64")]
            Rows::Deep(across) => horizontal::vnni::avx512::deep(outs, inputs, across),
            #[cfg(target_arch = "x86_64")]
            Rows::FourStrips(four) => strips::across::<false, 1, 4>(outs, inputs, four, kept(BANDS), scratch),
            #[cfg(target_arch = "x86_64")]
            Rows::Strips(one) if BANDS == 3 => strips::across::<false, 3, 1>(outs, inputs, one, kept(BANDS), scratch),
            #[cfg(target_arch = "x86_64")]
            Rows::Strips(one) => strips::across::<false, 4, 1>(outs, inputs, one, kept(BANDS), scratch),
            #[cfg(target_arch = "x86_64")]
            Rows::DigitStrips(one) if BANDS == 3 => {
                strips::across::<true, 3, 1>(outs, inputs, one, kept(BANDS), scratch)
            }
            #[cfg(target_arch = "x86_64")]
            Rows::DigitStrips(one) => strips::across::<true, 4, 1>(outs, inputs, one, kept(BANDS), scratch),
            #[cfg(target_arch = "x86_64")]
            Rows::Windows(table) => windows::across(outs, inputs, table, kept(BANDS)),
            #[cfg(target_arch = "x86_64")]
            Rows::Halves(halves) if BYTES == 1 => avx2::bytes(outs, inputs, halves),
            #[cfg(target_arch = "x86_64")]
            Rows::Halves(halves) => avx2::pixels(outs, inputs, halves, kept(BANDS)),
            Rows::Plain => {
                for (out, input) in outs.iter_mut().zip(inputs) {
                    match BYTES {
                        1 => horizontal_1(out, input, coefficients),
                        _ => horizontal_4(out, input, coefficients, kept(BANDS)),
                    }
                }
            }
        }
    }

    fn vertical(out: &mut [u8], rows: &[&[u8]], y: usize, coefficients: &Coefficients<i32>, down: &Down) {
        match (down, rows, coefficients.weights(y)) {
            // A row that is all of the outcome, as where boxes are made larger.
            (_, [row], [ALL]) => {
                out.copy_from_slice(row);
                clear_unused(out, kept(BANDS));
            }
            #[cfg(target_arch = "x86_64")]
            (Down::Quads(quads), [_, ..], _) => {
                horizontal::vnni::avx512::down(out, rows, quads.row(y, rows.len()), kept(BANDS))
            }
            #[cfg(target_arch = "x86_64")]
            (Down::Pairs(pairs), ..) if out.len() >= avx2::LEAST => {
                avx2::down(out, rows, pairs.row(y, rows.len()), kept(BANDS));
            }
            (.., weights) => {
                vertical_bytes(out, rows, weights);
                clear_unused(out, kept(BANDS));
            }
        }
    }
}

/// Zeros the bytes of pixels of four that are no bands.
fn clear_unused(out: &mut [u8], kept: [u8; 4]) {
    if kept == [255; 4] {
        return;
    }
    for pixel in out.as_chunks_mut::<4>().0 {
        *pixel = (u32::from_ne_bytes(*pixel) & u32::from_ne_bytes(kept)).to_ne_bytes();
    }
}

multiversion! {
    /// One band.
    fn horizontal_1(out: &mut [u8], input: &[u8], coefficients: &Coefficients<i32>) {
        for (x, out) in out.iter_mut().enumerate() {
            let pixels = &input[coefficients.taps(x).start..];
            let products = pixels.iter().zip(coefficients.weights(x)).map(|(value, weight)| i32::from(*value) * weight);
            *out = rounded(HALF + products.sum::<i32>());
        }
    }

    /// Pixels of four bytes.
    fn horizontal_4(out: &mut [u8], input: &[u8], coefficients: &Coefficients<i32>, kept: [u8; 4]) {
        let input = input.as_chunks::<4>().0;
        for (x, out) in out.as_chunks_mut::<4>().0.iter_mut().enumerate() {
            let mut sums = [HALF; 4];
            let pixels = &input[coefficients.taps(x).start..];
            for (pixel, weight) in pixels.iter().zip(coefficients.weights(x)) {
                for (sum, value) in sums.iter_mut().zip(pixel) {
                    *sum += i32::from(*value) * weight;
                }
            }
            for ((out, sum), kept) in out.iter_mut().zip(sums).zip(kept) {
                *out = rounded(sum) & kept;
            }
        }
    }

    /// Bytes, whatever band they are.
    fn vertical_bytes(out: &mut [u8], rows: &[&[u8]], weights: &[i32]) {
        const PIECE: usize = 64;
        let whole = out.len() / PIECE * PIECE;
        for start in (0..whole).step_by(PIECE) {
            let mut sums = [HALF; PIECE];
            for (row, weight) in rows.iter().zip(weights) {
                let row: &[u8; PIECE] = row[start..start + PIECE].try_into().expect("of this length");
                for (sum, value) in sums.iter_mut().zip(row) {
                    *sum += i32::from(*value) * weight;
                }
            }
            for (out, sum) in out[start..start + PIECE].iter_mut().zip(sums) {
                *out = rounded(sum);
            }
        }
        for (x, out) in out.iter_mut().enumerate().skip(whole) {
            let products = rows.iter().zip(weights).map(|(row, weight)| i32::from(row[x]) * weight);
            *out = rounded(HALF + products.sum::<i32>());
        }
    }
}
