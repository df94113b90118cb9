//! From colours to indices into a palette.

use super::convert::conversion;
use super::diffusion::Below;
#[cfg(target_arch = "x86_64")]
use super::kernels::{
    palette::nearest_known,
    waves::{self, avx2, sse2},
};
use crate::abi::ImagingPaletteInstance;
use crate::arithmetic::clip8;
use crate::error::Result;
use crate::geometry;
use crate::image::{ImageMut, ImageRef, palette};
use crate::memory::heap::try_vec;
use crate::memory::palette::{UNKNOWN, cache, prepare_cache};
use crate::mode::Mode;
use crate::simd::isa::{self, Isa};

/// Whether images of a mode can be converted to indices.
pub fn has_palette_form(mode: Mode) -> bool {
    matches!(mode, Mode::L | Mode::RGB | Mode::RGBX | Mode::RGBA | Mode::RGBa)
}

/// Fills the palette that an image of a mode is converted to where there is no other: with every grey, or with the
/// web-safe colours.
pub fn fill_standard(palette: &mut ImagingPaletteInstance, mode: Mode) {
    if mode != Mode::L {
        return palette::fill_web_safe(palette);
    }
    for (grey, colour) in palette.palette.as_chunks_mut::<4>().0.iter_mut().enumerate() {
        let grey = grey as u8;
        *colour = [grey, grey, grey, colour[3]];
    }
    palette.size = 256;
}

/// Takes an image of mode L for indices, with an alpha of 255 where `out` is of mode PA.
pub fn grey_to_palette(out: ImageMut<'_>, input: &ImageRef<'_>) {
    match conversion(Mode::L, Mode::LA) {
        Some(with_alpha) if out.mode() == Mode::PA => with_alpha.convert(out, input),
        _ => geometry::copy(out, input),
    }
}

/// A palette, to be asked for its nearest colour.
pub struct Nearest<'a> {
    palette: &'a mut ImagingPaletteInstance,
    /// Whether nobody else has written to the cache.
    own_cache: bool,
}

impl<'a> Nearest<'a> {
    /// Gives the palette a cache, where it has none; what that knows already counts.
    pub fn new(palette: &'a mut ImagingPaletteInstance) -> Result<Self> {
        let own_cache = cache(palette).is_none();
        prepare_cache(palette)?;
        Ok(Self { palette, own_cache })
    }

    /// The number of the nearest colour.
    #[inline(always)]
    fn index(&mut self, [r, g, b]: [u8; 3]) -> u8 {
        self.of_cell(usize::from(r >> 2) + usize::from(g >> 2) * 64 + usize::from(b >> 2) * 64 * 64)
    }

    /// The number of the nearest colour of a cell of the cache: the upper six bits of each band.
    #[inline(always)]
    fn of_cell(&mut self, cell: usize) -> u8 {
        match self.cached(cell) {
            UNKNOWN => self.search(cell),
            index => index as u8,
        }
    }

    /// Writes the numbers of the nearest colours, from the first pixel on, as far as that can be done for many at once: where
    /// all of them are known. Returns how many there were.
    fn known(&mut self, out: &mut [u8], pixels: &[[u8; 4]]) -> usize {
        match (isa::current(), cache(self.palette)) {
            #[cfg(target_arch = "x86_64")]
            (Isa::Avx2(_) | Isa::Avx512(_), Some(cache)) => nearest_known(cache, out, pixels),
            _ => 0,
        }
    }

    /// Whether what is asked first makes no difference: not so where somebody has written to a part of a box, for which a
    /// search would write anew. For an image of few pixels it is not worth finding out.
    fn answers_in_any_order(&mut self, input: &ImageRef<'_>) -> bool {
        const FEW: usize = 2048;
        let few = input.xsize() * input.ysize() < FEW;
        self.own_cache || !few && cache(self.palette).is_none_or(|cache| boxes_are_whole(cache))
    }

    #[inline(always)]
    fn cached(&mut self, cell: usize) -> i16 {
        cache(self.palette).map_or(UNKNOWN, |cache| cache[cell])
    }

