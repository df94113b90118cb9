//! Steps from place to place, in 65536ths of a pixel, all of the same size.

use bytemuck::Pod;

use super::table::{Ahead, Table};

/// A place in the input, or a step: from the left, from the top.
pub type Pair<T> = [T; 2];

/// How many steps are taken at once, at the most.
pub const MOST: usize = 64;

/// The place so many steps of this size after another one.
#[inline(always)]
pub fn after([x, y]: Pair<i32>, [right, down]: Pair<i32>, steps: usize) -> Pair<i32> {
    let steps = steps as i32;
    [x.wrapping_add(right.wrapping_mul(steps)), y.wrapping_add(down.wrapping_mul(steps))]
}

/// Steps of one size.
pub struct Steps {
    /// The size.
    pub step: Pair<i32>,
    /// Where the first ones lead, along each axis.
    pub first: Pair<First>,
}

/// Where the first steps lead, along one axis.
pub struct First {
    /// Pixels.
    pub whole: [i8; MOST],
    /// What is left, in 65536ths.
    pub rest: [u16; MOST],
}

impl Steps {
    /// Steps of this size.
    pub fn new(step: Pair<i32>) -> Self {
        let first = step.map(|step| {
            let after = |steps: usize| step.wrapping_mul(steps as i32);
            First {
                whole: std::array::from_fn(|n| (after(n) >> 16) as i8),
                rest: std::array::from_fn(|n| after(n) as u16),
            }
        });
        Self { step, first }
    }

    /// The place so many steps after another one.
    #[inline(always)]
    pub fn after(&self, start: Pair<i32>, steps: usize) -> Pair<i32> {
        after(start, self.step, steps)
    }

    /// Picks pixels from places, all of which must be inside.
    pub fn pick<P: Pod>(&self, out: &mut [P], table: &Table<'_, P>, start: Pair<i32>, ahead: Ahead) {
        let Some(steps) = out.len().checked_sub(1) else { return };
        for [x, y] in [start, self.after(start, steps)] {
            assert!(table.pixel(x >> 16, y >> 16).is_some(), "a place outside");
        }
        #[cfg(target_arch = "x86_64")]
        if super::x86::steps(out, table, start, self, ahead) {
            return;
        }
        let mut place = start;
        for out in out.chunks_mut(Ahead::PIXELS) {
            table.ask_ahead(place[0] >> 16, place[1] >> 16, ahead);
            for out in out {
                // SAFETY: it is between the first and the last place, both of which are inside.
                *out = unsafe { *table.pixel_unchecked(place[0] >> 16, place[1] >> 16) };
                place = self.after(place, 1);
            }
        }
    }
}
