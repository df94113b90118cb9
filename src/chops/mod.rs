//! Channel operations: arithmetic and logic on the bytes of two images, as in Pillow's `ImageChops`.
//!
//! Every operation is one function of two bytes, applied to all bytes of a pixel, the padding included. The functions are
//! written with 16-bit intermediates, and the loop over a row is compiled for every ISA, so that LLVM turns divisions by
//! 255 and 127 into `pmulhuw` and a shift.
//!
//! `Add` and `Subtract` divide by a float. Their result depends on the sum or difference alone, of which there are 511, so
//! `Scaled` tabulates it and then looks for cheaper arithmetic that equals the table.

mod scaled;

use crate::error::{Error, Result};
use crate::exec::parallel;
use crate::image::{ImageMut, ImageRef};
use crate::mode::{Mode, PixelType};
use crate::simd::isa::multiversion;

use scaled::Scaled;

/// A channel operation.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Chop {
    /// The greater value.
    Lighter,
    /// The smaller value.
    Darker,
    /// The absolute difference.
    Difference,
    /// `a * b / 255`.
    Multiply,
    /// `255 - (255 - a) * (255 - b) / 255`.
    Screen,
    /// `(a + b) / scale + offset`, clipped.
    Add {
        /// The divisor.
        scale: f32,
        /// The summand.
        offset: i32,
    },
    /// `(a - b) / scale + offset`, clipped.
    Subtract {
        /// The divisor.
        scale: f32,
        /// The summand.
        offset: i32,
    },
    /// `a + b` modulo 256.
    AddModulo,
    /// `a - b` modulo 256.
    SubtractModulo,
    /// Soft light.
    SoftLight,
    /// Hard light: multiplies or screens, by the second image.
    HardLight,
    /// Overlay: multiplies or screens, by the first image.
    Overlay,
    /// 255 where both are not 0. For mode 1.
    And,
    /// 255 where one is not 0. For mode 1.
    Or,
    /// 255 where exactly one is not 0. For mode 1.
    Xor,
}

impl Chop {
    fn is_logical(self) -> bool {
        matches!(self, Self::And | Self::Or | Self::Xor)
    }

    /// Returns the mode and size of the result: the first image's mode, and the smaller of each size. An error where the
    /// modes do not have 8-bit bands, differ in their number, or are not 1 for a logical operation.
    pub fn output(self, first: &ImageRef<'_>, second: &ImageRef<'_>) -> Result<(Mode, usize, usize)> {
        let (spec, other) = (first.mode().spec(), second.mode().spec());
        let needs_mode_1 = self.is_logical() && (first.mode() != Mode::One || second.mode() != Mode::One);
        if spec.pixel_type != PixelType::U8 || needs_mode_1 {
            return Err(Error::Mode);
        }
        if spec.pixel_type != other.pixel_type || spec.bands != other.bands {
            return Err(Error::Mismatch);
        }
        Ok((first.mode(), first.xsize().min(second.xsize()), first.ysize().min(second.ysize())))
    }
}

/// Applies a channel operation. `out` has the mode and size that [`Chop::output`] returns.
pub fn chop(chop: Chop, out: ImageMut<'_>, first: &ImageRef<'_>, second: &ImageRef<'_>) {
    type Kernel = fn(&mut [u8], &[u8], &[u8]);
    let kernel: Kernel = match chop {
        Chop::Lighter => lighter,
        Chop::Darker => darker,
        Chop::Difference => difference,
        Chop::Multiply => multiply,
        Chop::Screen => screen,
        Chop::AddModulo => add_modulo,
        Chop::SubtractModulo => subtract_modulo,
        Chop::SoftLight => soft_light,
        Chop::HardLight => hard_light,
        Chop::Overlay => |out, a, b| hard_light(out, b, a),
        Chop::And => and,
        Chop::Or => or,
        Chop::Xor => xor,
        Chop::Add { scale, offset } => {
            let scaled = Scaled::new(scale, offset);
            return for_rows(out, first, second, |out, a, b| scaled.add(out, a, b));
        }
        Chop::Subtract { scale, offset } => {
            let scaled = Scaled::new(scale, offset);
            return for_rows(out, first, second, |out, a, b| scaled.subtract(out, a, b));
        }
    };
    for_rows(out, first, second, kernel);
}

