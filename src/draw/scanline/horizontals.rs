//! Horizontal edges beside the spans of their row, for an ink that must draw each pixel once.
//!
//! A row is drawn from the left to the right: `end` is the first column that has not been passed yet. Before each span, and at
//! the end, the reference goes through the horizontal edges in their order. It draws one that starts at or before `end`, from
//! there on, and passes it. One that starts further to the right waits for the next time: so after the last span, edges
//! beyond a gap are left out. Where no edge intersects the row, the first horizontal one is drawn wherever it starts.
//!
//! To try all edges before each span would take quadratic time. Here an edge waits in a list that is sorted by its start, until
//! `end` has reached it; then in a heap, by its number.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use crate::draw::edge::Edge;
use crate::draw::list::List;
use crate::error::{Error, Result};

/// Draws the rows of an ink that blends. Keeps its memory for the next row.
#[derive(Default)]
pub struct Horizontals {
    /// The edges that start beyond `end`, the leftmost last: start, number in the row, and end.
    waiting: Vec<Reverse<(i32, u32, i32)>>,
    /// The edges that have been reached, by their number: number and end.
    reached: BinaryHeap<Reverse<(u32, i32)>>,
    /// Those that have been reached behind an edge with a higher number.
    late: Vec<Reverse<(u32, i32)>>,
}

impl Horizontals {
    /// Draws the spans of a row that edges intersect, in ascending order, and its horizontal edges: each pixel at most once.
    /// `draw` gets the first and the last column.
    pub fn draw_once<'a>(
        &mut self,
        spans: impl Iterator<Item = (i32, i32)>,
        edges: impl Iterator<Item = &'a Edge>,
        mut draw: impl FnMut(i32, i32),
    ) -> Result<()> {
        self.start(edges)?;
        let mut end = 0;
        for (start, last) in spans {
            if i64::from(last) >= end {
                end = self.pass(end, &mut draw);
            }
            if i64::from(last) >= end {
                draw(end.max(start.into()) as i32, last); // at most the greater of `start` and `last`
                end = i64::from(last) + 1;
            }
        }
        self.pass(end, &mut draw);
        Ok(())
    }

    /// Makes room for rows of up to `count` edges.
    pub fn reserve(&mut self, count: usize) -> Result<()> {
        List::reserve(&mut self.waiting, count)?;
        List::reserve(&mut self.late, count)?;
        self.reached.try_reserve(count).map_err(|_| Error::Memory)
    }

    /// Lets all edges of a row wait.
    fn start<'a>(&mut self, edges: impl Iterator<Item = &'a Edge>) -> Result<()> {
        self.waiting.clear();
        self.reached.clear();
        for (number, edge) in (0..).zip(edges) {
            List::push(&mut self.waiting, Reverse((edge.xmin, number, edge.xmax)))?;
        }
        self.waiting.sort_unstable();
        let count = self.waiting.len();
        List::reserve(&mut self.late, count)?;
        self.reached.try_reserve(count).map_err(|_| Error::Memory)
    }

    /// Goes through the edges once. Returns the first column that has not been passed.
    fn pass(&mut self, mut end: i64, mut draw: impl FnMut(i32, i32)) -> i64 {
        let mut number_before = None;
        loop {
            while let Some(Reverse((_, number, last))) = self.waiting.pop_if(|edge| i64::from(edge.0.0) <= end) {
                // Its turn in this pass is over: it is drawn in the next one.
                let is_late = number_before.is_some_and(|before| number < before);
                if is_late {
                    self.late.push(Reverse((number, last)));
                } else {
                    self.reached.push(Reverse((number, last)));
                }
            }
            let Some(Reverse((number, last))) = self.reached.pop() else { break };
            number_before = Some(number);
            if i64::from(last) >= end {
                // At or after 0, since the first span has been reached.
                draw(end as i32, last);
                end = i64::from(last) + 1;
            }
        }
        self.reached.extend(self.late.drain(..));
        end
    }
}

/// Draws the horizontal edges of a row without intersections. The first one that is not left of the image is drawn wherever it
/// starts.
pub fn draw_alone<'a>(edges: impl Iterator<Item = &'a Edge>, mut draw: impl FnMut(i32, i32)) {
    // The reference's mark for this, which it takes for a column, too.
    let mut end = -1;
    for Edge { xmin, xmax, .. } in edges {
        let first = end.max(i64::from(*xmin));
        if (end == -1 || end == first) && i64::from(*xmax) >= first {
            draw(first as i32, *xmax); // at most `xmax`
            end = i64::from(*xmax) + 1;
        }
    }
}
