//! Quantization.

use std::ffi::c_int;
use std::ptr::null_mut;

use super::arguments::ImageIn;
use super::boundary::guard;
use super::output::Output;
use super::work::LONG;
use crate::abi::Imaging;
use crate::error::Error;
use crate::host::long_section_for;
use crate::mode::Mode;
use crate::quantize::{self, Method, Options};

/// Reduces the number of colours of an L, P, RGB or RGBA image, and returns a new P image with a palette of at most `colors`,
/// 1 to 256.
///
/// `mode` is the method: 0 median cut, 1 maximum coverage, 2 fast octree. Only fast octree supports RGBA; the palette has
/// alpha then. If `kmeans` is above 0, methods 0 and 1 refine the colours by k-means, until a step changes the colours of
/// fewer than `kmeans` pixels.
///
/// ModeError for other modes; MemoryError for 2^31 pixels and more; ValueError for other numbers of colours and other methods
/// (3 is libimagequant, which is not built in), and for methods 0 and 1 on an image without pixels.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ImagingQuantize(im: ImageIn, colors: c_int, mode: c_int, kmeans: c_int) -> Imaging {
    guard(null_mut(), || {
        let colors = usize::try_from(colors).unwrap_or(0);
        let header = im.header().ok_or(Error::Mode)?;
        let size = (usize::try_from(header.size.0).unwrap_or(0), usize::try_from(header.size.1).unwrap_or(0));
        let method = quantize::check(im.mode()?, size, colors, Method::from_number(mode))?;
        let options = Options { colors, method, kmeans: u32::try_from(kmeans).unwrap_or(0) };
        let (image, old_palette) = (im.view()?, im.copy_palette()?);
        let mut output = Output::new(Mode::P.id(), header.size)?;
        let out = output.view_mut()?;
        let palette = long_section_for(LONG, || quantize::quantize(out, &image, old_palette.as_deref(), &options))?;
        output.set_palette(Some(palette));
        Ok(output.into_raw())
    })
}
