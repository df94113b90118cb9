//! Functions that are declared but not implemented yet: programs that call them compile, and do not link.
//!
//! So the C header is complete. A section moves to a file of its own when it is implemented. The crate itself calls none of
//! these functions.
//!
//! A comment that starts with `// #` opens a section of the C header.

#![allow(unsafe_code)] // foreign declarations, from which the C headers are generated
#![allow(non_snake_case)]

use std::ffi::{c_char, c_double, c_float, c_int, c_void};

use crate::abi::{
    Imaging, ImagingCodecState, ImagingColorItem, ImagingHistogram, ImagingOutline, ModeID, Py_ssize_t, PyObject,
};

// # Copying and cropping
unsafe extern "C" {

    /// Shifts an image right and down, with wrap-around. Returns a new image.
    pub fn ImagingOffset(im: Imaging, xoffset: c_int, yoffset: c_int) -> Imaging;
}

// # Quantization
unsafe extern "C" {
    /// Reduces the number of colours of an L, P, RGB or RGBA image and returns a P image with its palette.
    ///
    /// `colours` is 1 to 256. `mode` is the method: 0 median cut, 1 maximum coverage, 2 fast octree, 3 libimagequant if
    /// it is built in; RGBA supports the last two only. If `kmeans` is not 0 (methods 0 and 1), the colours are refined
    /// by k-means until an iteration changes the colour of fewer than `kmeans` pixels.
    pub fn ImagingQuantize(im: Imaging, colours: c_int, mode: c_int, kmeans: c_int) -> Imaging;
}

// # Filling, pasting and blending
//
// An ink points to one pixel as it lies in memory, `pixelsize` bytes.
unsafe extern "C" {
    /// Sets the pixels from (x0, y0) up to, not including, (x1, y1) to `ink`, clipped to the image. `mask` is NULL or an
    /// image of the box's size, whose values are the ink's opacity: mode 1, L, LA, RGBA (their alpha) or RGBa. Returns 0,
    /// or -1 on error.
    pub fn ImagingFill2(
        into: Imaging,
        ink: *const c_void,
        mask: Imaging,
        x0: c_int,
        y0: c_int,
        x1: c_int,
        y1: c_int,
    ) -> c_int;

    /// Pastes `im` at (x0, y0), with a `mask` as for `ImagingFill2`. (x1, y1) must be (x0, y0) plus the size of `im`, and
    /// the pixels of both images must have the same number of bytes. Returns 0, or -1 on error.
    pub fn ImagingPaste(into: Imaging, im: Imaging, mask: Imaging, x0: c_int, y0: c_int, x1: c_int, y1: c_int)
    -> c_int;

    /// Makes a 256 × 256 image with a gradient from 0 at the top to 255 at the bottom. `mode` is 1, L, P, I or F.
    pub fn ImagingFillLinearGradient(mode: ModeID) -> Imaging;

    /// Makes a 256 × 256 image with a gradient from 0 in the middle to 255 at the edges. `mode` is 1, L, P, I or F.
    pub fn ImagingFillRadialGradient(mode: ModeID) -> Imaging;

    /// Computes `imIn1 * (1 - alpha) + imIn2 * alpha`, clipped. Both images have the same number of 8-bit bands and the
    /// same size. `alpha` outside 0..1 extrapolates. Returns a new image.
    pub fn ImagingBlend(imIn1: Imaging, imIn2: Imaging, alpha: c_float) -> Imaging;
}

