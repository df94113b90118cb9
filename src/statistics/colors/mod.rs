//! The colours of an image of 4-byte pixels and how often each occurs.
//!
//! The order of the colours is part of the reference's result: that of the slots of a hash table with the identity as its
//! hash function, which takes long where many colours share their low bits. So there are two steps:
//!
//! - [`Counter`] counts pixels in a compact table with a keyed hash function, which no image can fill badly;
//! - [`SlotOrder`] puts the distinct colours in the reference's order. It needs to know which slots are taken, a bit each,
//!   and not what they hold.
//!
//! For few pixels, and where the first ones hardly repeat, most of the time would go into the order: such images are counted in
//! the reference's own table, [`DirectTable`], as long as its searches are short.

mod counter;
mod direct;
mod probing;
mod slot_order;

use super::band_mask::band_mask;
use crate::error::{Error, Result};
use crate::image::ImageRef;
use crate::memory::heap::try_vec;
use crate::mode::Mode;
use crate::simd::prefetch;

use counter::{Counter, Seen};
use direct::{DirectTable, Outcome};
use probing::Probing;
use slot_order::SlotOrder;

/// A colour, where it was first seen, and how often it occurs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ColorCount {
    /// The column of the first occurrence.
    pub x: usize,
    /// The row of the first occurrence.
    pub y: usize,
    /// The number of pixels.
    pub count: usize,
    /// The pixel as it lies in memory.
    pub pixel: [u8; 4],
}

/// The colours of an image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Colors {
    /// The colours, in the reference's order; where there are too many, those seen before the last one.
    pub colors: Vec<ColorCount>,
    /// Whether the image has more colours than asked for.
    pub is_overflow: bool,
}

/// Checks the arguments of [`count_colors`]. An error for 2^30 colours and more, and for pixels that are smaller than 4 bytes.
pub fn check_colors(mode: Mode, max_colors: usize) -> Result<()> {
    Probing::new(max_colors).ok_or(Error::Memory)?;
    if mode.pixel_size() == 4 { Ok(()) } else { Err(Error::Mode) }
}

/// Colours that were counted, and their places in the reference's order.
pub struct CountedColors {
    counts: Counts,
    is_overflow: bool,
}

enum Counts {
    Sorted(Counter, SlotOrder),
    Direct(DirectTable),
}

impl CountedColors {
    /// Returns the number of colours.
    pub fn count(&self) -> usize {
        match &self.counts {
            Counts::Sorted(counter, _) => counter.seen().len(),
            Counts::Direct(table) => table.count(),
        }
    }

    /// Returns whether the image has more colours than asked for.
    pub fn is_overflow(&self) -> bool {
        self.is_overflow
    }

    /// Writes what `make` makes of each colour to its place in `out`, which has [`count`](Self::count) elements.
    pub fn write_to<T>(&self, out: &mut [T], make: impl Fn(ColorCount) -> T) {
        let make = |Seen { color, x, y }, count: u32| {
            make(ColorCount { x: x as usize, y: y as usize, count: count as usize, pixel: color.to_ne_bytes() })
        };
        match &self.counts {
            Counts::Sorted(counter, order) => {
                let start = out.as_ptr();
                let place = |n| {
                    let place = order.place(n);
                    prefetch::t0(start.wrapping_add(place));
                    place
                };
                counter.for_counts(place, |place, seen, count| out[place] = make(seen, count));
            }
            Counts::Direct(table) => table.write_to(out, make),
        }
    }
}

/// The pixels after which their distinct colours decide the method, and the number from which they hardly repeat.
const SAMPLE: usize = 8192;
const MANY: usize = SAMPLE / 4 * 3;

/// The reference's tables of this many slots are small.
const SMALL_TABLE: usize = 8192;

/// Counts the colours of an image, until there are more than `max_colors`. The image has 4-byte pixels.
pub fn count_colors(image: &ImageRef<'_>, max_colors: usize) -> Result<CountedColors> {
    let probing = Probing::new(max_colors).ok_or(Error::Memory)?;
    let mask = band_mask(image.mode());
    let pixels = image.xsize().saturating_mul(image.ysize());
    // A small image, or one that soon has too many colours.
    if probing.size() <= SMALL_TABLE
        && let Some(counted) = count_directly(image, mask, max_colors, probing, SAMPLE)?
    {
        return Ok(counted);
    }
    let mut counter = Counter::new(max_colors)?;
    let (mut is_overflow, mut is_undecided) = (false, probing.size() <= pixels.saturating_mul(4));
    let mut counted = 0;
    for (y, row) in image.rows().enumerate() {
        if !counter.count_row(row.as_chunks().0, mask, y, max_colors)? {
            is_overflow = true;
            break;
        }
        counted += image.xsize();
        if is_undecided && counted >= SAMPLE {
            is_undecided = false;
            if counter.seen().len() >= MANY * (counted / SAMPLE)
                && let Some(counted) = count_directly(image, mask, max_colors, probing, usize::MAX)?
            {
                return Ok(counted);
            }
        }
    }
    counter.finish();
    let order = SlotOrder::new(probing, counter.seen().iter().map(|seen| seen.color))?;
    Ok(CountedColors { counts: Counts::Sorted(counter, order), is_overflow })
}

/// Counts the colours of an image in the reference's table. Returns `None` where that takes too long, or more than about
/// `max_pixels` pixels.
fn count_directly(
    image: &ImageRef<'_>,
    mask: u32,
    max_colors: usize,
    probing: Probing,
    max_pixels: usize,
) -> Result<Option<CountedColors>> {
    let mut table = DirectTable::new(probing)?;
    let (mut is_overflow, mut counted) = (false, 0);
    for (y, row) in image.rows().enumerate() {
        if counted >= max_pixels {
            return Ok(None);
        }
        counted += image.xsize();
        match table.count_row(row.as_chunks().0, mask, y, max_colors) {
            Outcome::Counted => {}
            Outcome::Overflow => {
                is_overflow = true;
                break;
            }
            Outcome::Slow => return Ok(None),
        }
    }
    Ok(Some(CountedColors { counts: Counts::Direct(table), is_overflow }))
}

/// Counts the colours of an image, as [`count_colors`] does, and returns them in the reference's order.
pub fn colors(image: &ImageRef<'_>, max_colors: usize) -> Result<Colors> {
    let counted = count_colors(image, max_colors)?;
    let mut colors = try_vec(ColorCount::default(), counted.count())?;
    counted.write_to(&mut colors, |color| color);
    Ok(Colors { colors, is_overflow: counted.is_overflow() })
}
