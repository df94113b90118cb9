//! Convolution with a kernel of 3 × 3 or 5 × 5.
//!
//! The reference sums in floats: row by row of the kernel, the bottom row of the image first, and each row on its own
//! before it is added. [`Floats`] does just that. Many kernels (those that find edges, that emboss, that sharpen) are
//! multiples of a power of two, so small that no float is ever rounded: [`Integers`] has the same sums sooner.

use std::marker::PhantomData;

use bytemuck::{AnyBitPattern, NoUninit};

use super::kernels::{clipped, clipped_i32};
use crate::error::{Error, Result};
use crate::exec::simd::for_each_level;
use crate::exec::threads;
use crate::image::{ImageMut, ImageRef};
use crate::mode::{Mode, PixelType};

/// 3 or 5 for a kernel of that many rows and columns; `None` where the image is smaller than the kernel and remains as it
/// is; an error where there is no such kernel, or the mode cannot be filtered.
pub fn kernel_size(input: &ImageRef<'_>, xsize: i32, ysize: i32) -> Result<Option<usize>> {
    if input.mode() == Mode::F {
        return Err(Error::Mode);
    }
    let is_less = |side: usize, wanted: i32| usize::try_from(wanted).is_ok_and(|wanted| side < wanted);
    if is_less(input.xsize(), xsize) || is_less(input.ysize(), ysize) {
        return Ok(None);
    }
    match (xsize, ysize) {
        (3, 3) => Ok(Some(3)),
        (5, 5) => Ok(Some(5)),
        _ => Err(Error::Value("bad kernel size")),
    }
}

/// Convolves an image, which is not smaller than the kernel and not F, and adds `offset`. Pixels whose surroundings are not
/// whole are copied.
pub fn convolve(out: ImageMut<'_>, input: &ImageRef<'_>, kernel: &[f32], offset: f32) {
    // The reference adds what rounds in doubles.
    let offset = (f64::from(offset) + 0.5) as f32;
    match kernel.len() {
        25 => with_kernel::<5>(out, input, &Kernel::new(kernel, offset)),
        _ => with_kernel::<3>(out, input, &Kernel::new(kernel, offset)),
    }
}

/// A square of weights and what is added.
#[derive(Clone, Copy)]
struct Kernel<W, const SIZE: usize> {
    weights: [[W; SIZE]; SIZE],
    offset: W,
}

impl<const SIZE: usize> Kernel<f32, SIZE> {
    fn new(weights: &[f32], offset: f32) -> Self {
        Self { weights: std::array::from_fn(|row| std::array::from_fn(|column| weights[row * SIZE + column])), offset }
    }

    /// Whether it is one of 3 × 3 whose corners weigh nothing.
    fn is_cross(&self) -> bool {
        let corner = |row: usize, column: usize| self.weights[row * (SIZE - 1)][column * (SIZE - 1)] == 0.0;
        SIZE == 3 && corner(0, 0) && corner(0, 1) && corner(1, 0) && corner(1, 1)
    }

    /// The same kernel times a power of two, and its exponent, where all weights are then integers, and no sum of bytes
    /// leaves an `i16`.
    fn integers(&self) -> Option<(Kernel<i16, SIZE>, u32)> {
        let all = || self.weights.as_flattened().iter().copied();
        let shift = (0..15).find(|shift| {
            let scale = (1 << shift) as f32;
            all().chain([self.offset]).all(|weight| (weight * scale).fract() == 0.0)
        })?;
        let scale = (1 << shift) as f32;
        let most = all().map(f32::abs).sum::<f32>() * 255.0 + self.offset.abs();
        let integer = |weight: f32| (weight * scale) as i16;
        let kernel = Kernel { weights: self.weights.map(|row| row.map(integer)), offset: integer(self.offset) };
        (most * scale <= f32::from(i16::MAX)).then_some((kernel, shift))
    }
}

