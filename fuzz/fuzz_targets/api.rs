//! Calls the exported functions in sequences on a few live images, as a C program does. Each sequence runs with every ISA
//! that the processor has and with different numbers of threads: the results must be the same.

#![no_main]

#[path = "api/bytes.rs"]
mod bytes;
#[path = "api/calls.rs"]
mod calls;
#[path = "api/pool.rs"]
mod pool;

use std::ffi::{CString, c_int, c_void};
use std::ptr::{null_mut, slice_from_raw_parts};
use std::sync::LazyLock;

use Imaging::abi::ext::ImagingBuffer;
use Imaging::abi::{ArrowArray, ArrowSchema, Imaging as Handle, ModeID, RawModeID};
use Imaging::{Mode, testing};
use libfuzzer_sys::fuzz_target;

use bytes::Bytes;
use calls::*;
use pool::{Fenced, Pool, Slot, over_fenced, paint};

/// The most calls in a sequence.
const CALLS: usize = 24;
const MODES: usize = 20;
const RAW_MODES: usize = 170;

static FILE: LazyLock<CString> = LazyLock::new(|| {
    let path = std::env::temp_dir().join(format!("fuzz-api-{}", std::process::id()));
    CString::new(path.to_str().expect("a plain path")).expect("no NUL")
});

/// Returns the number of a mode, rarely one that does not exist.
fn any_mode(bytes: &mut Bytes) -> ModeID {
    match bytes.byte() {
        255 => 21,
        254 => -1,
        253 => 0,
        number => ModeID::from(number) % MODES as ModeID + 1,
    }
}

fn mode(bytes: &mut Bytes) -> Mode {
    let number = bytes.below(MODES) as ModeID + 1;
    Mode::from_id(number).expect("a mode's number")
}

fn floats<const N: usize>(bytes: &mut Bytes) -> [f32; N] {
    std::array::from_fn(|_| bytes.float() as f32)
}

