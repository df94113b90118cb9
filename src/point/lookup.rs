//! Lookup tables: 256 entries a band, or 65,536 for mode I.

#[cfg(target_arch = "x86_64")]
use super::avx2::{self, Differences};
use crate::error::{Error, Result};
use crate::exec::parallel;
use crate::image::{ImageMut, ImageRef};
use crate::mode::{Mode, PixelType};
use crate::simd::isa::multiversion;
#[cfg(target_arch = "x86_64")]
use crate::simd::isa::{self, Avx2};

/// Images of this many bytes are worth the preparation of a table for vectors.
const MIN_VECTOR_BYTES: usize = 1 << 13;

const UNSUPPORTED: Error = Error::Value("point operation not supported for this mode");

/// A table that fits an input and an output mode.
#[derive(Clone, Copy, Debug)]
pub enum Lookup<'a> {
    /// 256 bytes for each band, one after the other.
    Bytes(&'a [u8]),
    /// 256 pixels of four bytes, for one 8-bit band.
    Wide(&'a [[u8; 4]; 256]),
    /// 65,536 bytes, for values of mode I, which are clipped to 16 bits.
    FromI(&'a [u8; 65536]),
}

impl Lookup<'_> {
    /// Returns the kind and the bytes of the table that leads from a mode to another one. An error where there is none.
    pub fn table_bytes(from: Mode, to: Mode) -> Result<usize> {
        let (input, output) = (from.spec(), to.spec());
        match input.pixel_type {
            PixelType::I32 if to == Mode::L => Ok(65536),
            PixelType::U8 if input.bands == output.bands && output.pixel_type == PixelType::U8 => {
                if from != to && input.bands != 1 { Err(UNSUPPORTED) } else { Ok(256 * usize::from(input.bands)) }
            }
            // The table has whole pixels then. The reference writes them into images of 16-bit pixels, too, out of bounds.
            PixelType::U8 if input.bands == 1 && to.pixel_size() == 4 => Ok(4 * 256),
            _ => Err(UNSUPPORTED),
        }
    }

    /// Takes a table of [`table_bytes`](Self::table_bytes) bytes.
    pub fn new(from: Mode, to: Mode, table: &[u8]) -> Result<Lookup<'_>> {
        if table.len() != Self::table_bytes(from, to)? {
            return Err(Error::Value("lookup table has the wrong size"));
        }
        Ok(match from.spec().pixel_type {
            PixelType::I32 => Lookup::FromI(table.try_into().map_err(|_| UNSUPPORTED)?),
            _ if to.spec().pixel_type == PixelType::U8 && to.spec().bands == from.spec().bands => Lookup::Bytes(table),
            _ => Lookup::Wide(table.as_chunks().0.try_into().map_err(|_| UNSUPPORTED)?),
        })
    }
}

/// Looks up all pixels of `input`. `out` has the output mode of the table and the same size. Bytes of a pixel that are no
/// band become 0.
pub fn lookup(out: ImageMut<'_>, input: &ImageRef<'_>, table: Lookup<'_>) {
    let cost = input.xsize() * out.mode().pixel_size();
    let vectors = if out.bytes() >= MIN_VECTOR_BYTES { Vectors::of(table) } else { Vectors::None };
    parallel::write_rows(out, &[input], cost, |y, out| {
        let row = input.row(y);
        match table {
            Lookup::Bytes(table) => {
                let done = vectors.look_up(out, row);
                let (out, row) = (&mut out[done..], &row[done..]);
                match band_tables(table) {
                    [Some(table), None, None, None] => {
                        out.iter_mut().zip(row).for_each(|(out, value)| *out = table[usize::from(*value)]);
                    }
                    tables => lookup_bands(out, row, tables),
                }
            }
            Lookup::Wide(table) => {
                let pixels = out.as_chunks_mut::<4>().0.iter_mut();
                pixels.zip(row).for_each(|(out, value)| *out = table[usize::from(*value)]);
            }
            Lookup::FromI(table) => {
                for (out, pixels) in out.chunks_mut(BLOCK).zip(row.as_chunks::<4>().0.chunks(BLOCK)) {
                    let mut values = [0; BLOCK];
                    clip(&mut values, pixels);
                    out.iter_mut().zip(values).for_each(|(out, value)| *out = table[usize::from(value)]);
                }
            }
        }
    });
}

/// The pixels of mode I that are clipped at a time.
const BLOCK: usize = 64;

multiversion! {
    /// Clips pixels of mode I to 16 bits.
    fn clip(values: &mut [u16; BLOCK], pixels: &[[u8; 4]]) {
        for (value, pixel) in values.iter_mut().zip(pixels) {
            *value = i32::from_ne_bytes(*pixel).clamp(0, 65535) as u16;
        }
    }
}

