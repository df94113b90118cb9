//! Declared but not implemented yet: programs that call what is below compile, and do not link.
//!
//! So the C header is whole from the start. A group moves to a file of its own when it is implemented; when nothing is
//! left here, the library is complete. The crate itself calls none of these.
//!
//! A comment that starts with `// #` opens a section of the C header.

#![allow(unsafe_code)] // foreign declarations, which C headers are made from
#![allow(non_snake_case)]

use std::ffi::{c_char, c_double, c_float, c_int, c_void};

use crate::abi::{Imaging, ImagingCodecState, ImagingOutline, Py_ssize_t, PyObject};

// # Quantization
unsafe extern "C" {
    /// Reduces the colours of an L, P, RGB or RGBA image and returns a P image with its palette.
    ///
    /// `colours` is 1 to 256. `mode` chooses the way: 0 median cut, 1 maximum coverage, 2 fast octree, 3 libimagequant
    /// where it is built in; RGBA takes only the last two. Anything but 0 for `kmeans` (modes 0 and 1) then moves each
    /// colour to the mean of its pixels, again and again until fewer than `kmeans` pixels change theirs.
    pub fn ImagingQuantize(im: Imaging, colours: c_int, mode: c_int, kmeans: c_int) -> Imaging;
}

// # Drawing
//
// Coordinates may lie outside the image: what falls outside is not drawn. Boxes include (x1, y1). `fill` not 0 fills the
// shape, else it gets an outline `width` pixels wide. `op` not 0 mixes the ink with what is there, as its fourth byte
// says, in images of 4-byte pixels; 0 replaces. Where there is a `mask`, NULL or an image as large as `im`, pixels are
// drawn where it is not 0. Angles are in degrees, clockwise from the right. All return 0, or -1 on error.
unsafe extern "C" {
    /// A pixel.
    pub fn ImagingDrawPoint(im: Imaging, x: c_int, y: c_int, ink: *const c_void, op: c_int) -> c_int;

    /// A line, one pixel wide, both ends included.
    pub fn ImagingDrawLine(
        im: Imaging,
        x0: c_int,
        y0: c_int,
        x1: c_int,
        y1: c_int,
        ink: *const c_void,
        op: c_int,
    ) -> c_int;

    /// A line `width` pixels wide.
    pub fn ImagingDrawWideLine(
        im: Imaging,
        x0: c_int,
        y0: c_int,
        x1: c_int,
        y1: c_int,
        ink: *const c_void,
        width: c_int,
        op: c_int,
        mask: Imaging,
    ) -> c_int;

    /// A rectangle.
    pub fn ImagingDrawRectangle(
        im: Imaging,
        x0: c_int,
        y0: c_int,
        x1: c_int,
        y1: c_int,
        ink: *const c_void,
        fill: c_int,
        width: c_int,
        op: c_int,
    ) -> c_int;

    /// A closed polygon of `points` points: x and y in turn at `xy`.
    pub fn ImagingDrawPolygon(
        im: Imaging,
        points: c_int,
        xy: *mut c_int,
        ink: *const c_void,
        fill: c_int,
        width: c_int,
        op: c_int,
        mask: Imaging,
    ) -> c_int;

    /// The ellipse that just fits into a box.
    pub fn ImagingDrawEllipse(
        im: Imaging,
        x0: c_int,
        y0: c_int,
        x1: c_int,
        y1: c_int,
        ink: *const c_void,
        fill: c_int,
        width: c_int,
        op: c_int,
    ) -> c_int;

    /// A piece of an ellipse's outline.
    pub fn ImagingDrawArc(
        im: Imaging,
        x0: c_int,
        y0: c_int,
        x1: c_int,
        y1: c_int,
        start: c_float,
        end: c_float,
        ink: *const c_void,
        width: c_int,
        op: c_int,
    ) -> c_int;

    /// An arc whose ends are joined by a line.
    pub fn ImagingDrawChord(
        im: Imaging,
        x0: c_int,
        y0: c_int,
        x1: c_int,
        y1: c_int,
        start: c_float,
        end: c_float,
        ink: *const c_void,
        fill: c_int,
        width: c_int,
        op: c_int,
    ) -> c_int;

    /// An arc whose ends are joined to the centre.
    pub fn ImagingDrawPieslice(
        im: Imaging,
        x0: c_int,
        y0: c_int,
        x1: c_int,
        y1: c_int,
        start: c_float,
        end: c_float,
        ink: *const c_void,
        fill: c_int,
        width: c_int,
        op: c_int,
    ) -> c_int;

    /// Fills with ink through `bitmap`, a mask as for `ImagingFill2`, whose top left is at (x0, y0). `op` has no effect.
    pub fn ImagingDrawBitmap(
        im: Imaging,
        x0: c_int,
        y0: c_int,
        bitmap: Imaging,
        ink: *const c_void,
        op: c_int,
    ) -> c_int;

    /// A filled outline. `fill` has no effect.
    pub fn ImagingDrawOutline(
        im: Imaging,
        outline: ImagingOutline,
        ink: *const c_void,
        fill: c_int,
        op: c_int,
    ) -> c_int;
}

