//! The samples of a decoded tile, converted to pixels.
//!
//! OpenJPEG returns the components of a tile one behind the other, rows without gaps. A sample has 1, 2 or 4 bytes, by its
//! precision of 1 to 31 bits; signed ones are the low bytes of the two's complement. So all are read as unsigned, a signed
//! one gets half its range added, and the result is shifted to 8 or 16 bits: up for a lower precision, down for a higher
//! one, rounded. A sum that exceeds the precision wraps, as in Pillow: 65535 of 16 bits becomes 0.
//!
//! A component with fewer samples than the tile has columns or rows is repeated. The reference takes `width / dx` for its
//! width, rounded down, though OpenJPEG rounds up: so rows of odd widths are skewed, here too.

use arrayvec::ArrayVec;

use crate::codec::fault::{Fault, Result};
use crate::external::openjpeg::Component;

/// Returns the bytes of a sample.
pub fn sample_bytes(component: &Component) -> usize {
    match component.precision.div_ceil(8) {
        3 => 4,
        bytes => bytes as usize,
    }
}

/// What a sample is converted to: the low bits of a number.
pub trait Depth: Copy {
    const BITS: i32;

    fn truncated(number: u32) -> Self;
}

impl Depth for u8 {
    const BITS: i32 = 8;

    fn truncated(number: u32) -> Self {
        number as u8
    }
}

impl Depth for u16 {
    const BITS: i32 = 16;

    fn truncated(number: u32) -> Self {
        number as u16
    }
}

/// A component of a tile.
pub struct Plane<'a> {
    /// The tile's bytes from the component's first sample: also those of later components.
    data: &'a [u8],
    /// Bytes of a sample.
    bytes: usize,
    /// Samples of a row.
    width: usize,
    dx: usize,
    dy: usize,
    precision: i32,
    is_signed: bool,
}

impl<'a> Plane<'a> {
    /// Returns the first `N` components of a tile of `width` columns and `height` rows.
    pub fn of_tile<const N: usize>(
        components: &[Component; 4],
        (width, height): (usize, usize),
        data: &'a [u8],
    ) -> Result<[Self; N]> {
        let mut begin = 0;
        let mut planes = ArrayVec::<_, N>::new();
        for component in &components[..N] {
            let (dx, dy) = (component.dx as usize, component.dy as usize);
            let plane = Self {
                data: data.get(begin..).ok_or(Fault::Broken)?,
                bytes: sample_bytes(component),
                width: width / dx,
                dx,
                dy,
                precision: component.precision as i32,
                is_signed: component.is_signed != 0,
            };
            begin += plane.bytes * plane.width * (height / dy);
            planes.push(plane);
        }
        planes.into_inner().map_err(|_| Fault::Broken)
    }

    /// Converts row `y` of the tile.
    pub fn convert<T: Depth>(&self, y: usize, out: &mut [T]) -> Result<()> {
        let begin = self.bytes * (y / self.dy) * self.width;
        let row = self.data.get(begin..).ok_or(Fault::Broken)?;
        match self.bytes {
            1 => self.convert_samples(row.as_chunks().0, |[byte]| u32::from(byte), out),
            2 => self.convert_samples(row.as_chunks().0, |bytes| u32::from(u16::from_ne_bytes(bytes)), out),
            _ => self.convert_samples(row.as_chunks().0, u32::from_ne_bytes, out),
        }
    }

    fn convert_samples<T: Depth, const BYTES: usize>(
        &self,
        row: &[[u8; BYTES]],
        number: impl Fn([u8; BYTES]) -> u32,
        out: &mut [T],
    ) -> Result<()> {
        let last = out.len().saturating_sub(1) / self.dx;
        let row = row.get(..last + 1).ok_or(Fault::Broken)?;
        let up = T::BITS - self.precision;
        let half: u32 = if self.is_signed { 1 << (self.precision - 1) } else { 0 };
        if up >= 0 {
            self.repeat(row, |sample| T::truncated(half.wrapping_add(number(sample)) << up), out);
        } else {
            let offset = half + (1 << (-up - 1));
            self.repeat(row, |sample| T::truncated(offset.wrapping_add(number(sample)) >> -up), out);
        }
        Ok(())
    }

    fn repeat<S: Copy, T: Depth>(&self, row: &[S], convert: impl Fn(S) -> T, out: &mut [T]) {
        if self.dx == 1 {
            out.iter_mut().zip(row).for_each(|(out, sample)| *out = convert(*sample));
        } else {
            out.chunks_mut(self.dx).zip(row).for_each(|(out, sample)| out.fill(convert(*sample)));
        }
    }
}