/// Makes one call, or a few related ones.
///
/// # Safety
///
/// The pool's images are live.
unsafe fn call(pool: &mut Pool, bytes: &mut Bytes) {
    let (number, to) = (bytes.below(42), bytes.below(5));
    let image = pool.get(bytes.below(5));
    let other = pool.get(bytes.below(5));
    // SAFETY: the images are live, by this function's contract, and every pointer points to as many values as the header
    // says.
    unsafe {
        match (number, image) {
            (1, _) => {
                let (xsize, ysize) = (bytes.side().max(0) as usize, bytes.side().max(0) as usize);
                let (mode, gap, flags, seed) = (mode(bytes), bytes.below(70), bytes.byte(), bytes.byte());
                if xsize * ysize < 1 << 16 {
                    let image = over_fenced(mode, (xsize, ysize), gap, flags & 1 == 1, false, seed);
                    pool.keep(to, image, None);
                }
            }
            (0, _) | (_, None) => {
                let (mode, xsize, ysize) = (any_mode(bytes), bytes.side(), bytes.side());
                let made = match bytes.below(4) {
                    0 => ImagingNew(mode, xsize, ysize),
                    1 => ImagingNewDirty(mode, xsize, ysize),
                    2 => ImagingNewBlock(mode, xsize, ysize),
                    _ => ImagingNew2Dirty(mode, null_mut(), image.map_or(null_mut(), |im| im.image)),
                };
                paint(made, bytes.byte());
                pool.keep(to, made, None);
            }
            (2, Some(im)) => {
                let (x0, y0) = (bytes.coordinate(), bytes.coordinate());
                let view = ImagingView(im.image, x0, y0, bytes.coordinate(), bytes.coordinate());
                pool.keep(to, view, Some(im));
            }
            (3, _) => match bytes.below(3) {
                0 => pool.drop_slot(to),
                1 => palettes(pool, bytes),
                _ => {
                    let arena = &raw mut ImagingDefaultArena;
                    pool.see(ImagingMemorySetBlocksMax(arena, bytes.below(20) as c_int));
                    ImagingMemoryClearCache(arena, bytes.number());
                    ImagingMemorySetBlockAllocator(arena, c_int::from(bytes.byte() & 1));
                }
            },
            (4 | 5, Some(im)) => {
                let (mode, dither) = (any_mode(bytes), bytes.byte() & 1);
                let palette = match other {
                    Some(other) if bytes.flag() => (*other.image).palette,
                    _ => null_mut(),
                };
                match pool.get(bytes.below(5)) {
                    Some(out) if bytes.flag() && im.may_become(&out) => {
                        let done = ImagingConvert(out.image, im.image, mode, palette, dither.into());
                        pool.see_out(out, done);
                    }
                    _ => pool.keep(to, ImagingConvert(null_mut(), im.image, mode, palette, dither.into()), None),
                }
            }
            (6, Some(im)) => {
                let (mode, r, g, b) = (any_mode(bytes), bytes.coordinate(), bytes.coordinate(), bytes.coordinate());
                pool.keep(to, ImagingConvertTransparent(im.image, mode, r, g, b), None);
            }
            (7, Some(im)) => {
                let (mode, matrix) = (any_mode(bytes), floats::<12>(bytes));
                pool.keep(to, ImagingConvertMatrix(im.image, mode, matrix.as_ptr()), None);
            }
            (8, Some(im)) => {
                let Some(out) = other.filter(|out| im.may_become(out)) else { return };
                let channels = 3 + c_int::from(bytes.byte() & 1);
                let sizes: [c_int; 3] = std::array::from_fn(|_| bytes.below(8) as c_int);
                let seed = i16::from(bytes.byte());
                let length = (sizes.iter().product::<c_int>() * channels) as usize;
                let mut table: Vec<i16> = (0..length as i16).map(|i| i.wrapping_mul(seed * 97 + 1)).collect();
                let [a, b, c] = sizes;
                let done = ImagingColorLUT3D_linear(out.image, im.image, channels, a, b, c, table.as_mut_ptr());
                pool.see_out(out, done);
            }
            (9, Some(im)) => match other {
                Some(out) if bytes.flag() && im.may_become(&out) => {
                    pool.see_out(out, ImagingCopy2(out.image, im.image))
                }
                Some(out) if bytes.flag() => {
                    ImagingCopyPalette(out.image, im.image);
                    pool.see_done(out, true);
                }
                _ => pool.keep(to, ImagingCopy(im.image), None),
            },
            (10, Some(im)) => {
                let (x0, y0, x1, y1) = (bytes.coordinate(), bytes.coordinate(), bytes.coordinate(), bytes.coordinate());
                let (width, height) = (i64::from(x1) - i64::from(x0), i64::from(y1) - i64::from(y0));
                if width.max(0).saturating_mul(height.max(0)) < 1 << 20 && width < 1 << 20 && height < 1 << 20 {
                    pool.keep(to, ImagingCrop(im.image, x0, y0, x1, y1), None);
                }
            }
            (11 | 12, Some(im)) => {
                let turn = TURNS[bytes.below(TURNS.len())];
                if let Some(out) = other.filter(|out| im.may_become(out)) {
                    pool.see_out(out, turn(out.image, im.image));
                } else {
                    let (xsize, ysize) = ((*im.image).xsize, (*im.image).ysize);
                    let out = ImagingNew((*im.image).mode, ysize, xsize);
                    if turn(out, im.image).is_null() {
                        pool.see_error();
                    }
                    pool.keep(to, out, None);
                }
            }
            (13 | 14 | 29, Some(im)) => {
                let Some(out) = other.filter(|out| im.may_become(out)) else { return };
                let method = [0, 0, 0, 2, 3, 1][bytes.below(6)];
                let filter = [0, 0, 2, 3, 1][bytes.below(5)];
                let corners: [c_int; 4] = if bytes.flag() {
                    [0, 0, (*out.image).xsize, (*out.image).ysize]
                } else {
                    std::array::from_fn(|_| bytes.coordinate())
                };
                let mut a: [f64; 8] = match bytes.below(3) {
                    0 => std::array::from_fn(|_| bytes.float()),
                    1 => [bytes.float(), 0.0, bytes.float(), 0.0, bytes.float(), bytes.float(), 0.0, 0.0],
                    _ => std::array::from_fn(|_| f64::from(bytes.byte()) / 100.0 - 1.0),
                };
                let [x0, y0, x1, y1] = corners;
                let fill = c_int::from(bytes.byte() & 1);
                let status =
                    ImagingTransform(out.image, im.image, method, x0, y0, x1, y1, a.as_mut_ptr(), filter, fill);
                pool.see_done(out, status == 0);
            }
            (15 | 16, Some(im)) => {
                let (xsize, ysize, filter) = (bytes.coordinate(), bytes.coordinate(), bytes.below(9) as c_int);
                if xsize == c_int::MAX || ysize == c_int::MAX {
                    return;
                }
                let (width, height) = ((*im.image).xsize as f32, (*im.image).ysize as f32);
                let area: [f32; 4] = match bytes.below(3) {
                    0 => [0.0, 0.0, width, height],
                    1 => floats(bytes),
                    _ => {
                        let [left, top] = std::array::from_fn(|_| f32::from(bytes.byte()) / 256.0);
                        [left * width, top * height, width, height - top / 3.0]
                    }
                };
                pool.keep(to, ImagingResample(im.image, xsize, ysize, filter, area.as_ptr()), None);
            }
            (17, Some(im)) => {
                let (xscale, yscale) = (bytes.number(), bytes.number());
                let mut area = [0, 0, (*im.image).xsize, (*im.image).ysize];
                if bytes.flag() {
                    area = std::array::from_fn(|_| bytes.coordinate());
                }
                pool.keep(to, ImagingReduce(im.image, xscale, yscale, area.as_mut_ptr()), None);
            }
            (18, Some(im)) => pool.keep(to, ImagingGetBand(im.image, bytes.number()), None),
            (19, Some(im)) => match other {
                Some(from) if bytes.flag() && from.may_become(&im) => {
                    let done = ImagingPutBand(im.image, from.image, bytes.number());
                    pool.see_out(im, done);
                }
                _ => {
                    let (band, color) = (bytes.number(), bytes.coordinate());
                    pool.see_out(im, ImagingFillBand(im.image, band, color));
                }
            },
            (20, Some(im)) => {
                let mut bands = [null_mut(); 5];
                if ImagingSplit(im.image, bands.as_mut_ptr()) != 0 {
                    return pool.see_error();
                }
                let merged = ImagingMerge(any_mode(bytes), bands.as_mut_ptr());
                bands.into_iter().for_each(|band| ImagingDelete(band));
                pool.keep(to, merged, None);
            }
            (21, Some(im)) => {
                let above = other.unwrap_or(im);
                pool.keep(to, ImagingAlphaComposite(im.image, above.image), None);
            }
            (22, Some(im)) => {
                if bytes.flag() {
                    let m = bytes.number();
                    return pool.keep(to, ImagingExpand(im.image, m), None);
                }
                let ink = [bytes.byte(); 4];
                pool.see_out(im, ImagingFill(im.image, ink.as_ptr().cast()));
            }
            (23, Some(im)) => {
                let (xsize, ysize) = [(3, 3), (5, 5), (3, 3), (5, 5), (3, 5), (1, 1), (-3, -3)][bytes.below(7)];
                let kernel: [f32; 25] = match bytes.below(3) {
                    0 => floats(bytes),
                    1 => std::array::from_fn(|_| (f32::from(bytes.byte()) - 100.0) / 16.0),
                    _ => std::array::from_fn(|_| f32::from(bytes.byte()) / 1000.0),
                };
                pool.keep(to, ImagingFilter(im.image, xsize, ysize, kernel.as_ptr(), bytes.float() as f32), None);
            }
            (24 | 25, Some(im)) => {
                let Some(out) = other.filter(|out| im.may_become(out)) else { return };
                let [x, y] = floats::<2>(bytes);
                let passes = bytes.below(6) as c_int - 1;
                let done = match bytes.below(3) {
                    0 => ImagingBoxBlur(out.image, im.image, x, y, passes),
                    1 => ImagingGaussianBlur(out.image, im.image, x, y, passes),
                    _ => ImagingUnsharpMask(out.image, im.image, x, bytes.coordinate(), bytes.number()),
                };
                pool.see_out(out, done);
            }
            (26, Some(im)) => {
                let Some(access) = ImagingAccessNew(im.image).as_ref() else { return pool.see_error() };
                let (x, y) = (bytes.coordinate(), bytes.coordinate());
                let mut pixel = [0u8; 4];
                access.get_pixel.expect("set")(im.image, x, y, pixel.as_mut_ptr().cast());
                pool.see(pixel);
                if (*im.image).mode != Mode::F as ModeID && (*im.image).mode != Mode::One as ModeID {
                    let pixel = [bytes.byte(); 4];
                    access.put_pixel.expect("set")(im.image, x, y, pixel.as_ptr().cast());
                    pool.see_done(im, true);
                }
            }
            (27, Some(im)) => {
                let (mut array, mut schema) = (std::mem::zeroed::<ArrowArray>(), std::mem::zeroed::<ArrowSchema>());
                let codes = (export_imaging_array(im.image, &mut array), export_imaging_schema(im.image, &mut schema));
                pool.see(codes);
                if let (0, Some(release)) = (codes.0, array.release) {
                    pool.see(array.length);
                    release(&mut array);
                }
                if let (0, Some(release)) = (codes.1, schema.release) {
                    release(&mut schema);
                }
                // Makes an image from the description of another. A view keeps the pixels alive.
                let mut buffer: ImagingBuffer = std::mem::zeroed();
                let describe = [ImagingGetBuffer, ImagingGetPackedBuffer][bytes.below(2)];
                assert_eq!(describe(im.image, &mut buffer), 1);
                let view = ImagingView(im.image, 0, 0, (*im.image).xsize, (*im.image).ysize);
                unsafe extern "C" fn delete(view: *mut c_void) {
                    // SAFETY: the context is the view that was passed with this function.
                    unsafe { ImagingDelete(view.cast()) };
                }
                let again = ImagingNewFromBuffer((*im.image).mode, &buffer, Some(delete), view.cast());
                if again.is_null() {
                    ImagingDelete(view);
                }
                paint_palette_like(again, im.image);
                pool.keep(to, again, Some(im));
            }
            (28, Some(im)) => files_and_lines(pool, bytes, to, im),
            (30 | 31, Some(im)) => two_images(pool, bytes, to, [im, other.unwrap_or(im)]),
            (32 | 33, Some(im)) => single_pixels(pool, bytes, to, im),
            (34 | 35, Some(im)) => {
                let mask = pool.get(bytes.below(5)).filter(|_| bytes.flag());
                regions(pool, bytes, [im, other.unwrap_or(im)], mask.map_or(null_mut(), |mask| mask.image));
            }
            (36, Some(im)) => {
                let size = bytes.number();
                let rank = if bytes.flag() { size.wrapping_mul(size) / 2 } else { bytes.number() };
                pool.keep(to, ImagingRankFilter(im.image, size, rank), None);
            }
            (37, Some(im)) => pool.keep(to, ImagingModeFilter(im.image, bytes.number().min(40)), None),
            (38, Some(im)) => {
                let mask = other.filter(|_| bytes.flag());
                statistics(pool, bytes, im, mask.map_or(null_mut(), |mask| mask.image));
            }
            (39, Some(_)) => drawn(pool, bytes, to),
            (40, Some(im)) => {
                let mask = other.filter(|_| bytes.flag());
                shapes(pool, bytes, im, mask.map_or(null_mut(), |mask| mask.image));
            }
            (41, Some(im)) => {
                let (colors, method, kmeans) = (bytes.number(), bytes.below(4) as c_int, bytes.number());
                pool.keep(to, ImagingQuantize(im.image, colors, method, kmeans), None);
            }
            _ => unreachable!("a number below 42"),
        }
    }
}

