//! Columns of a row that pixels are picked from.

use bytemuck::{AnyBitPattern, NoUninit};

#[cfg(target_arch = "x86_64")]
use super::x86::Near;
use crate::error::Result;
use crate::simd::isa::multiversion;

/// Columns of a row, in any order, any of them several times.
pub struct Columns {
    columns: Vec<u32>,
    /// How many pixels the row has to have.
    width: usize,
    /// Whether they are every other one from the first on.
    every_other: bool,
    /// The same columns, where those beside each other are so near each other that a vector or two have them all.
    #[cfg(target_arch = "x86_64")]
    near: Option<Near>,
}

impl Columns {
    /// These columns, of rows of `width` pixels `P`. All are within that width.
    pub fn new<P>(columns: Vec<u32>, width: usize) -> Result<Self> {
        let last = columns.iter().max().map_or(0, |last| *last as usize + 1);
        assert!(last <= width, "column {last} of a row of {width}");
        let every_other = columns.windows(2).all(|two| two[1] == two[0].wrapping_add(2));
        Ok(Self {
            #[cfg(target_arch = "x86_64")]
            near: Near::new(&columns, width, size_of::<P>())?,
            columns,
            width,
            every_other,
        })
    }

    /// Picks pixels, one for each column. Panics where the row is not as wide as was said.
    pub fn pick<P: AnyBitPattern + NoUninit>(&self, out: &mut [P], row: &[P]) {
        /// Pixels that are picked in one go.
        const STEP: usize = 8;
        assert!(self.width <= row.len(), "{} columns of a row of {}", self.width, row.len());
        if let (true, Some(first)) = (self.every_other, self.columns.first()) {
            return pick_every_other(out, &row[*first as usize..]);
        }
        #[cfg(target_arch = "x86_64")]
        if let Some(near) = &self.near {
            return near.pick(bytemuck::cast_slice_mut(out), bytemuck::cast_slice(row));
        }
        // SAFETY: no column is beyond the width, and the row is as wide.
        let pixel = |column: u32| unsafe { *row.get_unchecked(column as usize) };
        let (steps, rest) = out.as_chunks_mut::<STEP>();
        let (columns, last) = self.columns.as_chunks::<STEP>();
        for (out, columns) in steps.iter_mut().zip(columns) {
            for (out, column) in out.iter_mut().zip(columns) {
                *out = pixel(*column);
            }
        }
        for (out, column) in rest.iter_mut().zip(last) {
            *out = pixel(*column);
        }
    }
}

/// Picks every other pixel, from the first on.
fn pick_every_other<P: AnyBitPattern + NoUninit>(out: &mut [P], row: &[P]) {
    match size_of::<P>() {
        1 => first_of_pairs_1(bytemuck::cast_slice_mut(out), bytemuck::cast_slice(row)),
        _ => first_of_pairs_4(bytemuck::cast_slice_mut(out), bytemuck::cast_slice(row)),
    }
    // The last pixel of a row has none behind it.
    if let (Some(out), (_, [pixel])) = (out.get_mut(row.len() / 2), row.as_chunks::<2>()) {
        *out = *pixel;
    }
}

multiversion! {
    /// A pair is one number, of which the lower half is the first pixel: so nothing is read that is not there, and the
    /// compiler need not leave the last ones to be done one by one.
    fn first_of_pairs_1(out: &mut [u8], row: &[u8]) {
        for (out, pair) in out.iter_mut().zip(row.as_chunks().0) {
            *out = u16::from_le_bytes(*pair) as u8;
        }
    }

    /// The same for pixels of four bytes.
    fn first_of_pairs_4(out: &mut [u8], row: &[u8]) {
        for (out, pair) in out.as_chunks_mut().0.iter_mut().zip(row.as_chunks().0) {
            *out = (u64::from_le_bytes(*pair) as u32).to_le_bytes();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_picked_in_their_order() {
        let row: [u8; 100] = std::array::from_fn(|x| x as u8);
        let every_other = |first: u32, count: u32| (0..count).map(move |x| first + 2 * x).collect::<Vec<_>>();
        let all =
            [vec![], vec![99], vec![5, 4, 3], vec![7, 7, 8], every_other(0, 50), every_other(1, 50), every_other(3, 9)];
        for columns in all {
            let expected: Vec<_> = columns.iter().map(|column| *column as u8).collect();
            let mut out = vec![0; columns.len()];
            Columns::new::<u8>(columns, row.len()).expect("small").pick(&mut out, &row);
            assert_eq!(out, expected);
        }
    }

    #[test]
    fn near_columns_are_picked_as_any() {
        fn check<P: AnyBitPattern + NoUninit + PartialEq + std::fmt::Debug>(row: &[P]) {
            for (count, step) in
                [(16, 1.0), (64, 1.0), (65, 0.4), (500, 0.45), (300, 1.9), (300, 3.1), (150, -0.7), (900, 0.0)]
            {
                let first = if step < 0.0 { row.len() as f64 - 1.0 } else { 0.9 };
                let columns: Vec<u32> = (0..count).map(|x| (first + step * f64::from(x)) as u32).collect();
                let Some(columns) = columns.iter().all(|x| (*x as usize) < row.len()).then_some(columns) else {
                    continue;
                };
                let expected: Vec<P> = columns.iter().map(|x| row[*x as usize]).collect();
                let mut out = vec![P::zeroed(); columns.len()];
                Columns::new::<P>(columns, row.len()).expect("small").pick(&mut out, row);
                assert_eq!(out, expected, "{count} columns, {step} apart");
            }
        }
        for width in [31, 32, 33, 127, 128, 129, 300, 1000] {
            let row: Vec<u32> = (0..width).map(|x: u32| x.wrapping_mul(2654435761)).collect();
            check(&row);
            check(&row.iter().map(|value| (value >> 24) as u8).collect::<Vec<_>>());
        }
    }
}
