//! Wavefronts of pixels, quantized to the nearest entries of a palette.

use super::diffusion::Diffusion;
use super::steps::{self, LAG};
use super::vector::PixelVector;
use crate::color::palette::{NearestEntry, write_index};
use crate::error::Result;
use crate::image::{ImageMut, ImageRef};
use crate::memory::heap::try_vec;

/// A palette whose entries are also stored as pixels of four 16-bit lanes, in little-endian numbers.
pub struct WidePalette<'p, 'a> {
    nearest: &'p mut NearestEntry<'a>,
    colours: [i64; 256],
}

impl<'p, 'a> WidePalette<'p, 'a> {
    fn new(nearest: &'p mut NearestEntry<'a>) -> Self {
        let mut colours = [0; 256];
        for (index, wide) in (0..=255).zip(&mut colours) {
            let [r, g, b, _] = nearest.colour(index).map(i64::from);
            *wide = r | g << 16 | b << 32;
        }
        Self { nearest, colours }
    }
}

/// Dithers an image of four bytes a pixel to indices in `OUT` bytes a pixel, `ROWS` rows at a time. `dither_steps` is
/// [`dither_steps`] of an ISA.
pub fn dither<const OUT: usize, const ROWS: usize>(
    mut out: ImageMut<'_>,
    input: &ImageRef<'_>,
    palette: &mut NearestEntry<'_>,
    dither_steps: impl Fn(&[[[u8; 4]; ROWS]], &mut [[u8; ROWS]], &mut [[i16; 4]], usize, &mut WidePalette<'_, '_>),
) -> Result<()> {
    let palette = &mut WidePalette::new(palette);
    let steps = steps::count::<ROWS>(input.xsize());
    let mut errors = try_vec([0; 4], input.xsize())?;
    let mut pixels = try_vec([[0; 4]; ROWS], steps)?;
    let mut indices = try_vec([0; ROWS], steps)?;
    for first in (0..input.ysize()).step_by(ROWS) {
        let rows = ROWS.min(input.ysize() - first);
        steps::skew(&mut pixels, input, first, rows, |pixel: [u8; 4]| pixel);
        dither_steps(&pixels, &mut indices, &mut errors, rows, palette);
        steps::unskew(&mut out, &indices, first, rows, write_index::<OUT>);
    }
    Ok(())
}

/// Dithers up to `ROWS` rows, which are `GROUPS` vectors of `GROUP_ROWS` rows. `indices` gets the indices of each step;
/// `errors` is the error for each pixel of the first row, and then for each of the row below the last.
#[inline(always)]
pub fn dither_steps<V: PixelVector<GROUP_ROWS>, const GROUP_ROWS: usize, const GROUPS: usize, const ROWS: usize>(
    isa: V::Isa,
    pixels: &[[[u8; 4]; ROWS]],
    indices: &mut [[u8; ROWS]],
    errors: &mut [[i16; 4]],
    rows: usize,
    palette: &mut WidePalette<'_, '_>,
) {
    const { assert!(GROUP_ROWS * GROUPS == ROWS) };
    let xsize = errors.len();
    assert!(pixels.len() == steps::count::<ROWS>(xsize) && indices.len() == pixels.len());
    let full_steps = steps::full(xsize, rows);
    let all_rows: [bool; ROWS] = std::array::from_fn(|row| row < rows);
    let mut diffusion = [Diffusion::<V>::new(isa); GROUPS];
    let mut below = [V::splat(isa, 0); GROUPS];
    for (step, (pixels, indices)) in pixels.iter().zip(indices).enumerate() {
        let first = V::splat_pixel(isa, errors.get(step).copied().unwrap_or([0; 4]));
        let mut above = [below[0].to_next_row(first); GROUPS];
        for group in 1..GROUPS {
            above[group] = below[group].to_next_row(below[group - 1]);
        }
        let pixels = pixels.as_chunks::<GROUP_ROWS>().0;
        let is_full = full_steps.contains(&step);
        let has_pixel =
            if is_full { all_rows } else { std::array::from_fn(|row| steps::has_pixel(step, row, xsize, rows)) };
        for group in 0..GROUPS {
            let value = diffusion[group].add_to(isa, V::widen(isa, pixels[group]), above[group]);
            let cells = value.cache_cells();
            let mut colours = [0; GROUP_ROWS];
            for row in 0..GROUP_ROWS {
                // A lookup without a pixel would leave its box in the palette's cache.
                if has_pixel[GROUP_ROWS * group + row] {
                    let index = palette.nearest.index_of_cell(cells[row]);
                    indices[GROUP_ROWS * group + row] = index;
                    colours[row] = palette.colours[usize::from(index)];
                }
            }
            let mut error = value.sub(V::from_rows(isa, colours));
            if rows < ROWS || !is_full {
                let mask = std::array::from_fn(|row| -i64::from(has_pixel[GROUP_ROWS * group + row]));
                error = error.and(V::from_rows(isa, mask));
            }
            let Diffusion { below: last_below, below_right: last_below_right, .. } = diffusion[group];
            below[group] = diffusion[group].diffuse(error);
            if !is_full {
                let at_end = |row| row < rows && step == xsize + LAG * row;
                let at_end: [bool; GROUP_ROWS] = std::array::from_fn(|row| at_end(GROUP_ROWS * group + row));
                let below_lanes = below[group].to_lanes();
                let lanes = at_row_ends(below_lanes, last_below.to_lanes(), last_below_right.to_lanes(), at_end);
                below[group] = V::from_lanes(isa, lanes);
            }
        }
        if let Some(entry) = step.checked_sub(LAG * (ROWS - 1) + 1).and_then(|x| errors.get_mut(x)) {
            *entry = below[GROUPS - 1].last_row();
        }
    }
}

/// Replaces the errors for the last pixel below rows that are `at_end`, from those from straight above and from above
/// left. The reference stores blue's error from above for red, and blue's error from above left for green and blue.
#[cold]
fn at_row_ends<const ROWS: usize>(
    mut errors: [[i16; 4]; ROWS],
    below: [[i16; 4]; ROWS],
    below_right: [[i16; 4]; ROWS],
    at_end: [bool; ROWS],
) -> [[i16; 4]; ROWS] {
    for row in (0..ROWS).filter(|row| at_end[*row]) {
        errors[row] = [below[row][2], below_right[row][2], below_right[row][2], 0];
    }
    errors
}
