//! HSV: hue, saturation and value, each scaled to 0 to 255.
//!
//! The formulas are those of Python's `colorsys` (Foley and van Dam). The reference mixes single and double precision, and
//! truncates, so that its rounding errors are part of the result. Here, the same bytes come from single precision and
//! integers alone, which LLVM vectorises for every ISA; the tests compare all 2²⁴ pixels with the formulas.
//!
//! - To HSV, the quotients are rounded as the reference's are: one of n/255 may be rounded down, and its product with 255 is
//!   then truncated to n - 1. [`truncate_255`] finds on which side of an integer the product lies without double precision.
//! - To RGB, the reference's errors never reach a rounding boundary. With a hue of `sector` and `k` 85ths, the colours are
//!   multiples of 1/21675 (85 · 255), an odd number, which has no ties.

use super::pixelwise::pixelwise;
use crate::arithmetic::muldiv255;

/// A float whose unit in the last place is 1: adding it rounds to an integer, in the low bits.
const ROUND: f32 = 12_582_912.0;

/// Returns `quotient * 255`, truncated, of a quotient from 0 to 1. The product is a rounding error from an integer, or at
/// least 1/510.
#[inline(always)]
fn truncate_255(quotient: f32) -> u32 {
    let rounded = quotient * 255.0 - 0.4995 + ROUND;
    // `quotient * 255 - integer`, exact near the integer: both subtractions are of neighbours (Sterbenz's lemma).
    let remainder = quotient * 256.0 - (rounded - ROUND) - quotient;
    (rounded.to_bits() & 0xff) - (remainder.to_bits() >> 31)
}

/// Returns the three low bytes of a little-endian pixel.
#[inline(always)]
fn bytes(pixel: u32) -> [i32; 3] {
    [pixel, pixel >> 8, pixel >> 16].map(|value| (value & 0xff) as i32)
}

/// Returns the hue, saturation and value of an RGB pixel, a little-endian number; the fourth byte stays.
#[inline(always)]
fn hsv(pixel: u32) -> u32 {
    let [r, g, b] = bytes(pixel);
    let (max, min) = (r.max(g).max(b), r.min(g).min(b));
    let middle = r + g + b - max - min;
    let range = max - min;
    let saturation = range as f32 / max.max(1) as f32;
    // Of the three distances to the greatest band in units of the range, one is 0 and one 1.
    let distance = (max - middle) as f32 / range.max(1) as f32;
    let (start, is_added) = if r == max {
        if b == min { (1.0, false) } else { (-1.0, true) }
    } else if g == max {
        if b == min { (1.0, true) } else { (3.0, false) }
    } else if r == min {
        (3.0, true)
    } else {
        (5.0, false)
    };
    let turns = (start + if is_added { distance } else { -distance }) / 6.0;
    let turns: f32 = if turns < 0.0 { turns + 1.0 } else { turns };
    let hue = if range == 0 { 0 } else { truncate_255(turns) };
    pixel & 0xff00_0000 | hue | truncate_255(saturation) << 8 | (max as u32) << 16
}

/// Returns the RGB of an HSV pixel, a little-endian number; the fourth byte stays.
#[inline(always)]
fn rgb(pixel: u32) -> u32 {
    let [h, s, v] = bytes(pixel);
    // A sixth of a turn has 42.5 steps of the hue. The product is `2 * h / 85` for every hue.
    let sector = (h * 1542) >> 16;
    let part = 2 * h - 85 * sector;
    // Rounds `v * (255 - s) / 255`.
    let low = v * (255 - s) + 128;
    let low = (low + (low >> 8)) >> 8;
    // The colour that falls in odd sectors and rises in the others.
    let distance = if sector & 1 == 0 { 85 - part } else { part };
    let between = (v * (21675 - s * distance)) as f32 * (1.0 / 21675.0) + ROUND;
    let between = (between.to_bits() & 0xff) as i32;
    let r = match sector {
        1 | 4 => between,
        2 | 3 => low,
        _ => v,
    };
    let g = match sector {
        1 | 2 => v,
        4 | 5 => low,
        _ => between,
    };
    let b = match sector {
        3 | 4 => v,
        2 | 5 => between,
        _ => low,
    };
    pixel & 0xff00_0000 | (r | g << 8 | b << 16) as u32
}

pixelwise! {
    /// RGB to HSV; the fourth byte stays.
    RgbToHsv(pixel, 4 => 4) { hsv(u32::from_le_bytes(pixel)).to_le_bytes() }

    /// CMYK to HSV, by way of RGB.
    CmykToHsv([c, m, y, k], 4 => 4) {
        let white = 255 - k;
        hsv(u32::from_le_bytes([
            white - muldiv255(c, white),
            white - muldiv255(m, white),
            white - muldiv255(y, white),
            255,
        ]))
        .to_le_bytes()
    }

    /// HSV to RGB; the fourth byte stays.
    HsvToRgb(pixel, 4 => 4) { rgb(u32::from_le_bytes(pixel)).to_le_bytes() }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The formula, with the reference's precisions.
    fn hsv_of([r, g, b]: [u8; 3]) -> [u8; 3] {
        let (max, min) = (r.max(g).max(b), r.min(g).min(b));
        if max == min {
            return [0, 0, max];
        }
        let [rc, gc, bc] = [r, g, b].map(|value| f32::from(max - value) / f32::from(max - min));
        let sixths = if r == max {
            bc - gc
        } else {
            let (start, plus, minus) = if g == max { (2.0, rc, bc) } else { (4.0, gc, rc) };
            (start + f64::from(plus) - f64::from(minus)) as f32
        };
        let hue = (f64::from(sixths) / 6.0 + 1.0).rem_euclid(1.0) as f32;
        let byte = |value: f32| (f64::from(value) * 255.0) as u8;
        [byte(hue), byte(f32::from(max - min) / f32::from(max)), max]
    }

    /// The formula, with the reference's precisions.
    fn rgb_of([h, s, v]: [u8; 3]) -> [u8; 3] {
        let sectors = f64::from(h) * 6.0 / 255.0;
        let (fraction, saturation) = (sectors.fract() as f32, (f64::from(s) / 255.0) as f32);
        let byte = |rest: f64| (f64::from(v) * rest).round() as u8;
        let p = byte(1.0 - f64::from(saturation));
        let q = byte(1.0 - f64::from(saturation * fraction));
        let t = byte(1.0 - f64::from(saturation) * (1.0 - f64::from(fraction)));
        match sectors as i32 {
            1 => [q, v, p],
            2 => [p, v, t],
            3 => [p, q, v],
            4 => [t, p, v],
            5 => [v, p, q],
            _ => [v, t, p],
        }
    }

    fn compare(pixels: impl Iterator<Item = u32>) {
        for pixel in pixels {
            let [first, second, third, fourth] = pixel.to_le_bytes();
            let [h, s, v] = hsv_of([first, second, third]);
            assert_eq!(hsv(pixel).to_le_bytes(), [h, s, v, fourth], "RGB {pixel:#08x}");
            let [r, g, b] = rgb_of([first, second, third]);
            assert_eq!(rgb(pixel).to_le_bytes(), [r, g, b, fourth], "HSV {pixel:#08x}");
        }
    }

    #[test]
    fn pixels_equal_the_formulas() {
        // 47 is a prime: the sample has every value of every band.
        compare((0..1 << 24).step_by(47).chain([0xffff_ffff]));
    }

    #[test]
    #[ignore = "takes seconds: every pixel; run it after a change of the arithmetic"]
    fn all_pixels_equal_the_formulas() {
        compare(0..1 << 24);
    }
}
