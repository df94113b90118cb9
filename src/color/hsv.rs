//! Hue, saturation and value, each from 0 to 255.
//!
//! The formulas are those of Python's `colorsys`. Which numbers are of double precision on the way is part of the
//! outcome: it decides which side of a whole number a hue falls to.

use super::pixelwise::pixelwise;
use crate::arithmetic::muldiv255;

/// Hue, saturation and value of a colour.
#[inline(always)]
fn hsv(r: u8, g: u8, b: u8) -> [u8; 3] {
    let (most, least) = (r.max(g).max(b), r.min(g).min(b));
    // A grey has neither hue nor saturation: with any other range the formulas give 0 for both.
    let range = f32::from(if most == least { 1 } else { most - least });
    let saturation = f32::from(most - least) / f32::from(most.max(1));
    let [to_r, to_g, to_b] = [r, g, b].map(|value| f32::from(most - value) / range);

    let sixths = if r == most {
        to_b - to_g
    } else {
        let (start, plus, minus) = if g == most { (2.0, to_r, to_b) } else { (4.0, to_g, to_r) };
        (start + f64::from(plus) - f64::from(minus)) as f32
    };
    let turns = f64::from(sixths) / 6.0 + 1.0;
    let hue = (if turns >= 1.0 { turns - 1.0 } else { turns }) as f32;
    let byte = |part: f32| (f64::from(part) * 255.0) as i32 as u8;
    [byte(hue), byte(saturation), most]
}

/// To the nearest, of numbers that are not negative; a half goes up.
#[inline(always)]
fn rounded(value: f64) -> u8 {
    // The number before a half: with a half itself, the number before that would go up too.
    (value + 0.499_999_999_999_999_94) as i32 as u8
}

/// The colour of a hue, a saturation and a value.
#[inline(always)]
fn colour(h: u8, s: u8, v: u8) -> [u8; 3] {
    let turns = f64::from(h) * 6.0 / 255.0;
    let sixth = turns as i32;
    let (part, saturation) = ((turns - f64::from(sixth)) as f32, (f64::from(s) / 255.0) as f32);
    let value = f64::from(v);
    let p = rounded(value * (1.0 - f64::from(saturation)));
    let q = rounded(value * (1.0 - f64::from(saturation * part)));
    let t = rounded(value * (1.0 - f64::from(saturation) * (1.0 - f64::from(part))));
    match sixth {
        1 => [q, v, p],
        2 => [p, v, t],
        3 => [p, q, v],
        4 => [t, p, v],
        5 => [v, p, q],
        _ => [v, t, p],
    }
}

pixelwise! {
    /// Colours become hue, saturation and value; the fourth byte stays.
    ColourToHsv([r, g, b, a], 4 => 4) {
        let [h, s, v] = hsv(r, g, b);
        [h, s, v, a]
    }

    /// Inks become hue, saturation and value.
    InkToHsv([c, m, y, k], 4 => 4) {
        let white = 255 - k;
        let [h, s, v] = hsv(
            white - muldiv255(c, white),
            white - muldiv255(m, white),
            white - muldiv255(y, white),
        );
        [h, s, v, 255]
    }

    /// Hue, saturation and value become colours; the fourth byte stays.
    HsvToColour([h, s, v, a], 4 => 4) {
        let [r, g, b] = colour(h, s, v);
        [r, g, b, a]
    }
}
