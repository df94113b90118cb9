//! Gathers pixels of a row by a table of columns.

#![allow(unsafe_code)] // access without bounds checks

use bytemuck::{AnyBitPattern, NoUninit};

#[cfg(target_arch = "x86_64")]
use super::avx512::PermuteTable;
use crate::error::Result;
#[cfg(target_arch = "x86_64")]
use crate::simd::isa;
use crate::simd::isa::multiversion;

/// Input columns, one for each output pixel, in any order.
pub struct ColumnTable {
    columns: Vec<u32>,
    /// All columns are below this.
    width: usize,
    /// Whether they are every second column from the first one on: a reduction by 2.
    has_stride_2: bool,
    /// The same columns for AVX-512, if adjacent ones are near each other.
    #[cfg(target_arch = "x86_64")]
    permutes: Option<PermuteTable>,
}

impl ColumnTable {
    /// Makes a table for rows of `width` pixels `P`. Panics if a column lies outside of these.
    pub fn new<P>(columns: Vec<u32>, width: usize) -> Result<Self> {
        let end = columns.iter().max().map_or(0, |last| *last as usize + 1);
        assert!(end <= width, "column {} of a row of {width}", end - 1);
        let has_stride_2 = columns.windows(2).all(|pair| pair[1] == pair[0].wrapping_add(2));
        Ok(Self {
            #[cfg(target_arch = "x86_64")]
            permutes: match isa::current().avx512() {
                Some(avx512) => PermuteTable::new(avx512, &columns, width, size_of::<P>())?,
                None => None,
            },
            columns,
            width,
            has_stride_2,
        })
    }

    /// Copies the pixel of each column. Panics if the row is shorter than the table's width.
    pub fn gather<P: AnyBitPattern + NoUninit>(&self, out: &mut [P], row: &[P]) {
        /// Pixels of an iteration.
        const UNROLLED: usize = 8;
        assert!(self.width <= row.len(), "a table for {} columns, a row of {}", self.width, row.len());
        if let (true, Some(first)) = (self.has_stride_2, self.columns.first()) {
            return gather_stride_2(out, &row[*first as usize..]);
        }
        #[cfg(target_arch = "x86_64")]
        if let Some(permutes) = &self.permutes {
            return permutes.gather(bytemuck::cast_slice_mut(out), bytemuck::cast_slice(row));
        }
        // SAFETY: `new` has checked that all columns are below `self.width`, which is at most the row's length.
        let pixel = |column: u32| unsafe { *row.get_unchecked(column as usize) };
        let (out, out_rest) = out.as_chunks_mut::<UNROLLED>();
        let (columns, columns_rest) = self.columns.as_chunks::<UNROLLED>();
        for (out, columns) in out.iter_mut().zip(columns) {
            for (out, column) in out.iter_mut().zip(columns) {
                *out = pixel(*column);
            }
        }
        for (out, column) in out_rest.iter_mut().zip(columns_rest) {
            *out = pixel(*column);
        }
    }
}

/// Copies every second pixel, from the first one on.
fn gather_stride_2<P: AnyBitPattern + NoUninit>(out: &mut [P], row: &[P]) {
    match size_of::<P>() {
        1 => first_of_pairs_1(bytemuck::cast_slice_mut(out), bytemuck::cast_slice(row)),
        _ => first_of_pairs_4(bytemuck::cast_slice_mut(out), bytemuck::cast_slice(row)),
    }
    // A row of odd length ends with the first pixel of a pair.
    if let (Some(out), (_, [pixel])) = (out.get_mut(row.len() / 2), row.as_chunks::<2>()) {
        *out = *pixel;
    }
}

multiversion! {
    /// Copies the first byte of each pair. A pair is read as an integer, so that LLVM can vectorise the loop up to the
    /// last pair without reading beyond it.
    fn first_of_pairs_1(out: &mut [u8], row: &[u8]) {
        for (out, pair) in out.iter_mut().zip(row.as_chunks().0) {
            *out = u16::from_le_bytes(*pair) as u8;
        }
    }

    /// Copies the first four bytes of each pair of pixels.
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
    fn columns_keep_their_order() {
        let row: [u8; 100] = std::array::from_fn(|x| x as u8);
        let stride_2 = |first: u32, count: u32| (0..count).map(move |x| first + 2 * x).collect::<Vec<_>>();
        let all = [vec![], vec![99], vec![5, 4, 3], vec![7, 7, 8], stride_2(0, 50), stride_2(1, 50), stride_2(3, 9)];
        for columns in all {
            let expected: Vec<_> = columns.iter().map(|column| *column as u8).collect();
            let mut out = vec![0; columns.len()];
            ColumnTable::new::<u8>(columns, row.len()).expect("small").gather(&mut out, &row);
            assert_eq!(out, expected);
        }
    }

    #[test]
    fn near_columns_are_gathered_like_others() {
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
                ColumnTable::new::<P>(columns, row.len()).expect("small").gather(&mut out, row);
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