/// Blends two images, or applies a channel operation.
///
/// # Safety
///
/// The images are live.
unsafe fn two_images(pool: &mut Pool, bytes: &mut Bytes, to: usize, [first, second]: [Slot; 2]) {
    let (first, second) = (first.image, second.image);
    // SAFETY: the images are live, by this function's contract.
    let made = unsafe {
        match bytes.below(4) {
            0 => ImagingBlend(first, second, bytes.float() as f32),
            1 => ImagingChopAdd(first, second, bytes.float() as f32, bytes.coordinate()),
            2 => ImagingChopSubtract(first, second, bytes.float() as f32, bytes.coordinate()),
            _ => CHOPS[bytes.below(CHOPS.len())](first, second),
        }
    };
    pool.keep(to, made, None);
}

/// Changes each pixel on its own, or its place.
///
/// # Safety
///
/// The image is live.
unsafe fn single_pixels(pool: &mut Pool, bytes: &mut Bytes, to: usize, im: Slot) {
    // SAFETY: the image is live, by this function's contract, and the table is as large as the largest.
    let made = unsafe {
        match bytes.below(5) {
            0 => {
                let (mode, seed) = (any_mode(bytes), usize::from(bytes.byte()));
                let table: Vec<u8> = (0..65536).map(|n| (n * (2 * seed + 1) >> (n & 3)) as u8).collect();
                ImagingPoint(im.image, mode, table.as_ptr().cast())
            }
            1 => ImagingPointTransform(im.image, bytes.float(), bytes.float()),
            2 => ImagingNegative(im.image),
            3 => ImagingOffset(im.image, bytes.coordinate(), bytes.coordinate()),
            _ => {
                libc::srand(1);
                ImagingEffectSpread(im.image, bytes.number())
            }
        }
    };
    pool.keep(to, made, None);
}

