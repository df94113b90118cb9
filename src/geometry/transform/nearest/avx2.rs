//! AVX2: gathers the nearest pixels, eight at a time.
//!
//! The coordinates are approximate: of single precision for most perspective mappings ([`PerspectiveRow`]), sums of steps
//! for most affine and quad ones ([`RowDda`]), otherwise [`Positions`] that are mapped one by one. Where one of them is so
//! near to the edge of a pixel that the exact coordinates may lie in another pixel, eight pixels are mapped exactly.

use std::arch::x86_64::*;

use bytemuck::Pod;

use crate::geometry::transform::mapping::Mapping;
use crate::geometry::transform::positions::avx2::{LANES, MAX_STEPS, Positions, RowDda, are_exact, exact_integers};
use crate::geometry::transform::source::avx2::store;
use crate::geometry::transform::source::{Gather, PrefetchDistance};
use crate::simd::isa::{Avx2, entry};

/// The fewest vectors of a segment for which a [`RowDda`] is started.
const MIN_DDA_VECTORS: usize = 8;

entry! {
    /// Draws the pixels of row `y`, but for less than a vector at the end. Those outside of the source become zero if
    /// `fill` is set; otherwise they are not changed. Returns the number of pixels.
    pub fn draw_row[P: Pod][P](
        Avx2, out: &mut [P], source: &Gather<'_, P, Avx2>, mapping: &Mapping, y: usize, distance: PrefetchDistance,
        fill: bool,
    ) -> usize = draw_row_avx2::<P>;
}

#[target_feature(enable = "avx2")]
fn draw_row_avx2<P: Pod>(
    out: &mut [P],
    source: &Gather<'_, P, Avx2>,
    mapping: &Mapping,
    y: usize,
    distance: PrefetchDistance,
    fill: bool,
) -> usize {
    let perspective = PerspectiveRow::new(mapping, y, out.len(), [source.width(), source.height()]);
    let is_exact = are_exact(mapping, out.len(), y);
    let vectors = out.as_chunks_mut::<LANES>().0;
    let count = vectors.len() * LANES;
    for (n, segment) in vectors.chunks_mut(MAX_STEPS / LANES).enumerate() {
        let start = n * MAX_STEPS;
        // To start takes as long as to map some vectors one by one.
        let mut dda = if segment.len() < MIN_DDA_VECTORS {
            None
        } else {
            RowDda::new(mapping, [start, y], segment.len() * LANES, 0.0)
        };
        for (x, out) in (start..).step_by(LANES).zip(segment) {
            let integers = if let Some(row) = &perspective {
                row.integers(x)
            } else {
                let positions = match &mut dda {
                    Some(dda) => dda.next_positions(),
                    None => Positions::new(mapping, x, y, 0.0),
                };
                if is_exact { Some([positions.x.integer, positions.y.integer]) } else { positions.integers() }
            };
            let [columns, rows] = integers.unwrap_or_else(|| exact_integers(mapping, x, y));
            let (pixels, inside) = source.pixels(columns, rows, distance);
            let is_partial = _mm256_movemask_epi8(inside) != -1;
            store(out, pixels, (is_partial && !fill).then_some(inside));
        }
    }
    count
}

/// A row of a perspective mapping, in single precision.
///
/// A coordinate is a quotient of two sums of two terms. With u = 2^-24, which is the rounding error of a float relative to
/// it, a sum is off by at most 4 u times its absolute terms: two factors, or the constant, one product and the sum are
/// rounded. The divisor's error counts relative to the divisor.
struct PerspectiveRow {
    /// The coefficients of x, and the constants, of both dividends and of the divisor.
    sums: [[f32; 2]; 3],
    /// The bounds of the errors of coordinates within the source.
    errors: [f32; 2],
}

/// The largest error: beyond it, too many pixels would be near an edge.
const MAX_ERROR: f64 = 1.0 / 64.0;

impl PerspectiveRow {
    /// Returns `None` for another mapping, or if a coordinate of the first `width` pixels of row `y` may have too large
    /// an error, for a source with these numbers of columns and rows.
    fn new(mapping: &Mapping, y: usize, width: usize, sizes: [i32; 2]) -> Option<Self> {
        const U: f64 = 1.0 / (1 << 24) as f64;
        let Mapping::Perspective([a0, a1, a2, a3, a4, a5, a6, a7]) = mapping else { return None };
        let (width, y) = (width as f64, y as f64 + 0.5);
        let sums = [[*a0, a1 * y + a2], [*a3, a4 * y + a5], [*a6, a7 * y + 1.0]];
        let terms = sums.map(|[factor, constant]| factor.abs() * width + constant.abs());
        let [start, end] = [sums[2][1], sums[2][1] + sums[2][0] * width];
        let least = start.abs().min(end.abs());
        let errors = [0, 1].map(|axis| {
            let size = f64::from(sizes[axis]) + 1.0;
            // The quotient, and the bound's own addition, are rounded, too; 5 and 4 leave room for the exact roundings.
            U * (5.0 * terms[axis] / least + size * (5.0 * terms[2] / least + 4.0))
        });
        let is_small = width < f64::from(1 << 22) && terms.iter().all(|terms| *terms < 1e30) && least > 1e-6;
        let fits = is_small && start * end > 0.0 && errors.iter().all(|error| *error < MAX_ERROR);
        fits.then_some(Self {
            sums: sums.map(|sum| sum.map(|value| value as f32)),
            errors: errors.map(|error| error as f32),
        })
    }

