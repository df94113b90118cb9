//! Sums of integers, divided: for weights that are whole parts of a number.
//!
//! Floats err by far less than one part. So what they sum to has the same whole part as the quotient, but where nothing
//! is left of the division: they may then be just below the whole number. Such *ties* are settled by the floats themselves.

use super::super::kernels::{BLOCKS, LEAST, MOST_INPUTS, Pairs, Places, Quads, pairs, quads};
use super::blocks::{Around, Blocks, SMALL_BLOCK, for_blocks};
use super::floats::{Floats, U8};
use super::{ALL, Convolution, Kernel, plain_rows};
use crate::exec::simd::{self, Level, for_each_level};

/// How sums become quotients, which are bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Division {
    /// What is added to the products: the kernel's offset.
    pub added: i32,
    /// What makes the least sum 0, and is taken off again, less than which becomes 0.
    pub below: u16,
    /// The largest sum that is not cut: that of 255, and a part less than one.
    pub most: u16,
    /// By which sums are divided: an even number.
    pub divisor: u16,
    /// 1 / the divisor, of `16 + shift` bits.
    pub inverse: u16,
    pub shift: u32,
}

impl Division {
    /// Divides by an even number, no more than 256, where sums have no more than 16 bits, and all quotients are exact.
    fn by(divisor: u16, added: f64, least: f64, most: f64) -> Option<Self> {
        let below = (-least).max(0.0);
        if added.abs() > 1e6 || below + most > f64::from(u16::MAX) {
            return None;
        }
        // The inverse is rounded up, by less than 1. No quotient shows it where all those parts make less than one.
        let shift = (divisor - 1).ilog2();
        let one = 1u32 << (16 + shift);
        let inverse = one.div_ceil(u32::from(divisor));
        let most = (256 * u32::from(divisor) - 1) as u16;
        let error = u64::from(inverse * u32::from(divisor) - one);
        (error * u64::from(most) < u64::from(one)).then_some(Self {
            added: added as i32,
            below: below as u16,
            most,
            divisor,
            inverse: inverse as u16,
            shift,
        })
    }

    /// Divides a sum that has all but the products added, and wraps around; `SHIFTS` where the divisor is a power of two.
    #[inline(always)]
    fn quotient<const SHIFTS: bool>(&self, sum: u16) -> u8 {
        let sum = sum.saturating_sub(self.below).min(self.most);
        let product = if SHIFTS { sum } else { ((u32::from(sum) * u32::from(self.inverse)) >> 16) as u16 };
        // The inverse of a power of two is 1 << 15, half of what is divided by here.
        (product >> ((self.shift + u32::from(SHIFTS)) & 15)) as u8
    }
}

/// A sum of integers for each byte, divided.
pub struct Fractions<const SIZE: usize, const STEP: usize> {
    /// The weights times the divisor.
    weights: [[i16; SIZE]; SIZE],
    division: Division,
    /// The same for products of bytes, where they are small enough.
    small: Option<Small<SIZE>>,
    /// Whether there can be ties.
    ties: bool,
    floats: Floats<U8, SIZE, STEP>,
}

impl<const SIZE: usize, const STEP: usize> Fractions<SIZE, STEP> {
    pub fn of(kernel: &Kernel<SIZE>) -> Option<Self> {
        (2..=256).step_by(2).find_map(|divisor| Self::with(kernel, divisor))
    }

    /// Those that are parts of this number.
    fn with(kernel: &Kernel<SIZE>, divisor: u16) -> Option<Self> {
        let parts = f64::from(divisor);
        let offset = f64::from(kernel.offset);
        let all = || kernel.weights.as_flattened().iter().map(|weight| f64::from(*weight));
        let whole = |weight: f64| rounded(weight * parts);
        let off = |weight: f64| (weight - whole(weight) / parts).abs();
        if !all().all(|weight| off(weight) * 255.0 * parts < 1.0) {
            return None;
        }
        let error = all().map(off).sum::<f64>() * 255.0 + off(offset);
        // Each float is rounded as often, or less.
        let roundings = (2 * SIZE + 1) as f64 * f64::from(f32::EPSILON) / 2.0;
        let largest = all().map(f64::abs).sum::<f64>() * 255.0 + offset.abs();
        if (error + largest * roundings) * parts > 0.99 {
            return None;
        }
        let reach = |sign: f64| all().map(|weight| (whole(weight) * sign).max(0.0)).sum::<f64>() * 255.0;
        let added = whole(offset);
        let division = Division::by(divisor, added, added - reach(-1.0), added + reach(1.0))?;
        let weights = kernel.weights.map(|row| row.map(|weight| whole(f64::from(weight)) as i16));
        // No float is rounded where all is whole parts of a power of two. Else sums are the offset and multiples of what
        // divides all weights.
        let is_exact = divisor.is_power_of_two() && error == 0.0;
        let common = weights.as_flattened().iter().fold(divisor, |common, weight| gcd(common, weight.unsigned_abs()));
        let ties = !is_exact && division.added % i32::from(common) == 0;
        let small = Small::of(&weights).filter(|small| STEP == 4 && small.is_fast());
        // Floats are as fast where ties are not as easily found.
        (small.is_some() || !ties).then(|| Self { weights, small, division, ties, floats: Floats::of(kernel) })
    }
}