// # Channel operations
//
// Combine the bytes of two images with the same number of 8-bit bands. The result is a new image with the mode of the
// first, and the smaller width and height. Values are clipped to 0..255 unless stated otherwise.
unsafe extern "C" {
    /// Computes the larger value.
    pub fn ImagingChopLighter(imIn1: Imaging, imIn2: Imaging) -> Imaging;

    /// Computes the smaller value.
    pub fn ImagingChopDarker(imIn1: Imaging, imIn2: Imaging) -> Imaging;

    /// Computes `|in1 - in2|`.
    pub fn ImagingChopDifference(imIn1: Imaging, imIn2: Imaging) -> Imaging;

    /// Computes `in1 * in2 / 255`.
    pub fn ImagingChopMultiply(imIn1: Imaging, imIn2: Imaging) -> Imaging;

    /// Computes `255 - (255 - in1) * (255 - in2) / 255`.
    pub fn ImagingChopScreen(imIn1: Imaging, imIn2: Imaging) -> Imaging;

    /// Computes `(in1 + in2) / scale + offset`.
    pub fn ImagingChopAdd(imIn1: Imaging, imIn2: Imaging, scale: c_float, offset: c_int) -> Imaging;

    /// Computes `(in1 - in2) / scale + offset`.
    pub fn ImagingChopSubtract(imIn1: Imaging, imIn2: Imaging, scale: c_float, offset: c_int) -> Imaging;

    /// Computes `in1 + in2` modulo 256.
    pub fn ImagingChopAddModulo(imIn1: Imaging, imIn2: Imaging) -> Imaging;

    /// Computes `in1 - in2` modulo 256.
    pub fn ImagingChopSubtractModulo(imIn1: Imaging, imIn2: Imaging) -> Imaging;

    /// Blends by soft light: a mean of multiply and screen, weighted by the first image.
    pub fn ImagingChopSoftLight(imIn1: Imaging, imIn2: Imaging) -> Imaging;

    /// Blends by hard light: multiply where the second image is dark, screen where it is light.
    pub fn ImagingChopHardLight(imIn1: Imaging, imIn2: Imaging) -> Imaging;

    /// Blends by overlay: multiply where the first image is dark, screen where it is light.
    pub fn ImagingOverlay(imIn1: Imaging, imIn2: Imaging) -> Imaging;

    /// Computes the logical and of two images of mode 1.
    pub fn ImagingChopAnd(imIn1: Imaging, imIn2: Imaging) -> Imaging;

    /// Computes the logical or of two images of mode 1.
    pub fn ImagingChopOr(imIn1: Imaging, imIn2: Imaging) -> Imaging;

    /// Computes the exclusive or of two images of mode 1.
    pub fn ImagingChopXor(imIn1: Imaging, imIn2: Imaging) -> Imaging;
}

// # Point operations
unsafe extern "C" {
    /// Maps each value through a lookup table. Returns a new image.
    ///
    /// If `tablemode` is `IMAGING_MODE_UNKNOWN` or the image's mode, the table has 256 bytes for each band, one band
    /// after the other. From an image of one 8-bit band to another mode, it has 256 values of the type of that mode; from
    /// I to L, 65536 bytes. Raises ValueError for other modes.
    pub fn ImagingPoint(im: Imaging, tablemode: ModeID, table: *const c_void) -> Imaging;

    /// Computes `value * scale + offset`, without clipping, for I, I;16 and F. Returns a new image.
    pub fn ImagingPointTransform(imIn: Imaging, scale: c_double, offset: c_double) -> Imaging;

    /// Inverts each bit. Returns a new image.
    pub fn ImagingNegative(im: Imaging) -> Imaging;
}

// # Filters
unsafe extern "C" {
    /// Rank filter: each pixel of the result is the value of rank `rank`, from 0, of a neighbourhood of `size` × `size`
    /// pixels. For images of one band, but not I;16. `size` is odd. Each side of the result is smaller by `size - 1`;
    /// call `ImagingExpand` first to keep the size.
    pub fn ImagingRankFilter(im: Imaging, size: c_int, rank: c_int) -> Imaging;

    /// Mode filter: each pixel of the result is the most frequent value of a neighbourhood of `size` × `size` pixels, if it
    /// occurs more than twice. For images of one 8-bit band.
    pub fn ImagingModeFilter(im: Imaging, size: c_int) -> Imaging;
}