/// Convolves with a kernel of either size.
fn with_kernel<const SIZE: usize>(out: ImageMut<'_>, input: &ImageRef<'_>, kernel: &Kernel<f32, SIZE>) {
    let spec = input.mode().spec();
    match (spec.pixel_type, spec.bands) {
        (PixelType::U8, 1) => of_bytes::<SIZE, 1>(out, input, kernel),
        (PixelType::U8, _) => of_bytes::<SIZE, 4>(out, input, kernel),
        (PixelType::I16, _) if is_big_endian(input.mode()) => rows(out, input, &Floats::<U16be, SIZE, 1>::of(kernel)),
        (PixelType::I16, _) => rows(out, input, &Floats::<U16le, SIZE, 1>::of(kernel)),
        _ => rows(out, input, &Floats::<I32, SIZE, 1>::of(kernel)),
    }
}

/// Whether 16-bit pixels of this mode have their high byte first.
fn is_big_endian(mode: Mode) -> bool {
    mode == Mode::I16B || mode == Mode::I16N && cfg!(target_endian = "big")
}

/// Convolves an image of bytes, of which `STEP` are a pixel, with integers where that is exact.
fn of_bytes<const SIZE: usize, const STEP: usize>(out: ImageMut<'_>, input: &ImageRef<'_>, kernel: &Kernel<f32, SIZE>) {
    match kernel.integers() {
        Some((kernel, shift)) => rows(out, input, &Integers::<SIZE, STEP> { kernel, shift }),
        None => match Fractions::<SIZE, STEP>::of(kernel) {
            Some(fractions) => rows(out, input, &fractions),
            None if kernel.is_cross() => rows(out, input, &Crosses::<STEP>::of(kernel)),
            None => rows(out, input, &Floats::<U8, SIZE, STEP>::of(kernel)),
        },
    }
}

/// Makes a row of the convolved image.
trait Convolution: Sync {
    /// How many pixels at each edge have not got their surroundings.
    const MARGIN: usize;

    /// Makes row `y` but for its edges.
    fn row(&self, out: &mut [u8], input: &ImageRef<'_>, y: usize);
}

for_each_level! {
    fn convolve_row<C: Convolution>(convolution: &C, out: &mut [u8], input: &ImageRef<'_>, y: usize) {
        convolution.row(out, input, y);
    }

    /// Zeros the bytes that are not of a band.
    fn clear_padding(pixels: &mut [u8], bands: u8) {
        let mask = u32::from_ne_bytes(if bands == 2 { [255, 0, 0, 255] } else { [255, 255, 255, 0] });
        for pixel in pixels.as_chunks_mut::<4>().0 {
            *pixel = (u32::from_ne_bytes(*pixel) & mask).to_ne_bytes();
        }
    }
}

/// Makes all rows.
fn rows<C: Convolution>(out: ImageMut<'_>, input: &ImageRef<'_>, convolution: &C) {
    let (bands, margin) = (input.mode().spec().bands, C::MARGIN);
    let edge = margin * input.mode().pixel_size();
    let inside = margin..input.ysize() - margin;
    let row_bytes = input.xsize() * input.mode().pixel_size();
    threads::for_rows(out, row_bytes * margin, |first, mut band| {
        for (y, row) in band.rows_mut().enumerate().map(|(y, row)| (first + y, row)) {
            if !inside.contains(&y) {
                row.copy_from_slice(input.row(y));
                continue;
            }
            convolve_row(convolution, row, input, y);
            if matches!(bands, 2 | 3) {
                clear_padding(&mut row[edge..row_bytes - edge], bands);
            }
            row[..edge].copy_from_slice(&input.row(y)[..edge]);
            row[row_bytes - edge..].copy_from_slice(&input.row(y)[row_bytes - edge..]);
        }
    });
}

/// Samples that are done at once: more for a larger kernel, which has more to prepare, and fewer where there are not so many.
const BLOCK: usize = 64;
const LARGE_BLOCK: usize = 128;
const LARGEST_BLOCK: usize = 256;
const SMALL_BLOCK: usize = 16;

/// For each row of the kernel and each of its columns, samples of the image: around a block of them.
type Around<'a, T, const SIZE: usize, const N: usize> = [[&'a [T; N]; SIZE]; SIZE];

