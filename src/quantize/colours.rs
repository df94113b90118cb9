//! The distinct colours of an image and how often each occurs.
//!
//! Every step of quantization treats equal pixels equally, so only this one looks at all pixels. Images of many pixels are
//! counted in a table with a page of counters for each cell of colour space that occurs; the keys of small ones are sorted.
//! Neither is slow for any choice of colours, as a hash table might be.

use std::ops::Range;

use super::key::{self, CELL_BITS, CELL_COLOURS, CELLS};
use crate::error::{Error, Result};
use crate::exec::parallel;
use crate::image::ImageRef;
use crate::memory::heap::try_vec;

/// A colour of an image.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Colour {
    /// Red, green, blue and 0.
    pub rgb: [u8; 4],
    /// The number of its pixels.
    pub count: u32,
}

/// The distinct colours of an image, sorted by their keys.
#[derive(Debug)]
pub struct Colours {
    pub colours: Vec<Colour>,
    /// The number of each cell that has colours, and of its first colour.
    cells: Vec<(u16, u32)>,
}

/// The pixels of images whose keys are sorted.
const MAX_SORTED: usize = 1 << 16;

/// The most threads that count an image: each may need a table of all cells.
const MAX_THREADS: usize = 4;

/// The estimated cost of counting a pixel.
const COST: usize = 16;

impl Colours {
    /// Counts the pixels of an image of 4-byte pixels, whose fourth byte does not count.
    pub fn of_image(image: &ImageRef<'_>) -> Result<Self> {
        let pixels = image.xsize() * image.ysize();
        if pixels <= MAX_SORTED {
            return Self::of_small_image(image, pixels);
        }
        // Bands of rows, one for each thread.
        let bands = image.ysize().min(MAX_THREADS).min(parallel::num_threads());
        let first_row = |band: usize| image.ysize() * band / bands;
        let count_bands = |range: Range<usize>| {
            let mut counter = Counter::new()?;
            for y in first_row(range.start)..first_row(range.end) {
                counter.count(image.row(y).as_chunks().0)?;
            }
            Ok(Some(counter))
        };
        let merge = |total: &mut Result<Option<Counter>>, part: Result<Option<Counter>>| {
            let sum = match (std::mem::replace(total, Ok(None)), part) {
                (Ok(Some(total)), Ok(Some(part))) => total.merged(&part).map(Some),
                (Ok(None), other) | (other, Ok(None)) => other,
                (Err(error), _) | (_, Err(error)) => Err(error),
            };
            *total = sum;
        };
        let counter = parallel::reduce_rows(bands, COST * (pixels / bands), Ok(None), count_bands, merge)?;
        counter.map_or(Ok(Self { colours: Vec::new(), cells: Vec::new() }), |counter| counter.into_colours())
    }

    fn of_small_image(image: &ImageRef<'_>, pixels: usize) -> Result<Self> {
        let mut keys = Vec::new();
        keys.try_reserve_exact(pixels).map_err(|_| Error::Memory)?;
        for row in image.rows() {
            key::for_keys(row.as_chunks().0, |_, part| {
                keys.extend_from_slice(part);
                Ok::<_, Error>(())
            })?;
        }
        keys.sort_unstable();
        let runs = keys.chunk_by(|a, b| a == b);
        Self::of_sorted(runs.clone().count(), runs.map(|run| (run[0], run.len() as u32)))
    }

    /// Takes the colours of an image of indices: those of the palette, and how often each index occurs.
    #[inline(never)] // a stack frame of its own: a thread's stack may be small
    pub fn of_palette(palette: &[[u8; 4]; 256], counts: &[u64]) -> Result<Self> {
        let mut counted = [(0, 0); 256];
        for ((counted, colour), count) in counted.iter_mut().zip(palette).zip(counts) {
            *counted = (key::key(*colour), *count as u32);
        }
        counted.sort_unstable();
        let used = counted.chunk_by(|a, b| a.0 == b.0).filter_map(|run| {
            let count = run.iter().map(|(_, count)| count).sum();
            (count > 0).then_some((run[0].0, count))
        });
        Self::of_sorted(used.clone().count(), used)
    }

    /// Takes keys in ascending order, and how often each occurs.
    fn of_sorted(length: usize, counts: impl Iterator<Item = (u32, u32)>) -> Result<Self> {
        let mut colours = Vec::new();
        let mut cells: Vec<(u16, u32)> = Vec::new();
        colours.try_reserve_exact(length).map_err(|_| Error::Memory)?;
        cells.try_reserve_exact(length.min(CELLS)).map_err(|_| Error::Memory)?;
        for (n, (key, count)) in (0..).zip(counts) {
            let cell = (key >> CELL_BITS) as u16;
            if cells.last().is_none_or(|(last, _)| *last != cell) {
                cells.push((cell, n));
            }
            colours.push(Colour { rgb: key::colour(key), count });
        }
        Ok(Self { colours, cells })
    }

    /// Returns the number of colours.
    pub fn len(&self) -> usize {
        self.colours.len()
    }