/// Pastes an image into another one, or fills a part of that.
///
/// # Safety
///
/// The images are live, and the mask is NULL or live.
unsafe fn regions(pool: &mut Pool, bytes: &mut Bytes, [from, into]: [Slot; 2], mask: Handle) {
    if !from.may_become(&into) {
        return;
    }
    // SAFETY: the images are live, by this function's contract, and the ink is as large as the largest pixel.
    unsafe {
        let is_fill = bytes.flag();
        let like = if is_fill && !mask.is_null() { mask } else { from.image };
        let (x0, y0) = (bytes.coordinate(), bytes.coordinate());
        let (x1, y1) = match bytes.byte() {
            255 => (bytes.coordinate(), bytes.coordinate()),
            _ => (x0.saturating_add((*like).xsize), y0.saturating_add((*like).ysize)),
        };
        let status = if is_fill {
            let ink: [u8; 4] = std::array::from_fn(|_| bytes.byte());
            ImagingFill2(into.image, ink.as_ptr().cast(), mask, x0, y0, x1, y1)
        } else {
            ImagingPaste(into.image, from.image, mask, x0, y0, x1, y1)
        };
        pool.see_done(into, status == 0);
    }
}

/// An angle in degrees.
fn angle(bytes: &mut Bytes) -> f32 {
    bytes.float() as f32
}

