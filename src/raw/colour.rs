//! Colours that are computed: packed into 16 bits, multiplied by their alpha, separated.

use super::shuffle::Shuffle;

/// The product of two 8-bit values as a part of 255, to the nearest.
#[inline(always)]
pub fn muldiv255(a: u8, b: u8) -> u8 {
    let product = u16::from(a) * u16::from(b) + 128;
    (((product >> 8) + product) >> 8) as u8
}

/// What becomes of the upper bit, or bits, of a 16-bit pixel.
#[derive(Clone, Copy)]
pub struct Alpha;

impl Alpha {
    /// There is no alpha: 255.
    pub const NONE: u8 = 0;
    /// The bits above the three colours, stretched to 255.
    pub const ABOVE: u8 = 1;
    /// The same, inverted.
    pub const INVERTED: u8 = 2;
}

/// 16-bit pixels, low byte first: three colours from the lower bits on, of as many bits as `BITS` has in hexadecimal
/// digits from the left, blue first if `BLUE_FIRST`, and `ALPHA`. Each is stretched to 0 to 255.
pub struct FromPacked16<const BITS: u16, const BLUE_FIRST: bool, const ALPHA: u8>;

impl<const BITS: u16, const BLUE_FIRST: bool, const ALPHA: u8> Shuffle for FromPacked16<BITS, BLUE_FIRST, ALPHA> {
    fn input(pixels: usize) -> usize {
        pixels * 2
    }

    fn output(pixels: usize) -> usize {
        pixels * 4
    }

    #[inline(always)]
    fn shuffle(out: &mut [u8], input: &[u8], _pixels: usize) {
        let [first, second, third] = [BITS >> 8 & 0xf, BITS >> 4 & 0xf, BITS & 0xf].map(u32::from);
        let field = |pixel: u32, shift: u32, bits: u32| {
            let most = (1 << bits) - 1;
            ((pixel >> shift & most) * 255 / most) as u8
        };
        for (out, input) in out.as_chunks_mut::<4>().0.iter_mut().zip(input.as_chunks::<2>().0) {
            let pixel = u32::from(u16::from_le_bytes(*input));
            let above = first + second + third;
            let alpha = match ALPHA {
                Alpha::NONE => 255,
                Alpha::INVERTED => !field(pixel, above, 16 - above),
                _ => field(pixel, above, 16 - above),
            };
            let colours = [field(pixel, 0, first), field(pixel, first, second), field(pixel, first + second, third)];
            *out = if BLUE_FIRST {
                [colours[2], colours[1], colours[0], alpha]
            } else {
                [colours[0], colours[1], colours[2], alpha]
            };
        }
    }
}

/// Colours that were multiplied by their alpha are divided by it again. Of `IN` bytes a pixel, `PLACES` has those of
/// red, green, blue and alpha, in hexadecimal digits from the left.
pub struct Divided<const IN: usize, const PLACES: u16>;

impl<const IN: usize, const PLACES: u16> Shuffle for Divided<IN, PLACES> {
    fn input(pixels: usize) -> usize {
        pixels * IN
    }

    fn output(pixels: usize) -> usize {
        pixels * 4
    }

    #[inline(always)]
    fn shuffle(out: &mut [u8], input: &[u8], _pixels: usize) {
        for (out, input) in out.as_chunks_mut::<4>().0.iter_mut().zip(input.as_chunks::<IN>().0) {
            let byte = |digit: u16| input[(PLACES >> (4 * digit) & 0xf) as usize];
            let (alpha, factor) = (byte(0), factor(byte(0)));
            *out = [byte(3), byte(2), byte(1)].map(|value| clip(quotient(value, factor))).into_pixel(alpha);
        }
    }
}

/// The nearest value of eight bits. Bits instead of comparisons: the compiler makes branches of those where it has no
/// vectors, and pixels are hard to predict.
#[inline(always)]
pub fn clip(value: i32) -> u8 {
    let (below, above) = (value >> 31, (255 - value) >> 31);
    (value & !below | above) as u8
}

/// 255 / alpha as a factor for [`quotient`]; 0 for an alpha of 0, under which there is no colour.
#[inline(always)]
pub fn factor(alpha: u8) -> i32 {
    static FACTORS: [i32; 256] = {
        let mut factors = [0; 256];
        let mut alpha = 1;
        while alpha < 256 {
            // Rounded up, so that the whole part of every product is that of the exact quotient.
            factors[alpha] = (255u32 << 16).div_ceil(alpha as u32) as i32;
            alpha += 1;
        }
        factors
    };
    FACTORS[alpha as usize]
}

/// `value * 255 / alpha`, the whole part.
#[inline(always)]
pub fn quotient(value: u8, factor: i32) -> i32 {
    ((u32::from(value) * factor as u32) >> 16) as i32
}

trait IntoPixel {
    fn into_pixel(self, alpha: u8) -> [u8; 4];
}

impl IntoPixel for [u8; 3] {
    #[inline(always)]
    fn into_pixel(self, alpha: u8) -> [u8; 4] {
        [self[0], self[1], self[2], alpha]
    }
}

/// RGBA becomes BGR multiplied by alpha, and alpha.
pub struct MultipliedBgra;

impl Shuffle for MultipliedBgra {
    fn input(pixels: usize) -> usize {
        pixels * 4
    }

    fn output(pixels: usize) -> usize {
        pixels * 4
    }

    #[inline(always)]
    fn shuffle(out: &mut [u8], input: &[u8], _pixels: usize) {
        for (out, [r, g, b, a]) in out.as_chunks_mut::<4>().0.iter_mut().zip(input.as_chunks::<4>().0) {
            *out = [muldiv255(*b, *a), muldiv255(*g, *a), muldiv255(*r, *a), *a];
        }
    }
}

/// Cyan, magenta, yellow and black become red, green and blue, and 255 where `OUT` is 4.
pub struct Separated<const OUT: usize>;

impl<const OUT: usize> Shuffle for Separated<OUT> {
    fn input(pixels: usize) -> usize {
        pixels * 4
    }

    fn output(pixels: usize) -> usize {
        pixels * OUT
    }

    #[inline(always)]
    fn shuffle(out: &mut [u8], input: &[u8], _pixels: usize) {
        for (out, [c, m, y, k]) in out.as_chunks_mut::<OUT>().0.iter_mut().zip(input.as_chunks::<4>().0) {
            let white = 255 - k;
            let colours = [c, m, y].map(|ink| white - muldiv255(*ink, white));
            out.copy_from_slice(&colours.into_pixel(255)[..OUT]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotients_are_exact() {
        assert_eq!(quotient(255, factor(0)), 0);
        for alpha in 1..=255u8 {
            for value in 0..=255u8 {
                let exact = i32::from(value) * 255 / i32::from(alpha);
                assert_eq!(quotient(value, factor(alpha)), exact, "{value} / {alpha}");
            }
        }
    }

    #[test]
    fn clipped_is_the_nearest() {
        for value in -70_000..=70_000 {
            assert_eq!(i32::from(clip(value)), value.clamp(0, 255));
        }
    }

    #[test]
    fn products_are_to_the_nearest() {
        for a in 0..=255u8 {
            for b in 0..=255u8 {
                let exact = (f64::from(a) * f64::from(b) / 255.0).round() as u8;
                assert_eq!(muldiv255(a, b), exact, "{a} * {b}");
            }
        }
    }
}
