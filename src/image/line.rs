//! A line of pixels that a C program has converted: two pointers and a number of pixels become two slices.

use std::ffi::c_int;

/// What C programs call: `ImagingShuffler`, which cannot be NULL here.
pub type Entry = unsafe extern "C" fn(out: *mut u8, input: *const u8, pixels: c_int);

/// A conversion of a line.
pub trait Convert {
    /// Bytes that so many pixels have before.
    fn input(pixels: usize) -> usize;

    /// Bytes that so many pixels have behind.
    fn output(pixels: usize) -> usize;

    /// Converts a line.
    fn convert(out: &mut [u8], input: &[u8], pixels: usize);
}

/// Converts a line of a C program. Does nothing for NULL or no pixels. The two lines may be one, or overlap.
///
/// # Safety
///
/// Each pointer is NULL or points to a line of `pixels` pixels, as many bytes as [`Convert::input`] and
/// [`Convert::output`] say, that nobody else uses meanwhile.
pub unsafe extern "C" fn entry<C: Convert>(out: *mut u8, input: *const u8, pixels: c_int) {
    let pixels = usize::try_from(pixels).unwrap_or(0);
    if pixels == 0 || out.is_null() || input.is_null() {
        return;
    }
    let (input_bytes, output_bytes) = (C::input(pixels), C::output(pixels));
    let apart = input.addr() + input_bytes <= out.addr() || out.addr() + output_bytes <= input.addr();
    // SAFETY: as the caller promises; where the lines overlap, what is read is a copy.
    unsafe {
        if apart {
            let input = std::slice::from_raw_parts(input, input_bytes);
            C::convert(std::slice::from_raw_parts_mut(out, output_bytes), input, pixels);
        } else {
            let mut copy = Vec::new();
            if copy.try_reserve_exact(input_bytes).is_ok() {
                copy.extend_from_slice(std::slice::from_raw_parts(input, input_bytes));
                C::convert(std::slice::from_raw_parts_mut(out, output_bytes), &copy, pixels);
            }
        }
    }
}