/// Hands out a row but for its edges, block by block with what is around each, `STEP` samples a pixel. Blocks may overlap:
/// then what is done twice is the same.
#[inline(always)]
fn for_blocks<T: AnyBitPattern + NoUninit, const SIZE: usize, const STEP: usize>(
    out: &mut [u8],
    input: &ImageRef<'_>,
    y: usize,
    work: &impl Blocks<T, SIZE>,
) {
    let rows: [&[T]; SIZE] = std::array::from_fn(|row| input.pixels(y + SIZE / 2 - row));
    let out = &mut bytemuck::cast_slice_mut::<u8, T>(out)[SIZE / 2 * STEP..];
    let count = out.len() - SIZE / 2 * STEP;
    if SIZE == 5 && count >= LARGEST_BLOCK {
        blocks_of::<T, SIZE, STEP, LARGEST_BLOCK>(&mut out[..count], rows, work);
    } else if SIZE == 5 && count >= LARGE_BLOCK {
        blocks_of::<T, SIZE, STEP, LARGE_BLOCK>(&mut out[..count], rows, work);
    } else if count >= BLOCK {
        blocks_of::<T, SIZE, STEP, BLOCK>(&mut out[..count], rows, work);
    } else if count >= SMALL_BLOCK {
        blocks_of::<T, SIZE, STEP, SMALL_BLOCK>(&mut out[..count], rows, work);
    } else {
        blocks_of::<T, SIZE, STEP, 1>(&mut out[..count], rows, work);
    }
}

/// [`for_blocks`] of `N` samples, where there are so many.
#[inline(always)]
fn blocks_of<T: Copy, const SIZE: usize, const STEP: usize, const N: usize>(
    out: &mut [T],
    rows: [&[T]; SIZE],
    work: &impl Blocks<T, SIZE>,
) {
    let last = out.len() - N;
    for start in (0..out.len()).step_by(N).map(|start| start.min(last)) {
        // Whose length the compiler knows: nothing is checked for each of the columns.
        let windows = rows.map(|row| &row[start..start + N + (SIZE - 1) * STEP]);
        let around: Around<'_, T, SIZE, N> = windows
            .map(|row| std::array::from_fn(|column| row[column * STEP..].first_chunk().expect("within the row")));
        if let Some(out) = out[start..].first_chunk_mut::<N>() {
            work.block(out, &around);
        }
    }
}

/// Makes blocks of samples.
trait Blocks<T, const SIZE: usize> {
    /// Makes a block of what is around it.
    fn block<const N: usize>(&self, out: &mut [T; N], around: &Around<'_, T, SIZE, N>);
}

/// A sum of floats for each sample of kind `S`, `STEP` of which are a pixel.
struct Floats<S, const SIZE: usize, const STEP: usize> {
    kernel: Kernel<f32, SIZE>,
    samples: PhantomData<fn(S)>,
}

impl<S: Sample, const SIZE: usize, const STEP: usize> Floats<S, SIZE, STEP> {
    fn of(kernel: &Kernel<f32, SIZE>) -> Self {
        Self { kernel: *kernel, samples: PhantomData }
    }
}

impl<S: Sample, const SIZE: usize, const STEP: usize> Convolution for Floats<S, SIZE, STEP> {
    const MARGIN: usize = SIZE / 2;