fn for_rows(
    out: ImageMut<'_>,
    first: &ImageRef<'_>,
    second: &ImageRef<'_>,
    kernel: impl Fn(&mut [u8], &[u8], &[u8]) + Sync,
) {
    let cost = parallel::copy_cost(&out);
    parallel::write_rows(out, &[first, second], cost, |y, out| {
        let bytes = out.len();
        kernel(out, &first.row(y)[..bytes], &second.row(y)[..bytes]);
    });
}

/// Defines kernels, each by what it computes of two bytes.
macro_rules! kernels {
    ($($name:ident($a:ident, $b:ident) -> $value:expr;)+) => {
        multiversion! {$(
            fn $name(out: &mut [u8], first: &[u8], second: &[u8]) {
                for ((out, $a), $b) in out.iter_mut().zip(first).zip(second) {
                    let ($a, $b) = (*$a, *$b);
                    *out = $value;
                }
            }
        )+}
    };
}

kernels! {
    lighter(a, b) -> a.max(b);
    darker(a, b) -> a.min(b);
    difference(a, b) -> a.abs_diff(b);
    multiply(a, b) -> (wide(a) * wide(b) / 255) as u8;
    screen(a, b) -> 255 - (wide(!a) * wide(!b) / 255) as u8;
    add_modulo(a, b) -> a.wrapping_add(b);
    subtract_modulo(a, b) -> a.wrapping_sub(b);
    soft_light(a, b) -> soft_light_of(wide(a), wide(b));
    hard_light(a, b) -> if b < 128 {
        (wide(a) * wide(b) / 127) as u8
    } else {
        255 - (wide(!b) * wide(!a) / 127) as u8
    };
    and(a, b) -> if a != 0 && b != 0 { 255 } else { 0 };
    or(a, b) -> if a | b != 0 { 255 } else { 0 };
    xor(a, b) -> if (a != 0) != (b != 0) { 255 } else { 0 };
}

#[inline(always)]
fn wide(value: u8) -> u16 {
    u16::from(value)
}

#[inline(always)]
fn soft_light_of(a: u16, b: u16) -> u8 {
    let multiplied = (u32::from(255 - a) * u32::from(a * b)) >> 16;
    let screened = a * (255 - (255 - a) * (255 - b) / 255) / 255;
    (multiplied as u16 + screened) as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every pair of bytes, in rows of an odd length.
    fn pairs() -> (Vec<u8>, Vec<u8>) {
        (0..=u16::MAX).map(|pair| ((pair >> 8) as u8, pair as u8)).unzip()
    }

    #[test]
    fn kernels_equal_the_formulas() {
        type Kernel = fn(&mut [u8], &[u8], &[u8]);
        type Formula = fn(i32, i32) -> i32;
        let cases: [(Kernel, Formula); 5] = [
            (multiply, |a, b| a * b / 255),
            (screen, |a, b| 255 - (255 - a) * (255 - b) / 255),
            (soft_light, |a, b| ((255 - a) * (a * b)) / 65536 + (a * (255 - ((255 - a) * (255 - b) / 255))) / 255),
            (hard_light, |a, b| if b < 128 { a * b / 127 } else { 255 - (255 - b) * (255 - a) / 127 }),
            (difference, |a, b| (a - b).abs()),
        ];
        let (first, second) = pairs();
        for (kernel, formula) in cases {
            let mut out = vec![0; first.len()];
            kernel(&mut out, &first, &second);
            for ((out, a), b) in out.iter().zip(&first).zip(&second) {
                assert_eq!(*out, formula(i32::from(*a), i32::from(*b)) as u8, "{a} {b}");
            }
        }
    }
}
