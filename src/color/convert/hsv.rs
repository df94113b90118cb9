//! HSV: hue, saturation and value, each scaled to 0 to 255.
//!
//! The formulas are those of Python's `colorsys` (Foley and van Dam). Which intermediate values have single and which
//! double precision is part of the result, since results are truncated.

use super::pixelwise::pixelwise;
use crate::arithmetic::muldiv255;

/// Returns the hue, saturation and value of a colour.
#[inline(always)]
fn hsv(r: u8, g: u8, b: u8) -> [u8; 3] {
    let (max, min) = (r.max(g).max(b), r.min(g).min(b));
    // A range of 1 instead of 0 makes the formulas return 0 for the hue of a grey.
    let range = f32::from(if max == min { 1 } else { max - min });
    let saturation = f32::from(max - min) / f32::from(max.max(1));
    let [rc, gc, bc] = [r, g, b].map(|value| f32::from(max - value) / range);

    let sixths = if r == max {
        bc - gc
    } else {
        let (start, plus, minus) = if g == max { (2.0, rc, bc) } else { (4.0, gc, rc) };
        (start + f64::from(plus) - f64::from(minus)) as f32
    };
    let turns = f64::from(sixths) / 6.0 + 1.0;
    let hue = (if turns >= 1.0 { turns - 1.0 } else { turns }) as f32;
    let byte = |value: f32| (f64::from(value) * 255.0) as i32 as u8;
    [byte(hue), byte(saturation), max]
}

/// Rounds a non-negative value to the nearest integer, ties up.
#[inline(always)]
fn round(value: f64) -> u8 {
    // The float below 0.5. With 0.5 itself, that float would be rounded up to 1.
    (value + 0.499_999_999_999_999_94) as i32 as u8
}

/// Returns the colour of a hue, a saturation and a value.
#[inline(always)]
fn rgb(h: u8, s: u8, v: u8) -> [u8; 3] {
    let sectors = f64::from(h) * 6.0 / 255.0;
    let sector = sectors as i32;
    let (fraction, saturation) = ((sectors - f64::from(sector)) as f32, (f64::from(s) / 255.0) as f32);
    let value = f64::from(v);
    let p = round(value * (1.0 - f64::from(saturation)));
    let q = round(value * (1.0 - f64::from(saturation * fraction)));
    let t = round(value * (1.0 - f64::from(saturation) * (1.0 - f64::from(fraction))));
    match sector {
        1 => [q, v, p],
        2 => [p, v, t],
        3 => [p, q, v],
        4 => [t, p, v],
        5 => [v, p, q],
        _ => [v, t, p],
    }
}

pixelwise! {
    /// RGB to HSV; the fourth byte stays.
    RgbToHsv([r, g, b, a], 4 => 4) {
        let [h, s, v] = hsv(r, g, b);
        [h, s, v, a]
    }

    /// CMYK to HSV, by way of RGB.
    CmykToHsv([c, m, y, k], 4 => 4) {
        let white = 255 - k;
        let [h, s, v] = hsv(
            white - muldiv255(c, white),
            white - muldiv255(m, white),
            white - muldiv255(y, white),
        );
        [h, s, v, 255]
    }

    /// HSV to RGB; the fourth byte stays.
    HsvToRgb([h, s, v, a], 4 => 4) {
        let [r, g, b] = rgb(h, s, v);
        [r, g, b, a]
    }
}