    #[inline(always)]
    fn row(&self, out: &mut [u8], input: &ImageRef<'_>, y: usize) {
        let beside = (SIZE - 1) * STEP;
        if size_of::<S::Stored>() == 1 && SIZE == 5 && out.len() >= LARGEST_BLOCK + beside {
            let rows = std::array::from_fn(|row| input.pixels(y + SIZE / 2 - row));
            let end = out.len() - beside / 2;
            return self.prepared_blocks(bytemuck::cast_slice_mut(&mut out[beside / 2..end]), rows);
        }
        for_blocks::<S::Stored, SIZE, STEP>(out, input, y, self);
    }
}

impl<S: Sample, const SIZE: usize, const STEP: usize> Floats<S, SIZE, STEP> {
    /// The sum around sample `n` of a block.
    #[inline(always)]
    fn sum<L: Load, const N: usize>(&self, around: &Around<'_, L::Stored, SIZE, N>, n: usize) -> f32 {
        let mut sum = self.kernel.offset;
        for (samples, weights) in around.iter().zip(&self.kernel.weights) {
            let mut part = L::load(samples[0][n]) * weights[0];
            for column in 1..SIZE {
                part += L::load(samples[column][n]) * weights[column];
            }
            sum += part;
        }
        sum
    }

    /// Does what [`blocks_of`] does, where each sample is made a float once, and not for each weight of a large kernel.
    #[inline(always)]
    fn prepared_blocks(&self, out: &mut [S::Stored], rows: [&[S::Stored]; SIZE]) {
        const N: usize = LARGEST_BLOCK;
        const { assert!((SIZE - 1) * STEP <= SMALL_BLOCK) };
        let mut floats = [[0.0; N + SMALL_BLOCK]; SIZE];
        let last = out.len() - N;
        for start in (0..out.len()).step_by(N).map(|start| start.min(last)) {
            for (floats, row) in floats.iter_mut().zip(rows) {
                let samples = &row[start..start + N + (SIZE - 1) * STEP];
                for (float, sample) in floats.iter_mut().zip(samples) {
                    *float = S::load(*sample);
                }
            }
            let around: Around<'_, f32, SIZE, N> = std::array::from_fn(|row| {
                std::array::from_fn(|column| floats[row][column * STEP..].first_chunk().expect("within the row"))
            });
            if let Some(out) = out[start..].first_chunk_mut::<N>() {
                for (n, out) in out.iter_mut().enumerate() {
                    *out = S::store(self.sum::<Loaded, N>(&around, n));
                }
            }
        }
    }
}

impl<S: Sample, const SIZE: usize, const STEP: usize> Blocks<S::Stored, SIZE> for Floats<S, SIZE, STEP> {
    #[inline(always)]
    fn block<const N: usize>(&self, out: &mut [S::Stored; N], around: &Around<'_, S::Stored, SIZE, N>) {
        for (n, out) in out.iter_mut().enumerate() {
            *out = S::store(self.sum::<S, N>(around, n));
        }
    }
}

/// A sum of integers for each byte, divided: for weights that are whole parts of an odd number.
///
/// With a half added, such a quotient is never a whole number, and never nearer to one than half a part. Floats err by less
/// than that, so what they sum to has the same whole part.
struct Fractions<const SIZE: usize, const STEP: usize> {
    /// Twice the weights times the divisor; what is added is the divisor.
    kernel: Kernel<i16, SIZE>,
    /// The largest sum that is not cut: that of 255, and a half.
    most: i16,
    /// 1 / twice the divisor, of `16 + shift` bits.
    inverse: u16,
    shift: u32,
}

impl<const SIZE: usize, const STEP: usize> Fractions<SIZE, STEP> {
    fn of(kernel: &Kernel<f32, SIZE>) -> Option<Self> {
        let all = || kernel.weights.as_flattened().iter();
        // Of 25 weights, errors in this small make one of at most 0.07 parts in the sum; rounding adds at most 0.1.
        let is_whole = |parts: f32| (parts - parts.round()).abs() < 1e-5;
        let divisor = (3..64).step_by(2).find(|divisor| all().all(|weight| is_whole(weight * *divisor as f32)))?;
        let whole = |weight: f32| (weight * divisor as f32).round();
        if kernel.offset != 0.5 || all().map(|weight| whole(*weight).abs()).sum::<f32>() * 255.0 > 16000.0 {
            return None;
        }
        // The inverse is rounded up, by less than 1: no quotient of a sum of no more than 512 times the divisor shows it.
        let shift = (2 * divisor - 1u16).ilog2();
        Some(Self {
            kernel: Kernel {
                weights: kernel.weights.map(|row| row.map(|weight| 2 * whole(weight) as i16)),
                offset: divisor as i16,
            },
            most: (256 * 2 * divisor - 1) as i16,
            inverse: (1u32 << (16 + shift)).div_ceil(2 * u32::from(divisor)) as u16,
            shift,
        })
    }
}

