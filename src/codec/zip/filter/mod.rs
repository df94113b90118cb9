//! Chooses and applies the filters of PNG.
//!
//! libpng's heuristic takes the filter whose differences, as signed bytes, have the least sum of absolute values. One pass over
//! the row computes the sums of all filters, and a second one writes the differences of the best. Both are loops over slices
//! that LLVM vectorises: no byte depends on another one's result.

use crate::simd::isa::multiversion;

/// A filter, by its number in PNG.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Filter {
    None = 0,
    Sub = 1,
    Up = 2,
    Average = 3,
    Paeth = 4,
}

/// The bytes that are added up in 16-bit sums at once.
const LANES: usize = 32;
/// The most additions of values up to 128 to a 16-bit sum.
const ADDITIONS: usize = 256;

/// The bytes of a row and their neighbours, which have one length.
#[derive(Clone, Copy)]
struct Neighbours<'a> {
    x: &'a [u8],
    /// To the left.
    a: &'a [u8],
    /// Above.
    b: &'a [u8],
    /// Above left.
    c: &'a [u8],
}

/// Splits a row into the first pixel, with its neighbours above, and the others.
fn neighbours<'a>(row: &'a [u8], above: &'a [u8], pixel: usize) -> (usize, Neighbours<'a>) {
    let above = &above[..row.len()];
    let first = pixel.min(row.len());
    let rest = row.len() - first;
    (first, Neighbours { x: &row[first..], a: &row[..rest], b: &above[first..], c: &above[..rest] })
}

#[inline(always)]
fn average(a: u8, b: u8) -> u8 {
    // Without the carry of the sum.
    (a & b) + ((a ^ b) >> 1)
}

#[inline(always)]
fn paeth(a: u8, b: u8, c: u8) -> u8 {
    let (from_b, from_a) = (i16::from(b) - i16::from(c), i16::from(a) - i16::from(c));
    let (pa, pb, pc) = (from_b.abs(), from_a.abs(), (from_a + from_b).abs());
    let (nearest, distance) = if pb < pa { (b, pb) } else { (a, pa) };
    if pc < distance { c } else { nearest }
}

/// Returns the sum of the absolute values of differences.
#[inline(always)]
fn sum(row: Neighbours<'_>, difference: impl Fn(u8, u8, u8, u8) -> u8) -> u64 {
    #[inline(always)]
    fn weight(difference: u8) -> u16 {
        u16::from((difference as i8).unsigned_abs())
    }
    let [(x, x_rest), (a, a_rest), (b, b_rest), (c, c_rest)] =
        [row.x, row.a, row.b, row.c].map(<[u8]>::as_chunks::<LANES>);
    let mut total = 0;
    for start in (0..x.len()).step_by(ADDITIONS) {
        let end = x.len().min(start + ADDITIONS);
        let mut sums = [0u16; LANES];
        for (((x, a), b), c) in x[start..end].iter().zip(&a[start..end]).zip(&b[start..end]).zip(&c[start..end]) {
            for lane in 0..LANES {
                sums[lane] = sums[lane].wrapping_add(weight(difference(x[lane], a[lane], b[lane], c[lane])));
            }
        }
        total += sums.iter().map(|sum| u64::from(*sum)).sum::<u64>();
    }
    for (((x, a), b), c) in x_rest.iter().zip(a_rest).zip(b_rest).zip(c_rest) {
        total += u64::from(weight(difference(*x, *a, *b, *c)));
    }
    total
}

multiversion! {
    fn sum_none(row: Neighbours<'_>) -> u64 {
        sum(row, |x, _, _, _| x)
    }
    fn sum_sub(row: Neighbours<'_>) -> u64 {
        sum(row, |x, a, _, _| x.wrapping_sub(a))
    }
    fn sum_up(row: Neighbours<'_>) -> u64 {
        sum(row, |x, _, b, _| x.wrapping_sub(b))
    }
    fn sum_average(row: Neighbours<'_>) -> u64 {
        sum(row, |x, a, b, _| x.wrapping_sub(average(a, b)))
    }
    fn sum_paeth(row: Neighbours<'_>) -> u64 {
        sum(row, |x, a, b, c| x.wrapping_sub(paeth(a, b, c)))
    }

    fn write_sub(out: &mut [u8], row: Neighbours<'_>) {
        for ((out, x), a) in out.iter_mut().zip(row.x).zip(row.a) {
            *out = x.wrapping_sub(*a);
        }
    }
    fn write_up(out: &mut [u8], row: Neighbours<'_>) {
        for ((out, x), b) in out.iter_mut().zip(row.x).zip(row.b) {
            *out = x.wrapping_sub(*b);
        }
    }
    fn write_average(out: &mut [u8], row: Neighbours<'_>) {
        for (((out, x), a), b) in out.iter_mut().zip(row.x).zip(row.a).zip(row.b) {
            *out = x.wrapping_sub(average(*a, *b));
        }
    }
    fn write_paeth(out: &mut [u8], row: Neighbours<'_>) {
        for ((((out, x), a), b), c) in out.iter_mut().zip(row.x).zip(row.a).zip(row.b).zip(row.c) {
            *out = x.wrapping_sub(paeth(*a, *b, *c));
        }
    }
}

