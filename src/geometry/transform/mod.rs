//! Transformation: draws an image into a box of another (Pillow's `ImagingTransform` in `Geometry.c`).
//!
//! By inverse mapping: for each output pixel, the [`Mapping`] gives the input coordinates that it is sampled at. How
//! the coordinates are computed decides where rounding happens, which is part of the result. So each sampler follows
//! the reference's own loop:
//!
//! | mapping | filter | sampler | method |
//! | --- | --- | --- | --- |
//! | affine, scales only | nearest | [`scale`] | columns and rows mapped once, table look-up |
//! | affine | nearest | [`affine`] | DDA in 16.16 fixed point, or in double precision |
//! | other, or 16-bit modes | nearest | [`nearest`] | each pixel mapped by itself |
//! | any | bilinear, bicubic | [`interpolate`] | each pixel mapped by itself, window of 2 × 2 or 4 × 4 |
//!
//! All of them read the input through a [row table](source). Each has a kernel for AVX2 or AVX-512, or both, beside it,
//! which is used where [`crate::simd::isa::current`] has these instructions.

mod affine;
mod interpolate;
mod mapping;
mod nearest;
mod positions;
mod region;
mod sampler;
mod scale;
mod source;

pub use mapping::Mapping;
pub use region::Region;

use crate::error::Result;
use crate::image::{ImageMut, ImageRef};
use crate::mode::PixelType;
use interpolate::Window;

/// How an output pixel is computed from the input pixels around its coordinates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Filter {
    /// Takes the pixel that covers the coordinates.
    Nearest,
    /// Interpolates linearly between 2 × 2 pixels.
    Bilinear,
    /// Interpolates by cubic curves between 4 × 4 pixels.
    Bicubic,
}

/// Draws `input` into a region of `out`, which has the same mode.
pub fn transform(
    out: ImageMut<'_>,
    input: &ImageRef<'_>,
    region: Region,
    mapping: &Mapping,
    filter: Filter,
) -> Result<()> {
    let region = region.clip(out.xsize(), out.ysize());
    let is_16_bit = input.mode().spec().pixel_type == PixelType::I16;
    match (filter, mapping) {
        (Filter::Nearest, &Mapping::Affine([a, b, c, d, e, f, ..])) if !is_16_bit => {
            let is_separable = b == 0.0 && d == 0.0;
            let draw = if is_separable { scale::draw } else { affine::draw };
            draw(out, input, region, &[a, b, c, d, e, f])
        }
        (Filter::Nearest, _) => nearest::draw(out, input, region, mapping),
        (Filter::Bilinear, _) => interpolate::draw(out, input, region, mapping, Window::Bilinear),
        (Filter::Bicubic, _) => interpolate::draw(out, input, region, mapping, Window::Bicubic),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Error;
    use crate::image::Image;
    use crate::mode::Mode;

    fn try_vec(value: u8) -> Image {
        let mut image = Image::new(Mode::RGB, 39, 39).expect("small");
        image.view_mut().expect("new").rows_mut().for_each(|row| row.fill(value));
        image
    }

    /// Whether a mapping is separable, with rows that come from inside the input.
    fn scales(mapping: &Mapping) -> bool {
        matches!(mapping, Mapping::Affine([_, 0.0, _, 0.0, _, top, ..]) if *top == 0.0)
    }

    /// Boxes beyond the output on either side, reversed, or both; with every kind of mapping and every filter.
    #[test]
    fn a_box_outside_the_output_draws_nothing() {
        let input = try_vec(9);
        let mappings = [
            Mapping::affine([1.0, 0.0, 0.0, 0.0, 1.0, 1000.0]),
            Mapping::affine([1.0, 0.0, 0.0, 0.0, 1.0, 0.0]),
            Mapping::affine([0.5, 0.5, 0.0, -0.5, 0.5, 0.0]),
            Mapping::affine([1e300, 1.0, f64::NAN, 0.0, -1e300, f64::INFINITY]),
            Mapping::Perspective([1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0]),
            Mapping::Quad([0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 1.0, 0.0]),
        ];
        let outside = [(99, 139), (39, 40), (39, 39), (-9, 0), (-9, -2), (i32::MAX, i32::MAX), (i32::MIN, i32::MIN)];
        for (sides, x) in outside.into_iter().enumerate() {
            for y in [(0, 39), outside[sides]] {
                for (mapping, fill) in mappings.iter().flat_map(|mapping| [(mapping, true), (mapping, false)]) {
                    for filter in [Filter::Nearest, Filter::Bilinear, Filter::Bicubic] {
                        let mut out = try_vec(5);
                        let region = Region { x, y, fill };
                        let (view, source) = (out.view_mut().expect("new"), input.view().expect("whole"));
                        let result = transform(view, &source, region, mapping, filter);
                        // Clipped, such a box is reversed, and the reference writes outside the image.
                        let is_rejected =
                            x.1.min(39) < x.0.max(0) && y == (0, 39) && filter == Filter::Nearest && scales(mapping);
                        let expected = is_rejected
                            .then_some(Error::Value("box is reversed (x1 < x0) and reaches outside the image"));
                        assert_eq!(result.err(), expected, "{region:?} {mapping:?} {filter:?}");
                        assert!(out.view().expect("whole").rows().all(|row| row.iter().all(|byte| *byte == 5)));
                    }
                }
            }
        }
    }
}
