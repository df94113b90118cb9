//! The palette index of each colour of an image, found in two steps: a page for the colour's cell, and an index there.

use super::colours::Colours;
use super::key::{self, CELL_COLOURS, CELLS};
use crate::error::Result;
use crate::memory::heap::try_vec;

/// The indices of an image's colours.
pub struct IndexMap {
    page_of_cell: Vec<u16>,
    pages: Vec<[u8; CELL_COLOURS]>,
}

impl IndexMap {
    /// Takes the index of each colour.
    pub fn new(colours: &Colours, indices: &[u8]) -> Result<Self> {
        let cells = colours.cells();
        let mut map = Self { page_of_cell: try_vec(0, CELLS)?, pages: try_vec([0; CELL_COLOURS], cells.len().max(1))? };
        for ((n, (cell, range)), page) in (0..).zip(cells).zip(&mut map.pages) {
            map.page_of_cell[cell] = n;
            for (colour, index) in colours.colours[range.clone()].iter().zip(&indices[range]) {
                page[key::split(key::key(colour.rgb)).1] = *index;
            }
        }
        Ok(map)
    }

    /// Returns the index of a colour by its key; an arbitrary one if the image does not have the colour.
    #[inline(always)]
    pub fn index(&self, key: u32) -> u8 {
        let (cell, offset) = key::split(key);
        self.pages[usize::from(self.page_of_cell[cell])][offset]
    }

    /// Writes the indices of a row of pixels.
    pub fn write_row(&self, out: &mut [u8], row: &[[u8; 4]]) {
        let written = key::for_keys(row, |first, keys| {
            for (out, key) in out[first..].iter_mut().zip(keys) {
                *out = self.index(*key);
            }
            Ok::<_, std::convert::Infallible>(())
        });
        written.unwrap_or_else(|never| match never {});
    }
}
