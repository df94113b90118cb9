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

/// How many places are computed at once.
pub const CHUNK: usize = 32;

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
        let middles: [f64; CHUNK] = std::array::from_fn(|n| f64::from((x + n) as u32) + 0.5);
        let y = f64::from(y as u32) + 0.5;
        match self {
            Self::Affine([a0, a1, a2, a3, a4, a5]) => {
                Places { x: middles.map(|x| a0 * x + a1 * y + a2), y: middles.map(|x| a3 * x + a4 * y + a5) }
            }
            Self::Perspective([a0, a1, a2, a3, a4, a5, a6, a7]) => {
                let divisors = middles.map(|x| a6 * x + a7 * y + 1.0);
                let mut places =
                    Places { x: middles.map(|x| a0 * x + a1 * y + a2), y: middles.map(|x| a3 * x + a4 * y + a5) };
                for ((x, y), divisor) in places.x.iter_mut().zip(&mut places.y).zip(divisors) {
                    *x /= divisor;
                    *y /= divisor;
                }
                places
            }
            Self::Quad([a0, a1, a2, a3, a4, a5, a6, a7]) => Places {
                x: middles.map(|x| a0 + a1 * x + a2 * y + a3 * x * y),
                y: middles.map(|x| a4 + a5 * x + a6 * y + a7 * x * y),
            },
        }
    }
}
