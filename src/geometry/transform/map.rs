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

pub use crate::geometry::kernels::CHUNK;

/// Some places in the input, side by side.
pub struct Places {
    /// From the left.
    pub x: [f64; CHUNK],
    /// From the top.
    pub y: [f64; CHUNK],
}

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
            Self::Affine([a0, a1, a2, a3, a4, a5]) => {
                for (x, (to_x, to_y)) in all {
                    (*to_x, *to_y) = (a0 * x + a1 * y + a2, a3 * x + a4 * y + a5);
                }
            }
            Self::Perspective([a0, a1, a2, a3, a4, a5, a6, a7]) => {
                for (x, (to_x, to_y)) in all {
                    let divisor = a6 * x + a7 * y + 1.0;
                    (*to_x, *to_y) = ((a0 * x + a1 * y + a2) / divisor, (a3 * x + a4 * y + a5) / divisor);
                }
            }
            Self::Quad([a0, a1, a2, a3, a4, a5, a6, a7]) => {
                for (x, (to_x, to_y)) in all {
                    (*to_x, *to_y) = (a0 + a1 * x + a2 * y + a3 * x * y, a4 + a5 * x + a6 * y + a7 * x * y);
                }
            }
        }
        places
    }
}