#[cfg(target_arch = "x86_64")]
impl<const SIZE: usize, const STEP: usize> Fractions<SIZE, STEP> {
    /// Makes two rows by products of bytes, piece by piece: ties are settled while the piece is at hand.
    fn two_rows(&self, small: &Small<SIZE>, outs: [&mut [u8]; 2], inputs: &[&[u8]], kept: [u8; 4]) {
        let [upper, lower] = outs;
        let mut rows: [&[u8]; MOST_INPUTS] = [&[]; MOST_INPUTS];
        rows[..inputs.len()].copy_from_slice(inputs);
        let bytes = upper.len();
        for start in (0..bytes).step_by(BLOCKS * LEAST) {
            let piece = start.min(bytes - LEAST)..bytes.min(start + BLOCKS * LEAST);
            let mut around = rows;
            for row in &mut around[..inputs.len()] {
                *row = &row[piece.start..piece.end + (SIZE - 1) * STEP];
            }
            self.piece(small, [&mut upper[piece.clone()], &mut lower[piece]], &around, kept);
        }
    }

    /// Makes a piece of two rows.
    fn piece(&self, small: &Small<SIZE>, mut outs: [&mut [u8]; 2], inputs: &[&[u8]; MOST_INPUTS], kept: [u8; 4]) {
        if !self.ties {
            return self.sums(small, &mut outs, inputs, kept, None);
        }
        let mut places = [[0; BLOCKS]; 2];
        self.sums(small, &mut outs, inputs, kept, Some(&mut places));
        let bytes = kept.map(|kept| kept & 1);
        let kept = u64::from(bytes[0] | bytes[1] << 1 | bytes[2] << 2 | bytes[3] << 3) * 0x1111_1111_1111_1111;
        for (n, (out, places)) in outs.into_iter().zip(&places).enumerate() {
            settle(self, out, &inputs[n..], places, kept);
        }
    }

    /// Makes a piece of two rows, and finds its ties.
    fn sums(
        &self,
        small: &Small<SIZE>,
        outs: &mut [&mut [u8]; 2],
        inputs: &[&[u8]; MOST_INPUTS],
        kept: [u8; 4],
        places: Option<&mut Places>,
    ) {
        if simd::level() == Level::Avx512 {
            quads(outs, inputs, &small.quads, &self.division, kept, places);
        } else {
            pairs(outs, inputs, &small.pairs, &self.division, kept, places);
        }
    }
}

for_each_level! {
    /// Settles ties of a piece of a row, where they are at bytes that are kept.
    fn settle<F: Settle>(fractions: &F, out: &mut [u8], inputs: &[&[u8]], places: &[u64; BLOCKS], kept: u64) {
        let last = out.len() - LEAST;
        let mut ties = [0; 2 * LEAST];
        let mut count = 0;
        for (block, places) in places[..out.len().div_ceil(LEAST)].iter().enumerate() {
            let start = (block * LEAST).min(last);
            let mut places = places & kept;
            // There are none or one, most often, and seldom more than two: what comes next shall not be guessed.
            for _ in 0..2 {
                ties[count] = (start + places.trailing_zeros() as usize) as u16;
                count += usize::from(places != 0);
                places &= places.wrapping_sub(1);
            }
            while places != 0 {
                ties[count] = (start + places.trailing_zeros() as usize) as u16;
                count += 1;
                places &= places - 1;
            }
            if count > LEAST - 2 {
                for ties in ties[..count].chunks(SMALL_BLOCK) {
                    fractions.settle(out, inputs, ties);
                }
                count = 0;
            }
        }
        for ties in ties[..count].chunks(SMALL_BLOCK) {
            fractions.settle(out, inputs, ties);
        }
    }
}

/// Settles ties.
trait Settle {
    /// Sums up the floats for these bytes of a row, [`SMALL_BLOCK`] of them at most.
    fn settle(&self, out: &mut [u8], inputs: &[&[u8]], places: &[u16]);
}

