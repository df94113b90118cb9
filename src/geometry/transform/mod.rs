//! An image drawn into a box of another one: for each pixel there, the place in the input that it comes from.
//!
//! Which way is gone decides where rounding happens, and so is part of the result. [`scale`] and [`affine`] take steps from
//! pixel to pixel and need no filter; everything else computes each place by itself ([`Map`]) and looks at the pixels
//! around it ([`places`]).

mod affine;
mod filters;
mod kinds;
mod map;
mod places;
mod scale;

use std::ops::Range;

use bytemuck::{AnyBitPattern, NoUninit};

pub use map::Map;

use crate::error::Result;
use crate::exec::parallel;
use crate::image::{ImageMut, ImageRef};
use crate::mode::PixelType;

/// How a pixel is made of those around its place in the input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Filter {
    /// It is the nearest one.
    Nearest,
    /// From the nearest two by two.
    Bilinear,
    /// From the nearest four by four.
    Bicubic,
}

/// The box that is drawn into, and what becomes of pixels there whose place the input does not have.
#[derive(Clone, Copy, Debug)]
pub struct Region {
    /// From the left: the first column, and the one behind the last.
    pub x: (i32, i32),
    /// From the top: the first row, and the one below the last.
    pub y: (i32, i32),
    /// Whether such pixels become zero; they stay what they are otherwise.
    pub fill: bool,
}

impl Region {
    /// The region inside an image. Places count from its corner there, wherever the box began. A side turned inside out
    /// stays so.
    fn within(self, xsize: usize, ysize: usize) -> Self {
        let clip = |(from, to): (i32, i32), size: usize| (from.max(0), to.min(i32::try_from(size).unwrap_or(i32::MAX)));
        Self { x: clip(self.x, xsize), y: clip(self.y, ysize), fill: self.fill }
    }

    fn columns(&self) -> Range<usize> {
        range(self.x)
    }

    fn rows(&self) -> Range<usize> {
        range(self.y)
    }
}

/// The numbers between two, none where they are the wrong way round. The range then lies at the end, which was clipped to
/// the image: a row can be sliced by it, although the beginning may be far outside.
fn range((from, to): (i32, i32)) -> Range<usize> {
    let to = usize::try_from(to).unwrap_or(0);
    usize::try_from(from).unwrap_or(0).min(to)..to
}

/// Draws `input` into a box of `out`, which has the same mode.
pub fn transform(out: ImageMut<'_>, input: &ImageRef<'_>, region: Region, map: &Map, filter: Filter) -> Result<()> {
    let region = region.within(out.xsize(), out.ysize());
    let wide = input.mode().spec().pixel_type == PixelType::I16;
    match map {
        Map::Affine(a) if filter == Filter::Nearest && !wide => {
            if a[1] == 0.0 && a[3] == 0.0 {
                scale::scale(out, input, region, a)
            } else {
                affine::affine(out, input, region, a)
            }
        }
        _ => places::draw(out, input, region, map, filter),
    }
}

/// The rows of a region, as an image of their own.
fn rows_of<'a>(out: ImageMut<'a>, region: &Region) -> ImageMut<'a> {
    let rows = region.rows();
    if rows.is_empty() {
        return out.split_at_row(0).0;
    }
    out.split_at_row(rows.start).1.split_at_row(rows.len()).0
}

/// Draws the rows of a region. `draw` gets the pixels of a row that are in it, and its number there. A pixel takes about
/// `cost` operations.
fn draw_rows<P: AnyBitPattern + NoUninit>(
    out: ImageMut<'_>,
    region: &Region,
    cost: usize,
    draw: impl Fn(&mut [P], usize) + Sync,
) {
    let columns = region.columns();
    parallel::for_rows(rows_of(out, region), columns.len() * cost, |first, mut band| {
        for (y, row) in band.rows_mut().enumerate() {
            draw(&mut bytemuck::cast_slice_mut(row)[columns.clone()], first + y);
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Error;
    use crate::image::Image;
    use crate::mode::Mode;

    fn filled(value: u8) -> Image {
        let mut image = Image::new(Mode::RGB, 39, 39).expect("small");
        image.view_mut().expect("new").rows_mut().for_each(|row| row.fill(value));
        image
    }

    /// Whether the rows of a map come from rows of the input, and some from inside it.
    fn scales(map: &Map) -> bool {
        matches!(map, Map::Affine([_, 0.0, _, 0.0, _, top]) if *top == 0.0)
    }

    /// Boxes beyond the output on either side, turned inside out, or both; whatever the map, whatever the filter.
    #[test]
    fn a_box_outside_the_output_draws_nothing() {
        let input = filled(9);
        let maps = [
            Map::Affine([1.0, 0.0, 0.0, 0.0, 1.0, 1000.0]),
            Map::Affine([1.0, 0.0, 0.0, 0.0, 1.0, 0.0]),
            Map::Affine([0.5, 0.5, 0.0, -0.5, 0.5, 0.0]),
            Map::Affine([1e300, 1.0, f64::NAN, 0.0, -1e300, f64::INFINITY]),
            Map::Perspective([1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0]),
            Map::Quad([0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 1.0, 0.0]),
        ];
        let outside = [(99, 139), (39, 40), (39, 39), (-9, 0), (-9, -2), (i32::MAX, i32::MAX), (i32::MIN, i32::MIN)];
        for (sides, x) in outside.into_iter().enumerate() {
            for y in [(0, 39), outside[sides]] {
                for (map, fill) in maps.iter().flat_map(|map| [(map, true), (map, false)]) {
                    for filter in [Filter::Nearest, Filter::Bilinear, Filter::Bicubic] {
                        let mut out = filled(5);
                        let region = Region { x, y, fill };
                        let (view, source) = (out.view_mut().expect("new"), input.view().expect("whole"));
                        let done = transform(view, &source, region, map, filter);
                        // Clipped, such a box is turned inside out, and the reference writes outside the image.
                        let refused =
                            x.1.min(39) < x.0.max(0) && y == (0, 39) && filter == Filter::Nearest && scales(map);
                        let refused = refused.then_some(Error::Value("box is turned inside out, outside the image"));
                        assert_eq!(done.err(), refused, "{region:?} {map:?} {filter:?}");
                        assert!(out.view().expect("whole").rows().all(|row| row.iter().all(|byte| *byte == 5)));
                    }
                }
            }
        }
    }
}