    /// Searches the palette.
    #[cold]
    fn search(&mut self, cell: usize) -> u8 {
        let band = |shift: usize| (cell >> shift & 63) as i32 * 4;
        match palette::update_cache(self.palette, [band(0), band(6), band(12)]) {
            Ok(()) => self.cached(cell) as u8,
            Err(_) => 0,
        }
    }

    /// The colour of a number.
    #[inline(always)]
    fn colour(&self, index: u8) -> [u8; 4] {
        self.palette.palette.as_chunks::<4>().0[usize::from(index)]
    }
}

/// Whether of each box of a cache all cells are known, or none is.
fn boxes_are_whole(cache: &[i16]) -> bool {
    /// Along each band.
    const BOXES: usize = 8;
    const CELLS: usize = 8;
    let lines = cache.as_chunks::<{ BOXES * CELLS }>().0;
    (0..BOXES * BOXES).all(|boxes| {
        let place = |line: usize, of: usize| line % of + line / of * BOXES * CELLS;
        let first = CELLS * place(boxes, BOXES);
        let (mut bits, mut others) = ([0; BOXES * CELLS], [0; BOXES * CELLS]);
        for line in (0..CELLS * CELLS).map(|line| &lines[first + place(line, CELLS)]) {
            for ((bits, others), cell) in bits.iter_mut().zip(&mut others).zip(line) {
                *bits |= cell;
                *others |= cell ^ UNKNOWN;
            }
        }
        let none_is = |others: &[i16; CELLS]| others.iter().all(|bits| *bits == 0);
        let all_are = |bits: &[i16; CELLS]| bits.iter().all(|bits| bits & !0xff == 0);
        let mut each = bits.as_chunks().0.iter().zip(others.as_chunks().0);
        each.all(|(bits, others)| all_are(bits) || none_is(others))
    })
}

/// Converts an image of four-byte colours to one of the same size and of mode P or PA, the alpha of which becomes 255.
/// Dithers where it is to.
pub fn colours_to_palette(
    out: ImageMut<'_>,
    input: &ImageRef<'_>,
    palette: &mut Nearest<'_>,
    dither: bool,
) -> Result<()> {
    match (dither, out.mode()) {
        (true, Mode::PA) => dithered::<4>(out, input, palette)?,
        (true, _) => dithered::<1>(out, input, palette)?,
        (false, Mode::PA) => nearest::<4>(out, input, palette),
        (false, _) => nearest::<1>(out, input, palette),
    }
    Ok(())
}

/// Writes an index to a pixel of one byte, or of four with an alpha.
#[inline(always)]
fn write<const OUT: usize>(out: &mut [u8; OUT], index: u8) {
    out.copy_from_slice(&[index, index, index, 255][..OUT]);
}

/// How many pixels are looked up one by one where the nearest colour of one is not known.
const PIECE: usize = 256;

/// Takes the nearest colour for each pixel.
fn nearest<const OUT: usize>(mut out: ImageMut<'_>, input: &ImageRef<'_>, palette: &mut Nearest<'_>) {
    for (out, input) in out.rows_mut().zip(input.rows()) {
        let (out, input) = (out.as_chunks_mut::<OUT>().0, input.as_chunks::<4>().0);
        for (out, pixels) in out.chunks_mut(PIECE).zip(input.chunks(PIECE)) {
            let done = if OUT == 1 { palette.known(out.as_flattened_mut(), pixels) } else { 0 };
            for (out, [r, g, b, _]) in out[done..].iter_mut().zip(&pixels[done..]) {
                write(out, palette.index([*r, *g, *b]));
            }
        }
    }
}

