//! Bands, and one image over another.

use crate::composite::{self, Band};
use crate::error::{Error, Result};
use crate::image::{Image, ImageRef};
use crate::mode::{Mode, PixelType};

const WRONG_NUMBER: Error = Error::Value("wrong number of bands");

/// Bands, and compositing.
impl Image {
    /// A band, from 0 on, of an image of 8-bit bands: an L image, or a copy where there is just one band.
    pub fn band(&self, number: usize) -> Result<Self> {
        let input = self.view()?;
        let mode = input.mode();
        if mode.spec().pixel_type != PixelType::U8 {
            return Err(Error::Mode);
        }
        let band = Band::new(mode, i32::try_from(number).unwrap_or(i32::MAX))?;
        if mode.spec().bands == 1 {
            return self.copy();
        }
        let mut out = Self::new_uninit(Mode::L, input.xsize(), input.ysize())?;
        composite::get_band(out.view_mut()?, &input, band);
        Ok(out)
    }

    /// An image of a mode, made of an image of 8-bit values for each of its bands, all of the same size.
    pub fn merge(mode: Mode, bands: &[&Self]) -> Result<Self> {
        let first = bands.first().ok_or(WRONG_NUMBER)?.view()?;
        if usize::from(mode.spec().bands) != bands.len() {
            return Err(WRONG_NUMBER);
        }
        for band in bands {
            let band = band.view()?;
            let spec = band.mode().spec();
            if spec.bands != 1 || bands.len() != 1 && spec.pixel_type != PixelType::U8 {
                return Err(Error::Mode);
            }
            if (band.xsize(), band.ysize()) != (first.xsize(), first.ysize()) {
                return Err(Error::Mismatch);
            }
        }
        if let [only] = bands {
            return if first.mode() == mode { only.copy() } else { Err(Error::Mismatch) };
        }
        let mut out = Self::new_uninit(mode, first.xsize(), first.ysize())?;
        match *bands {
            [a, b] => composite::merge(out.view_mut()?, [a.view()?, b.view()?])?,
            [a, b, c] => composite::merge(out.view_mut()?, [a.view()?, b.view()?, c.view()?])?,
            [a, b, c, d] => composite::merge(out.view_mut()?, [a.view()?, b.view()?, c.view()?, d.view()?])?,
            _ => return Err(WRONG_NUMBER),
        }
        Ok(out)
    }

    /// `over` laid over this image by its alpha. Both are RGBA, or both LA, and of the same size.
    pub fn alpha_composite(&self, over: &Self) -> Result<Self> {
        let (under, over) = (self.view()?, over.view()?);
        let shape = |view: &ImageRef<'_>| (view.mode(), view.xsize(), view.ysize());
        if !matches!(under.mode(), Mode::RGBA | Mode::LA) {
            return Err(Error::Mode);
        }
        if shape(&under) != shape(&over) {
            return Err(Error::Mismatch);
        }
        let mut out = Self::new_uninit(under.mode(), under.xsize(), under.ysize())?;
        composite::alpha_composite(out.view_mut()?, &under, &over);
        Ok(out)
    }
}
