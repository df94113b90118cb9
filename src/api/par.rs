//! Parallel iterators over rows and pixels, for programs that use rayon (feature `rayon`, enabled by default).
//!
//! All of it is safe code over the views: rows by their index, mutable rows as a list of slices, and [`Pixels`], which walks a
//! range of pixels row by row.

use std::marker::PhantomData;
use std::ops::Range;
use std::slice;

use bytemuck::AnyBitPattern;
use rayon::iter::plumbing::{Consumer, Producer, ProducerCallback, UnindexedConsumer, bridge};
use rayon::prelude::*;

use crate::image::{ImageMut, ImageRef};

/// Parallel iterators of [rayon](https://docs.rs/rayon), with the feature `rayon`.
///
/// They run on rayon's threads (its global pool, or the pool that `install` was called on), not on the threads of this
/// library's operations, whose number `IMAGING_NUM_THREADS` sets. A panic of a closure reaches the caller, as always with
/// rayon. A process that forks must not use rayon's pool in both parent and child; this library's operations may be used in
/// both.
impl ImageRef<'_> {
    /// Iterates over the bytes of each row in parallel, indexed from the top. No items if rows have no pixels.
    ///
    /// ```
    /// use Imaging::{Image, Mode};
    /// use rayon::prelude::*;
    ///
    /// let image = Image::new(Mode::L, 640, 480)?;
    /// let sum: u64 = image.view()?.par_rows().map(|row| row.iter().map(|&value| u64::from(value)).sum::<u64>()).sum();
    /// assert_eq!(sum, 0);
    /// # Ok::<(), Imaging::Error>(())
    /// ```
    pub fn par_rows(&self) -> impl IndexedParallelIterator<Item = &[u8]> {
        (0..self.rows().len()).into_par_iter().map(|y| self.row(y))
    }

    /// Iterates over all pixels in parallel, indexed row by row from the top left. No items if the image has no pixels.
    /// Panics as [`pixels`](Self::pixels) does if `P` does not fit the mode.
    ///
    /// ```
    /// use Imaging::{Image, Mode};
    /// use rayon::prelude::*;
    ///
    /// let mut image = Image::new(Mode::RGB, 640, 480)?;
    /// image.view_mut()?.row_mut(2)[..4].copy_from_slice(&[255, 0, 0, 255]);
    /// let view = image.view()?;
    /// let red = view.par_pixels::<[u8; 4]>().position_first(|&[r, _, _, _]| r == 255);
    /// assert_eq!(red, Some(2 * 640));
    /// # Ok::<(), Imaging::Error>(())
    /// ```
    pub fn par_pixels<P: AnyBitPattern + Sync>(&self) -> impl IndexedParallelIterator<Item = &P> {
        let ysize = self.rows().len();
        let width = if ysize == 0 { 0 } else { self.pixels::<P>(0).len() };
        ParPixels { view: self, width, range: 0..width * ysize, pixel: PhantomData }
    }
}

/// Parallel iterators of [rayon](https://docs.rs/rayon), with the feature `rayon`; see those of [`ImageRef`].
impl ImageMut<'_> {
    /// Iterates over the bytes of each row in parallel, to be written, indexed from the top. No items if rows have no pixels.
    ///
    /// ```
    /// use Imaging::{Image, Mode};
    /// use rayon::prelude::*;
    ///
    /// let mut image = Image::new(Mode::RGB, 640, 480)?;
    /// image.view_mut()?.par_rows_mut().enumerate().for_each(|(y, row)| {
    ///     for (x, [r, g, b, _]) in row.as_chunks_mut().0.iter_mut().enumerate() {
    ///         [*r, *g, *b] = [x as u8, y as u8, 128];
    ///     }
    /// });
    /// assert_eq!(image.view()?.row(7)[4 * 5..][..3], [5, 7, 128]);
    /// # Ok::<(), Imaging::Error>(())
    /// ```
    pub fn par_rows_mut(&mut self) -> impl IndexedParallelIterator<Item = &mut [u8]> {
        self.rows_mut().collect::<Vec<_>>().into_par_iter()
    }
}