impl<const SIZE: usize, const STEP: usize> Settle for Fractions<SIZE, STEP> {
    #[inline(always)]
    fn settle(&self, out: &mut [u8], inputs: &[&[u8]], places: &[u16]) {
        let rows: [&[u8]; SIZE] = std::array::from_fn(|row| inputs[SIZE - 1 - row]);
        let mut around = [[[0; SMALL_BLOCK]; SIZE]; SIZE];
        for (n, place) in places.iter().enumerate() {
            for (samples, row) in around.iter_mut().zip(rows) {
                let row = &row[usize::from(*place)..][..(SIZE - 1) * STEP + 1];
                for (column, samples) in samples.iter_mut().enumerate() {
                    samples[n] = row[column * STEP];
                }
            }
        }
        let mut settled = [0; SMALL_BLOCK];
        self.floats.block(&mut settled, &around.each_ref().map(|row| row.each_ref()));
        for (place, settled) in places.iter().zip(settled) {
            out[usize::from(*place)] = settled;
        }
    }
}

/// Weights that are bytes, as instructions for products of bytes take them.
#[cfg(target_arch = "x86_64")]
struct Small<const SIZE: usize> {
    quads: Quads<SIZE>,
    pairs: Pairs<SIZE>,
    /// Whether the products of two bytes have room in 16 bits together.
    has_pairs: bool,
}

#[cfg(target_arch = "x86_64")]
impl<const SIZE: usize> Small<SIZE> {
    fn of(weights: &[[i16; SIZE]; SIZE]) -> Option<Self> {
        if !weights.as_flattened().iter().all(|weight| i8::try_from(*weight).is_ok()) {
            return None;
        }
        // The weight of an input row for one of two rows, from the upmost down; the kernel has its lowest row first.
        let weight = |out: usize, input: usize, column: usize| match input.checked_sub(out) {
            Some(row) if row < SIZE => weights[SIZE - 1 - row][column] as i8,
            _ => 0,
        };
        let mut quads = [[[[0; 4]; SIZE]; 2]; 2];
        let mut pairs = [[[[0; 2]; SIZE]; 3]; 2];
        for out in 0..2 {
            for column in 0..SIZE {
                for input in 0..MOST_INPUTS {
                    let group = usize::from(input >= 4);
                    quads[out][group][column][input - 2 * group] = weight(out, input, column);
                    pairs[out][input / 2][column][input % 2] = weight(out, input, column);
                }
            }
        }
        let fits = |[a, b]: &[i8; 2]| i16::from(*a).abs() + i16::from(*b).abs() <= 128;
        let has_pairs = pairs.as_flattened().as_flattened().iter().all(fits);
        Some(Self { quads, pairs, has_pairs })
    }

    /// Whether the processor has instructions for such products.
    fn is_fast(&self) -> bool {
        let level = simd::level();
        level == Level::Avx512 || self.has_pairs && level == Level::Avx2
    }
}

/// The nearest whole number, of one that is not huge.
fn rounded(number: f64) -> f64 {
    /// Where floats have no fractions.
    const WHOLE: f64 = 1.5 * (1u64 << 52) as f64;
    (number + WHOLE) - WHOLE
}

/// What divides both, and is the largest to do so.
fn gcd(a: u16, b: u16) -> u16 {
    if b == 0 { a } else { gcd(b, a % b) }
}

impl<const SIZE: usize, const STEP: usize> Convolution for Fractions<SIZE, STEP> {
    const MARGIN: usize = SIZE / 2;
    const EDGE: usize = Self::MARGIN * STEP;
    const ROWS: usize = 2;

    type Room = ();

    fn room() {}

    #[cfg(target_arch = "x86_64")]
    fn rows(&self, outs: &mut [&mut [u8]], inputs: &[&[u8]], kept: [u8; 4], room: &mut ()) {
        match (&self.small, outs) {
            (Some(small), [upper, lower]) if upper.len() >= LEAST => {
                self.two_rows(small, [upper, lower], inputs, kept);
            }
            (_, outs) => plain_rows(self, outs, inputs, kept, room),
        }
    }

    #[inline(always)]
    fn plain(&self, outs: &mut [&mut [u8]], inputs: &[&[u8]], kept: [u8; 4], (): &mut ()) {
        for (n, out) in outs.iter_mut().enumerate() {
            for_blocks::<u8, SIZE, STEP>(out, &inputs[n..], self);
            if kept != ALL {
                for pixel in out.as_chunks_mut().0 {
                    *pixel = (u32::from_ne_bytes(*pixel) & u32::from_ne_bytes(kept)).to_ne_bytes();
                }
            }
        }
    }
}

impl<const SIZE: usize, const STEP: usize> Blocks<u8, SIZE> for Fractions<SIZE, STEP> {
    #[inline(always)]
    fn block<const N: usize>(&self, out: &mut [u8; N], around: &Around<'_, u8, SIZE, N>) {
        if self.ties {
            self.floats.block(out, around);
        } else if self.division.divisor.is_power_of_two() {
            self.quotients::<true, N>(out, around);
        } else {
            self.quotients::<false, N>(out, around);
        }
    }
}