// # Measuring
unsafe extern "C" {
    /// Finds the bounding box (left, top, right, bottom) of all pixels that are not zero. Returns 1, or 0 if there are
    /// none. If `alpha_only` is not 0, only the alpha band counts in modes that have one.
    ///
    /// cbindgen:ptrs-as-arrays=[[bbox; 4]]
    pub fn ImagingGetBBox(im: Imaging, bbox: *mut c_int, alpha_only: c_int) -> c_int;

    /// Counts the colours of an image of 4-byte pixels. Returns a table, which the caller passes to `free`, and its
    /// length through `colors`. A length of more than `maxcolors` means that there are too many colours.
    pub fn ImagingGetColors(im: Imaging, maxcolors: c_int, colors: *mut c_int) -> *mut ImagingColorItem;

    /// Finds the smallest and the largest value of a one-band image and stores both at `extrema`, with the image's type
    /// (`uint16_t` for I;16). Returns 1, 0 for an image without pixels, or -1 on error.
    pub fn ImagingGetExtrema(im: Imaging, extrema: *mut c_void) -> c_int;

    /// Sets `xproj[x]` to 1 if column x has a pixel that is not zero, and to 0 otherwise; `yproj[y]` likewise for row y.
    /// They have `xsize` and `ysize` bytes. Returns 1.
    pub fn ImagingGetProjection(im: Imaging, xproj: *mut u8, yproj: *mut u8) -> c_int;

    /// Counts the values of each band, of the pixels where `mask` is not 0. `mask` is NULL or an image of the same size
    /// and mode 1 or L.
    ///
    /// For I and F, `extrema` is two values of the image's type: the range that 256 bins cover. It is not used for other
    /// modes. Free the result with `ImagingHistogramDelete`.
    pub fn ImagingGetHistogram(im: Imaging, mask: Imaging, extrema: *mut c_void) -> ImagingHistogram;

    /// Frees a histogram. Does nothing for NULL.
    pub fn ImagingHistogramDelete(histogram: ImagingHistogram);
}