/// A range of the pixels of a view, for rayon to split.
struct ParPixels<'a, P> {
    view: &'a ImageRef<'a>,
    /// How many `P` a row has.
    width: usize,
    /// Indices of pixels, row by row.
    range: Range<usize>,
    pixel: PhantomData<&'a P>,
}

impl<'a, P: AnyBitPattern + Sync> ParallelIterator for ParPixels<'a, P> {
    type Item = &'a P;

    fn drive_unindexed<C: UnindexedConsumer<Self::Item>>(self, consumer: C) -> C::Result {
        bridge(self, consumer)
    }

    fn opt_len(&self) -> Option<usize> {
        Some(self.range.len())
    }
}

impl<P: AnyBitPattern + Sync> IndexedParallelIterator for ParPixels<'_, P> {
    fn len(&self) -> usize {
        self.range.len()
    }

    fn drive<C: Consumer<Self::Item>>(self, consumer: C) -> C::Result {
        bridge(self, consumer)
    }

    fn with_producer<C: ProducerCallback<Self::Item>>(self, callback: C) -> C::Output {
        callback.callback(self)
    }
}

impl<'a, P: AnyBitPattern + Sync> Producer for ParPixels<'a, P> {
    type Item = &'a P;
    type IntoIter = Pixels<'a, P>;

    fn into_iter(self) -> Pixels<'a, P> {
        let Self { view, width, range: Range { start, end }, .. } = self;
        let mut pixels = Pixels { view, width, front: [].iter(), rows: 0..0, back: [].iter() };
        if start == end {
            return pixels;
        }
        let (first, last) = (start / width, (end - 1) / width);
        if first == last {
            pixels.front = view.pixels(first)[start - first * width..end - first * width].iter();
        } else {
            pixels.front = view.pixels(first)[start - first * width..].iter();
            pixels.rows = first + 1..last;
            pixels.back = view.pixels(last)[..end - last * width].iter();
        }
        pixels
    }

    fn split_at(self, index: usize) -> (Self, Self) {
        let Range { start, end } = self.range;
        let part = |range| Self { range, ..self };
        (part(start..start + index), part(start + index..end))
    }
}

/// Iterates over a range of pixels:
///
/// ```text
/// . . . . front front      the rest of the first row
/// rows  . . . . . . .      whole rows
/// back back . . . . .      the start of the last row
/// ```
struct Pixels<'a, P> {
    view: &'a ImageRef<'a>,
    width: usize,
    front: slice::Iter<'a, P>,
    rows: Range<usize>,
    back: slice::Iter<'a, P>,
}

impl<'a, P: AnyBitPattern> Iterator for Pixels<'a, P> {
    type Item = &'a P;

    fn next(&mut self) -> Option<&'a P> {
        loop {
            if let Some(pixel) = self.front.next() {
                return Some(pixel);
            }
            match self.rows.next() {
                Some(y) => self.front = self.view.pixels(y).iter(),
                None => return self.back.next(),
            }
        }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let len = self.front.len() + self.rows.len() * self.width + self.back.len();
        (len, Some(len))
    }

    fn fold<A, F: FnMut(A, &'a P) -> A>(self, init: A, mut f: F) -> A {
        let sum = self.front.fold(init, &mut f);
        let sum = self.rows.fold(sum, |sum, y| self.view.pixels(y).iter().fold(sum, &mut f));
        self.back.fold(sum, f)
    }
}

impl<'a, P: AnyBitPattern> DoubleEndedIterator for Pixels<'a, P> {
    fn next_back(&mut self) -> Option<&'a P> {
        loop {
            if let Some(pixel) = self.back.next_back() {
                return Some(pixel);
            }
            match self.rows.next_back() {
                Some(y) => self.back = self.view.pixels(y).iter(),
                None => return self.front.next_back(),
            }
        }
    }
}

impl<P: AnyBitPattern> ExactSizeIterator for Pixels<'_, P> {}

#[cfg(test)]
mod tests {
    use std::panic::{AssertUnwindSafe, catch_unwind};

    use super::*;
    use crate::image::Image;
    use crate::mode::Mode;