/// Returns the table of each byte of a pixel that is a band.
fn band_tables(table: &[u8]) -> [Option<&[u8; 256]>; 4] {
    match table.as_chunks().0 {
        [a] => [Some(a), None, None, None],
        [a, b] => [Some(a), None, None, Some(b)],
        [a, b, c] => [Some(a), Some(b), Some(c), None],
        [a, b, c, d] => [Some(a), Some(b), Some(c), Some(d)],
        _ => [None; 4],
    }
}

/// The tables of [`Lookup::Bytes`] for a kernel, if there is one.
#[allow(clippy::large_enum_variant)] // one value for each call, on its stack: a box would allocate
enum Vectors {
    None,
    /// A table of one band that is a threshold.
    Step(Step),
    #[cfg(target_arch = "x86_64")]
    Single(Avx2, Differences),
    #[cfg(target_arch = "x86_64")]
    Bands(Avx2, [Option<Differences>; 4]),
}

impl Vectors {
    fn of(table: Lookup<'_>) -> Self {
        if let Lookup::Bytes(table) = table
            && let [Some(table), None, None, None] = band_tables(table)
            && let Some(step) = Step::of(table)
        {
            return Self::Step(step);
        }
        #[cfg(target_arch = "x86_64")]
        if let (Lookup::Bytes(table), Some(isa)) = (table, isa::current().avx2()) {
            return match band_tables(table) {
                [Some(table), None, None, None] => Self::Single(isa, Differences::of(table)),
                tables => Self::Bands(isa, tables.map(|table| table.map(Differences::of))),
            };
        }
        let _ = table;
        Self::None
    }

    /// Looks up a part of a row, and returns its length.
    fn look_up(&self, out: &mut [u8], row: &[u8]) -> usize {
        match self {
            Self::None => 0,
            Self::Step(step) => {
                threshold(out, row, *step);
                out.len()
            }
            #[cfg(target_arch = "x86_64")]
            Self::Single(isa, table) => avx2::lookup(*isa, out, row, table),
            #[cfg(target_arch = "x86_64")]
            Self::Bands(isa, tables) => avx2::lookup_bands(*isa, out, row, tables),
        }
    }
}

/// A threshold: one value below it, and another one from it on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Step {
    threshold: u8,
    below: u8,
    above: u8,
}

impl Step {
    /// Returns the threshold that a table is, if it is one.
    fn of(table: &[u8; 256]) -> Option<Self> {
        let (below, above) = (table[0], table[255]);
        let threshold = table.iter().position(|entry| *entry != below).unwrap_or(255);
        let is_step = table[threshold..].iter().all(|entry| *entry == above);
        is_step.then_some(Self { threshold: threshold as u8, below, above })
    }
}

multiversion! {
    fn threshold(out: &mut [u8], row: &[u8], step: Step) {
        for (out, value) in out.iter_mut().zip(row) {
            *out = if *value >= step.threshold { step.above } else { step.below };
        }
    }
}

/// Looks up the bytes of pixels that have a table. The pixels are numbers, so that each is loaded and stored at once.
fn lookup_bands(out: &mut [u8], row: &[u8], tables: [Option<&[u8; 256]>; 4]) {
    static ZEROS: [u8; 256] = [0; 256];
    let [a, b, c, d] = tables.map(|table| table.unwrap_or(&ZEROS));
    for (out, pixel) in out.as_chunks_mut::<4>().0.iter_mut().zip(row.as_chunks::<4>().0) {
        let pixel = u32::from_le_bytes(*pixel);
        let byte = |shift: u32| (pixel >> shift & 255) as usize;
        let value = u32::from(a[byte(0)])
            | u32::from(b[byte(8)]) << 8
            | u32::from(c[byte(16)]) << 16
            | u32::from(d[byte(24)]) << 24;
        *out = value.to_le_bytes();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_found() {
        let table = |threshold: usize| std::array::from_fn(|value| if value < threshold { 7 } else { 200 });
        for threshold in 0..=256 {
            let step = Step::of(&table(threshold)).expect("a step");
            let mut out = [0; 256];
            super::threshold(&mut out, &std::array::from_fn::<u8, 256, _>(|value| value as u8), step);
            assert_eq!(out, table(threshold));
        }
        let mut others = table(100);
        others[150] = 201;
        assert_eq!(Step::of(&others), None);
        others = table(100);
        others[255] = 7;
        assert_eq!(Step::of(&others), None);
    }
}
