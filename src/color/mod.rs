//! Colour conversion: between modes, to and from palettes, by a matrix, by a 3D lookup table.
//!
//! | module | operation | Pillow |
//! | --- | --- | --- |
//! | `convert` | conversions that compute each pixel from one pixel | `Convert.c`: `l2rgb`, `rgb2l`, `rgbA2rgba`, … |
//! | `transparency` | the same, and one colour becomes transparent | `ImagingConvertTransparent` |
//! | `palette` | indices to pixels; the nearest entry of a colour | `frompalette`, `ImagingPaletteCacheUpdate` |
//! | `dither` | Floyd-Steinberg error diffusion, to black and white or to a palette | `tobilevel`, `topalette` |
//! | `to_palette` | quantization to a palette, dithered or not | `topalette` |
//! | [`matrix`] | 3x4 matrices | `Matrix.c` |
//! | [`lut3d`] | 3D lookup tables, trilinear interpolation | `ColorLUT.c` |

mod convert;
mod dither;
pub mod lut3d;
pub mod matrix;
mod palette;
mod to_palette;
mod transparency;

pub use convert::{Conversion, conversion};
pub use dither::to_bilevel;
pub use palette::{FromPalette, NearestEntry};
pub use to_palette::{fill_default_palette, grey_to_palette, has_palette_form, to_palette};
pub use transparency::{Transparency, transparency};