/// Draws a shape on an image.
///
/// # Safety
///
/// The image is live, and the mask is NULL or live.
unsafe fn shapes(pool: &mut Pool, bytes: &mut Bytes, im: Slot, mask: Handle) {
    if !im.writable {
        return;
    }
    let ink: [u8; 4] = std::array::from_fn(|_| bytes.byte());
    let ink = ink.as_ptr().cast();
    let (fill, op, width) = (c_int::from(bytes.flag()), c_int::from(bytes.flag()), bytes.number());
    let (x0, y0, x1, y1) = (bytes.coordinate(), bytes.coordinate(), bytes.coordinate(), bytes.coordinate());
    // SAFETY: the images are live, by this function's contract; the ink is as large as the largest pixel, and the outline is
    // deleted once.
    let status = unsafe {
        match bytes.below(11) {
            0 => ImagingDrawPoint(im.image, x0, y0, ink, op),
            1 => ImagingDrawLine(im.image, x0, y0, x1, y1, ink, op),
            2 => ImagingDrawWideLine(im.image, x0, y0, x1, y1, ink, width, op, mask),
            3 => ImagingDrawRectangle(im.image, x0, y0, x1, y1, ink, fill, width, op),
            4 => {
                let mut xy: Vec<c_int> = (0..2 * bytes.below(30)).map(|_| bytes.coordinate()).collect();
                let count = xy.len() as c_int / 2;
                ImagingDrawPolygon(im.image, count, xy.as_mut_ptr(), ink, fill, width, op, mask)
            }
            5 => ImagingDrawBitmap(im.image, x0, y0, mask, ink, op),
            6 => ImagingDrawEllipse(im.image, x0, y0, x1, y1, ink, fill, width, op),
            7 => ImagingDrawArc(im.image, x0, y0, x1, y1, angle(bytes), angle(bytes), ink, width, op),
            8 => ImagingDrawChord(im.image, x0, y0, x1, y1, angle(bytes), angle(bytes), ink, fill, width, op),
            9 => ImagingDrawPieslice(im.image, x0, y0, x1, y1, angle(bytes), angle(bytes), ink, fill, width, op),
            _ => {
                let outline = ImagingOutlineNew();
                let mut float = || bytes.float() as f32;
                ImagingOutlineMove(outline, float(), float());
                ImagingOutlineLine(outline, float(), float());
                ImagingOutlineCurve(outline, float(), float(), float(), float(), float(), float());
                ImagingOutlineClose(outline);
                if fill == 1 {
                    ImagingOutlineTransform(outline, [0.0; 6].as_mut_ptr());
                }
                let status = ImagingDrawOutline(im.image, outline, ink, fill, op);
                ImagingOutlineDelete(outline);
                status
            }
        }
    };
    pool.see_done(im, status == 0);
}

