//! The spans between the intersections of a row: in ascending order, the first and second are the ends of a span, the third and
//! fourth, and so on.
//!
//! Few intersections are sorted. Where they are many for the width of the image, they are counted instead, by cells:
//!
//! ```text
//! pixel     -1   0      1      2        a cell for each pixel, and one for each tie between two of them,
//! cell       0   2   3  4   5  6        where a span starts at the next pixel and ends at the one before
//! ```
//!
//! The first cell takes what lies left of the image, and the last one what lies right of it. Which pixels the spans cover
//! depends on the order of the cells, and on whether a cell has none, an odd or an even number of intersections: one byte for
//! each, and one pass over them. An even number within a span neither ends it nor starts another one; outside, it is a span of
//! the cell's pixel.

use crate::draw::edge::{round_down, round_up};
use crate::draw::list::List;
use crate::error::Result;

/// The widest image whose intersections are counted: its ties are exact in single precision.
const MAX_COUNTED_XSIZE: usize = 1 << 20;

/// The cells that a pass looks at in the time that sorting takes for an intersection.
const CELLS_PER_INTERSECTION: usize = 16;

/// What a cell holds: no intersection, an odd number, or an even one.
const NONE: u8 = 0;
const ODD: u8 = 1;
const EVEN: u8 = 2;

/// The intersections of a row. Keeps its memory for the next row.
#[derive(Default)]
pub struct Intersections<L> {
    found: L,
    /// By the number of the cell.
    cells: Vec<u8>,
}

impl<L: List<f32>> Intersections<L> {
    /// Makes room for rows of up to `count` intersections in an image with this width.
    pub fn reserve(&mut self, count: usize, xsize: usize) -> Result<()> {
        self.found.reserve(count)?;
        if is_counted(count, xsize) { List::reserve(&mut self.cells, cells(xsize)) } else { Ok(()) }
    }

    /// Starts a row.
    pub fn clear(&mut self) {
        self.found.clear();
    }

    /// Adds an intersection.
    #[inline(always)]
    pub fn push(&mut self, x: f32) -> Result<()> {
        self.found.push(x)
    }

    /// Whether the row has none.
    pub fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    /// Sorts the intersections and returns the spans between them, from the left to the right: first and last pixel. They may
    /// overlap, and be empty.
    #[inline(always)]
    pub fn spans(&mut self) -> impl Iterator<Item = (i32, i32)> {
        self.found.sort_unstable_by(f32::total_cmp);
        self.found.as_chunks::<2>().0.iter().map(|[start, end]| (round_up(*start), round_down(*end)))
    }

    /// Calls `draw` with spans, from the left to the right, that cover the same pixels of an image with this width, each once.
    #[inline(always)]
    pub fn cover(&mut self, xsize: usize, mut draw: impl FnMut(i32, i32)) -> Result<()> {
        let count = self.found.len();
        // An odd number leaves the last one over, which counting cannot tell from the others.
        if is_counted(count, xsize) && count.is_multiple_of(2) {
            self.count(xsize)?;
            draw_counted(&self.cells, draw);
            return Ok(());
        }
        let mut end = i32::MIN;
        for (first, last) in self.spans() {
            if last >= end {
                draw(first.max(end), last);
                end = last.saturating_add(1);
            }
        }
        Ok(())
    }

    fn count(&mut self, xsize: usize) -> Result<()> {
        self.cells.clear();
        List::reserve(&mut self.cells, cells(xsize))?;
        self.cells.resize(cells(xsize), NONE);
        for x in self.found.iter() {
            let cell = &mut self.cells[cell_of(*x, xsize)];
            *cell = if *cell == ODD { EVEN } else { ODD };
        }
        Ok(())
    }
}

/// Whether the intersections of a row are counted.
#[inline(always)]
fn is_counted(count: usize, xsize: usize) -> bool {
    count > 32 && count.saturating_mul(CELLS_PER_INTERSECTION) > 2 * xsize && xsize <= MAX_COUNTED_XSIZE
}