/// The same, with what is missing going to the pixels around.
fn dithered<const OUT: usize>(out: ImageMut<'_>, input: &ImageRef<'_>, palette: &mut Nearest<'_>) -> Result<()> {
    #[cfg(target_arch = "x86_64")]
    if input.ysize() >= waves::FEWEST && palette.answers_in_any_order(input) {
        let palette = &mut Spread::new(palette);
        return match isa::current() {
            Isa::Avx2(_) | Isa::Avx512(_) => in_waves::<OUT, _, _>(out, input, palette, avx2::dither_colours),
            _ => in_waves::<OUT, _, _>(out, input, palette, sse2::dither_colours),
        };
    }
    line_by_line::<OUT>(out, input, palette)
}

/// `LINES` lines at once.
#[cfg(target_arch = "x86_64")]
fn in_waves<const OUT: usize, const LINES: usize, P: waves::Palette>(
    mut out: ImageMut<'_>,
    input: &ImageRef<'_>,
    palette: &mut P,
    dither: waves::DitherColours<LINES, P>,
) -> Result<()> {
    let (pixels, rows) = (input.xsize(), input.ysize());
    let steps = waves::steps::<LINES>(pixels);
    let mut below = try_vec([0; 4], pixels)?;
    let mut colours = try_vec([[0; 4]; LINES], steps)?;
    let mut indices = try_vec([0; LINES], steps)?;
    for first in (0..rows).step_by(LINES) {
        let lines = LINES.min(rows - first);
        for block in waves::blocks(pixels) {
            for line in 0..lines {
                let row = &input.row(first + line).as_chunks::<4>().0[block.clone()];
                for (colours, pixel) in colours[2 * line + block.start..].iter_mut().zip(row) {
                    colours[line] = *pixel;
                }
            }
        }
        dither(&colours, &mut indices, &mut below, lines, palette);
        for block in waves::blocks(pixels) {
            for line in 0..lines {
                let row = &mut out.row_mut(first + line).as_chunks_mut::<OUT>().0[block.clone()];
                for (out, indices) in row.iter_mut().zip(&indices[2 * line + block.start..]) {
                    write(out, indices[line]);
                }
            }
        }
    }
    Ok(())
}

/// A palette with its colours spread to 16 bits a band.
#[cfg(target_arch = "x86_64")]
struct Spread<'p, 'a> {
    nearest: &'p mut Nearest<'a>,
    colours: [i64; 256],
}

#[cfg(target_arch = "x86_64")]
impl<'p, 'a> Spread<'p, 'a> {
    fn new(nearest: &'p mut Nearest<'a>) -> Self {
        let mut colours = [0; 256];
        for (index, spread) in (0..=255).zip(&mut colours) {
            let [r, g, b, _] = nearest.colour(index).map(i64::from);
            *spread = r | g << 16 | b << 32;
        }
        Self { nearest, colours }
    }
}

#[cfg(target_arch = "x86_64")]
impl waves::Palette for Spread<'_, '_> {
    #[inline(always)]
    fn nearest(&mut self, cell: usize) -> u8 {
        self.nearest.of_cell(cell)
    }

    #[inline(always)]
    fn colour(&self, index: u8) -> i64 {
        self.colours[usize::from(index)]
    }
}

/// One line after the other.
fn line_by_line<const OUT: usize>(
    mut out: ImageMut<'_>,
    input: &ImageRef<'_>,
    palette: &mut Nearest<'_>,
) -> Result<()> {
    let mut below = Below::<3>::new(input.xsize())?;
    for (out, input) in out.rows_mut().zip(input.rows()) {
        let shown = |(out, pixel): (&mut [u8; OUT], &[u8; 4]), come: [i32; 3]| {
            let wanted: [u8; 3] = std::array::from_fn(|band| clip8(i32::from(pixel[band]) + come[band]));
            let index = palette.index(wanted);
            write(out, index);
            let colour = palette.colour(index);
            std::array::from_fn(|band| i32::from(wanted[band]) - i32::from(colour[band]))
        };
        // At the end of a line the reference mixes up the bands: all three get something of blue.
        let last = |below: [i32; 3], before: [i32; 3]| [below[2], before[2], before[2]];
        below.line(out.as_chunks_mut::<OUT>().0.iter_mut().zip(input.as_chunks::<4>().0), shown, last);
    }
    Ok(())
}