/// Asks for all statistics of an image.
///
/// # Safety
///
/// The image is live, and the mask is NULL or live.
unsafe fn statistics(pool: &mut Pool, bytes: &mut Bytes, im: Slot, mask: Handle) {
    // SAFETY: the images are live, by this function's contract, and every pointer points to as many values as the header
    // says. The tables are freed once.
    unsafe {
        let instance = &*im.image;
        let mut bounds = [0; 4];
        let found = ImagingGetBBox(im.image, bounds.as_mut_ptr(), c_int::from(bytes.flag()));
        pool.see((found, bounds));

        // A vector of no bytes has an address, too.
        let (mut columns, mut rows) = (vec![9; instance.xsize as usize], vec![9; instance.ysize as usize]);
        assert_eq!(ImagingGetProjection(im.image, columns.as_mut_ptr(), rows.as_mut_ptr()), 1);
        pool.see((columns, rows));

        let mut extrema = [0u8; 8];
        let found = ImagingGetExtrema(im.image, extrema.as_mut_ptr().cast());
        if found < 0 {
            pool.see_error();
        } else if instance.mode != Mode::F as ModeID {
            pool.see((found, extrema));
        }

        let mut count = 0;
        let items = ImagingGetColors(im.image, bytes.number().saturating_mul(16), &mut count);
        if items.is_null() {
            pool.see_error();
        } else {
            let mut item = items;
            while (*item).count != 0 {
                pool.see(((*item).x, (*item).y, (*item).count, (*item).pixel));
                item = item.add(1);
            }
            pool.see(count);
            libc::free(items.cast());
        }

        if bytes.flag() {
            extrema = std::array::from_fn(|_| bytes.byte());
        }
        let histogram = ImagingGetHistogram(im.image, mask, extrema.as_mut_ptr().cast());
        if histogram.is_null() {
            return pool.see_error();
        }
        let length = 256 * (*histogram).bands as usize;
        pool.see(std::slice::from_raw_parts((*histogram).histogram, length));
        ImagingHistogramDelete(histogram);
    }
}

/// Makes an image without an input.
fn drawn(pool: &mut Pool, bytes: &mut Bytes, to: usize) {
    // SAFETY: the functions take any numbers, and the extent has four.
    let made = unsafe {
        match bytes.below(4) {
            0 => ImagingFillLinearGradient(any_mode(bytes)),
            1 => ImagingFillRadialGradient(any_mode(bytes)),
            2 => {
                let mut extent: [f64; 4] = std::array::from_fn(|_| bytes.float());
                let (xsize, ysize) = (bytes.side(), bytes.side());
                ImagingEffectMandelbrot(xsize, ysize, extent.as_mut_ptr(), bytes.number().min(50))
            }
            _ => {
                libc::srand(1);
                ImagingEffectNoise(bytes.side(), bytes.side(), bytes.float() as f32)
            }
        }
    };
    pool.keep(to, made, None);
}

