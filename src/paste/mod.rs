//! Pasting and filling: a region of an image is replaced by another image or by one colour, or blended with it through a
//! mask.
//!
//! A mask of mode 1 selects pixels; L, and the alpha of LA and RGBA, blends; RGBa adds to what its alpha leaves.

mod mask;
mod region;

use crate::composite;
use crate::error::{Error, Result};
use crate::exec::parallel;
use crate::image::{ImageMut, ImageRef};
use mask::Mask;

pub(crate) use mask::fill_selected;

pub use region::Region;

/// Checks that an image can be pasted into a box `(x0, y0, x1, y1)` of another one: the sizes of the box, the image and the
/// mask agree, and so do the sizes of a pixel.
pub fn check_paste(
    pixel_sizes: [usize; 2],
    size: (usize, usize),
    mask: Option<(usize, usize)>,
    bounds: [i32; 4],
) -> Result<()> {
    if pixel_sizes[0] != pixel_sizes[1] {
        return Err(Error::Mismatch);
    }
    check_fill(Some(size), bounds)?;
    check_fill(mask, bounds)
}

/// Checks that the mask of a fill has the size of the box `(x0, y0, x1, y1)`.
pub fn check_fill(mask: Option<(usize, usize)>, bounds: [impl Into<i64> + Copy; 4]) -> Result<()> {
    let fits = |(xsize, ysize): (usize, usize)| region::size(bounds) == (xsize as i64, ysize as i64);
    if mask.is_some_and(|mask| !fits(mask)) { Err(Error::Mismatch) } else { Ok(()) }
}

/// Pastes `input` into a region of `out`, through `mask` if there is one. The input and the mask have the size of the box
/// that the region was made of.
pub fn paste(out: ImageMut<'_>, input: &ImageRef<'_>, mask: Option<&ImageRef<'_>>, region: Region) -> Result<()> {
    let mode = out.mode();
    let Some(mask) = mask else {
        let size = mode.pixel_size();
        let columns = region.source_x * size..(region.source_x + region.xsize) * size;
        parallel::copy_rows(part(out, region), input, |y| &input.row(region.source_y + y)[columns.clone()]);
        return Ok(());
    };
    let mask = Mask::for_paste(mask, mode)?;
    let unit = mask.unit();
    for_region(out, region, unit, |out, y| {
        let source = &input.row(y)[region.source_x * unit..][..out.len()];
        mask.paste(out, source, y, region.source_x);
    });
    Ok(())
}

/// Fills a region of `out` with `ink`, the bytes of a pixel, through `mask` if there is one, which has the size of the box
/// that the region was made of.
pub fn fill_region(out: ImageMut<'_>, ink: [u8; 4], mask: Option<&ImageRef<'_>>, region: Region) -> Result<()> {
    let mode = out.mode();
    let Some(mask) = mask else {
        // A 16-bit pixel gets its first byte twice, as in the reference.
        let pixel = if mode.pixel_size() == 4 { ink } else { [ink[0]; 4] };
        composite::fill(part(out, region), pixel);
        return Ok(());
    };
    let mask = Mask::for_fill(mask, mode)?;
    for_region(out, region, mask.unit(), |out, y| mask.fill(out, ink, y, region.source_x, mode));
    Ok(())
}

/// Returns the pixels of a region.
fn part(out: ImageMut<'_>, region: Region) -> ImageMut<'_> {
    let (_, out) = out.split_at_row(region.y);
    let (out, _) = out.split_at_row(region.ysize);
    let (_, out) = out.split_at_column(region.x);
    out.split_at_column(region.xsize).0
}

/// Calls `work` with the part of each row that lies in a region, `unit` bytes a pixel, and the row of the source.
fn for_region(out: ImageMut<'_>, region: Region, unit: usize, work: impl Fn(&mut [u8], usize) + Sync) {
    let (_, out) = out.split_at_row(region.y);
    let (out, _) = out.split_at_row(region.ysize);
    let columns = region.x * unit..(region.x + region.xsize) * unit;
    parallel::for_rows(out, columns.len(), |first, mut chunk| {
        for (y, row) in chunk.rows_mut().enumerate() {
            work(&mut row[columns.clone()], region.source_y + first + y);
        }
    });
}