// # Drawing
//
// Shapes are clipped to the image. Boxes include (x1, y1). If `fill` is not 0 the shape is filled, otherwise its outline
// is drawn, `width` pixels wide. If `op` is not 0, the ink is blended with 4-byte pixels, with its fourth byte as
// opacity; otherwise it replaces them. `mask` is NULL or an image of the size of `im`: pixels are drawn where it is not
// 0. Angles are in degrees, clockwise from the right. All functions return 0, or -1 on error.
unsafe extern "C" {
    /// Draws a pixel.
    pub fn ImagingDrawPoint(im: Imaging, x: c_int, y: c_int, ink: *const c_void, op: c_int) -> c_int;

    /// Draws a line, one pixel wide, both ends included.
    pub fn ImagingDrawLine(
        im: Imaging,
        x0: c_int,
        y0: c_int,
        x1: c_int,
        y1: c_int,
        ink: *const c_void,
        op: c_int,
    ) -> c_int;

    /// Draws a line, `width` pixels wide.
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

    /// Draws a rectangle.
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

    /// Draws a closed polygon with `points` vertices: `xy` has x and y of each.
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

    /// Draws the ellipse that is inscribed in a box.
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

    /// Draws an arc: a part of an ellipse's outline.
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

    /// Draws a chord: an arc whose ends are connected by a line.
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

    /// Draws a pie slice: an arc whose ends are connected with the centre.
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

    /// Fills with ink through `bitmap`, a mask as for `ImagingFill2` with its top left corner at (x0, y0). `op` has no
    /// effect.
    pub fn ImagingDrawBitmap(
        im: Imaging,
        x0: c_int,
        y0: c_int,
        bitmap: Imaging,
        ink: *const c_void,
        op: c_int,
    ) -> c_int;

    /// Fills an outline. `fill` has no effect.
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
// An outline is a path of lines and curves for `ImagingDrawOutline`. All functions but the first two return 0, or -1 and
// raise MemoryError.
unsafe extern "C" {
    /// Makes an empty outline at (0, 0). Free it with `ImagingOutlineDelete`.
    pub fn ImagingOutlineNew() -> ImagingOutline;

    /// Frees an outline. Does nothing for NULL.
    pub fn ImagingOutlineDelete(outline: ImagingOutline);

    /// Starts a new subpath at (x, y).
    pub fn ImagingOutlineMove(outline: ImagingOutline, x: c_float, y: c_float) -> c_int;

    /// Adds a line to (x, y).
    pub fn ImagingOutlineLine(outline: ImagingOutline, x: c_float, y: c_float) -> c_int;

    /// Adds a cubic Bézier curve to (x3, y3), with the control points (x1, y1) and (x2, y2).
    pub fn ImagingOutlineCurve(
        outline: ImagingOutline,
        x1: c_float,
        y1: c_float,
        x2: c_float,
        y2: c_float,
        x3: c_float,
        y3: c_float,
    ) -> c_int;

    /// Closes the subpath: adds a line to its start.
    pub fn ImagingOutlineClose(outline: ImagingOutline) -> c_int;

    /// Applies an affine transform: moves each point (x, y) to `(a[0] x + a[1] y + a[2], a[3] x + a[4] y + a[5])`.
    ///
    /// cbindgen:ptrs-as-arrays=[[a; 6]]
    pub fn ImagingOutlineTransform(outline: ImagingOutline, a: *mut c_double) -> c_int;
}

// # Special effects
unsafe extern "C" {
    /// Exchanges pixels at random, within a distance of `distance` pixels. Uses `rand`. Returns a new image.
    pub fn ImagingEffectSpread(imIn: Imaging, distance: c_int) -> Imaging;

    /// Makes an L image of Gaussian noise around 128, with the standard deviation `sigma`. Uses `rand`.
    pub fn ImagingEffectNoise(xsize: c_int, ysize: c_int, sigma: c_float) -> Imaging;

    /// Makes an L image of the Mandelbrot set in the box `extent` (x0, y0, x1, y1), with at most `quality` iterations, 2 or
    /// more.
    ///
    /// cbindgen:ptrs-as-arrays=[[extent; 4]]
    pub fn ImagingEffectMandelbrot(xsize: c_int, ysize: c_int, extent: *mut c_double, quality: c_int) -> Imaging;
}

// # Decoders and encoders
//
// A codec is called once for each piece of the file. Before the first call, zero the state and set the rectangle,
// `shuffle`, `bits`, `bytes`, a `buffer` for a line, from `malloc`, and a zeroed `context` with the codec's options. The
// headers beside this one define the contexts.
//
// A decoder reads `bytes` bytes at `buffer` and returns how many it consumed. Call it again with the others, followed by
// new ones. It returns -1 at the end, with `errcode` 0 if the image is complete, and `IMAGING_CODEC_*` on error. (A
// decoder of a whole file returns -1 from its only call.)
//
// An encoder writes at most `bytes` bytes to `buffer` and returns how many. At the end it sets `errcode`: to
// `IMAGING_CODEC_END` on success.
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

    /// Frees the memory of the decoder. Call it after the last call.
    pub fn ImagingJpegDecodeCleanup(state: ImagingCodecState);

    /// Returns 1 if the JPEG library supports RGBX and similar layouts itself, and 0 otherwise.
    pub fn ImagingJpegUseJCSExtensions() -> c_int;

    /// Encodes JPEG. `context`: JPEGENCODERSTATE.
    pub fn ImagingJpegEncode(im: Imaging, state: ImagingCodecState, buffer: *mut u8, bytes: c_int) -> c_int;

    /// Returns the version of the JPEG library, a static text. Weak. This library has no JPEG codec yet: it returns the
    /// version that the calling Pillow was built with, and an empty text to all other callers.
    pub fn ImagingJpegVersion() -> *const c_char;

    /// Decodes JPEG 2000. `context`: JPEG2KDECODESTATE.
    pub fn ImagingJpeg2KDecode(im: Imaging, state: ImagingCodecState, buffer: *mut u8, bytes: Py_ssize_t) -> c_int;

    /// Frees the memory of the decoder. Call it after the last call.
    pub fn ImagingJpeg2KDecodeCleanup(state: ImagingCodecState);

    /// Encodes JPEG 2000. `context`: JPEG2KENCODESTATE.
    pub fn ImagingJpeg2KEncode(im: Imaging, state: ImagingCodecState, buffer: *mut u8, bytes: c_int) -> c_int;

    /// Frees the memory of the encoder. Call it after the last call.
    pub fn ImagingJpeg2KEncodeCleanup(state: ImagingCodecState);

    /// Returns the version of the JPEG 2000 library, a static text.
    pub fn ImagingJpeg2KVersion() -> *const c_char;

    /// Decodes a TIFF file, in one call. `context`: TIFFSTATE, set up by `ImagingLibTiffInit`.
    pub fn ImagingLibTiffDecode(im: Imaging, state: ImagingCodecState, buffer: *mut u8, bytes: Py_ssize_t) -> c_int;

    /// Encodes a TIFF file. `context`: TIFFSTATE, set up by `ImagingLibTiffEncodeInit`.
    pub fn ImagingLibTiffEncode(im: Imaging, state: ImagingCodecState, buffer: *mut u8, bytes: c_int) -> c_int;

    /// Returns the version of the TIFF library, a static text.
    pub fn ImagingTiffVersion() -> *const c_char;

    /// Decodes Microsoft Paint files. Pillow declares this function and does not define it.
    pub fn ImagingMspDecode(im: Imaging, state: ImagingCodecState, buffer: *mut u8, bytes: Py_ssize_t) -> c_int;

    /// Decodes Macintosh PackBits.
    pub fn ImagingPackbitsDecode(im: Imaging, state: ImagingCodecState, buffer: *mut u8, bytes: Py_ssize_t) -> c_int;

    /// Decodes the base image of a Kodak PhotoCD.
    pub fn ImagingPcdDecode(im: Imaging, state: ImagingCodecState, buffer: *mut u8, bytes: Py_ssize_t) -> c_int;

    /// Decodes ZSoft PCX image data.
    pub fn ImagingPcxDecode(im: Imaging, state: ImagingCodecState, buffer: *mut u8, bytes: Py_ssize_t) -> c_int;

    /// Encodes ZSoft PCX image data.
    pub fn ImagingPcxEncode(im: Imaging, state: ImagingCodecState, buffer: *mut u8, bytes: c_int) -> c_int;

    /// Decodes run-length encoded SGI image data, which it reads from `state->fd`. `context`: SGISTATE.
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

    /// Frees the memory of the decoder. Call it after the last call.
    pub fn ImagingZipDecodeCleanup(state: ImagingCodecState);

    /// Encodes zlib-compressed PNG or TIFF image data. `context`: ZIPSTATE.
    pub fn ImagingZipEncode(im: Imaging, state: ImagingCodecState, buffer: *mut u8, bytes: c_int) -> c_int;

    /// Frees the memory of the encoder. Call it after the last call.
    pub fn ImagingZipEncodeCleanup(state: ImagingCodecState);

    /// Returns the version of the compression library, a static text. Weak. This library has no ZIP codec yet: it returns
    /// the version that the calling Pillow was built with, and an empty text to all other callers.
    pub fn ImagingZipVersion() -> *const c_char;
}

// # Python files
//
// Call the methods of a Python file object. The caller holds the GIL. On error they return -1 and raise a Python exception.
unsafe extern "C" {
    /// Reads at most `bytes` bytes to `dest` and returns how many it read.
    pub fn _imaging_read_pyFd(fd: *mut PyObject, dest: *mut c_char, bytes: Py_ssize_t) -> Py_ssize_t;

    /// Writes `bytes` bytes and returns `bytes`.
    pub fn _imaging_write_pyFd(fd: *mut PyObject, src: *mut c_char, bytes: Py_ssize_t) -> Py_ssize_t;

    /// Sets the position in the file, with `whence` as for `fseek`. Returns 0.
    pub fn _imaging_seek_pyFd(fd: *mut PyObject, offset: Py_ssize_t, whence: c_int) -> c_int;

    /// Returns the position in the file.
    pub fn _imaging_tell_pyFd(fd: *mut PyObject) -> Py_ssize_t;
}
