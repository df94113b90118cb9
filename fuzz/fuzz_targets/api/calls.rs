//! The C functions, declared as the header has them.

use std::ffi::{c_char, c_float, c_int, c_void};

use Imaging::abi::ext::ImagingBuffer;
use Imaging::abi::{
    ArrowArray, ArrowSchema, Imaging as Handle, ImagingAccess, ImagingColorItem, ImagingHistogram,
    ImagingMemoryArenaInstance, ImagingOutline, ImagingPalette, ImagingShuffler, ModeID, RawModeID,
};

/// A function of two images that returns an image.
pub type Binary = unsafe extern "C" fn(Handle, Handle) -> Handle;

unsafe extern "C" {
    pub static mut ImagingDefaultArena: ImagingMemoryArenaInstance;
    pub fn ImagingNew(mode: ModeID, xsize: c_int, ysize: c_int) -> Handle;
    pub fn ImagingNewDirty(mode: ModeID, xsize: c_int, ysize: c_int) -> Handle;
    pub fn ImagingNewBlock(mode: ModeID, xsize: c_int, ysize: c_int) -> Handle;
    pub fn ImagingNew2Dirty(mode: ModeID, out: Handle, im: Handle) -> Handle;
    pub fn ImagingNewPrologue(mode: ModeID, xsize: c_int, ysize: c_int) -> Handle;
    pub fn ImagingDelete(im: Handle);
    pub fn ImagingCopyPalette(destination: Handle, source: Handle);
    pub fn ImagingMemorySetBlocksMax(arena: *mut ImagingMemoryArenaInstance, blocks_max: c_int) -> c_int;
    pub fn ImagingMemoryClearCache(arena: *mut ImagingMemoryArenaInstance, new_size: c_int);
    pub fn ImagingMemorySetBlockAllocator(arena: *mut ImagingMemoryArenaInstance, on: c_int);
    pub fn ImagingAccessNew(im: Handle) -> ImagingAccess;
    pub fn ImagingPaletteNew(mode: ModeID) -> ImagingPalette;
    pub fn ImagingPaletteNewBrowser() -> ImagingPalette;
    pub fn ImagingPaletteDuplicate(palette: ImagingPalette) -> ImagingPalette;
    pub fn ImagingPaletteDelete(palette: ImagingPalette);
    pub fn ImagingPaletteCachePrepare(palette: ImagingPalette) -> c_int;
    pub fn ImagingPaletteCacheUpdate(palette: ImagingPalette, r: c_int, g: c_int, b: c_int);
    pub fn ImagingPaletteCacheDelete(palette: ImagingPalette);
    pub fn export_imaging_array(im: Handle, array: *mut ArrowArray) -> c_int;
    pub fn export_imaging_schema(im: Handle, schema: *mut ArrowSchema) -> c_int;
    pub fn ImagingFindUnpacker(mode: ModeID, raw_mode: RawModeID, bits: *mut c_int) -> ImagingShuffler;
    pub fn ImagingFindPacker(mode: ModeID, raw_mode: RawModeID, bits: *mut c_int) -> ImagingShuffler;
    pub fn ImagingOpenPPM(path: *const c_char) -> Handle;
    pub fn ImagingSavePPM(im: Handle, path: *const c_char) -> c_int;
    pub fn ImagingConvert(out: Handle, im: Handle, mode: ModeID, palette: ImagingPalette, dither: c_int) -> Handle;
    pub fn ImagingConvertTransparent(im: Handle, mode: ModeID, r: c_int, g: c_int, b: c_int) -> Handle;
    pub fn ImagingConvertMatrix(im: Handle, mode: ModeID, m: *const f32) -> Handle;
    pub fn ImagingColorLUT3D_linear(
        out: Handle,
        im: Handle,
        channels: c_int,
        size1: c_int,
        size2: c_int,
        size3: c_int,
        table: *mut i16,
    ) -> Handle;
    pub fn ImagingCopy(im: Handle) -> Handle;
    pub fn ImagingCopy2(out: Handle, im: Handle) -> Handle;
    pub fn ImagingCrop(im: Handle, x0: c_int, y0: c_int, x1: c_int, y1: c_int) -> Handle;
    pub fn ImagingFlipLeftRight(out: Handle, im: Handle) -> Handle;
    pub fn ImagingFlipTopBottom(out: Handle, im: Handle) -> Handle;
    pub fn ImagingRotate90(out: Handle, im: Handle) -> Handle;
    pub fn ImagingRotate180(out: Handle, im: Handle) -> Handle;
    pub fn ImagingRotate270(out: Handle, im: Handle) -> Handle;
    pub fn ImagingTranspose(out: Handle, im: Handle) -> Handle;
    pub fn ImagingTransverse(out: Handle, im: Handle) -> Handle;
    pub fn ImagingTransform(
        out: Handle,
        im: Handle,
        method: c_int,
        x0: c_int,
        y0: c_int,
        x1: c_int,
        y1: c_int,
        a: *mut f64,
        filter: c_int,
        fill: c_int,
    ) -> c_int;
    pub fn ImagingResample(im: Handle, xsize: c_int, ysize: c_int, filter: c_int, r#box: *const f32) -> Handle;
    pub fn ImagingReduce(im: Handle, xscale: c_int, yscale: c_int, r#box: *mut c_int) -> Handle;
    pub fn ImagingGetBand(im: Handle, band: c_int) -> Handle;
    pub fn ImagingPutBand(im: Handle, from: Handle, band: c_int) -> Handle;
    pub fn ImagingFillBand(im: Handle, band: c_int, color: c_int) -> Handle;
    pub fn ImagingSplit(im: Handle, bands: *mut Handle) -> c_int;
    pub fn ImagingMerge(mode: ModeID, bands: *mut Handle) -> Handle;
    pub fn ImagingAlphaComposite(below: Handle, above: Handle) -> Handle;
    pub fn ImagingFill(im: Handle, ink: *const c_void) -> Handle;
    pub fn ImagingExpand(im: Handle, m: c_int) -> Handle;
    pub fn ImagingFilter(im: Handle, xsize: c_int, ysize: c_int, kernel: *const f32, offset: f32) -> Handle;
    pub fn ImagingBoxBlur(out: Handle, im: Handle, xradius: f32, yradius: f32, n: c_int) -> Handle;
    pub fn ImagingGaussianBlur(out: Handle, im: Handle, xradius: f32, yradius: f32, passes: c_int) -> Handle;
    pub fn ImagingUnsharpMask(out: Handle, im: Handle, radius: f32, percent: c_int, threshold: c_int) -> Handle;
    pub fn ImagingRankFilter(im: Handle, size: c_int, rank: c_int) -> Handle;
    pub fn ImagingModeFilter(im: Handle, size: c_int) -> Handle;
    pub fn ImagingBlend(first: Handle, second: Handle, alpha: f32) -> Handle;
    pub fn ImagingChopLighter(first: Handle, second: Handle) -> Handle;
    pub fn ImagingChopDarker(first: Handle, second: Handle) -> Handle;
    pub fn ImagingChopDifference(first: Handle, second: Handle) -> Handle;
    pub fn ImagingChopMultiply(first: Handle, second: Handle) -> Handle;
    pub fn ImagingChopScreen(first: Handle, second: Handle) -> Handle;
    pub fn ImagingChopAdd(first: Handle, second: Handle, scale: f32, offset: c_int) -> Handle;
    pub fn ImagingChopSubtract(first: Handle, second: Handle, scale: f32, offset: c_int) -> Handle;
    pub fn ImagingChopAddModulo(first: Handle, second: Handle) -> Handle;
    pub fn ImagingChopSubtractModulo(first: Handle, second: Handle) -> Handle;
    pub fn ImagingChopSoftLight(first: Handle, second: Handle) -> Handle;
    pub fn ImagingChopHardLight(first: Handle, second: Handle) -> Handle;
    pub fn ImagingOverlay(first: Handle, second: Handle) -> Handle;
    pub fn ImagingChopAnd(first: Handle, second: Handle) -> Handle;
    pub fn ImagingChopOr(first: Handle, second: Handle) -> Handle;
    pub fn ImagingChopXor(first: Handle, second: Handle) -> Handle;
    pub fn ImagingPoint(im: Handle, mode: ModeID, table: *const c_void) -> Handle;
    pub fn ImagingPointTransform(im: Handle, scale: f64, offset: f64) -> Handle;
    pub fn ImagingNegative(im: Handle) -> Handle;
    pub fn ImagingOffset(im: Handle, x: c_int, y: c_int) -> Handle;
    pub fn ImagingPaste(into: Handle, im: Handle, mask: Handle, x0: c_int, y0: c_int, x1: c_int, y1: c_int) -> c_int;
    pub fn ImagingFill2(
        into: Handle,
        ink: *const c_void,
        mask: Handle,
        x0: c_int,
        y0: c_int,
        x1: c_int,
        y1: c_int,
    ) -> c_int;
    pub fn ImagingDrawPoint(im: Handle, x: c_int, y: c_int, ink: *const c_void, op: c_int) -> c_int;
    pub fn ImagingDrawLine(
        im: Handle,
        x0: c_int,
        y0: c_int,
        x1: c_int,
        y1: c_int,
        ink: *const c_void,
        op: c_int,
    ) -> c_int;
    pub fn ImagingDrawWideLine(
        im: Handle,
        x0: c_int,
        y0: c_int,
        x1: c_int,
        y1: c_int,
        ink: *const c_void,
        width: c_int,
        op: c_int,
        mask: Handle,
    ) -> c_int;
    pub fn ImagingDrawRectangle(
        im: Handle,
        x0: c_int,
        y0: c_int,
        x1: c_int,
        y1: c_int,
        ink: *const c_void,
        fill: c_int,
        width: c_int,
        op: c_int,
    ) -> c_int;
    pub fn ImagingDrawEllipse(
        im: Handle,
        x0: c_int,
        y0: c_int,
        x1: c_int,
        y1: c_int,
        ink: *const c_void,
        fill: c_int,
        width: c_int,
        op: c_int,
    ) -> c_int;
    pub fn ImagingDrawArc(
        im: Handle,
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
    pub fn ImagingDrawChord(
        im: Handle,
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
    pub fn ImagingDrawPieslice(
        im: Handle,
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
    pub fn ImagingDrawPolygon(
        im: Handle,
        count: c_int,
        xy: *mut c_int,
        ink: *const c_void,
        fill: c_int,
        width: c_int,
        op: c_int,
        mask: Handle,
    ) -> c_int;
    pub fn ImagingDrawBitmap(im: Handle, x0: c_int, y0: c_int, bitmap: Handle, ink: *const c_void, op: c_int) -> c_int;
    pub fn ImagingDrawOutline(im: Handle, outline: ImagingOutline, ink: *const c_void, fill: c_int, op: c_int) -> c_int;
    pub fn ImagingOutlineNew() -> ImagingOutline;
    pub fn ImagingOutlineDelete(outline: ImagingOutline);
    pub fn ImagingOutlineMove(outline: ImagingOutline, x: f32, y: f32) -> c_int;
    pub fn ImagingOutlineLine(outline: ImagingOutline, x: f32, y: f32) -> c_int;
    pub fn ImagingOutlineCurve(
        outline: ImagingOutline,
        x1: f32,
        y1: f32,
        x2: f32,
        y2: f32,
        x3: f32,
        y3: f32,
    ) -> c_int;
    pub fn ImagingOutlineClose(outline: ImagingOutline) -> c_int;
    pub fn ImagingOutlineTransform(outline: ImagingOutline, a: *mut f64) -> c_int;
    pub fn ImagingFillLinearGradient(mode: ModeID) -> Handle;
    pub fn ImagingFillRadialGradient(mode: ModeID) -> Handle;
    pub fn ImagingGetBBox(im: Handle, bbox: *mut c_int, alpha_only: c_int) -> c_int;
    pub fn ImagingGetProjection(im: Handle, columns: *mut u8, rows: *mut u8) -> c_int;
    pub fn ImagingGetExtrema(im: Handle, extrema: *mut c_void) -> c_int;
    pub fn ImagingGetColors(im: Handle, max_colors: c_int, colors: *mut c_int) -> *mut ImagingColorItem;
    pub fn ImagingGetHistogram(im: Handle, mask: Handle, extrema: *mut c_void) -> ImagingHistogram;
    pub fn ImagingHistogramDelete(histogram: ImagingHistogram);
    pub fn ImagingEffectMandelbrot(xsize: c_int, ysize: c_int, extent: *mut f64, quality: c_int) -> Handle;
    pub fn ImagingEffectNoise(xsize: c_int, ysize: c_int, sigma: f32) -> Handle;
    pub fn ImagingQuantize(im: Handle, colors: c_int, mode: c_int, kmeans: c_int) -> Handle;
    pub fn ImagingEffectSpread(im: Handle, distance: c_int) -> Handle;
    pub fn ImagingGetLastError(message: *mut *const c_char) -> c_int;
    pub fn ImagingClearError();
    pub fn ImagingSetNumThreads(threads: c_int) -> c_int;
    pub fn ImagingMapFile(
        path: *const c_char,
        mode: ModeID,
        xsize: c_int,
        ysize: c_int,
        offset: i64,
        stride: i64,
        ystep: c_int,
        access: c_int,
    ) -> Handle;
    pub fn ImagingMapFlush(im: Handle) -> c_int;
    pub fn ImagingMapRelease(im: Handle) -> c_int;
    pub fn ImagingLoadRaw(
        path: *const c_char,
        mode: ModeID,
        raw_mode: RawModeID,
        xsize: c_int,
        ysize: c_int,
        offset: i64,
        stride: i64,
        ystep: c_int,
    ) -> Handle;
    pub fn ImagingReadTile(
        im: Handle,
        path: *const c_char,
        x0: c_int,
        y0: c_int,
        x1: c_int,
        y1: c_int,
        offset: i64,
        raw_mode: RawModeID,
        stride: i64,
        ystep: c_int,
    ) -> c_int;
    pub fn ImagingSaveRaw(im: Handle, path: *const c_char, raw_mode: RawModeID, stride: i64, ystep: c_int) -> c_int;
    pub fn ImagingView(im: Handle, x0: c_int, y0: c_int, x1: c_int, y1: c_int) -> Handle;
    pub fn ImagingGetBuffer(im: Handle, out: *mut ImagingBuffer) -> c_int;
    pub fn ImagingGetPackedBuffer(im: Handle, out: *mut ImagingBuffer) -> c_int;
    pub fn ImagingNewFromBuffer(
        mode: ModeID,
        buffer: *const ImagingBuffer,
        release: Option<unsafe extern "C" fn(*mut c_void)>,
        context: *mut c_void,
    ) -> Handle;
}

pub const TURNS: [Binary; 7] = [
    ImagingFlipLeftRight,
    ImagingFlipTopBottom,
    ImagingRotate90,
    ImagingRotate180,
    ImagingRotate270,
    ImagingTranspose,
    ImagingTransverse,
];

pub const CHOPS: [Binary; 13] = [
    ImagingChopLighter,
    ImagingChopDarker,
    ImagingChopDifference,
    ImagingChopMultiply,
    ImagingChopScreen,
    ImagingChopAddModulo,
    ImagingChopSubtractModulo,
    ImagingChopSoftLight,
    ImagingChopHardLight,
    ImagingOverlay,
    ImagingChopAnd,
    ImagingChopOr,
    ImagingChopXor,
];
