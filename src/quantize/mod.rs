//! Quantization: an image with a palette of at most 256 colours, chosen for the image (Pillow's `Quant.c`).
//!
//! | method | the palette | file |
//! | --- | --- | --- |
//! | median cut | the means of boxes of colours, each split at its median | `median_cut.rs` |
//! | maximum coverage | the colours that are farthest from each other | `max_coverage.rs` |
//! | fast octree | the means of the fullest buckets of two cubes; the only one with alpha | `octree/` |
//!
//! Octree looks at each pixel twice. The other methods look at distinct colours: `colours` counts them, a method chooses the
//! entries and an entry for each colour, `neighbours` finds the nearest entries, and an `index_map` then has the index of
//! each pixel. `kmeans` may refine the palettes of the first two methods: each step costs as much as there are colours, and
//! not pixels.
//!
//! Palettes and indices equal Pillow's to the byte. Its order of colours in a hash table, of boxes in a heap, and of entries
//! in its search are part of that; each file says what depends on such an order. An image with pixels of mode L or P has at most
//! 256 colours, which a histogram counts.

mod clusters;
mod colours;
mod distance;
mod index_map;
mod key;
mod kmeans;
mod max_coverage;
mod median_cut;
mod neighbours;
mod octree;

use crate::abi::ImagingPaletteInstance;
use crate::error::{Error, Result};
use crate::exec::parallel;
use crate::image::palette::Palette;
use crate::image::{ImageMut, ImageRef};
use crate::memory::heap::try_vec;
use crate::mode::Mode;
use crate::point::{self, Lookup};
use crate::statistics::{self, Bins};

use clusters::{Clusters, Entries, MAX_ENTRIES};
use colours::Colours;
use index_map::IndexMap;
use neighbours::Neighbours;

/// How the colours of a palette are chosen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Method {
    /// Median cut: the box with the most pixels is split, again and again.
    #[default]
    MedianCut,
    /// Maximum coverage: each colour is the one that is farthest from all others.
    MaxCoverage,
    /// Fast octree: the parts of colour space with the most pixels. The only method for RGBA.
    FastOctree,
    /// libimagequant, which is not built in: an error.
    LibImageQuant,
}

impl Method {
    /// Returns the method of a number of Pillow's `Quantize`.
    pub fn from_number(number: i32) -> Option<Self> {
        [Self::MedianCut, Self::MaxCoverage, Self::FastOctree, Self::LibImageQuant]
            .into_iter()
            .nth(number.try_into().ok()?)
    }

    fn has_alpha(self) -> bool {
        matches!(self, Self::FastOctree | Self::LibImageQuant)
    }
}

/// What a palette is chosen by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// The most colours: 1 to 256.
    pub colors: usize,
    /// The method.
    pub method: Method,
    /// If not 0, median cut and maximum coverage move the colours by k-means, until fewer than `kmeans` pixels change their
    /// colour in a step.
    pub kmeans: u32,
}

impl Default for Options {
    /// Median cut to 256 colours, without k-means.
    fn default() -> Self {
        Self { colors: MAX_ENTRIES, method: Method::default(), kmeans: 0 }
    }
}

/// Checks the arguments of [`quantize`]: the number of colours, the mode, and the size. `method` is `None` for one that does
/// not exist.
pub fn check(mode: Mode, (xsize, ysize): (usize, usize), colors: usize, method: Option<Method>) -> Result<Method> {
    if !(1..=MAX_ENTRIES).contains(&colors) {
        return Err(Error::Value("bad number of colors"));
    }
    let is_supported = match mode {
        Mode::L | Mode::P | Mode::RGB => true,
        Mode::RGBA => method.is_some_and(Method::has_alpha),
        _ => false,
    };
    if !is_supported {
        return Err(Error::Mode);
    }
    let pixels = xsize.checked_mul(ysize).filter(|pixels| *pixels <= i32::MAX as usize).ok_or(Error::Memory)?;
    match method {
        Some(Method::LibImageQuant) => {
            Err(Error::Value("dependency required by this method was not enabled at compile time"))
        }
        Some(Method::MedianCut | Method::MaxCoverage) if pixels == 0 => Err(Error::Value("quantization error")),
        Some(method) => Ok(method),
        None => Err(Error::Value("quantization error")),
    }
}

