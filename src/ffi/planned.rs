//! Declared but not implemented yet: programs that call what is below compile, and do not link.
//!
//! So the C header is whole from the start. A group moves to a file of its own when it is implemented; when nothing is
//! left here, the library is complete. The crate itself calls none of these.
//!
//! A comment that starts with `// #` opens a section of the C header.

#![allow(unsafe_code)] // foreign declarations, which C headers are made from
#![allow(non_snake_case)]

use std::ffi::{c_char, c_double, c_float, c_int, c_void};

use crate::abi::{
    Imaging, ImagingCodecState, ImagingColorItem, ImagingHistogram, ImagingOutline, ModeID, Py_ssize_t, PyObject,
};

// # Copying and cropping
unsafe extern "C" {

    /// The image moved right and down, with wrap-around.
    pub fn ImagingOffset(im: Imaging, xoffset: c_int, yoffset: c_int) -> Imaging;
}

// # Quantization
unsafe extern "C" {
    /// Reduces the colours of an L, P, RGB or RGBA image and returns a P image with its palette.
    ///
    /// `colours` is 1 to 256. `mode` chooses the way: 0 median cut, 1 maximum coverage, 2 fast octree, 3 libimagequant
    /// where it is built in; RGBA takes only the last two. Anything but 0 for `kmeans` (modes 0 and 1) then moves each
    /// colour to the mean of its pixels, again and again until fewer than `kmeans` pixels change theirs.
    pub fn ImagingQuantize(im: Imaging, colours: c_int, mode: c_int, kmeans: c_int) -> Imaging;
}

// # Filling, pasting and blending
//
// An ink is a pointer to one pixel as it lies in memory: `pixelsize` bytes.
unsafe extern "C" {
    /// Sets the pixels from (x0, y0) up to, not including, (x1, y1) to `ink`, through `mask` if it is not NULL: an image
    /// of that size of mode 1, L, LA, RGBA (their alpha) or RGBa. Clipped to the image. Returns 0, or -1 on error.
    pub fn ImagingFill2(
        into: Imaging,
        ink: *const c_void,
        mask: Imaging,
        x0: c_int,
        y0: c_int,
        x1: c_int,
        y1: c_int,
    ) -> c_int;

    /// Pastes `im` at (x0, y0), through `mask` as `ImagingFill2` does. (x1, y1) must be (x0, y0) plus the size of `im`,
    /// and both images must have as many bytes a pixel. Returns 0, or -1 on error.
    pub fn ImagingPaste(into: Imaging, im: Imaging, mask: Imaging, x0: c_int, y0: c_int, x1: c_int, y1: c_int)
    -> c_int;

    /// A 256 × 256 image that runs from 0 at the top to 255 at the bottom; mode 1, L, P, I or F.
    pub fn ImagingFillLinearGradient(mode: ModeID) -> Imaging;

    /// A 256 × 256 image that runs from 0 in the middle to 255 at the border and beyond; mode 1, L, P, I or F.
    pub fn ImagingFillRadialGradient(mode: ModeID) -> Imaging;

    /// `imIn1 * (1 - alpha) + imIn2 * alpha`, clipped; both of 8-bit bands, as many, and of the same size. Outside 0..1
    /// this extrapolates.
    pub fn ImagingBlend(imIn1: Imaging, imIn2: Imaging, alpha: c_float) -> Imaging;
}

// # Channel operations
//
// Byte by byte on two images of 8-bit bands, as many in both. The result has the mode of the first, and the smaller width
// and height. Values are clipped to 0..255 unless said otherwise.
unsafe extern "C" {
    /// The larger value.
    pub fn ImagingChopLighter(imIn1: Imaging, imIn2: Imaging) -> Imaging;

    /// The smaller value.
    pub fn ImagingChopDarker(imIn1: Imaging, imIn2: Imaging) -> Imaging;

    /// `|in1 - in2|`.
    pub fn ImagingChopDifference(imIn1: Imaging, imIn2: Imaging) -> Imaging;

    /// `in1 * in2 / 255`.
    pub fn ImagingChopMultiply(imIn1: Imaging, imIn2: Imaging) -> Imaging;

    /// `255 - (255 - in1) * (255 - in2) / 255`.
    pub fn ImagingChopScreen(imIn1: Imaging, imIn2: Imaging) -> Imaging;

    /// `(in1 + in2) / scale + offset`.
    pub fn ImagingChopAdd(imIn1: Imaging, imIn2: Imaging, scale: c_float, offset: c_int) -> Imaging;

    /// `(in1 - in2) / scale + offset`.
    pub fn ImagingChopSubtract(imIn1: Imaging, imIn2: Imaging, scale: c_float, offset: c_int) -> Imaging;

    /// `in1 + in2`, modulo 256.
    pub fn ImagingChopAddModulo(imIn1: Imaging, imIn2: Imaging) -> Imaging;

    /// `in1 - in2`, modulo 256.
    pub fn ImagingChopSubtractModulo(imIn1: Imaging, imIn2: Imaging) -> Imaging;

    /// Soft light: a mean of multiply and screen, weighed by the first image.
    pub fn ImagingChopSoftLight(imIn1: Imaging, imIn2: Imaging) -> Imaging;

    /// Hard light: multiply where the second image is dark, screen where it is light.
    pub fn ImagingChopHardLight(imIn1: Imaging, imIn2: Imaging) -> Imaging;

    /// Overlay: multiply where the first image is dark, screen where it is light.
    pub fn ImagingOverlay(imIn1: Imaging, imIn2: Imaging) -> Imaging;

    /// Both. Images of mode 1 only.
    pub fn ImagingChopAnd(imIn1: Imaging, imIn2: Imaging) -> Imaging;

    /// Either. Images of mode 1 only.
    pub fn ImagingChopOr(imIn1: Imaging, imIn2: Imaging) -> Imaging;

    /// One but not both. Images of mode 1 only.
    pub fn ImagingChopXor(imIn1: Imaging, imIn2: Imaging) -> Imaging;
}

