//! Rows written past the caches, straight into memory.
//!
//! An image of many megabytes has left the caches before anybody reads it again. Written in the ordinary way, every line
//! of it is first read from memory, and drives out what the cache held. So the rows of such an image are made in a line
//! that stays in the cache, and go from there to where they belong with stores that do neither.

use bytemuck::{Pod, Zeroable};

use crate::image::{ImageMut, ImageRef};

/// An image is written past the caches if it has so many bytes, together with what it is made of: they would fill the last
/// of them. A small part of them may as well stay.
const FAR: usize = 24 << 20;
const SMALL_PART: usize = FAR / 4;

/// The most bytes of a row that is made apart: the line must stay in a near cache, together with what it is made of.
const WIDEST: usize = 128 << 10;

/// How the rows of an image are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// As all memory is.
    Near,
    /// Past the caches.
    Far,
}

impl Way {
    /// That for a whole image, made of others.
    pub fn of(image: &ImageMut<'_>, inputs: &[&ImageRef<'_>]) -> Self {
        let read = inputs.iter().map(|input| input.bytes()).sum::<usize>();
        Self::of_those_beyond(SMALL_PART.max(FAR.saturating_sub(read)), image)
    }

    /// That for a whole image, where those of so many bytes and more are better off past the caches.
    pub fn of_those_beyond(bytes: usize, image: &ImageMut<'_>) -> Self {
        if cfg!(target_arch = "x86_64") && image.bytes() >= bytes { Self::Far } else { Self::Near }
    }

    /// Makes rows: `make` gets the number of each, and room for it, all of which it writes and whose bytes it must not
    /// rely on.
    pub fn make<'a>(self, rows: impl Iterator<Item = (usize, &'a mut [u8])>, mut make: impl FnMut(usize, &mut [u8])) {
        if self == Self::Near {
            return rows.for_each(|(y, row)| make(y, row));
        }
        let mut line = Line::default();
        for (y, row) in rows {
            match line.room(row.len()) {
                Some(line) => {
                    make(y, line);
                    copy_far(row, line);
                }
                None => make(y, row),
            }
        }
        settle();
    }

    /// Copies rows from where `source` says, by the number of each.
    pub fn copy<'a, 'b>(self, rows: impl Iterator<Item = (usize, &'a mut [u8])>, source: impl Fn(usize) -> &'b [u8]) {
        if self == Self::Near {
            return rows.for_each(|(y, row)| row.copy_from_slice(source(y)));
        }
        rows.for_each(|(y, row)| copy_far(row, source(y)));
        settle();
    }
}

/// As many bytes as a cache has in one place, where they begin there too.
#[derive(Clone, Copy)]
#[repr(C, align(64))]
struct CacheLine([u8; LINE]);

/// How many that is: as many as [`CacheLine`] is aligned to.
const LINE: usize = 64;

// SAFETY: zeros are bytes.
unsafe impl Zeroable for CacheLine {}
// SAFETY: it is bytes alone, as many as its alignment, and any bytes are one.
unsafe impl Pod for CacheLine {}

/// Room for a row, which is used again for the next.
#[derive(Default)]
struct Line(Vec<CacheLine>);

impl Line {
    /// None where a row is too wide for it, or where there is no memory: one can do without.
    fn room(&mut self, bytes: usize) -> Option<&mut [u8]> {
        let length = bytes.div_ceil(LINE);
        if self.0.len() < length {
            if bytes > WIDEST || self.0.try_reserve_exact(length - self.0.len()).is_err() {
                return None;
            }
            self.0.resize(length, CacheLine::zeroed());
        }
        Some(&mut bytemuck::cast_slice_mut(&mut self.0)[..bytes])
    }
}

/// Copies a row past the caches. [`settle`] must follow before anybody else looks at it.
#[cfg(target_arch = "x86_64")]
fn copy_far(out: &mut [u8], input: &[u8]) {
    use std::arch::x86_64::{__m128i, _mm_loadu_si128, _mm_stream_si128};

    const LANES: usize = size_of::<__m128i>();
    assert_eq!(out.len(), input.len());
    // Whole lines of a cache go out at once; what is before and behind them goes the ordinary way.
    let before = out.as_ptr().align_offset(LINE).min(out.len());
    let (head, lines) = out.split_at_mut(before);
    let (head_input, input) = input.split_at(before);
    head.copy_from_slice(head_input);
    let (lines, tail) = lines.as_chunks_mut::<LINE>();
    let (input, tail_input) = input.as_chunks::<LINE>();
    tail.copy_from_slice(tail_input);
    for (line, input) in lines.iter_mut().zip(input) {
        for at in (0..LINE).step_by(LANES) {
            // SAFETY: both have `LINE` bytes, `at` is a multiple of 16 below that, and lines start at multiples of `LINE`.
            unsafe {
                let lanes = _mm_loadu_si128(input.as_ptr().add(at).cast());
                _mm_stream_si128(line.as_mut_ptr().add(at).cast(), lanes);
            }
        }
    }
}

/// Copies a row.
#[cfg(not(target_arch = "x86_64"))]
fn copy_far(out: &mut [u8], input: &[u8]) {
    out.copy_from_slice(input);
}

/// Lets nothing that this thread does afterwards be seen before what it wrote past the caches.
fn settle() {
    #[cfg(target_arch = "x86_64")]
    // SAFETY: every processor of this architecture has the instruction, which changes nothing.
    unsafe {
        std::arch::x86_64::_mm_sfence();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::image::Image;
    use crate::mode::Mode;

    #[test]
    fn every_way_writes_the_same() {
        for xsize in [0, 1, 15, 16, 17, 63, 64, 65, 1000, WIDEST + 1] {
            let source: Vec<u8> = (0..xsize).map(|x| (x % 251) as u8).collect();
            for way in [Way::Near, Way::Far] {
                let (mut made, mut copied) = (Image::new(Mode::L, xsize, 3), Image::new(Mode::L, xsize, 3));
                let (made, copied) = (made.as_mut().expect("small"), copied.as_mut().expect("small"));
                way.make(made.view_mut().expect("new").rows_mut().enumerate(), |y, row| {
                    row.iter_mut().zip(&source).for_each(|(out, value)| *out = value.wrapping_mul(y as u8 + 1));
                });
                way.copy(copied.view_mut().expect("new").rows_mut().enumerate(), |_| &source);
                for (y, row) in made.view().expect("whole").rows().enumerate() {
                    assert!(row.iter().zip(&source).all(|(out, value)| *out == value.wrapping_mul(y as u8 + 1)));
                }
                assert!(copied.view().expect("whole").rows().all(|row| row == source));
            }
        }
    }

    #[test]
    fn what_fits_into_a_cache_stays_there() {
        let way = |xsize: usize, ysize: usize, inputs: usize| {
            let mut out = Image::new(Mode::RGB, xsize, ysize).expect("not large");
            let input = Image::new(Mode::RGB, xsize, ysize).expect("not large");
            let input = input.view().expect("whole");
            Way::of(&out.view_mut().expect("new"), &[&input; 2][..inputs])
        };
        assert_eq!(way(1000, 1000, 2), Way::Near);
        assert_eq!(way(2048, 1536, 0), Way::Near);
        assert_eq!(way(2048, 1536, 1) == Way::Far, cfg!(target_arch = "x86_64"));
    }
}
