//! Pixels picked from a row, always from the same columns.

use std::marker::PhantomData;

use bytemuck::Pod;

use crate::exec::simd::{Level, for_each_level, level};

/// Columns of a row that pixels are picked from.
pub struct Columns<P> {
    columns: Vec<u32>,
    /// How many pixels the row has to have.
    width: usize,
    /// Whether they are every other one from the first on.
    every_other: bool,
    /// The same columns, where they are near enough to each other.
    windows: Windows,
    pixel: PhantomData<P>,
}

impl<P: Pod> Columns<P> {
    /// These columns.
    pub fn new(columns: Vec<u32>) -> Self {
        let width = columns.iter().max().map_or(0, |last| *last as usize + 1);
        let every_other = columns.windows(2).all(|two| two[1] == two[0].wrapping_add(2));
        let windows = Windows::of(&columns, width, size_of::<P>());
        Self { columns, width, every_other, windows, pixel: PhantomData }
    }

    /// Picks pixels, one for each column. Panics where the row has not got them all.
    pub fn pick(&self, out: &mut [P], row: &[P]) {
        /// Pixels that are picked in one go.
        const STEP: usize = 8;
        assert!(self.width <= row.len(), "column {} of a row of {}", self.width, row.len());
        assert_eq!(out.len(), self.columns.len());
        if let (true, Some(first)) = (self.every_other, self.columns.first()) {
            // With the pixel behind the last, where there is one: then all are in pairs.
            return pick_every_other(out, &row[*first as usize..row.len().min(self.width + 1)]);
        }
        let done = self.windows.pick(bytemuck::cast_slice_mut(out), bytemuck::cast_slice(row)) / size_of::<P>();
        // SAFETY: no column is beyond the width, and the row is as wide.
        let pixel = |column: u32| unsafe { *row.get_unchecked(column as usize) };
        let (steps, rest) = out[done..].as_chunks_mut::<STEP>();
        let (columns, last) = self.columns[done..].as_chunks::<STEP>();
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

/// Bytes of a vector.
const BYTES: usize = 64;

/// Pixels that are permuted, a vector of them from two side by side in the row.
pub struct Windows {
    /// How many bytes the row has to have.
    width: usize,
    /// For each vector, which byte of the row the two begin at.
    pub starts: Vec<usize>,
    /// Which pixels of the two, as numbers of as many bytes as a pixel has.
    pub places: Vec<[u8; BYTES]>,
    /// Bytes of a pixel.
    pub size: usize,
}

impl Windows {
    /// As many vectors as there are whole ones; none where columns are too far from each other, or where there is no memory:
    /// one can do without.
    fn of(columns: &[u32], width: usize, size: usize) -> Self {
        let mut windows = Self { width: width * size, starts: Vec::new(), places: Vec::new(), size };
        let pixels = BYTES / size;
        let groups = columns.chunks_exact(pixels);
        let no_memory = windows.starts.try_reserve_exact(groups.len()).is_err()
            || windows.places.try_reserve_exact(groups.len()).is_err();
        if !has_permutations() || width < 2 * pixels || no_memory {
            return windows;
        }
        for group in groups {
            let first = group[0].min(group[pixels - 1]).min((width - 2 * pixels) as u32);
            let mut places = [0; BYTES];
            for (place, column) in places.chunks_exact_mut(size).zip(group) {
                let distance = column.wrapping_sub(first);
                if distance as usize >= 2 * pixels {
                    return Self { starts: Vec::new(), places: Vec::new(), ..windows };
                }
                place.copy_from_slice(&distance.to_le_bytes()[..size]);
            }
            windows.starts.push(first as usize * size);
            windows.places.push(places);
        }
        windows
    }

    /// Picks vectors of pixels, and returns how many bytes there are in them.
    fn pick(&self, out: &mut [u8], row: &[u8]) -> usize {
        if self.starts.is_empty() {
            return 0;
        }
        assert!(self.width <= row.len() && self.starts.len() * BYTES <= out.len());
        #[cfg(target_arch = "x86_64")]
        // SAFETY: there are none where the processor has not got the instructions; the row has two vectors from each start
        // on, and the outcome has room for all.
        unsafe {
            super::x86::pick_windows(out, row, self);
        }
        self.starts.len() * BYTES
    }
}

/// Whether vectors are permuted.
fn has_permutations() -> bool {
    cfg!(target_arch = "x86_64") && level() >= Level::Avx512
}

/// Picks every other pixel, from the first on.
fn pick_every_other<P: Pod>(out: &mut [P], row: &[P]) {
    match size_of::<P>() {
        1 => first_of_pairs_1(bytemuck::cast_slice_mut(out), bytemuck::cast_slice(row)),
        _ => first_of_pairs_4(bytemuck::cast_slice_mut(out), bytemuck::cast_slice(row)),
    }
    // The last pixel of a row has none behind it.
    if let (Some(out), (_, [pixel])) = (out.get_mut(row.len() / 2), row.as_chunks::<2>()) {
        *out = *pixel;
    }
}

for_each_level! {
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
        let row: [u8; 200] = std::array::from_fn(|x| x as u8);
        let every_other = |first: u32, count: u32| (0..count).map(move |x| first + 2 * x).collect::<Vec<_>>();
        let all =
            [vec![], vec![99], vec![5, 4, 3], vec![7, 7, 8], every_other(0, 50), every_other(1, 50), every_other(3, 9)];
        let near = [(0..150).collect(), (0..131).map(|x| x * 3 / 2).collect(), (0..70).map(|x| 199 - x).collect()];
        for columns in all.into_iter().chain(near) {
            let expected: Vec<_> = columns.iter().map(|column| *column as u8).collect();
            let mut out = vec![0; columns.len()];
            Columns::new(columns.clone()).pick(&mut out, &row);
            assert_eq!(out, expected);
            let mut out = vec![0; columns.len()];
            Columns::new(columns).pick(&mut out, &row.map(u32::from));
            assert!(out.into_iter().eq(expected.into_iter().map(u32::from)));
        }
    }
}