/// The number of cells of a row.
fn cells(xsize: usize) -> usize {
    2 * xsize + 3
}

/// Calls `draw` with the spans between the intersections that cells hold, an even number of them. Those without a gap between
/// them are one span.
fn draw_counted(cells: &[u8], mut draw: impl FnMut(i32, i32)) {
    let (mut start, mut before) = (None, None::<(i32, i32)>);
    let mut cover = |first: i32, last: i32| match &mut before {
        Some(before) if before.1 >= first - 1 => before.1 = before.1.max(last),
        _ if first > last => (),
        before => {
            if let Some((first, last)) = before.replace((first, last)) {
                draw(first, last);
            }
        }
    };
    for (number, cell) in cells.iter().enumerate().filter(|(_, cell)| **cell != NONE) {
        let (up, down) = pixels_of(number);
        match (start, *cell) {
            (None, ODD) => start = Some(up),
            (None, _) => cover(up, down),
            (Some(first), ODD) => {
                cover(first, down);
                start = None;
            }
            (Some(_), _) => (),
        }
    }
    if let Some((first, last)) = before {
        draw(first, last);
    }
}

/// The number of the cell of an intersection: the sum of the pixels at which a span starts and ends here, and 2.
#[inline(always)]
fn cell_of(x: f32, xsize: usize) -> usize {
    if x >= xsize as f32 {
        2 * xsize + 2
    } else if x < 0.0 {
        // A tie at -0.5 is rounded to -1 and to 0: from either, a span in the image starts at 0.
        if x >= -0.5 { 2 } else { 0 }
    } else {
        let (up, below) = ((x + 0.5) as i32, x - 0.5);
        let down = below as i32 + i32::from(below > (below as i32) as f32);
        (up + down + 2) as usize
    }
}

/// The pixels at which a span starts and ends in a cell.
#[inline(always)]
fn pixels_of(cell: usize) -> (i32, i32) {
    let sum = cell as i32 - 2;
    ((sum + 1) >> 1, sum >> 1)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The pixels of an image that spans cover.
    fn covered(spans: &[(i32, i32)], xsize: usize) -> Vec<bool> {
        let mut pixels = vec![false; xsize];
        for (first, last) in spans {
            for x in (*first).max(0)..=(*last).min(xsize as i32 - 1) {
                pixels[x as usize] = true;
            }
        }
        pixels
    }

    #[test]
    fn cells_are_the_rounded_pixels() {
        let limits = |x: f32| [x - 1e-6, x, x + 1e-6, x.next_down(), x.next_up()];
        for x in (-60..=160).flat_map(|n| limits(n as f32 / 8.0)).chain([0.499_999_97, f32::MAX, f32::MIN, -0.0]) {
            let (up, down) = pixels_of(cell_of(x, 18));
            let clamp = |pixel: i32| pixel.clamp(-1, 18);
            assert_eq!(up.max(0), clamp(round_up(x)).max(0), "{x}");
            assert_eq!(down, clamp(round_down(x)), "{x}");
        }
    }

    proptest! {
        #[test]
        fn counting_covers_what_sorting_does(
            halves in proptest::collection::vec(-9..60i32, 0..70), xsize in 0..24usize
        ) {
            let mut row = Intersections::<Vec<f32>>::default();
            for half in &halves[..halves.len() / 2 * 2] {
                row.push(*half as f32 / 2.0)?;
            }
            let expected = covered(&row.spans().collect::<Vec<_>>(), xsize);
            row.count(xsize)?;
            let mut counted = Vec::new();
            draw_counted(&row.cells, |first, last| counted.push((first, last)));
            prop_assert_eq!(covered(&counted, xsize), expected);
            prop_assert!(counted.windows(2).all(|pair| pair[0].1 + 1 < pair[1].0));
        }
    }
}