/// Makes, copies and deletes palettes, and searches them.
fn palettes(pool: &mut Pool, bytes: &mut Bytes) {
    // SAFETY: the palettes are made and deleted here.
    unsafe {
        let made = if bytes.flag() { ImagingPaletteNew(any_mode(bytes)) } else { ImagingPaletteNewBrowser() };
        if made.is_null() {
            return pool.see_error();
        }
        let copy = ImagingPaletteDuplicate(made);
        assert_eq!((*made).palette, (*copy).palette);
        (*copy).size = 256;
        (*copy).palette.iter_mut().for_each(|value| *value = value.wrapping_mul(3).wrapping_add(bytes.byte()));
        assert_eq!(ImagingPaletteCachePrepare(copy), 0);
        let [r, g, b] = std::array::from_fn(|_| c_int::from(bytes.byte()));
        ImagingPaletteCacheUpdate(copy, r, g, b);
        pool.see(&*slice_from_raw_parts((*copy).cache(), 64 * 64 * 64));
        ImagingPaletteCacheDelete(copy);
        ImagingPaletteDelete(copy);
        ImagingPaletteDelete(made);
    }
}

/// Copies the palette of an image to a new one, whose palette is empty.
unsafe fn paint_palette_like(image: Handle, like: Handle) {
    if !image.is_null() {
        // SAFETY: both images are live.
        unsafe { ImagingCopyPalette(image, like) };
    }
}

/// Packs and unpacks a line next to an inaccessible page, or writes a file and reads it.
unsafe fn files_and_lines(pool: &mut Pool, bytes: &mut Bytes, to: usize, im: pool::Slot) {
    // SAFETY: the images are live, by this function's contract, and every pointer points to as many values as the header
    // says.
    unsafe {
        let (mode, xsize, ysize) = ((*im.image).mode, (*im.image).xsize, (*im.image).ysize);
        let raw_mode = match bytes.byte() {
            small @ 0..100 => RawModeID::from(small % 21),
            any => RawModeID::from(any) % (RAW_MODES as RawModeID + 2),
        };
        match bytes.below(5) {
            4 => without_rows(pool, mode, xsize, ysize),
            0 => {
                let mut bits = 0;
                let (pack, length) = match ImagingFindPacker(mode, raw_mode, &mut bits) {
                    Some(pack) => (pack, (xsize as usize * bits as usize).div_ceil(8)),
                    None => return,
                };
                if ysize > 0 && xsize > 0 {
                    let line = Fenced::new(length);
                    pack(line.start(), (*(*im.image).image).cast(), xsize);
                    pool.see(&*slice_from_raw_parts(line.start(), length));
                    let mut bits_back = 0;
                    if let Some(unpack) = ImagingFindUnpacker(mode, raw_mode, &mut bits_back)
                        && bits_back == bits
                    {
                        let size = (*im.image).linesize as usize;
                        let pixels = Fenced::new(size);
                        unpack(pixels.start(), line.start(), xsize);
                        pool.see(&*slice_from_raw_parts(pixels.start(), size));
                    }
                }
            }
            1 => {
                if ImagingSavePPM(im.image, FILE.as_ptr()) == 1 {
                    pool.keep(to, ImagingOpenPPM(FILE.as_ptr()), None);
                } else {
                    pool.see_error();
                }
            }
            _ => {
                let (stride, ystep) = (i64::from(bytes.number()) * 50, 1 - 2 * c_int::from(bytes.byte() & 1));
                if stride > 1 << 20 || ImagingSaveRaw(im.image, FILE.as_ptr(), raw_mode, stride, ystep) != 1 {
                    return;
                }
                if bytes.flag() {
                    let access = bytes.below(3) as c_int;
                    let mapped = ImagingMapFile(FILE.as_ptr(), mode, xsize, ysize, 0, stride, ystep, access);
                    if !mapped.is_null() {
                        pool.see((ImagingMapRelease(mapped), ImagingMapFlush(mapped)));
                    }
                    pool.keep(to, mapped, None);
                } else if bytes.flag() {
                    let loaded = ImagingLoadRaw(FILE.as_ptr(), mode, raw_mode, xsize, ysize, 0, stride, ystep);
                    // The pixels of a private mapping stay valid when the file is removed.
                    pool.keep(to, loaded, None);
                } else if im.writable {
                    let path = FILE.as_ptr();
                    let (x0, y0) = (bytes.coordinate(), bytes.coordinate());
                    let (x1, y1) = (bytes.coordinate(), bytes.coordinate());
                    let done = ImagingReadTile(im.image, path, x0, y0, x1, y1, 0, raw_mode, stride, ystep);
                    pool.see_done(im, done == 1);
                }
            }
        }
    }
}

