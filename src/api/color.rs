//! Conversion between modes.

use crate::color::{self, FromPalette, NearestEntry};
use crate::error::{Error, Result};
use crate::image::Image;
use crate::image::palette::Palette;
use crate::mode::Mode;

const UNSUPPORTED: Error = Error::Value("conversion not supported");

/// Conversion between modes.
impl Image {
    /// Converts to another mode. Conversions to 1, P and PA choose the nearest colour for each pixel.
    pub fn convert(&self, mode: Mode) -> Result<Self> {
        self.converted(mode, false)
    }

    /// Converts to another mode. Conversions to 1 (from L and RGB), P and PA use Floyd-Steinberg dithering.
    pub fn convert_dithered(&self, mode: Mode) -> Result<Self> {
        self.converted(mode, true)
    }

    fn converted(&self, to: Mode, dither: bool) -> Result<Self> {
        let input = self.view()?;
        let from = input.mode();
        let out = |mode| Self::new_uninit(mode, input.xsize(), input.ysize());
        match (from, to) {
            _ if from == to => self.copy(),
            (Mode::P | Mode::PA, _) => {
                let palette = self.palette().ok_or(Error::Value("no palette"))?;
                let conversion = FromPalette::new(palette, from, to)?;
                let mut out = out(to)?;
                if to.spec().has_palette {
                    out.set_palette(palette)?;
                }
                conversion.convert(out.view_mut()?, &input);
                Ok(out)
            }
            (_, Mode::P | Mode::PA) => self.to_palette(out(to)?, dither),
            (Mode::L | Mode::RGB, Mode::One) if dither => {
                let mut out = out(to)?;
                color::to_bilevel(out.view_mut()?, &input)?;
                Ok(out)
            }
            (_, Mode::One) if dither => Err(UNSUPPORTED),
            _ => {
                let unsupported = Error::Conversion { from: from.into(), to: to.into(), within: "" };
                let conversion = color::conversion(from, to).ok_or(unsupported)?;
                let mut out = out(to)?;
                conversion.convert(out.view_mut()?, &input);
                Ok(out)
            }
        }
    }

    /// Converts to P or PA with the standard palette, which `out` gets.
    fn to_palette(&self, mut out: Self, dither: bool) -> Result<Self> {
        let input = self.view()?;
        if !color::has_palette_form(input.mode()) {
            return Err(UNSUPPORTED);
        }
        let mut palette = Palette::new(Mode::RGB)?;
        color::fill_default_palette(&mut palette, input.mode());
        out.set_palette(&palette)?;
        if input.mode() == Mode::L {
            color::grey_to_palette(out.view_mut()?, &input);
        } else {
            color::to_palette(out.view_mut()?, &input, &mut NearestEntry::new(&mut palette)?, dither)?;
        }
        Ok(out)
    }
}
