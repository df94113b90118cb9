//! Bands and alpha composition.

use arrayvec::ArrayVec;

use crate::composite::{self, Band};
use crate::error::{Error, Result};
use crate::image::{Image, ImageRef};
use crate::mode::Mode;

/// Bands and alpha composition.
impl Image {
    /// Copies a band of an image of 8-bit bands to a new L image. Copies an image of one band in its own mode. Bands are
    /// numbered from 0.
    pub fn band(&self, number: usize) -> Result<Self> {
        let input = self.view()?;
        let mode = input.mode();
        let band = Band::of_8_bits(mode, i32::try_from(number).unwrap_or(i32::MAX))?;
        if mode.spec().bands == 1 {
            return self.copy();
        }
        let mut out = Self::new_uninit(Mode::L, input.xsize(), input.ysize())?;
        composite::get_band(out.view_mut()?, &input, band);
        Ok(out)
    }

    /// Merges one-band images of 8-bit values and of one size into an image of `mode`, which has as many bands.
    pub fn merge(mode: Mode, bands: &[&Self]) -> Result<Self> {
        composite::check_band_count(Some(mode), bands.len())?;
        let views: ArrayVec<ImageRef<'_>, 4> = bands.iter().map(|band| band.view()).collect::<Result<_>>()?;
        let described = views.iter().map(|band| (band.mode(), (band.xsize(), band.ysize())));
        let (xsize, ysize) = composite::check_bands(&described.collect::<ArrayVec<_, 4>>())?;
        if let [only] = bands {
            return if views[0].mode() == mode { only.copy() } else { Err(Error::Mismatch) };
        }
        let mut out = Self::new_uninit(mode, xsize, ysize)?;
        let view = out.view_mut()?;
        match *views {
            [a, b] => composite::merge(view, [a, b])?,
            [a, b, c] => composite::merge(view, [a, b, c])?,
            [a, b, c, d] => composite::merge(view, [a, b, c, d])?,
            _ => unreachable!("a mode has one to four bands"),
        }
        Ok(out)
    }

    /// Composites `over` on this image by its alpha. Both are RGBA or both LA, of one size.
    pub fn alpha_composite(&self, over: &Self) -> Result<Self> {
        let (under, over) = (self.view()?, over.view()?);
        let size = |view: &ImageRef<'_>| (view.xsize(), view.ysize());
        composite::check_layers((under.mode(), size(&under)), (Some(over.mode()), size(&over)))?;
        let mut out = Self::new_uninit(under.mode(), under.xsize(), under.ysize())?;
        composite::alpha_composite(out.view_mut()?, &under, &over);
        Ok(out)
    }
}