/// Makes an image whose rows are not set: no function may read pixels from it.
unsafe fn without_rows(pool: &mut Pool, mode: ModeID, xsize: c_int, ysize: c_int) {
    // SAFETY: the image is live until it is deleted, and its row table says that there are no rows.
    unsafe {
        let im = ImagingNewPrologue(mode, xsize, ysize);
        if im.is_null() {
            return pool.see_error();
        }
        let copies = [ImagingCopy(im), ImagingConvert(null_mut(), im, 1, null_mut(), 0), ImagingCrop(im, -1, 0, 2, 3)];
        pool.see(copies.map(|copy| !copy.is_null()));
        copies.into_iter().for_each(|copy| ImagingDelete(copy));
        if let Some(access) = ImagingAccessNew(im).as_ref() {
            let mut pixel = [1u8; 4];
            access.put_pixel.expect("set")(im, 0, 0, pixel.as_ptr().cast());
            access.get_pixel.expect("set")(im, 0, 0, pixel.as_mut_ptr().cast());
            pool.see(pixel);
        }
        let mut buffer: ImagingBuffer = std::mem::zeroed();
        pool.see(ImagingGetBuffer(im, &mut buffer));
        ImagingDelete(im);
    }
}

/// Runs the sequence with an ISA and a number of threads. Returns hashes of all results.
fn run(data: &[u8], level: usize, threads: c_int) -> Option<Vec<u64>> {
    if !testing::set_isa(level) {
        return None;
    }
    // SAFETY: takes any number.
    unsafe {
        assert_eq!(ImagingSetNumThreads(threads), 1);
        ImagingClearError();
    }
    // SAFETY: nobody else uses the arena.
    unsafe {
        ImagingMemorySetBlocksMax(&raw mut ImagingDefaultArena, 0);
        ImagingMemorySetBlockAllocator(&raw mut ImagingDefaultArena, 0);
    }
    let mut pool = Pool::default();
    let mut bytes = Bytes(data);
    for _ in 0..CALLS {
        if bytes.is_empty() {
            break;
        }
        // SAFETY: the pool's images are live.
        unsafe { call(&mut pool, &mut bytes) };
    }
    Some(std::mem::take(&mut pool.seen))
}

fuzz_target!(|data: &[u8]| {
    // Otherwise waiting for the disk would take most of the time.
    static NO_FSYNC: std::sync::Once = std::sync::Once::new();
    // SAFETY: no other thread reads the environment before the first call.
    NO_FSYNC.call_once(|| unsafe { std::env::set_var("IMAGING_FSYNC", "0") });
    let seen = run(data, 0, 1).expect("every processor has the lowest level");
    for (level, threads) in [(0, 5), (1, 2), (2, 1), (2, 5), (3, 1), (3, 2)] {
        if let Some(other) = run(data, level, threads) {
            let same = seen.iter().zip(&other).take_while(|(one, other)| one == other).count();
            assert!(
                same == seen.len() && same == other.len(),
                "level {level} and {threads} threads differ in what is seen as number {same}"
            );
        }
    }
});
