//! Colours of a palette, and the search for the nearest.
//!
//! The search is Heckbert's locally sorted one, as the JPEG library of Thomas Lane has it: colour space is cut into
//! boxes of 32 × 32 × 32, and the first time a colour of a box is asked for, the nearest palette entry is found for all
//! 8 × 8 × 8 cache cells of that box at once. Entries that are too far away from the whole box are left out first.

use std::mem::ManuallyDrop;
use std::ops::{Deref, DerefMut};
use std::ptr::NonNull;

use crate::abi::ImagingPaletteInstance;
use crate::error::{Error, Result};
use crate::memory::{Raw, palette};
use crate::mode::Mode;
use crate::simd::isa::multiversion;

/// A palette that Rust owns.
#[derive(Debug)]
pub struct Palette(NonNull<ImagingPaletteInstance>);

impl Palette {
    /// A palette of no colours, of mode RGB, RGBA or CMYK.
    pub fn new(mode: Mode) -> Result<Self> {
        palette::new(mode).map(Self)
    }

    /// A copy of a palette, without its cache.
    pub fn copy_of(source: &ImagingPaletteInstance) -> Result<Self> {
        palette::duplicate(source).map(Self)
    }

    /// Returns the raw palette, which the caller owns.
    pub(crate) fn into_raw(self) -> *mut ImagingPaletteInstance {
        ManuallyDrop::new(self).0.as_ptr()
    }

    /// Makes it the palette of an image, whose own is deleted.
    ///
    /// # Safety
    ///
    /// The image is live, and nobody uses its palette meanwhile or later.
    pub unsafe fn give_to(self, im: Raw) {
        // SAFETY: the image is live by this function's contract; the palette is its from now on, and no longer this one's.
        unsafe { palette::install(im, ManuallyDrop::new(self).0) };
    }
}

impl Deref for Palette {
    type Target = ImagingPaletteInstance;

    fn deref(&self) -> &ImagingPaletteInstance {
        // SAFETY: the palette lives as long as its owner.
        unsafe { self.0.as_ref() }
    }
}

impl DerefMut for Palette {
    fn deref_mut(&mut self) -> &mut ImagingPaletteInstance {
        // SAFETY: as above, and nobody else uses it meanwhile.
        unsafe { self.0.as_mut() }
    }
}

impl Drop for Palette {
    fn drop(&mut self) {
        // SAFETY: it was made for this owner, and is gone with it.
        unsafe { palette::delete(self.0.as_ptr()) };
    }
}

/// The edge of a box, in colour values.
const BOX: i32 = 32;

/// The edge of a box, in cache cells.
const CELLS: usize = 8;

/// The edge of a cache cell, in colour values.
const CELL: i32 = 4;

/// The first entry of the browser palette; those before it are left to the system.
const BROWSER_START: usize = 10;

/// Writes the 6 × 6 × 6 colours that every browser has, blue changing slowest, from entry 10 on.
pub fn fill_browser(palette: &mut ImagingPaletteInstance) {
    let steps = || (0..=255u8).step_by(51);
    let colours = steps().flat_map(|b| steps().flat_map(move |g| steps().map(move |r| [r, g, b])));
    let entries = &mut palette.palette.as_chunks_mut::<4>().0[BROWSER_START..];
    let mut size = BROWSER_START;
    for (entry, [r, g, b]) in entries.iter_mut().zip(colours) {
        entry[..3].copy_from_slice(&[r, g, b]);
        size += 1;
    }
    palette.size = size as i32;
}

/// Fills the cache for the box that the colour lies in, with the number of the nearest of the palette's colours.
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

/// An entry for a cell: its distance, and in the lower eight bits its number. Of two the lesser one is the nearer, and of
/// two that are equally near, the first.
type Candidate = u32;

multiversion! {
    /// The nearest colour for the first corner of each cell of the box that begins at `lows`, red running fastest; the first
    /// entry where there is none.
    fn nearest_in_box(colours: &[[u8; 4]], lows: [i32; 3]) -> [u8; CELLS * CELLS * CELLS] {
        // An entry may be the nearest to some cell only where its near end is not beyond some other's far end.
        let mut near = [0; 256];
        let mut reach = i32::MAX;
        for (near, colour) in near.iter_mut().zip(colours) {
            let mut far = 0;
            for band in 0..3 {
                let below = lows[band] - i32::from(colour[band]);
                let above = -below - (BOX - 1);
                let (to_nearest, to_farthest) = (below.max(above).max(0), -below.min(above));
                *near += to_nearest * to_nearest;
                far += to_farthest * to_farthest;
            }
            reach = reach.min(far);
        }

        let mut best = [Candidate::MAX << 8; CELLS * CELLS * CELLS];
        for (entry, colour) in colours.iter().enumerate() {
            if near[entry] > reach {
                continue;
            }
            let mut along = [[0; CELLS]; 3];
            for (band, along) in along.iter_mut().enumerate() {
                let mut distance = lows[band] - i32::from(colour[band]);
                for along in along {
                    *along = ((distance * distance) as Candidate) << 8;
                    distance += CELL;
                }
            }
            let [r, g, b] = along;
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
    use crate::mode::Mode;

    fn with_colours(colours: &[[u8; 3]]) -> Box<ImagingPaletteInstance> {
        let mut palette = Box::new(ImagingPaletteInstance {
            mode: Mode::RGB.id(),
            size: colours.len() as i32,
            palette: [255; 1024],
            cache: std::ptr::null_mut(),
            keep_cache: 0,
        });
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
            palette::delete_cache(&mut palette);
        }
    }

    #[test]
    fn the_browser_has_216_colours() {
        let mut palette = with_colours(&[]);
        fill_browser(&mut palette);
        assert_eq!(palette.size, 226);
        assert_eq!(palette.palette[40..44], [0, 0, 0, 255]);
        assert_eq!(palette.palette[225 * 4..226 * 4], [255, 255, 255, 255]);
        assert_eq!(palette.palette[11 * 4..11 * 4 + 3], [51, 0, 0]);
    }
}
