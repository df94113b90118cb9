//! The nearest palette entry of a colour, through the palette's cache.
//!
//! A cache has 64 x 64 x 64 cells, one for the upper six bits of each band, and holds the index of the nearest entry,
//! or `UNKNOWN`. The lookup of an unknown cell searches the palette for a whole box of 8 x 8 x 8 cells
//! ([`update_cache`](crate::image::palette::update_cache)). That is Pillow's `ImagingPaletteCache`, part of the ABI:
//! callers see the cache, and may have written to it. [`avx2`] looks up 16 pixels at a time by gathers, as long as all
//! are known.

#[cfg(target_arch = "x86_64")]
mod avx2;

use crate::abi::ImagingPaletteInstance;
use crate::error::Result;
use crate::image::palette;
use crate::memory::palette::{UNKNOWN, cache, prepare_cache};
#[cfg(target_arch = "x86_64")]
use crate::simd::isa;

/// Finds the nearest entries of a palette.
pub struct NearestEntry<'a> {
    palette: &'a mut ImagingPaletteInstance,
    /// Whether the cache was made here, so that all its cells come from searches.
    owns_cache: bool,
}

impl<'a> NearestEntry<'a> {
    /// Gives the palette a cache if it has none; known cells of an existing one are used as they are.
    pub fn new(palette: &'a mut ImagingPaletteInstance) -> Result<Self> {
        let owns_cache = cache(palette).is_none();
        prepare_cache(palette)?;
        Ok(Self { palette, owns_cache })
    }

    /// Returns the index of the nearest entry.
    #[inline(always)]
    pub fn index(&mut self, [r, g, b]: [u8; 3]) -> u8 {
        self.index_of_cell(usize::from(r >> 2) + usize::from(g >> 2) * 64 + usize::from(b >> 2) * 64 * 64)
    }

    /// Returns the index of the nearest entry for a cell of the cache: `r >> 2 | (g >> 2) << 6 | (b >> 2) << 12`.
    #[inline(always)]
    pub fn index_of_cell(&mut self, cell: usize) -> u8 {
        match self.cached(cell) {
            UNKNOWN => self.search(cell),
            index => index as u8,
        }
    }

    /// Writes the indices of leading pixels, as many as vectors can look up in the cache, and returns their count.
    pub fn write_cached(&mut self, out: &mut [u8], pixels: &[[u8; 4]]) -> usize {
        #[cfg(target_arch = "x86_64")]
        if let (Some(isa), Some(cache)) = (isa::current().avx2(), cache(self.palette)) {
            return 16 * avx2::write_cached(isa, cache, out.as_chunks_mut().0, pixels.as_chunks().0);
        }
        let _ = (out, pixels);
        0
    }

    /// Whether the order of lookups makes no difference to their results. It does where somebody has written to a part
    /// of a box, since a search overwrites the whole box. For images of few pixels that is not worth finding out.
    pub fn is_order_independent(&mut self, pixels: usize) -> bool {
        const MIN_PIXELS: usize = 2048;
        self.owns_cache || pixels >= MIN_PIXELS && cache(self.palette).is_none_or(|cache| has_only_whole_boxes(cache))
    }

    /// Returns the colour of an index.
    #[inline(always)]
    pub fn colour(&self, index: u8) -> [u8; 4] {
        self.palette.palette.as_chunks::<4>().0[usize::from(index)]
    }

    #[inline(always)]
    fn cached(&mut self, cell: usize) -> i16 {
        cache(self.palette).map_or(UNKNOWN, |cache| cache[cell])
    }

    /// Searches the palette, and fills the box of a cell.
    #[cold]
    fn search(&mut self, cell: usize) -> u8 {
        let band = |shift: usize| (cell >> shift & 63) as i32 * 4;
        match palette::update_cache(self.palette, [band(0), band(6), band(12)]) {
            Ok(()) => self.cached(cell) as u8,
            Err(_) => 0,
        }
    }
}

/// Whether in each box of a cache all cells are known, or none is.
fn has_only_whole_boxes(cache: &[i16]) -> bool {
    /// The boxes along a band, and the cells of a box along a band.
    const BOXES: usize = 8;
    const CELLS: usize = 8;
    let lines = cache.as_chunks::<{ BOXES * CELLS }>().0;
    // The lines of red for eight boxes at a time, which have the same green and blue.
    (0..BOXES * BOXES).all(|green_blue| {
        let offset = |n: usize, per_band: usize| n % per_band + n / per_band * BOXES * CELLS;
        let first = CELLS * offset(green_blue, BOXES);
        // Over the cells of a column: the bits that any has, and the bits in which any differs from `UNKNOWN`.
        let (mut bits, mut differences) = ([0; BOXES * CELLS], [0; BOXES * CELLS]);
        for line in (0..CELLS * CELLS).map(|line| &lines[first + offset(line, CELLS)]) {
            for ((bits, differences), cell) in bits.iter_mut().zip(&mut differences).zip(line) {
                *bits |= cell;
                *differences |= cell ^ UNKNOWN;
            }
        }
        let none_known = |differences: &[i16; CELLS]| differences.iter().all(|bits| *bits == 0);
        let all_known = |bits: &[i16; CELLS]| bits.iter().all(|bits| bits & !0xff == 0);
        let mut boxes = bits.as_chunks().0.iter().zip(differences.as_chunks().0);
        boxes.all(|(bits, differences)| all_known(bits) || none_known(differences))
    })
}

/// Writes an index to a pixel of one byte (P), or of four with an opaque alpha (PA).
#[inline(always)]
pub fn write_index<const OUT: usize>(out: &mut [u8; OUT], index: u8) {
    out.copy_from_slice(&[index, index, index, 255][..OUT]);
}