impl<const SIZE: usize, const STEP: usize> Convolution for Fractions<SIZE, STEP> {
    const MARGIN: usize = SIZE / 2;

    #[inline(always)]
    fn row(&self, out: &mut [u8], input: &ImageRef<'_>, y: usize) {
        for_blocks::<u8, SIZE, STEP>(out, input, y, self);
    }
}

impl<const SIZE: usize, const STEP: usize> Blocks<u8, SIZE> for Fractions<SIZE, STEP> {
    #[inline(always)]
    fn block<const N: usize>(&self, out: &mut [u8; N], around: &Around<'_, u8, SIZE, N>) {
        for n in 0..N {
            let mut sum = self.kernel.offset;
            for (samples, weights) in around.as_flattened().iter().zip(self.kernel.weights.as_flattened()) {
                sum = sum.wrapping_add(i16::from(samples[n]).wrapping_mul(*weights));
            }
            let sum = sum.clamp(0, self.most).cast_unsigned();
            let quotient = ((u32::from(sum) * u32::from(self.inverse)) >> 16) as u16;
            out[n] = (quotient >> (self.shift & 15)) as u8;
        }
    }
}

/// A sum of floats for each byte but those at the corners, which weigh nothing: the sum is the same.
struct Crosses<const STEP: usize> {
    above: f32,
    middle: [f32; 3],
    below: f32,
    offset: f32,
}

impl<const STEP: usize> Crosses<STEP> {
    fn of<const SIZE: usize>(kernel: &Kernel<f32, SIZE>) -> Self {
        let weight = |row: usize, column: usize| kernel.weights[row][column];
        let middle = [weight(1, 0), weight(1, 1), weight(1, 2)];
        Self { above: weight(2, 1), middle, below: weight(0, 1), offset: kernel.offset }
    }
}

impl<const STEP: usize> Convolution for Crosses<STEP> {
    const MARGIN: usize = 1;

    #[inline(always)]
    fn row(&self, out: &mut [u8], input: &ImageRef<'_>, y: usize) {
        for_blocks::<u8, 3, STEP>(out, input, y, self);
    }
}

impl<const STEP: usize> Blocks<u8, 3> for Crosses<STEP> {
    #[inline(always)]
    fn block<const N: usize>(&self, out: &mut [u8; N], around: &Around<'_, u8, 3, N>) {
        let [left, middle, right] = self.middle;
        for n in 0..N {
            let value = |row: usize, column: usize| f32::from(around[row][column][n]);
            let sum = self.offset + value(0, 1) * self.below;
            let sum = sum + (value(1, 0) * left + value(1, 1) * middle + value(1, 2) * right);
            out[n] = U8::store(sum + value(2, 1) * self.above);
        }
    }
}

/// A sum of integers for each byte; of its bits, `shift` are behind the point.
struct Integers<const SIZE: usize, const STEP: usize> {
    kernel: Kernel<i16, SIZE>,
    shift: u32,
}

impl<const SIZE: usize, const STEP: usize> Convolution for Integers<SIZE, STEP> {
    const MARGIN: usize = SIZE / 2;

    #[inline(always)]
    fn row(&self, out: &mut [u8], input: &ImageRef<'_>, y: usize) {
        for_blocks::<u8, SIZE, STEP>(out, input, y, self);
    }
}

impl<const SIZE: usize, const STEP: usize> Blocks<u8, SIZE> for Integers<SIZE, STEP> {
    #[inline(always)]
    fn block<const N: usize>(&self, out: &mut [u8; N], around: &Around<'_, u8, SIZE, N>) {
        for n in 0..N {
            let mut sum = self.kernel.offset;
            for (samples, weights) in around.as_flattened().iter().zip(self.kernel.weights.as_flattened()) {
                sum = sum.wrapping_add(i16::from(samples[n]).wrapping_mul(*weights));
            }
            out[n] = (sum >> (self.shift & 15)).clamp(0, 255) as u8;
        }
    }
}

