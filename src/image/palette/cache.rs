//! The cache of nearest palette entries, filled by Heckbert's locally sorted search.
//!
//! The method is that of Thomas Lane's JPEG library (`jquant2.c`). The cache has a *cell* for each value of the upper six
//! bits of red, green and blue: 64 × 64 × 64 cells, of 4 × 4 × 4 colours each. Colour space is divided into *boxes* of
//! 32 × 32 × 32 colours, or 8 × 8 × 8 cells, and a search fills all cells of a box at once:
//!
//! ```text
//! one axis:   0      32      64      96     128     160     192     224     256
//!             |-------|-------|-------|-------|-------|-------|-------|-------|   8 boxes
//!             |||||||||                                                           8 cells of 4 values in each
//! ```
//!
//! A palette entry is skipped if its distance to the nearest point of the box exceeds the distance of another entry to its
//! farthest point. The rest compete for each cell, by their squared distances from the cell's lowest corner. These are sums
//! of one term per axis, so a row of 8 cells takes an addition and a minimum of 8 `u32` lanes, which LLVM vectorises.

use crate::abi::ImagingPaletteInstance;
use crate::error::{Error, Result};
use crate::memory::palette;
use crate::simd::isa::multiversion;

/// The edge of a box, in colour values.
const BOX: i32 = 32;

/// The edge of a box, in cells.
const CELLS: usize = 8;

/// The edge of a cell, in colour values.
const CELL: i32 = 4;

/// Fills the cache entries of the colour's box with the indices of the nearest palette entries.
pub fn update_cache(palette: &mut ImagingPaletteInstance, colour: [i32; 3]) -> Result<()> {
    let lows = colour.map(|value| value & 0xe0);
    let size = palette.size.clamp(0, 256) as usize;
    let nearest = nearest_in_box(&palette.palette.as_chunks::<4>().0[..size], lows);
    let cache = palette::cache(palette).ok_or(Error::Value("palette has no cache"))?;
    let [r, g, b] = lows.map(|low| (low / CELL) as usize);
    for (number, line) in nearest.as_chunks::<CELLS>().0.iter().enumerate() {
        let start = r + (g + number % CELLS) * 64 + (b + number / CELLS) * 64 * 64;
        for (entry, nearest) in cache[start..start + CELLS].iter_mut().zip(line) {
            *entry = i16::from(*nearest);
        }
    }
    Ok(())
}

/// A palette entry's distance from a cell, shifted left by 8, and its index. The minimum of two candidates is the nearer
/// one, and the one with the lower index if both are equally near.
type Candidate = u32;

multiversion! {
    /// Finds the palette entry nearest to the lowest corner of each cell of the box at `lows`; red varies fastest. Index 0 for
    /// an empty palette.
    fn nearest_in_box(colours: &[[u8; 4]], lows: [i32; 3]) -> [u8; CELLS * CELLS * CELLS] {
        // Squared distances from an entry to the nearest and to the farthest point of the box. An entry whose nearest point is
        // farther than another entry's farthest point is nowhere the nearest.
        let mut near = [0; 256];
        let mut least_far = i32::MAX;
        for (near, colour) in near.iter_mut().zip(colours) {
            let mut far = 0;
            for band in 0..3 {
                let below = lows[band] - i32::from(colour[band]);
                let above = -below - (BOX - 1);
                let (to_nearest, to_farthest) = (below.max(above).max(0), -below.min(above));
                *near += to_nearest * to_nearest;
                far += to_farthest * to_farthest;
            }
            least_far = least_far.min(far);
        }

        let mut best = [Candidate::MAX << 8; CELLS * CELLS * CELLS];
        for (entry, colour) in colours.iter().enumerate() {
            if near[entry] > least_far {
                continue;
            }
            // Squared distances along each axis; those of red, green and blue add up.
            let mut axes = [[0; CELLS]; 3];
            for (band, axis) in axes.iter_mut().enumerate() {
                let mut distance = lows[band] - i32::from(colour[band]);
                for squared in axis {
                    *squared = ((distance * distance) as Candidate) << 8;
                    distance += CELL;
                }
            }
            let [r, g, b] = axes;
            for (best, b) in best.as_chunks_mut::<{ CELLS * CELLS }>().0.iter_mut().zip(b) {
                for (best, g) in best.as_chunks_mut::<CELLS>().0.iter_mut().zip(g) {
                    for (best, r) in best.iter_mut().zip(r) {
                        *best = (*best).min(r + (g + b + entry as Candidate));
                    }
                }
            }
        }
        let mut nearest = [0; CELLS * CELLS * CELLS];
        for (nearest, best) in nearest.iter_mut().zip(best) {
            *nearest = best as u8;
        }
        nearest
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::memory::palette::Palette;
    use crate::mode::Mode;

    fn with_colours(colours: &[[u8; 3]]) -> Palette {
        let mut palette = Palette::new(Mode::RGB).expect("small");
        palette.size = colours.len() as i32;
        for (entry, colour) in palette.palette.as_chunks_mut::<4>().0.iter_mut().zip(colours) {
            entry[..3].copy_from_slice(colour);
        }
        palette
    }

    proptest! {
        #[test]
        fn the_cache_holds_the_nearest_colour(
            colours in proptest::collection::vec(any::<[u8; 3]>(), 1..=256), asked in any::<[u8; 3]>(),
        ) {
            let mut palette = with_colours(&colours);
            palette::prepare_cache(&mut palette)?;
            update_cache(&mut palette, asked.map(i32::from))?;
            let cell = asked.map(|value| i32::from(value) & !3);
            let distance = |colour: &[u8; 3]| {
                cell.iter().zip(colour).map(|(a, b)| (a - i32::from(*b)).pow(2)).sum::<i32>()
            };
            let [r, g, b] = cell.map(|value| value as usize / 4);
            let found = palette::cache(&mut palette).expect("prepared")[r + g * 64 + b * 64 * 64];
            let best = colours.iter().map(distance).min().expect("at least one");
            prop_assert_eq!(distance(&colours[found as usize]), best);
            prop_assert!(colours[..found as usize].iter().all(|colour| distance(colour) > best));
        }
    }
}
