//! Which place in the input a pixel comes from.

/// A map from places in the box to places in the input; pixels are squares, whose middle is taken.
#[derive(Clone, Copy, Debug)]
pub enum Map {
    /// `(a x + b y + c, d x + e y + f)`.
    Affine([f64; 6]),
    /// `((a x + b y + c) / (g x + h y + 1), (d x + e y + f) / (g x + h y + 1))`.
    Perspective([f64; 8]),
    /// `(a + b x + c y + d x y, e + f x + g y + h x y)`.
    Quad([f64; 8]),
}

pub use crate::geometry::kernels::{CHUNK, Places};

impl Map {
    /// The places that the pixels of row `y` come from, beginning with the one at `x`.
    #[inline(always)]
    pub fn places(&self, x: usize, y: usize) -> Places {
        let y = f64::from(y as u32) + 0.5;
        let mut places = Places { x: [0.0; CHUNK], y: [0.0; CHUNK] };
        let mut middles = [0.0; CHUNK];
        for (n, middle) in middles.iter_mut().enumerate() {
            *middle = f64::from((x + n) as i32) + 0.5;
        }
        let all = middles.iter().zip(places.x.iter_mut().zip(&mut places.y));
        match self {
            Self::Affine(a) => {
                for (x, (to_x, to_y)) in all {
                    (*to_x, *to_y) = affine(a, *x, y);
                }
            }
            Self::Perspective(a) => {
                for (x, (to_x, to_y)) in all {
                    (*to_x, *to_y) = perspective(a, *x, y);
                }
            }
            Self::Quad(a) => {
                for (x, (to_x, to_y)) in all {
                    (*to_x, *to_y) = quad(a, *x, y);
                }
            }
        }
        places
    }

    /// The place that pixel `x` of row `y` comes from.
    pub fn place(&self, x: usize, y: usize) -> (f64, f64) {
        let (x, y) = (f64::from(x as u32) + 0.5, f64::from(y as u32) + 0.5);
        match self {
            Self::Affine(a) => affine(a, x, y),
            Self::Perspective(a) => perspective(a, x, y),
            Self::Quad(a) => quad(a, x, y),
        }
    }
}

#[inline(always)]
fn affine([a0, a1, a2, a3, a4, a5]: &[f64; 6], x: f64, y: f64) -> (f64, f64) {
    (a0 * x + a1 * y + a2, a3 * x + a4 * y + a5)
}

#[inline(always)]
fn perspective([a0, a1, a2, a3, a4, a5, a6, a7]: &[f64; 8], x: f64, y: f64) -> (f64, f64) {
    let divisor = a6 * x + a7 * y + 1.0;
    ((a0 * x + a1 * y + a2) / divisor, (a3 * x + a4 * y + a5) / divisor)
}

#[inline(always)]
fn quad([a0, a1, a2, a3, a4, a5, a6, a7]: &[f64; 8], x: f64, y: f64) -> (f64, f64) {
    (a0 + a1 * x + a2 * y + a3 * x * y, a4 + a5 * x + a6 * y + a7 * x * y)
}
