//! The resampling filters: kernels over the distance from the centre, as in Pillow's `Resample.c`.

use std::f64::consts::PI;

/// A resampling filter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Filter {
    /// Nearest neighbour: the mean of the pixels within half a pixel.
    Box,
    /// Linear interpolation: a triangle.
    Bilinear,
    /// A sinc of one lobe, windowed by a Hamming window.
    Hamming,
    /// Keys' cubic convolution, with a = -1/2.
    Bicubic,
    /// A sinc of three lobes, windowed by a sinc.
    Lanczos,
    /// John Costella's Magic Kernel Sharp of 2013.
    Mks2013,
    /// John Costella's Magic Kernel Sharp of 2021.
    Mks2021,
}

impl Filter {
    /// Returns the radius beyond which the filter is 0.
    pub fn support(self) -> f64 {
        match self {
            Self::Box => 0.5,
            Self::Bilinear | Self::Hamming => 1.0,
            Self::Bicubic => 2.0,
            Self::Mks2013 => 2.5,
            Self::Lanczos => 3.0,
            Self::Mks2021 => 4.5,
        }
    }

    /// Evaluates the filter at distance `x` from its centre. Operations are in the reference's order: their rounding is
    /// part of the result.
    pub fn evaluate(self, x: f64) -> f64 {
        match self {
            Self::Box => f64::from(u8::from(x > -0.5 && x <= 0.5)),
            Self::Bilinear => (1.0 - x.abs()).max(0.0),
            Self::Hamming => hamming(x.abs()),
            Self::Bicubic => bicubic(x.abs()),
            Self::Lanczos if (-3.0..3.0).contains(&x) => sinc(x) * sinc(x / 3.0),
            Self::Lanczos => 0.0,
            Self::Mks2013 => magic_2013(x.abs()),
            Self::Mks2021 => magic_2021(x.abs()),
        }
    }
}

fn sinc(x: f64) -> f64 {
    if x == 0.0 {
        return 1.0;
    }
    let x = x * PI;
    x.sin() / x
}

/// The constant and the factor of the cosine in the Hamming window, which Pillow has in single precision.
pub const HAMMING: [f64; 2] = [0.54f32 as f64, 0.46f32 as f64];

fn hamming(x: f64) -> f64 {
    if x == 0.0 {
        return 1.0;
    }
    if x >= 1.0 {
        return 0.0;
    }
    let x = x * PI;
    x.sin() / x * (HAMMING[0] + HAMMING[1] * x.cos())
}

fn bicubic(x: f64) -> f64 {
    const A: f64 = -0.5;
    if x < 1.0 {
        ((A + 2.0) * x - (A + 3.0)) * x * x + 1.0
    } else if x < 2.0 {
        (((x - 5.0) * x + 8.0) * x - 4.0) * A
    } else {
        0.0
    }
}

fn square(x: f64) -> f64 {
    x * x
}

fn magic_2013(x: f64) -> f64 {
    if x < 0.5 {
        17.0 / 16.0 - 7.0 / 4.0 * square(x)
    } else if x < 1.5 {
        (1.0 - x) * (7.0 / 4.0 - x)
    } else if x < 2.5 {
        -1.0 / 8.0 * square(x - 5.0 / 2.0)
    } else {
        0.0
    }
}

fn magic_2021(x: f64) -> f64 {
    if x < 0.5 {
        577.0 / 576.0 - 239.0 / 144.0 * square(x)
    } else if x < 1.5 {
        35.0 / 36.0 * (x - 1.0) * (x - 239.0 / 140.0)
    } else if x < 2.5 {
        1.0 / 6.0 * (x - 2.0) * (65.0 / 24.0 - x)
    } else if x < 3.5 {
        1.0 / 36.0 * (x - 3.0) * (x - 15.0 / 4.0)
    } else if x < 4.5 {
        -1.0 / 288.0 * square(x - 9.0 / 2.0)
    } else {
        0.0
    }
}