impl<const SIZE: usize, const STEP: usize> Fractions<SIZE, STEP> {
    /// A block without ties.
    #[inline(always)]
    fn quotients<const SHIFTS: bool, const N: usize>(&self, out: &mut [u8; N], around: &Around<'_, u8, SIZE, N>) {
        let added = (self.division.added as u16).wrapping_add(self.division.below);
        for n in 0..N {
            let mut sum = added;
            for (samples, weights) in around.as_flattened().iter().zip(self.weights.as_flattened()) {
                sum = sum.wrapping_add(u16::from(samples[n]).wrapping_mul(weights.cast_unsigned()));
            }
            out[n] = self.division.quotient::<SHIFTS>(sum);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kernel(weights: [f32; 9], offset: f32) -> Kernel<3> {
        Kernel::new(&weights, offset + 0.5)
    }

    #[test]
    fn quotients_are_exact() {
        let divisions = (2..=256).step_by(2).filter_map(|divisor| Division::by(divisor, 0.0, 0.0, 0.0));
        assert!(divisions.clone().count() > 80);
        for division in divisions {
            for sum in 0..=division.most {
                let whole = (sum / division.divisor) as u8;
                assert_eq!(division.quotient::<false>(sum), whole, "{sum} / {}", division.divisor);
                if division.divisor.is_power_of_two() {
                    assert_eq!(division.quotient::<true>(sum), whole, "{sum} / {}", division.divisor);
                }
            }
        }
    }

    #[test]
    fn kernels_are_known_by_their_weights() {
        let of = |weight: f32, offset: f32| Fractions::<3, 4>::of(&kernel([weight; 9], offset));
        let division = of(1.0 / 16.0, 128.0).expect("sixteenths").division;
        assert_eq!((division.divisor, division.added), (16, 2056));
        assert!(of(1.0 / 9.0, 0.0).is_some_and(|fractions| fractions.division.divisor == 18 && !fractions.ties));
        assert!(of(1.0 / 13.0, 0.5).is_none_or(|fractions| fractions.ties));
        assert!(of(0.141_421_36, 0.0).is_none() && of(20.0, 0.0).is_none() && of(1e30, 0.0).is_none());
        assert!(of(f32::NAN, 0.0).is_none() && of(1.0, f32::INFINITY).is_none() && of(1.0, 1e9).is_none());
    }

    /// With tens as weights, and hundredths, each road has to find ties.
    #[test]
    fn rows_are_what_floats_make() {
        fn compare<const SIZE: usize>(weights: [[i32; SIZE]; SIZE]) {
            let weights: Vec<f32> = weights.as_flattened().iter().map(|weight| *weight as f32 / 100.0).collect();
            let kernel = Kernel::<SIZE>::new(&weights, 0.5);
            let floats = Floats::<U8, SIZE, 4>::of(&kernel);
            let Some(fractions) = Fractions::<SIZE, 4>::of(&kernel) else { return };
            for bytes in [4, 60, 64, 68, 1000, 4096, 4100, 5000] {
                let row = |seed: u32| {
                    (0..bytes + 4 * (SIZE as u32 - 1))
                        .map(move |n| (n ^ seed).wrapping_mul(2654435761).to_be_bytes()[0])
                };
                let inputs: Vec<Vec<u8>> = (0..SIZE as u32 + 1).map(|seed| row(seed << 16).collect()).collect();
                let inputs: Vec<&[u8]> = inputs.iter().map(Vec::as_slice).collect();
                let mut made = [
                    [vec![1; bytes as usize], vec![2; bytes as usize]],
                    [vec![3; bytes as usize], vec![4; bytes as usize]],
                ];
                let [first, second] = &mut made;
                let kept = [255, 255, 0, 255];
                fractions.rows(&mut first.each_mut().map(Vec::as_mut_slice), &inputs, kept, &mut ());
                floats.rows(
                    &mut second.each_mut().map(Vec::as_mut_slice),
                    &inputs,
                    kept,
                    &mut Floats::<U8, SIZE, 4>::room(),
                );
                assert!(first == second, "{bytes} bytes");
            }
        }
        compare([[10, 20, -30], [40, 55, 10], [7, -20, 8]]);
        compare([[10, 10, 10], [10, 20, 10], [10, 10, 10]]);
        compare([[1, 1, 1, 1, 1], [1, 5, 5, 5, 1], [1, 5, 44, 5, 1], [1, 5, 5, 5, 1], [1, 1, 1, 1, 1]]);
        compare([[0, -9, 3, 0, 1], [1, 5, -5, 5, 1], [2, 30, 30, 30, 1], [0, -7, 5, 9, 1], [3, 1, -1, 1, -8]]);
    }
}
