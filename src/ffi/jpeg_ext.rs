//! JPEG files that are not encoded to their end.

use super::jpeg::release;
use crate::abi::ImagingCodecState;

/// Frees the memory of an encoder, and the options that it owns, which become NULL. For programs that do not call
/// `ImagingJpegEncode` to its end or to an error; it may be called after that, too. The library has this function if it was built
/// with the feature `jpeg`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ImagingJpegEncodeCleanup(state: ImagingCodecState) {
    // SAFETY: the state is NULL or valid, and its context is NULL or one of this codec: the header says so.
    unsafe { release(state) };
}