/// Quantizes an image that [`check`] accepts: writes the indices to `out`, of mode P and the same size, and returns the
/// palette of `out`. `palette` is that of an image of mode P.
pub fn quantize(
    out: ImageMut<'_>,
    input: &ImageRef<'_>,
    palette: Option<&ImagingPaletteInstance>,
    options: &Options,
) -> Result<Palette> {
    let mode = if input.mode() == Mode::RGBA { Mode::RGBA } else { Mode::RGB };
    Palette::of_colours(mode, &entries(out, input, palette, options)?)
}

/// Writes the indices, and returns the entries of the palette.
fn entries(
    out: ImageMut<'_>,
    input: &ImageRef<'_>,
    palette: Option<&ImagingPaletteInstance>,
    options: &Options,
) -> Result<Entries> {
    match (input.mode(), options.method) {
        (Mode::RGBA, _) => octree::quantize_rgba(out, input, options.colors),
        (Mode::L | Mode::P, _) => quantize_indices(out, input, palette, options),
        (_, Method::FastOctree) => octree::quantize_rgb(out, input, options.colors),
        _ => {
            let colours = Colours::of_image(input)?;
            let first = input.rows().next().and_then(|row| row.first_chunk());
            let (entries, indices) = choose(&colours, *first.unwrap_or(&[0; 4]), options)?;
            let map = IndexMap::new(&colours, &indices)?;
            parallel::write_rows(out, &[input], WRITE_COST * input.xsize(), |y, out| {
                map.write_row(out, input.row(y).as_chunks().0);
            });
            Ok(entries)
        }
    }
}

/// The estimated cost of writing an index.
const WRITE_COST: usize = 8;

/// The palette of mode L.
static GREYS: [[u8; 4]; 256] = {
    let mut greys = [[0; 4]; 256];
    let mut grey = 0;
    while grey < 256 {
        greys[grey] = [grey as u8; 4];
        grey += 1;
    }
    greys
};

/// Quantizes an image of indices: of mode P, or of greys.
#[inline(never)] // a stack frame of its own, as for the functions below: a thread's stack may be small
fn quantize_indices(
    out: ImageMut<'_>,
    input: &ImageRef<'_>,
    palette: Option<&ImagingPaletteInstance>,
    options: &Options,
) -> Result<Entries> {
    let palette = match (input.mode(), palette) {
        (Mode::L, _) => &GREYS,
        (_, Some(palette)) => palette.palette.as_chunks().0.try_into().map_err(|_| Error::Null("palette"))?,
        (_, None) => return Err(Error::Null("palette")),
    };
    let mut counts = try_vec(0, 256)?;
    statistics::histogram(input, None, Bins::Bytes, &mut counts)?;
    let (entries, table) = if options.method == Method::FastOctree {
        octree::quantize_palette(palette, &counts, options.colors)?
    } else {
        let colours = Colours::of_palette(palette, &counts)?;
        let first = input.rows().next().and_then(|row| row.first()).copied().unwrap_or(0);
        let (entries, indices) = choose(&colours, palette[usize::from(first)], options)?;
        let map = IndexMap::new(&colours, &indices)?;
        (entries, palette.map(|colour| map.index(key::key(colour))))
    };
    // A loop over the rows would take long, since there may be billions of rows without pixels.
    if out.bytes() > 0 {
        point::lookup(out, input, Lookup::Bytes(&table));
    }
    Ok(entries)
}

/// Chooses the entries of a palette, and the entry of each colour. `first` is the colour of the first pixel.
#[inline(never)]
fn choose(colours: &Colours, first: [u8; 4], options: &Options) -> Result<(Entries, Vec<u8>)> {
    let (mut entries, mut indices) = if options.method == Method::MaxCoverage {
        max_coverage::cover(colours, options.colors, first)?
    } else {
        let (length, mut indices) = median_cut::boxes(colours, options.colors)?;
        let entries = Clusters::of(&colours.colours, &indices)?.means(length)?;
        let neighbours = Neighbours::new(&entries)?;
        parallel::try_for_items(&mut indices, SEARCH_COST, |first, indices| {
            neighbours.search(indices, &colours.colours[first..first + indices.len()]);
            Ok(())
        })?;
        (entries, indices)
    };
    if let Some(threshold) = options.kmeans.checked_sub(1) {
        kmeans::refine(colours, &mut indices, &mut entries, threshold)?;
    }
    Ok((entries, indices))
}

/// The estimated cost of searching the nearest entry of a colour.
const SEARCH_COST: usize = 64;
