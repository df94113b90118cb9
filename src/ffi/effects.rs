//! Effects.

use std::ffi::{c_double, c_float, c_int};
use std::ptr::null_mut;

use super::output::Output;
use super::{guard, reference};
use crate::abi::Imaging;
use crate::effects;
use crate::error::Error;
use crate::host::section_for;
use crate::image::ImageRef;
use crate::memory::Raw;
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
        // SAFETY: the C contract: the extent is NULL or has four elements.
        let extent = *unsafe { reference(extent.cast::<[c_double; 4]>(), "extent")? };
        effects::check_mandelbrot(extent, quality)?;
        let output = Output::new(Mode::L.id(), xsize, ysize)?;
        // SAFETY: the new image has no other user.
        let out = unsafe { output.view_mut()? };
        section_for(out.bytes().saturating_mul(quality as usize), || effects::mandelbrot(out, extent, quality));
        Ok(output.into_raw())
    })
}

/// Returns an L image of Gaussian noise around 128, with the standard deviation `sigma`.
#[unsafe(no_mangle)]
pub extern "C" fn ImagingEffectNoise(xsize: c_int, ysize: c_int, sigma: c_float) -> Imaging {
    guard(null_mut(), || {
        let output = Output::new(Mode::L.id(), xsize, ysize)?;
        // SAFETY: the new image has no other user.
        let out = unsafe { output.view_mut()? };
        effects::noise(out, sigma, || f64::from(random()) * (2.0 / f64::from(libc::RAND_MAX)) - 1.0);
        Ok(output.into_raw())
    })
}

/// Returns a copy of an image in which each pixel has changed places with a random one at most `distance / 2` columns and
/// rows away. The palette is copied.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ImagingEffectSpread(imIn: Imaging, distance: c_int) -> Imaging {
    guard(null_mut(), || {
        let source = Raw::new(imIn).ok_or(Error::Null("image"))?;
        // SAFETY: the C contract: the image is live.
        let input = unsafe { ImageRef::from_raw(imIn)? };
        let mut output = Output::new(input.mode().id(), input.xsize() as c_int, input.ysize() as c_int)?;
        // SAFETY: the C contract: the image is live; the new one has no other user.
        let out = unsafe {
            output.copy_palette(source)?;
            output.view_mut()?
        };
        effects::spread(out, &input, distance, || random().wrapping_rem(distance));
        Ok(output.into_raw())
    })
}

/// Draws a number from 0 to `RAND_MAX`.
fn random() -> c_int {
    // SAFETY: the function takes nothing; glibc's is thread-safe.
    unsafe { libc::rand() }
}
