//! What the samplers share that map each output pixel by itself: the source, the mapping, and the loop over the rows.

use bytemuck::{AnyBitPattern, NoUninit};

use super::mapping::Mapping;
use super::region::Region;
use super::source::{PrefetchDistance, Source};
use crate::error::Result;
use crate::image::{ImageMut, ImageRef};

/// Samples a source at mapped coordinates.
pub struct Sampler<'a, P> {
    /// The input.
    pub source: Source<'a, P>,
    /// Maps output pixels to input coordinates.
    pub mapping: &'a Mapping,
    /// Whether pixels outside of the input become zero.
    pub fill: bool,
}

impl<P: AnyBitPattern> Sampler<'_, P> {
    /// Returns the distance in the source from an output row to a later one, measured at the middle of `width` pixels.
    pub fn prefetch_distance(&self, y: usize, width: usize) -> PrefetchDistance {
        let [now, later] = [y, y + PrefetchDistance::ROWS].map(|y| self.mapping.map(width / 2, y));
        self.source.prefetch_distance(later.0 - now.0, later.1 - now.1)
    }
}

/// Draws all rows of a region. `draw_row` gets the pixels of a row and its number in the region. A pixel costs about
/// `cost` operations.
pub fn draw<I: AnyBitPattern + Sync, O: AnyBitPattern + NoUninit>(
    out: ImageMut<'_>,
    input: &ImageRef<'_>,
    region: Region,
    mapping: &Mapping,
    cost: usize,
    draw_row: fn(&mut [O], &Sampler<'_, I>, usize),
) -> Result<()> {
    if !region.columns().is_empty() && !region.rows().is_empty() {
        let sampler = Sampler { source: Source::new(input)?, mapping, fill: region.fill };
        region.draw_rows(out, cost, |pixels, y| draw_row(pixels, &sampler, y));
    }
    Ok(())
}
