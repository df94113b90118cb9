//! Effects.

use std::ffi::{c_double, c_float, c_int};
use std::ptr::null_mut;

use super::arguments::{ImageIn, array};
use super::boundary::guard;
use super::output::Output;
use crate::abi::Imaging;
use crate::effects;
use crate::error::Error;
use crate::host::long_section_for;
use crate::mode::Mode;

// # Effects
//
// Random numbers are those of `rand`: the same `srand` before gives the same image. The global lock of a Python host is
// held meanwhile.

/// Returns an L image of the Mandelbrot set in the box (x0, y0, x1, y1) of the complex plane, after at most `quality`
/// iterations. ValueError if the box is turned inside out or `quality` is below 2.
///
/// cbindgen:ptrs-as-arrays=[[extent; 4]]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ImagingEffectMandelbrot(
    xsize: c_int,
    ysize: c_int,
    extent: *mut c_double,
    quality: c_int,
) -> Imaging {
    guard(null_mut(), || {
        // SAFETY: `extent` is NULL or has four elements: the header says so.
        let extent: [c_double; 4] = *unsafe { array(extent.cast_const(), "extent")? };
        effects::check_mandelbrot(extent, quality)?;
        let mut output = Output::new(Mode::L.id(), (xsize, ysize))?;
        let out = output.view_mut()?;
        long_section_for(out.bytes().saturating_mul(quality as usize), || effects::mandelbrot(out, extent, quality));
        Ok(output.into_raw())
    })
}

/// Returns an L image of Gaussian noise around 128, with the standard deviation `sigma`.
#[unsafe(no_mangle)]
pub extern "C" fn ImagingEffectNoise(xsize: c_int, ysize: c_int, sigma: c_float) -> Imaging {
    guard(null_mut(), || {
        let mut output = Output::new(Mode::L.id(), (xsize, ysize))?;
        let uniform = || f64::from(random()) * (2.0 / f64::from(libc::RAND_MAX)) - 1.0;
        effects::noise(output.view_mut()?, sigma, uniform);
        Ok(output.into_raw())
    })
}

/// Returns a copy of an image in which each pixel has changed places with a random one at most `distance / 2` columns and
/// rows away. The palette is copied.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ImagingEffectSpread(imIn: ImageIn, distance: c_int) -> Imaging {
    guard(null_mut(), || {
        let header = imIn.header().ok_or(Error::Null("image"))?;
        let input = imIn.view()?;
        let mut output = Output::new(header.mode, header.size)?;
        output.set_palette(imIn.copy_palette()?);
        let remainder = effects::remainder(distance);
        effects::spread(output.view_mut()?, &input, distance, || remainder(random()));
        Ok(output.into_raw())
    })
}

/// Draws a number from 0 to `RAND_MAX`.
fn random() -> c_int {
    // SAFETY: the function takes nothing; glibc's is thread-safe.
    unsafe { libc::rand() }
}
