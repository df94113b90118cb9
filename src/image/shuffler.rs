//! The ABI of packers, unpackers and conversions of a row (`ImagingShuffler`), over functions of slices.

use std::ffi::c_int;

/// `ImagingShuffler`, not NULL.
pub type ShufflerFn = unsafe extern "C" fn(out: *mut u8, input: *const u8, pixels: c_int);

/// A conversion of a row of pixels.
pub trait RowConversion {
    /// The input bytes of `pixels` pixels.
    fn input_bytes(pixels: usize) -> usize;

    /// The output bytes of `pixels` pixels.
    fn output_bytes(pixels: usize) -> usize;

    /// Converts `pixels` pixels.
    fn convert(out: &mut [u8], input: &[u8], pixels: usize);
}

/// The [`ShufflerFn`] of a conversion. Does nothing for NULL or no pixels. The rows may be the same, or overlap: then it
/// reads a copy of the input.
///
/// # Safety
///
/// Each pointer is NULL or points to a row of `pixels` pixels, of [`RowConversion::input_bytes`] and
/// [`RowConversion::output_bytes`] bytes, which nobody else uses meanwhile.
pub unsafe extern "C" fn shuffler<C: RowConversion>(out: *mut u8, input: *const u8, pixels: c_int) {
    let pixels = usize::try_from(pixels).unwrap_or(0);
    if pixels == 0 || out.is_null() || input.is_null() {
        return;
    }
    let (input_bytes, output_bytes) = (C::input_bytes(pixels), C::output_bytes(pixels));
    let is_apart = input.addr() + input_bytes <= out.addr() || out.addr() + output_bytes <= input.addr();
    if is_apart {
        // SAFETY: the rows have these bytes, by this function's contract, and do not overlap.
        let (out, input) = unsafe {
            (std::slice::from_raw_parts_mut(out, output_bytes), std::slice::from_raw_parts(input, input_bytes))
        };
        return C::convert(out, input, pixels);
    }
    let mut copy = Vec::new();
    if copy.try_reserve_exact(input_bytes).is_ok() {
        // SAFETY: the row has these bytes, by this function's contract; the slice is gone before the output is used.
        copy.extend_from_slice(unsafe { std::slice::from_raw_parts(input, input_bytes) });
        // SAFETY: the row has these bytes, by this function's contract.
        C::convert(unsafe { std::slice::from_raw_parts_mut(out, output_bytes) }, &copy, pixels);
    }
}