    /// Returns the integers of the coordinates of eight pixels from `x` on, or `None` if those of the exact coordinates
    /// may be others.
    #[inline]
    #[target_feature(enable = "avx2")]
    fn integers(&self, x: usize) -> Option<[__m256i; 2]> {
        let numbers = _mm256_setr_ps(0.5, 1.5, 2.5, 3.5, 4.5, 5.5, 6.5, 7.5);
        let x = _mm256_add_ps(_mm256_set1_ps(x as f32), numbers);
        let sum = |[factor, constant]: [f32; 2]| {
            _mm256_add_ps(_mm256_mul_ps(_mm256_set1_ps(factor), x), _mm256_set1_ps(constant))
        };
        let reciprocal = _mm256_div_ps(_mm256_set1_ps(1.0), sum(self.sums[2]));
        let floor = |axis: usize| {
            let coordinates = _mm256_mul_ps(sum(self.sums[axis]), reciprocal);
            let above = _mm256_add_ps(coordinates, _mm256_set1_ps(self.errors[axis]));
            let floor = _mm256_floor_ps(above);
            let is_near = _mm256_sub_ps(above, floor);
            (floor, _mm256_cmp_ps::<_CMP_LT_OQ>(is_near, _mm256_set1_ps(2.0 * self.errors[axis])))
        };
        let ((columns, near_x), (rows, near_y)) = (floor(0), floor(1));
        let near = _mm256_movemask_ps(_mm256_or_ps(near_x, near_y)) != 0;
        (!near).then_some([_mm256_cvttps_epi32(columns), _mm256_cvttps_epi32(rows)])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geometry::transform::mapping::pixel_index;
    use crate::simd::isa::Isa;

    entry! {
        fn integers(Avx2, row: &PerspectiveRow, x: usize) -> Option<[[i32; LANES]; 2]> = integers_avx2;
    }

    #[target_feature(enable = "avx2")]
    fn integers_avx2(row: &PerspectiveRow, x: usize) -> Option<[[i32; LANES]; 2]> {
        row.integers(x).map(bytemuck::cast)
    }

    #[test]
    fn single_precision_gives_the_exact_pixels_or_none() {
        const SIZES: [i32; 2] = [2560, 1600];
        let Some(avx2) = Isa::available().find_map(Isa::avx2) else { return };
        let mappings = [
            [0.9, 0.2, 100.0, -0.2, 0.9, 300.0, 1e-5, 2e-5],
            [0.9, 0.2, 100.0, -0.2, 0.9, 300.0, -1e-4, 2e-5],
            [1.0, 0.0, 0.25, 0.0, 1.0, -0.125, 0.0, 0.0],
            [-0.7, 0.2, 1000.3, 0.1, 3.1, -900.0, 3e-4, -3e-4],
            [2.0, 0.0, 0.0, 0.0, 2.0, 0.0, 0.0, 0.0],
        ];
        let mut found = 0;
        for a in mappings {
            let mapping = Mapping::Perspective(a);
            for y in [0, 1, 77, 1000, 1599] {
                let Some(row) = PerspectiveRow::new(&mapping, y, 2560, SIZES) else { continue };
                for x in (0..2560).step_by(LANES) {
                    let Some([columns, rows]) = integers(avx2, &row, x) else { continue };
                    for n in 0..LANES {
                        let exact = mapping.map(x + n, y);
                        let clip = |index: i32, size: i32| (0..size).contains(&index).then_some(index);
                        let expected = [clip(pixel_index(exact.0), SIZES[0]), clip(pixel_index(exact.1), SIZES[1])];
                        let integers = [clip(columns[n], SIZES[0]), clip(rows[n], SIZES[1])];
                        assert_eq!(integers, expected, "{a:?} {x} {y}");
                        found += 1;
                    }
                }
            }
        }
        assert!(found > 10_000, "{found} pixels");
        for a in [[1.0; 8], [f64::NAN; 8], [0.9, 0.2, 100.0, -0.2, 0.9, 300.0, -1e-3, 0.0]] {
            assert!(PerspectiveRow::new(&Mapping::Perspective(a), 3, 2560, SIZES).is_none() || a[6] == 1.0, "{a:?}");
        }
        assert!(PerspectiveRow::new(&Mapping::affine([1.0; 6]), 0, 9, SIZES).is_none());
    }
}