/// How a kind of sample becomes a float.
trait Load: 'static {
    type Stored: AnyBitPattern + NoUninit;

    fn load(stored: Self::Stored) -> f32;
}

/// What has become a float.
struct Loaded;

impl Load for Loaded {
    type Stored = f32;

    #[inline(always)]
    fn load(stored: f32) -> f32 {
        stored
    }
}

/// How a float becomes such a sample: within its range, the fraction cut.
trait Sample: Load {
    fn store(sum: f32) -> Self::Stored;
}

struct U8;

impl Load for U8 {
    type Stored = u8;

    #[inline(always)]
    fn load(stored: u8) -> f32 {
        f32::from(stored)
    }
}

impl Sample for U8 {
    #[inline(always)]
    fn store(sum: f32) -> u8 {
        clipped::<255>(sum) as u8
    }
}

struct U16le;

impl Load for U16le {
    type Stored = [u8; 2];

    #[inline(always)]
    fn load(stored: [u8; 2]) -> f32 {
        f32::from(u16::from_le_bytes(stored))
    }
}

impl Sample for U16le {
    #[inline(always)]
    fn store(sum: f32) -> [u8; 2] {
        (clipped::<65535>(sum) as u16).to_le_bytes()
    }
}

struct U16be;

impl Load for U16be {
    type Stored = [u8; 2];

    #[inline(always)]
    fn load(stored: [u8; 2]) -> f32 {
        f32::from(u16::from_be_bytes(stored))
    }
}

impl Sample for U16be {
    #[inline(always)]
    fn store(sum: f32) -> [u8; 2] {
        (clipped::<65535>(sum) as u16).to_be_bytes()
    }
}

struct I32;

impl Load for I32 {
    type Stored = i32;

    #[inline(always)]
    fn load(stored: i32) -> f32 {
        stored as f32
    }
}

impl Sample for I32 {
    #[inline(always)]
    fn store(sum: f32) -> i32 {
        clipped_i32(sum)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotients_of_fractions_are_exact() {
        for divisor in (3..64u16).step_by(2) {
            let mut weights = [0.0; 9];
            weights[4] = 1.0 / f32::from(divisor);
            let Some(fractions) = Fractions::<3, 1>::of(&Kernel::new(&weights, 0.5)) else { panic!("{divisor}") };
            let own = fractions.kernel.offset.cast_unsigned();
            for sum in 0..=fractions.most.cast_unsigned() {
                let quotient = ((u32::from(sum) * u32::from(fractions.inverse)) >> 16) >> fractions.shift;
                assert_eq!(quotient, u32::from(sum / (2 * own)), "{sum} / {}", 2 * own);
            }
        }
    }

    #[test]
    fn kernels_are_known_by_their_weights() {
        let kernel = |weight: f32, offset: f32| Kernel::<f32, 3>::new(&[weight; 9], offset + 0.5);
        assert!(
            kernel(1.0 / 16.0, 128.0).integers().is_some_and(|(kernel, shift)| (kernel.offset, shift) == (2056, 4))
        );
        assert!(kernel(1.0 / 9.0, 0.0).integers().is_none() && kernel(20.0, 0.0).integers().is_none());
        assert!(kernel(f32::NAN, 0.0).integers().is_none() && kernel(1.0, f32::INFINITY).integers().is_none());
        assert!(Fractions::<3, 1>::of(&kernel(1.0 / 9.0, 0.0)).is_some());
        assert!(Fractions::<3, 1>::of(&kernel(1.0 / 9.0, 1.0)).is_none());
        assert!(Fractions::<3, 1>::of(&kernel(0.1, 0.0)).is_none());
        assert!(Fractions::<3, 1>::of(&kernel(1e30, 0.0)).is_none());
    }
}