// # Outlines
//
// A path of lines and curves for `ImagingDrawOutline`. All but the first two return 0, or -1 if there is no memory.
unsafe extern "C" {
    /// An empty outline at (0, 0); free it with `ImagingOutlineDelete`.
    pub fn ImagingOutlineNew() -> ImagingOutline;

    /// Frees an outline. NULL is fine.
    pub fn ImagingOutlineDelete(outline: ImagingOutline);

    /// Starts a new part at (x, y).
    pub fn ImagingOutlineMove(outline: ImagingOutline, x: c_float, y: c_float) -> c_int;

    /// A line to (x, y).
    pub fn ImagingOutlineLine(outline: ImagingOutline, x: c_float, y: c_float) -> c_int;

    /// A cubic Bézier curve to (x3, y3), with the control points (x1, y1) and (x2, y2).
    pub fn ImagingOutlineCurve(
        outline: ImagingOutline,
        x1: c_float,
        y1: c_float,
        x2: c_float,
        y2: c_float,
        x3: c_float,
        y3: c_float,
    ) -> c_int;

    /// A line back to where the part started.
    pub fn ImagingOutlineClose(outline: ImagingOutline) -> c_int;

    /// Moves all points from (x, y) to `(a[0] * x + a[1] * y + a[2], a[3] * x + a[4] * y + a[5])`.
    ///
    /// cbindgen:ptrs-as-arrays=[[a; 6]]
    pub fn ImagingOutlineTransform(outline: ImagingOutline, a: *mut c_double) -> c_int;
}