/// Returns the filter with the least sum. The first of equal ones in the order of the loop wins.
fn choose(row: &[u8], above: &[u8], pixel: usize, with_average: bool) -> Filter {
    let (first, rest) = neighbours(row, above, pixel);
    // The first pixel has no left neighbours.
    let start = &row[..first];
    let mut best = (Filter::None, u64::MAX);
    for filter in [Filter::None, Filter::Up, Filter::Sub, Filter::Average, Filter::Paeth] {
        if best.1 == 0 || (filter == Filter::Average && !with_average) {
            continue;
        }
        let first_sum: u64 = start
            .iter()
            .zip(above)
            .map(|(x, b)| {
                let predicted = match filter {
                    Filter::None | Filter::Sub => 0,
                    Filter::Up | Filter::Paeth => *b,
                    Filter::Average => b / 2,
                };
                u64::from((x.wrapping_sub(predicted) as i8).unsigned_abs())
            })
            .sum();
        let sum = first_sum
            + match filter {
                Filter::None => sum_none(rest),
                Filter::Sub => sum_sub(rest),
                Filter::Up => sum_up(rest),
                Filter::Average => sum_average(rest),
                Filter::Paeth => sum_paeth(rest),
            };
        if sum < best.1 {
            best = (filter, sum);
        }
    }
    best.0
}

/// Filters a row with the best filter. `out` has a byte for the filter and the length of `row`, as `above` has. `pixel` is the
/// number of bytes of a pixel.
pub fn filter(out: &mut [u8], row: &[u8], above: &[u8], pixel: usize, with_average: bool) {
    let filter = choose(row, above, pixel, with_average);
    apply(filter, out, row, above, pixel);
}

/// Applies a filter.
fn apply(filter: Filter, out: &mut [u8], row: &[u8], above: &[u8], pixel: usize) {
    let (first, rest) = neighbours(row, above, pixel);
    let Some((number, out)) = out.split_first_mut() else { return };
    *number = filter as u8;
    if filter == Filter::None {
        out.copy_from_slice(row);
        return;
    }
    let (start, out) = out.split_at_mut(first);
    for ((out, x), b) in start.iter_mut().zip(row).zip(above) {
        *out = match filter {
            Filter::None | Filter::Sub => *x,
            Filter::Up | Filter::Paeth => x.wrapping_sub(*b),
            Filter::Average => x.wrapping_sub(b / 2),
        };
    }
    match filter {
        Filter::None => {}
        Filter::Sub => write_sub(out, rest),
        Filter::Up => write_up(out, rest),
        Filter::Average => write_average(out, rest),
        Filter::Paeth => write_paeth(out, rest),
    }
}

#[cfg(test)]
mod tests {
    use super::super::unfilter::unfilter;
    use super::*;
    use crate::testing_random::words;

    #[test]
    fn filters_are_undone_and_the_best_is_chosen() {
        let mut bytes = words(1).map(|word| (word >> 24) as u8 >> (word >> 8 & 7));
        for pixel in [1, 2, 3, 4, 6, 8] {
            for length in (0..70).chain([500, 20_000]) {
                let row: Vec<u8> = bytes.by_ref().take(length).collect();
                let above: Vec<u8> = bytes.by_ref().take(length).collect();
                let order = [Filter::None, Filter::Up, Filter::Sub, Filter::Average, Filter::Paeth];
                let all = order.map(|filter| {
                    let mut out = vec![9; length + 1];
                    apply(filter, &mut out, &row, &above, pixel);
                    let mut undone = out[1..].to_vec();
                    unfilter(out[0], &mut undone, &above, pixel).expect("a filter");
                    assert_eq!(undone, row);
                    (out[1..].iter().map(|x| u32::from((*x as i8).unsigned_abs())).sum::<u32>(), filter)
                });
                for with_average in [false, true] {
                    let allowed = all.iter().filter(|(_, filter)| with_average || *filter != Filter::Average);
                    let best = allowed.min_by_key(|(sum, _)| *sum).expect("not empty");
                    assert_eq!(choose(&row, &above, pixel, with_average), best.1);
                }
            }
        }
    }
}