    /// Returns the number of pixels.
    pub fn pixels(&self) -> u32 {
        self.colours.iter().map(|colour| colour.count).sum()
    }

    /// Iterates over the cells that have colours: the number of each, and the range of its colours.
    pub fn cells(&self) -> impl ExactSizeIterator<Item = (usize, Range<usize>)> {
        let end = |n: usize| self.cells.get(n + 1).map_or(self.colours.len(), |(_, start)| *start as usize);
        self.cells.iter().enumerate().map(move |(n, (cell, start))| (usize::from(*cell), *start as usize..end(n)))
    }
}

/// The counters of a cell's colours.
type Page = [u32; CELL_COLOURS];

/// Counts pixels in pages.
struct Counter {
    /// The number of each cell's page, from 1 on; 0 where no pixel was seen.
    page_of_cell: Vec<u16>,
    pages: Vec<Page>,
}

impl Counter {
    fn new() -> Result<Self> {
        Ok(Self { page_of_cell: try_vec(0, CELLS)?, pages: Vec::new() })
    }

    fn count(&mut self, row: &[[u8; 4]]) -> Result<()> {
        key::for_keys(row, |_, keys| {
            for key in keys {
                let (cell, offset) = key::split(*key);
                let counter = &mut self.page(cell)?[offset];
                // An image has fewer than 2^31 pixels.
                *counter = counter.wrapping_add(1);
            }
            Ok(())
        })
    }

    #[inline(always)]
    fn page(&mut self, cell: usize) -> Result<&mut Page> {
        let mut page = self.page_of_cell[cell];
        if page == 0 {
            page = self.add_page(cell)?;
        }
        Ok(&mut self.pages[usize::from(page) - 1])
    }

    #[cold]
    fn add_page(&mut self, cell: usize) -> Result<u16> {
        self.pages.try_reserve(1).map_err(|_| Error::Memory)?;
        self.pages.push([0; CELL_COLOURS]);
        let page = self.pages.len() as u16;
        self.page_of_cell[cell] = page;
        Ok(page)
    }

    /// The pages, in the order of their cells.
    fn pages(&self) -> impl Iterator<Item = (usize, &Page)> {
        let page = |page: u16| Some(&self.pages[usize::from(page.checked_sub(1)?)]);
        self.page_of_cell.iter().enumerate().filter_map(move |(cell, number)| Some((cell, page(*number)?)))
    }

    fn merged(mut self, other: &Self) -> Result<Self> {
        for (cell, page) in other.pages() {
            for (counter, count) in self.page(cell)?.iter_mut().zip(page) {
                *counter = counter.wrapping_add(*count);
            }
        }
        Ok(self)
    }

    fn into_colours(self) -> Result<Colours> {
        let used = |page: &Page| page.iter().filter(|count| **count > 0).count();
        let length = self.pages.iter().map(used).sum::<usize>();
        // The last one is written and not kept: every counter writes a colour, and only some advance.
        let mut colours = try_vec(Colour::default(), length + 1)?;
        let mut cells = Vec::new();
        cells.try_reserve_exact(self.pages.len()).map_err(|_| Error::Memory)?;
        let mut written = 0;
        for (cell, page) in self.pages() {
            cells.push((cell as u16, written as u32));
            let first_key = (cell << CELL_BITS) as u32;
            for (key, count) in (first_key..).zip(page) {
                colours[written] = Colour { rgb: key::colour(key), count: *count };
                written += usize::from(*count > 0);
            }
        }
        colours.truncate(length);
        Ok(Colours { colours, cells })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::image::Image;
    use crate::mode::Mode;
    use crate::testing_random::words;

    fn counted(image: &Image) -> Vec<(u32, u32)> {
        let mut counts = std::collections::BTreeMap::new();
        for row in image.view().expect("whole").rows() {
            for pixel in row.as_chunks().0 {
                *counts.entry(key::key(*pixel)).or_insert(0) += 1;
            }
        }
        counts.into_iter().collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(16))]
        #[test]
        fn every_pixel_is_counted(seed in any::<u32>(), xsize in 1..400usize, ysize in 1..400usize, bits in 0..24u32) {
            let mut image = Image::new(Mode::RGB, xsize, ysize)?;
            let mut random = words(seed);
            for row in image.view_mut()?.rows_mut() {
                for (pixel, word) in row.as_chunks_mut().0.iter_mut().zip(&mut random) {
                    *pixel = (word >> 8 & ((2 << bits) - 1)).to_le_bytes();
                }
            }
            let colours = Colours::of_image(&image.view()?)?;
            let found = colours.colours.iter().map(|colour| (key::key(colour.rgb), colour.count));
            prop_assert_eq!(found.collect::<Vec<_>>(), counted(&image));
            prop_assert_eq!(colours.pixels() as usize, xsize * ysize);
            for (cell, range) in colours.cells() {
                prop_assert!(!range.is_empty());
                prop_assert!(colours.colours[range].iter().all(|colour| key::split(key::key(colour.rgb)).0 == cell));
            }
        }
    }
}