    /// An image whose pixels are their own indices.
    fn indices(xsize: usize, ysize: usize) -> Image {
        let mut image = Image::new(Mode::I, xsize, ysize).expect("small");
        image.view_mut().expect("new").par_rows_mut().enumerate().for_each(|(y, row)| {
            for (x, pixel) in row.as_chunks_mut::<4>().0.iter_mut().enumerate() {
                *pixel = ((y * xsize + x) as i32).to_ne_bytes();
            }
        });
        image
    }

    #[test]
    fn rows_come_from_the_top() {
        for (xsize, ysize) in [(1, 1), (3, 1000), (1000, 3)] {
            let image = indices(xsize, ysize);
            let view = image.view().expect("whole");
            let firsts: Vec<_> = view.par_rows().map(|row| row[..4].to_vec()).collect();
            assert_eq!(firsts.len(), ysize);
            assert!(firsts.iter().enumerate().all(|(y, first)| *first == ((y * xsize) as i32).to_ne_bytes()));
        }
    }

    #[test]
    fn pixels_are_split_anywhere() {
        for (xsize, ysize) in [(1, 1), (1, 100), (100, 1), (7, 13)] {
            let image = indices(xsize, ysize);
            let view = image.view().expect("whole");
            for min_len in [1, 2, 5, 1000] {
                let forwards: Vec<i32> = view.par_pixels().with_min_len(min_len).copied().collect();
                assert!(forwards.iter().copied().eq(0..(xsize * ysize) as i32));
                let backwards: Vec<i32> = view.par_pixels().with_min_len(min_len).copied().rev().collect();
                assert!(backwards.iter().copied().eq((0..(xsize * ysize) as i32).rev()));
            }
            let sum: i64 = view.par_pixels::<i32>().map(|&index| i64::from(index)).sum();
            assert_eq!(sum, (0..(xsize * ysize) as i64).sum::<i64>());
        }
    }

    #[test]
    fn a_range_is_exact_from_both_ends() {
        let image = indices(5, 4);
        let view = image.view().expect("whole");
        for (start, end) in [(0, 20), (3, 4), (3, 11), (5, 10), (7, 7), (19, 20)] {
            let part = ParPixels::<i32> { view: &view, width: 5, range: start..end, pixel: PhantomData };
            let mut pixels = part.into_iter();
            let mut expected = start as i32..end as i32;
            while pixels.len() > 0 {
                assert_eq!(pixels.len(), expected.len());
                assert_eq!(
                    (pixels.next().copied(), pixels.next_back().copied()),
                    (expected.next(), expected.next_back())
                );
            }
            assert_eq!((pixels.next(), pixels.next_back(), expected.len()), (None, None, 0));
        }
    }

    #[test]
    fn empty_images_have_no_items() {
        for (xsize, ysize) in [(0, 0), (0, 7), (7, 0), (0, i32::MAX as usize)] {
            let mut image = Image::new(Mode::RGB, xsize, ysize).expect("empty");
            assert_eq!(image.view_mut().expect("new").par_rows_mut().len(), 0);
            let view = image.view().expect("whole");
            assert_eq!((view.par_rows().count(), view.par_pixels::<[u8; 4]>().count()), (0, 0));
        }
    }

    #[test]
    fn panics_reach_the_caller() {
        let mut image = indices(3, 50);
        let result = catch_unwind(AssertUnwindSafe(|| {
            image.view_mut().expect("new").par_rows_mut().enumerate().for_each(|(y, _)| assert_ne!(y, 33));
        }));
        assert!(result.is_err());
        // Pixels of 4 bytes do not make up values of 8.
        let view = image.view().expect("whole");
        assert!(catch_unwind(AssertUnwindSafe(|| view.par_pixels::<u64>().count())).is_err());
    }

    #[test]
    fn operations_run_within_iterations() {
        let image = indices(300, 200);
        let expected = image.view().expect("whole").row(0).to_vec();
        let is_equal = |_| image.copy().expect("small").view().expect("whole").row(0) == expected;
        assert!((0..8).into_par_iter().all(is_equal));
    }
}