// # Decoders and encoders
//
// One call for each piece of the file. Set the first call up with a zeroed state: the rectangle, `shuffle`, `bits`,
// `bytes`, a `buffer` for a line, from `malloc`, and a zeroed `context` with the codec's options, as the headers beside
// this one define them.
//
// A decoder takes `bytes` bytes at `buffer` and returns how many it used; call it again with the rest and what comes
// after. -1 ends it: `errcode` is 0 if the image is whole, else `IMAGING_CODEC_*`. (A decoder of a whole file returns the
// same at once.)
//
// An encoder writes at most `bytes` bytes to `buffer` and returns how many; `errcode` becomes not 0 when it stops,
// `IMAGING_CODEC_END` if all is well.
unsafe extern "C" {
    /// Decodes blocks of compressed textures, `state->state` = 1 to 7 for BC1 to BC7. `context`: BCNSTATE.
    pub fn ImagingBcnDecode(im: Imaging, state: ImagingCodecState, buffer: *mut u8, bytes: Py_ssize_t) -> c_int;

    /// Encodes blocks of compressed textures, `state->state` = 1, 2, 3 or 5. `context`: BCNSTATE.
    pub fn ImagingBcnEncode(im: Imaging, state: ImagingCodecState, buffer: *mut u8, bytes: c_int) -> c_int;

    /// Decodes pixels of 1 to 31 bits into an F image. `context`: BITSTATE.
    pub fn ImagingBitDecode(im: Imaging, state: ImagingCodecState, buffer: *mut u8, bytes: Py_ssize_t) -> c_int;

    /// Encodes hexadecimal digits, as PostScript reads them.
    pub fn ImagingEpsEncode(im: Imaging, state: ImagingCodecState, buffer: *mut u8, bytes: c_int) -> c_int;

    /// Decodes a frame of an Autodesk FLI or FLC animation.
    pub fn ImagingFliDecode(im: Imaging, state: ImagingCodecState, buffer: *mut u8, bytes: Py_ssize_t) -> c_int;

    /// Decodes GIF image data. `context`: GIFDECODERSTATE.
    pub fn ImagingGifDecode(im: Imaging, state: ImagingCodecState, buffer: *mut u8, bytes: Py_ssize_t) -> c_int;

    /// Encodes GIF image data. `context`: GIFENCODERSTATE.
    pub fn ImagingGifEncode(im: Imaging, state: ImagingCodecState, buffer: *mut u8, bytes: c_int) -> c_int;

    /// Decodes hexadecimal digits.
    pub fn ImagingHexDecode(im: Imaging, state: ImagingCodecState, buffer: *mut u8, bytes: Py_ssize_t) -> c_int;

    /// Decodes JPEG. `context`: JPEGSTATE.
    pub fn ImagingJpegDecode(im: Imaging, state: ImagingCodecState, buffer: *mut u8, bytes: Py_ssize_t) -> c_int;

    /// Frees what the decoder keeps; call it once it has stopped.
    pub fn ImagingJpegDecodeCleanup(state: ImagingCodecState);

    /// 1 if the JPEG library converts to RGBX and the like by itself, else 0.
    pub fn ImagingJpegUseJCSExtensions() -> c_int;

    /// Encodes JPEG. `context`: JPEGENCODERSTATE.
    pub fn ImagingJpegEncode(im: Imaging, state: ImagingCodecState, buffer: *mut u8, bytes: c_int) -> c_int;

    /// The version of the JPEG library. Static. Weak; while this library has no JPEG codec, the version that the Pillow
    /// which calls was built with, and an empty text for all other callers.
    pub fn ImagingJpegVersion() -> *const c_char;

    /// Decodes JPEG 2000. `context`: JPEG2KDECODESTATE.
    pub fn ImagingJpeg2KDecode(im: Imaging, state: ImagingCodecState, buffer: *mut u8, bytes: Py_ssize_t) -> c_int;

    /// Frees what the decoder keeps; call it once it has stopped.
    pub fn ImagingJpeg2KDecodeCleanup(state: ImagingCodecState);

    /// Encodes JPEG 2000. `context`: JPEG2KENCODESTATE.
    pub fn ImagingJpeg2KEncode(im: Imaging, state: ImagingCodecState, buffer: *mut u8, bytes: c_int) -> c_int;

    /// Frees what the encoder keeps; call it once it has stopped.
    pub fn ImagingJpeg2KEncodeCleanup(state: ImagingCodecState);

    /// The version of the JPEG 2000 library. Static.
    pub fn ImagingJpeg2KVersion() -> *const c_char;

    /// Decodes a TIFF, a whole file at once. `context`: TIFFSTATE, set up by `ImagingLibTiffInit`.
    pub fn ImagingLibTiffDecode(im: Imaging, state: ImagingCodecState, buffer: *mut u8, bytes: Py_ssize_t) -> c_int;

    /// Encodes a TIFF. `context`: TIFFSTATE, set up by `ImagingLibTiffEncodeInit`.
    pub fn ImagingLibTiffEncode(im: Imaging, state: ImagingCodecState, buffer: *mut u8, bytes: c_int) -> c_int;

    /// The version of the TIFF library. Static.
    pub fn ImagingTiffVersion() -> *const c_char;

    /// Decodes Microsoft Paint files. The reference declares it and never had it.
    pub fn ImagingMspDecode(im: Imaging, state: ImagingCodecState, buffer: *mut u8, bytes: Py_ssize_t) -> c_int;

    /// Decodes Macintosh PackBits.
    pub fn ImagingPackbitsDecode(im: Imaging, state: ImagingCodecState, buffer: *mut u8, bytes: Py_ssize_t) -> c_int;

    /// Decodes the base image of a Kodak PhotoCD.
    pub fn ImagingPcdDecode(im: Imaging, state: ImagingCodecState, buffer: *mut u8, bytes: Py_ssize_t) -> c_int;

    /// Decodes ZSoft PCX image data.
    pub fn ImagingPcxDecode(im: Imaging, state: ImagingCodecState, buffer: *mut u8, bytes: Py_ssize_t) -> c_int;

    /// Encodes ZSoft PCX image data.
    pub fn ImagingPcxEncode(im: Imaging, state: ImagingCodecState, buffer: *mut u8, bytes: c_int) -> c_int;

    /// Decodes run-length encoded SGI image data; reads by `state->fd`. `context`: SGISTATE.
    pub fn ImagingSgiRleDecode(im: Imaging, state: ImagingCodecState, buffer: *mut u8, bytes: Py_ssize_t) -> c_int;

    /// Decodes run-length encoded Sun raster data.
    pub fn ImagingSunRleDecode(im: Imaging, state: ImagingCodecState, buffer: *mut u8, bytes: Py_ssize_t) -> c_int;

    /// Decodes run-length encoded Targa data.
    pub fn ImagingTgaRleDecode(im: Imaging, state: ImagingCodecState, buffer: *mut u8, bytes: Py_ssize_t) -> c_int;

    /// Encodes run-length encoded Targa data.
    pub fn ImagingTgaRleEncode(im: Imaging, state: ImagingCodecState, buffer: *mut u8, bytes: c_int) -> c_int;

    /// Decodes X bitmaps.
    pub fn ImagingXbmDecode(im: Imaging, state: ImagingCodecState, buffer: *mut u8, bytes: Py_ssize_t) -> c_int;

    /// Encodes X bitmaps.
    pub fn ImagingXbmEncode(im: Imaging, state: ImagingCodecState, buffer: *mut u8, bytes: c_int) -> c_int;

    /// Decodes zlib-compressed PNG or TIFF image data. `context`: ZIPSTATE.
    pub fn ImagingZipDecode(im: Imaging, state: ImagingCodecState, buffer: *mut u8, bytes: Py_ssize_t) -> c_int;

    /// Frees what the decoder keeps; call it once it has stopped.
    pub fn ImagingZipDecodeCleanup(state: ImagingCodecState);

    /// Encodes zlib-compressed PNG or TIFF image data. `context`: ZIPSTATE.
    pub fn ImagingZipEncode(im: Imaging, state: ImagingCodecState, buffer: *mut u8, bytes: c_int) -> c_int;

    /// Frees what the encoder keeps; call it once it has stopped.
    pub fn ImagingZipEncodeCleanup(state: ImagingCodecState);

    /// The version of the compression library. Static. Weak; while this library has no ZIP codec, the version that the
    /// Pillow which calls was built with, and an empty text for all other callers.
    pub fn ImagingZipVersion() -> *const c_char;
}

// # Python files
//
// Reading and writing by the methods of a Python file object; the caller holds the GIL. -1 on error, with a Python
// exception set.
unsafe extern "C" {
    /// Reads at most `bytes` bytes to `dest`; returns how many.
    pub fn _imaging_read_pyFd(fd: *mut PyObject, dest: *mut c_char, bytes: Py_ssize_t) -> Py_ssize_t;

    /// Writes `bytes` bytes; returns `bytes`.
    pub fn _imaging_write_pyFd(fd: *mut PyObject, src: *mut c_char, bytes: Py_ssize_t) -> Py_ssize_t;

    /// Goes to a place in the file; `whence` as for `fseek`. Returns 0.
    pub fn _imaging_seek_pyFd(fd: *mut PyObject, offset: Py_ssize_t, whence: c_int) -> c_int;

    /// The place in the file.
    pub fn _imaging_tell_pyFd(fd: *mut PyObject) -> Py_ssize_t;
}