// # Point operations
unsafe extern "C" {
    /// Looks up each value in a table.
    ///
    /// With `IMAGING_MODE_UNKNOWN`, or the image's own mode, for `tablemode`: 256 bytes for each band, one table behind
    /// the other. From an image of one 8-bit band to another mode: 256 values of the type of that mode. From I to L:
    /// 65536 bytes. ValueError for others.
    pub fn ImagingPoint(im: Imaging, tablemode: ModeID, table: *const c_void) -> Imaging;

    /// `value * scale + offset`, without clipping, for I, I;16 and F.
    pub fn ImagingPointTransform(imIn: Imaging, scale: c_double, offset: c_double) -> Imaging;

    /// Inverts each bit.
    pub fn ImagingNegative(im: Imaging) -> Imaging;
}

// # Filters
unsafe extern "C" {
    /// For each pixel the value at place `rank`, from 0, of the `size * size` around it, sorted. One band only, not I;16.
    /// `size` is odd, and the result is smaller by `size - 1` each way: `ImagingExpand` first to keep the size.
    pub fn ImagingRankFilter(im: Imaging, size: c_int, rank: c_int) -> Imaging;

    /// For each pixel the commonest of the `size * size` around it, if it occurs more than twice. One 8-bit band only.
    pub fn ImagingModeFilter(im: Imaging, size: c_int) -> Imaging;
}

// # Measuring
unsafe extern "C" {
    /// The smallest box (left, top, right, bottom) with all pixels that are not zero. Returns 1, or 0 if there are none.
    /// `alpha_only` not 0 looks at nothing but alpha, in modes that have it.
    ///
    /// cbindgen:ptrs-as-arrays=[[bbox; 4]]
    pub fn ImagingGetBBox(im: Imaging, bbox: *mut c_int, alpha_only: c_int) -> c_int;

    /// The colours of an image of 4-byte pixels: a table to `free`, of as many items as `colors` says then. More than
    /// `maxcolors` there means that there are too many to list.
    pub fn ImagingGetColors(im: Imaging, maxcolors: c_int, colors: *mut c_int) -> *mut ImagingColorItem;

    /// The smallest and the largest value of a one-band image: two values of its type at `extrema` (two `uint16_t` for
    /// I;16). Returns 1; 0 for an empty image; -1 on error.
    pub fn ImagingGetExtrema(im: Imaging, extrema: *mut c_void) -> c_int;

    /// Sets `xproj[x]` (and `yproj[y]`) to 1 if the column (the row) has a pixel that is not zero, else to 0; `xsize` and
    /// `ysize` bytes. Returns 1.
    pub fn ImagingGetProjection(im: Imaging, xproj: *mut u8, yproj: *mut u8) -> c_int;

    /// Counts values, by band, where `mask` (NULL, or an image of the same size of mode 1 or L) is not 0.
    ///
    /// Values of I and F are put into 256 bins from the first to the second value at `extrema`, two of the image's type;
    /// other modes need none. Free the result with `ImagingHistogramDelete`.
    pub fn ImagingGetHistogram(im: Imaging, mask: Imaging, extrema: *mut c_void) -> ImagingHistogram;

    /// Frees a histogram. NULL is fine.
    pub fn ImagingHistogramDelete(histogram: ImagingHistogram);
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

// # Special effects
unsafe extern "C" {
    /// Moves pixels about at random, inside a square of `distance` pixels. Draws on `rand`.
    pub fn ImagingEffectSpread(imIn: Imaging, distance: c_int) -> Imaging;

    /// An L image of Gaussian noise around 128. Draws on `rand`.
    pub fn ImagingEffectNoise(xsize: c_int, ysize: c_int, sigma: c_float) -> Imaging;

    /// An L image of the Mandelbrot set between the corners `extent` (x0, y0, x1, y1), by at most `quality` steps, 2 or
    /// more.
    ///
    /// cbindgen:ptrs-as-arrays=[[extent; 4]]
    pub fn ImagingEffectMandelbrot(xsize: c_int, ysize: c_int, extent: *mut c_double, quality: c_int) -> Imaging;
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
