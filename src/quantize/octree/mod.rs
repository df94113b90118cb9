//! Fast octree: the colours are sorted into the buckets of two cubes, a fine and a coarse one, and the palette has the means of
//! the buckets with the most pixels (Pillow's `QuantOctree.c`, a variation of Gervautz and Purgathofer, "A Simple Method for
//! Color Quantization: Octree Quantization", 1988).
//!
//! Coarse buckets come first, so that every colour has an entry that is not too far. What the palette has room for beyond them
//! are fine buckets, whose pixels are taken out of the coarse ones; if a coarse bucket has none left, a fine one takes its
//! place. A pixel's index is that of its fine bucket if this has an entry, and that of its coarse bucket otherwise: one
//! table of all fine buckets.
//!
//! All transparent pixels have the colour of the first one. They are summed as 0, and moved to the bucket of that colour.
//!
//! | file | |
//! | --- | --- |
//! | `layout.rs` | the bucket of a pixel, with alpha and without |
//! | `accumulate.rs` | the sums of all pixels of each bucket |
//! | `cube.rs` | a cube of buckets |

mod accumulate;
mod cube;
mod layout;

use super::clusters::{Entries, MAX_ENTRIES};
use crate::error::Result;
use crate::exec::parallel;
use crate::image::{ImageMut, ImageRef};
use crate::memory::heap::try_vec;
use crate::simd::isa::multiversion;

use accumulate::sum_pixels;
use cube::{Bits, Cube};
use layout::{Layout, Rgb, Rgba};

/// The estimated cost of writing an index.
const COST: usize = 4;

/// Quantizes an image of RGB pixels to `length` entries.
pub fn quantize_rgb(out: ImageMut<'_>, input: &ImageRef<'_>, length: usize) -> Result<Entries> {
    let (cube, _) = sum_pixels::<Rgb>(input)?;
    let (entries, table) = choose::<Rgb>(&cube, length)?;
    write::<Rgb>(out, input, &table, 0);
    Ok(entries)
}

/// Quantizes an image of RGBA pixels to `length` entries with alpha.
pub fn quantize_rgba(out: ImageMut<'_>, input: &ImageRef<'_>, length: usize) -> Result<Entries> {
    let (mut cube, transparent) = sum_pixels::<Rgba>(input)?;
    let mut first = [0; 4];
    if transparent > 0 {
        let mut pixels = input.rows().flat_map(|row| row.as_chunks::<4>().0);
        first = pixels.find(|pixel| pixel[3] == 0).copied().unwrap_or_default();
        cube.buckets[0].count -= transparent;
        let bucket = cube.bits.bucket(first);
        cube.buckets[bucket].add_colour(first, transparent);
    }
    let (entries, table) = choose::<Rgba>(&cube, length)?;
    write::<Rgba>(out, input, &table, u32::from_le_bytes(first));
    Ok(entries)
}

/// Quantizes the colours of a palette, which occur `counts` times, to `length` entries, and returns the index of each.
pub fn quantize_palette(palette: &[[u8; 4]; 256], counts: &[u64], length: usize) -> Result<(Entries, [u8; 256])> {
    let mut cube = Cube::new(Bits(Rgb::BITS))?;
    for (colour, count) in palette.iter().zip(counts) {
        cube.buckets[Bits(Rgb::BITS).bucket(*colour)].add_colour(*colour, *count as u32);
    }
    let (entries, table) = choose::<Rgb>(&cube, length)?;
    let mut indices = [0; 256];
    for (index, colour) in indices.iter_mut().zip(palette) {
        *index = table[Bits(Rgb::BITS).bucket(*colour)];
    }
    Ok((entries, indices))
}

/// Chooses `length` entries for the buckets of the fine cube, and returns the index of each bucket.
fn choose<L: Layout>(fine: &Cube, length: usize) -> Result<(Entries, Vec<u8>)> {
    let coarse_bits = Bits(L::COARSE_BITS);
    let mut coarse = fine.coarse(coarse_bits, L::coarse_buckets())?;
    let largest = fine.largest(MAX_ENTRIES.min(length))?;
    let mut coarse_entries = coarse.used().min(length);
    let mut subtracted = 0;
    loop {
        let fine_entries = length - coarse_entries;
        coarse.subtract(&largest[subtracted..fine_entries]);
        subtracted = fine_entries;
        let used = coarse.used();
        if used >= coarse_entries {
            break;
        }
        coarse_entries = used;
    }

    let coarse_buckets = coarse.largest(coarse_entries)?;
    let fine_buckets = &largest[..subtracted];
    // Where several means are in one bucket, the first one counts: it is written last.
    let mut coarse_table = try_vec(0u8, coarse_bits.buckets())?;
    for (n, bucket) in coarse_buckets.iter().enumerate().rev() {
        coarse_table[coarse_bits.bucket(bucket.mean())] = n as u8;
    }
    let mut table = try_vec(0, fine.buckets.len())?;
    for (index, coarse) in table.iter_mut().zip(L::coarse_buckets()) {
        *index = coarse_table[usize::from(*coarse)];
    }
    for (n, bucket) in fine_buckets.iter().enumerate().rev() {
        table[fine.bits.bucket(bucket.mean())] = (coarse_entries + n) as u8;
    }
    let mut entries = try_vec([0; 4], coarse_buckets.len() + fine_buckets.len())?;
    let buckets = coarse_buckets.iter().chain(fine_buckets);
    entries.iter_mut().zip(buckets).for_each(|(entry, bucket)| *entry = bucket.mean());
    Ok((entries, table))
}

/// Writes the index of each pixel's bucket.
fn write<L: Layout>(out: ImageMut<'_>, input: &ImageRef<'_>, table: &[u8], transparent: u32) {
    const PIECE: usize = 256;
    if out.bytes() == 0 {
        return; // a loop over the rows would take long, since there may be billions of rows without pixels
    }
    parallel::write_rows(out, &[input], COST * input.xsize(), |y, out| {
        let mut buckets = [0; PIECE];
        for (out, pixels) in out.chunks_mut(PIECE).zip(input.row(y).as_chunks::<4>().0.chunks(PIECE)) {
            write_buckets::<L>(&mut buckets, pixels, transparent);
            out.iter_mut().zip(buckets).for_each(|(out, bucket)| *out = table[usize::from(bucket)]);
        }
    });
}

multiversion! {
    fn write_buckets<L: Layout>(buckets: &mut [u16], pixels: &[[u8; 4]], transparent: u32) {
        for (bucket, pixel) in buckets.iter_mut().zip(pixels) {
            *bucket = L::bucket(L::replace(u32::from_le_bytes(*pixel), transparent)) as u16;
        }
    }
}
