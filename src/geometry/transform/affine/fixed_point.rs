//! The DDA in 16.16 fixed point.

#![allow(unsafe_code)] // access without bounds checks, between two checked coordinates

use std::ops::Range;

use bytemuck::Pod;

#[cfg(target_arch = "x86_64")]
use super::avx512::{self, Permutes};
#[cfg(target_arch = "x86_64")]
use crate::geometry::transform::source::Gather;
use crate::geometry::transform::source::{PrefetchDistance, Source};
#[cfg(target_arch = "x86_64")]
use crate::simd::isa;

/// Returns whether the coordinates of all four corners fit into 16.16 fixed point.
pub fn fits(a: &[f64; 6], width: usize, height: usize) -> bool {
    let fits = |x: usize, y: usize| {
        let (x, y) = (x as f64, y as f64);
        (x * a[0] + y * a[1] + a[2]).abs() < 32768.0 && (x * a[3] + y * a[4] + a[5]).abs() < 32768.0
    };
    fits(0, 0) && fits(width, height) && fits(0, height) && fits(width, 0)
}

/// The coordinates (x, y) of the first pixel, and the steps to the next pixel and to the next row, in 1/65536 pixels.
pub struct Dda {
    start: [i32; 2],
    step: [i32; 2],
    row_step: [i32; 2],
    #[cfg(target_arch = "x86_64")]
    permutes: Option<Permutes>,
}

/// Returns the coordinates after `count` steps, which wrap around.
#[inline(always)]
fn advance([x, y]: [i32; 2], [step_x, step_y]: [i32; 2], count: usize) -> [i32; 2] {
    let count = count as i32;
    [x.wrapping_add(step_x.wrapping_mul(count)), y.wrapping_add(step_y.wrapping_mul(count))]
}

impl Dda {
    /// Makes a DDA for pixels `P` from the coefficients of an affine mapping.
    pub fn new<P: Pod>(a: &[f64; 6]) -> Self {
        let fixed = |value: f64| {
            let rounded = (value * 65536.0 + 0.5).floor();
            // NaN and overflow become `i32::MIN`, as in the reference on x86.
            if (-2_147_483_648.0..2_147_483_648.0).contains(&rounded) { rounded as i32 } else { i32::MIN }
        };
        let step = [fixed(a[0]), fixed(a[3])];
        Self {
            start: [fixed(a[2] + a[0] * 0.5 + a[1] * 0.5), fixed(a[5] + a[3] * 0.5 + a[4] * 0.5)],
            step,
            row_step: [fixed(a[1]), fixed(a[4])],
            #[cfg(target_arch = "x86_64")]
            permutes: isa::current().avx512().and_then(|avx512| Permutes::new::<P>(avx512, step)),
        }
    }

    /// Draws row `y`, and returns which of its pixels lie in the source.
    pub fn draw_row<P: Pod>(
        &self,
        out: &mut [P],
        source: &Source<'_, P>,
        y: usize,
        distance: PrefetchDistance,
    ) -> Range<usize> {
        let start = advance(self.start, self.row_step, y);
        let sizes = [source.width(), source.rows().len()];
        let [x, y] = [0, 1].map(|axis| steps_inside(start[axis], self.step[axis], sizes[axis], out.len()));
        let inside = x.start.max(y.start)..x.end.min(y.end);
        if inside.is_empty() {
            return 0..0;
        }
        let start = advance(start, self.step, inside.start);
        self.sample(&mut out[inside.clone()], source, start, distance);
        inside
    }

    /// Copies pixels from coordinates that all lie in the source, from `start` on. Panics if one lies outside.
    fn sample<P: Pod>(&self, out: &mut [P], source: &Source<'_, P>, start: [i32; 2], distance: PrefetchDistance) {
        let Some(steps) = out.len().checked_sub(1) else { return };
        let steps = i64::from(i32::try_from(steps).expect("a row has fewer than 2^31 pixels"));
        for (axis, size) in [source.width(), source.rows().len()].into_iter().enumerate() {
            // In 64 bits, so that the check sees steps that would wrap around.
            let first = i64::from(start[axis]);
            let last = first + i64::from(self.step[axis]) * steps;
            let inside = 0..end_of_axis(size);
            assert!(inside.contains(&first) && inside.contains(&last), "coordinates outside of the source");
        }
        #[cfg(target_arch = "x86_64")]
        if let (1, Some(permutes)) = (size_of::<P>(), &self.permutes) {
            return avx512::permute(permutes.avx512, bytemuck::cast_slice_mut(out), source, start, permutes, distance);
        }
        #[cfg(target_arch = "x86_64")]
        if let Some(gather) = isa::current().avx512().and_then(|avx512| Gather::new(avx512, source)) {
            return avx512::gather(gather.isa(), out, &gather, start, self.step, distance);
        }
        let mut point = start;
        for out in out.chunks_mut(PrefetchDistance::PIXELS) {
            source.prefetch(point[0] >> 16, point[1] >> 16, distance);
            for out in out {
                // SAFETY: `point` lies between the first and the last coordinates, both of which the assertion has
                // found in the source, and in the range of `i32`.
                *out = unsafe { *source.pixel_unchecked(point[0] >> 16, point[1] >> 16) };
                point = advance(point, self.step, 1);
            }
        }
    }
}

/// Returns the end of an axis of `size` pixels, or of the range of `i32` if that is less.
fn end_of_axis(size: usize) -> i64 {
    (size as i64 * 65536).min(i64::from(i32::MAX) + 1)
}

/// Returns which of the first `count` steps along an axis lie within `size` pixels. These are adjacent; they end where
/// the coordinates would wrap around.
fn steps_inside(start: i32, step: i32, size: usize, count: usize) -> Range<usize> {
    let end = end_of_axis(size);
    let (start, step, count) = (i64::from(start), i64::from(step), count as i64);
    // Steps to the left are mirrored to steps to the right.
    let (start, step) = if step < 0 { (end - 1 - start, -step) } else { (start, step) };
    let steps_to = |position: i64| match (position - start, step) {
        (..=0, _) => 0,
        (_, 0) => count,
        (distance, step) => ((distance + step - 1) / step).min(count),
    };
    // Most rows start or end inside, and need no division.
    let last = start + step * (count - 1);
    steps_to(0) as usize..if last < end { count as usize } else { steps_to(end) as usize }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clipped_steps_are_those_inside() {
        let starts = [-200_000, -65_537, -65_536, -1, 0, 1, 65_535, 65_536, 200_000, 327_680, 400_000];
        for (start, size) in starts.into_iter().flat_map(|start| [0, 1, 3, 5].map(|size| (start, size))) {
            for step in [-70_000, -65_536, -10_001, -1, 0, 1, 9_999, 65_536, 65_537, 300_000] {
                let expected = (0..40).filter(|n| (0..size).contains(&((start + step * n) >> 16)));
                let found = steps_inside(start, step, size as usize, 40).map(|n| n as i32);
                assert!(expected.eq(found), "{start} {step} {size}");
            }
        }
        assert_eq!(steps_inside(i32::MAX - 5, 2, 40_000, 40), 0..3);
    }
}
