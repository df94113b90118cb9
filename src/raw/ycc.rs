//! Luminance and chrominance: those of JPEG files, and those of Photo CDs.
//!
//! Each value has its share of the outcome, from a table that is computed as its definition says.

use super::colour::{factor, quotient};
use super::shuffle::Shuffle;

/// The shares of the values 0 to 255: `factor` for each step from `zero` on, to the nearest, halves up.
const fn shares(factor: f64, zero: usize) -> [i16; 256] {
    let mut shares = [0; 256];
    let mut value = 0;
    while value < 256 {
        shares[value] = (factor * (value as f64 - zero as f64) + 0.5) as i16;
        value += 1;
    }
    shares
}

/// How many bits of JPEG's shares are behind the point.
const POINT: u32 = 6;

/// JPEG's shares of a value: see [`shares`].
const fn jpeg(factor: f64, zero: usize) -> [i16; 256] {
    shares(factor * (1 << POINT) as f64, zero)
}

fn clip(value: i16) -> u8 {
    value.clamp(0, 255) as u8
}

macro_rules! four_bytes_a_pixel {
    () => {
        fn input(pixels: usize) -> usize {
            pixels * 4
        }

        fn output(pixels: usize) -> usize {
            pixels * 4
        }
    };
}

/// RGB becomes YCbCr as in JFIF files; the fourth byte stays.
pub struct RgbToYcbcr;

impl Shuffle for RgbToYcbcr {
    four_bytes_a_pixel!();

    #[inline(always)]
    fn shuffle(out: &mut [u8], input: &[u8], _pixels: usize) {
        static Y: [[i16; 256]; 3] = [jpeg(0.299, 0), jpeg(0.587, 0), jpeg(0.114, 0)];
        static CB: [[i16; 256]; 3] = [jpeg(-0.16874, 0), jpeg(-0.33126, 0), jpeg(0.5, 0)];
        static CR: [[i16; 256]; 3] = [jpeg(0.5, 0), jpeg(-0.41869, 0), jpeg(-0.08131, 0)];
        for (out, [r, g, b, a]) in out.as_chunks_mut::<4>().0.iter_mut().zip(input.as_chunks::<4>().0) {
            let sum = |shares: &[[i16; 256]; 3]| {
                (shares[0][*r as usize] + shares[1][*g as usize] + shares[2][*b as usize]) >> POINT
            };
            *out = [sum(&Y) as u8, (sum(&CB) + 128) as u8, (sum(&CR) + 128) as u8, *a];
        }
    }
}

/// YCbCr as in JFIF files becomes RGB; the fourth byte stays.
pub struct YcbcrToRgb;

impl Shuffle for YcbcrToRgb {
    four_bytes_a_pixel!();

    #[inline(always)]
    fn shuffle(out: &mut [u8], input: &[u8], _pixels: usize) {
        static R_CR: [i16; 256] = jpeg(1.402, 128);
        static G_CB: [i16; 256] = jpeg(-0.34414, 128);
        static G_CR: [i16; 256] = jpeg(-0.71414, 128);
        static B_CB: [i16; 256] = jpeg(1.772, 128);
        for (out, [y, cb, cr, a]) in out.as_chunks_mut::<4>().0.iter_mut().zip(input.as_chunks::<4>().0) {
            let (y, cb, cr) = (i16::from(*y), *cb as usize, *cr as usize);
            let (r, g, b) = (R_CR[cr] >> POINT, (G_CB[cb] + G_CR[cr]) >> POINT, B_CB[cb] >> POINT);
            *out = [clip(y + r), clip(y + g), clip(y + b), *a];
        }
    }
}

/// A Photo CD's luminance and chrominance as red, green and blue.
#[inline(always)]
fn photo([y, cb, cr]: [u8; 3]) -> [u8; 3] {
    static LUMINANCE: [i16; 256] = shares(1.3584, 0);
    static R_CR: [i16; 256] = shares(1.8215, 137);
    static G_CR: [i16; 256] = shares(-0.9271435, 137);
    static G_CB: [i16; 256] = shares(-0.4302726, 156);
    static B_CB: [i16; 256] = shares(2.2179, 156);
    let (luminance, cb, cr) = (LUMINANCE[y as usize], cb as usize, cr as usize);
    [clip(luminance + R_CR[cr]), clip(luminance + G_CR[cr] + G_CB[cb]), clip(luminance + B_CB[cb])]
}

/// PhotoYCC becomes RGB.
pub struct FromPhotoYcc;

impl Shuffle for FromPhotoYcc {
    fn input(pixels: usize) -> usize {
        pixels * 3
    }

    fn output(pixels: usize) -> usize {
        pixels * 4
    }

    #[inline(always)]
    fn shuffle(out: &mut [u8], input: &[u8], _pixels: usize) {
        for (out, input) in out.as_chunks_mut::<4>().0.iter_mut().zip(input.as_chunks::<3>().0) {
            let [r, g, b] = photo(*input);
            *out = [r, g, b, 255];
        }
    }
}

/// PhotoYCC, multiplied by its alpha, becomes RGBA.
pub struct FromPhotoYcca;

impl Shuffle for FromPhotoYcca {
    four_bytes_a_pixel!();

    #[inline(always)]
    fn shuffle(out: &mut [u8], input: &[u8], _pixels: usize) {
        for (out, [y, cb, cr, a]) in out.as_chunks_mut::<4>().0.iter_mut().zip(input.as_chunks::<4>().0) {
            // A value above its alpha cannot be; what becomes of it is its lower eight bits.
            let factor = factor(*a);
            let divided = |value: u8| quotient(value, factor) as u8;
            let [r, g, b] = photo([divided(*y), divided(*cb), divided(*cr)]);
            *out = [r, g, b, *a];
        }
    }
}
