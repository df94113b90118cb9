//! A few live images in all kinds of storage, and hashes of their contents.

use std::ffi::{CStr, c_char, c_int, c_void};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::ptr::{null, null_mut};
use std::slice;

use Imaging::Mode;
use Imaging::abi::ext::ImagingBuffer;
use Imaging::abi::{IMAGING_TYPE_FLOAT32, IMAGING_TYPE_INT32, Imaging as Handle, ModeID};

use crate::calls::*;

/// The most pixels of an image.
const MAX_PIXELS: usize = 1 << 17;

const INTERNAL: c_int = 6;

/// An image, and whether it may be written to.
#[derive(Clone, Copy)]
pub struct Slot {
    pub image: Handle,
    pub writable: bool,
}

impl Slot {
    /// Whether a function may write to `out` while it reads this image, which may share pixels with it.
    pub fn may_become(&self, out: &Slot) -> bool {
        out.writable
    }
}

/// The images, and a hash of every result.
#[derive(Default)]
pub struct Pool {
    slots: [Option<Slot>; 5],
    pub seen: Vec<u64>,
}

impl Pool {
    pub fn get(&self, number: usize) -> Option<Slot> {
        self.slots[number % self.slots.len()]
    }

    /// Stores a new image in place of another, or hashes the error if it is NULL. `like` is the image whose pixels it
    /// shares.
    pub fn keep(&mut self, number: usize, image: Handle, like: Option<Slot>) {
        // SAFETY: the image is NULL or was just made by the library.
        let Some(instance) = (unsafe { image.as_ref() }) else { return self.see_error() };
        let pixels = instance.xsize as usize * instance.ysize as usize;
        let writable = instance.read_only == 0;
        assert!(like.is_none_or(|like| like.writable == writable));
        self.see_image(image);
        let kept = Some(Slot { image, writable }).filter(|_| pixels <= MAX_PIXELS);
        if kept.is_none() {
            // SAFETY: nobody else uses the image.
            unsafe { ImagingDelete(image) };
            return;
        }
        let place = number % self.slots.len();
        self.drop_slot(place);
        self.slots[place] = kept;
    }

    /// Hashes the result of a function that returns its `imOut`, or NULL.
    pub fn see_out(&mut self, out: Slot, returned: Handle) {
        if returned.is_null() {
            return self.see_error();
        }
        assert_eq!(out.image, returned, "returns what it has written to");
        self.see_image(returned);
    }

    /// Hashes the result of a function that returns whether it has succeeded.
    pub fn see_done(&mut self, out: Slot, done: bool) {
        self.see_out(out, if done { out.image } else { null_mut() });
    }

    pub fn see(&mut self, value: impl Hash) {
        let mut hasher = DefaultHasher::new();
        value.hash(&mut hasher);
        self.seen.push(hasher.finish());
    }

    pub fn see_error(&mut self) {
        let mut message: *const c_char = null();
        // SAFETY: `message` may be written to, and the text is valid until the next error.
        let (code, text) = unsafe { (ImagingGetLastError(&mut message), CStr::from_ptr(message)) };
        assert_ne!(code, 0, "a function that fails says why");
        assert_ne!(code, INTERNAL, "{text:?}");
        self.see((code, text));
        // SAFETY: may be called at any time.
        unsafe { ImagingClearError() };
    }

    fn see_image(&mut self, image: Handle) {
        // SAFETY: the image is live.
        let instance = unsafe { &*image };
        if instance.read_only == 0 {
            canonical_nans(image);
        }
        let mut hasher = DefaultHasher::new();
        (instance.mode, instance.xsize, instance.ysize).hash(&mut hasher);
        rows(image).for_each(|row| row.hash(&mut hasher));
        // SAFETY: a live image's palette is NULL or live.
        if let Some(palette) = unsafe { instance.palette.as_ref() } {
            (palette.mode, palette.size, palette.palette).hash(&mut hasher);
        }
        self.seen.push(hasher.finish());
    }

    pub fn drop_slot(&mut self, number: usize) {
        if let Some(slot) = self.slots[number % self.slots.len()].take() {
            // SAFETY: the pool owns the image.
            unsafe { ImagingDelete(slot.image) };
        }
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        (0..self.slots.len()).for_each(|number| self.drop_slot(number));
    }
}

/// Returns the bytes of a row; none if the image has no columns, since its row table must not be read then.
///
/// # Safety
///
/// The image is alive and has that row, which nobody else uses.
unsafe fn row_mut<'a>(image: Handle, y: usize) -> &'a mut [u8] {
    // SAFETY: a row of a live image has `linesize` bytes.
    unsafe {
        match (*image).linesize as usize {
            0 => &mut [],
            bytes => slice::from_raw_parts_mut((*(*image).image.add(y)).cast(), bytes),
        }
    }
}

/// Returns the rows of a live image, which nobody writes to meanwhile.
fn rows<'a>(image: Handle) -> impl Iterator<Item = &'a [u8]> {
    // SAFETY: the image is live, and nobody else uses its rows.
    unsafe { (0..(*image).ysize as usize).map(move |y| &*row_mut(image, y)) }
}

/// Replaces NaNs by one of them: their payloads depend on the ISA.
fn canonical_nans(image: Handle) {
    // SAFETY: the image is live, and nobody else uses its rows. It is written to unless it is read-only.
    unsafe {
        let instance = &*image;
        if instance.r#type != IMAGING_TYPE_FLOAT32 || instance.read_only != 0 {
            return;
        }
        for y in 0..instance.ysize as usize {
            for value in row_mut(image, y).as_chunks_mut().0 {
                if f32::from_ne_bytes(*value).is_nan() {
                    *value = f32::NAN.to_ne_bytes();
                }
            }
        }
    }
}

/// Writes pseudo-random pixels, and a palette.
pub fn paint(image: Handle, seed: u8) {
    // SAFETY: the image is NULL or was just made by the library.
    let Some(instance) = (unsafe { image.as_mut() }) else { return };
    let mut state = u32::from(seed) * 2 + 1;
    let mut next = || {
        state = state.wrapping_mul(1664525).wrapping_add(1013904223);
        state >> 8
    };
    for y in 0..instance.ysize as usize {
        // SAFETY: the image was just made, so nobody else uses the row.
        let row = unsafe { row_mut(image, y) };
        match instance.r#type {
            IMAGING_TYPE_FLOAT32 => row.as_chunks_mut().0.iter_mut().for_each(|value| {
                *value = match next() {
                    special if special % 64 == 0 && seed > 200 => f32::from_bits(next() << 8 | 0xff),
                    number => number as f32 / 65536.0 - 100.0,
                }
                .to_ne_bytes();
            }),
            IMAGING_TYPE_INT32 if seed < 128 => row.as_chunks_mut().0.iter_mut().for_each(|value| {
                *value = (next() as i32 % 70000 - 2000).to_ne_bytes();
            }),
            _ if instance.mode == Mode::One as ModeID => {
                row.iter_mut().for_each(|value| *value = (next() & 1) as u8 * 255)
            }
            _ if seed % 4 == 0 => row.fill(seed),
            _ if seed % 4 == 1 => row.iter_mut().for_each(|value| *value = [0, 1, 254, 255][next() as usize % 4]),
            _ => row.iter_mut().for_each(|value| *value = next() as u8),
        }
    }
    // SAFETY: a live image's palette is NULL or live.
    if let Some(palette) = unsafe { instance.palette.as_mut() } {
        palette.palette.iter_mut().for_each(|value| *value = next() as u8);
        palette.size = [256, 256, 17, 1, 0][usize::from(seed) % 5];
    }
}

/// Memory that ends right before an inaccessible page.
pub struct Fenced {
    pages: *mut c_void,
    length: usize,
    bytes: usize,
}

impl Fenced {
    pub fn new(bytes: usize) -> Self {
        const PAGE: usize = 4096;
        let length = bytes.next_multiple_of(PAGE) + PAGE;
        // SAFETY: maps new pages, and makes the last one inaccessible.
        unsafe {
            let (prot, flags) = (libc::PROT_READ | libc::PROT_WRITE, libc::MAP_PRIVATE | libc::MAP_ANONYMOUS);
            let pages = libc::mmap(null_mut(), length, prot, flags, -1, 0);
            assert_ne!(pages, libc::MAP_FAILED);
            assert_eq!(libc::mprotect(pages.byte_add(length - PAGE), PAGE, libc::PROT_NONE), 0);
            Self { pages, length, bytes }
        }
    }

    pub fn start(&self) -> *mut u8 {
        const PAGE: usize = 4096;
        // SAFETY: the address is within the pages.
        unsafe { self.pages.cast::<u8>().add(self.length - PAGE - self.bytes) }
    }

    pub fn close_for_writing(&self) {
        // SAFETY: this value owns the pages.
        unsafe { libc::mprotect(self.pages, self.length - 4096, libc::PROT_READ) };
    }
}

impl Drop for Fenced {
    fn drop(&mut self) {
        // SAFETY: this value owns the pages.
        unsafe { libc::munmap(self.pages, self.length) };
    }
}

unsafe extern "C" fn release(fenced: *mut c_void) {
    // SAFETY: `over_fenced` has made the box, and the library calls this once.
    drop(unsafe { Box::from_raw(fenced.cast::<Fenced>()) });
}

/// Makes an image in fenced memory, with `gap` bytes between its rows, from the bottom up or the top down.
pub fn over_fenced(
    mode: Mode,
    (xsize, ysize): (usize, usize),
    gap: usize,
    upwards: bool,
    read_only: bool,
    seed: u8,
) -> Handle {
    let line = xsize * mode.pixel_size();
    // SAFETY: `like` is live until it is deleted, and the fenced memory has room for its rows.
    unsafe {
        let like = ImagingNew(mode as ModeID, xsize as c_int, ysize as c_int);
        paint(like, seed);
        let mut buffer: ImagingBuffer = std::mem::zeroed();
        assert_eq!(ImagingGetBuffer(like, &mut buffer), 1);
        let gap = if matches!((*like).r#type, IMAGING_TYPE_FLOAT32 | IMAGING_TYPE_INT32) { gap / 4 * 4 } else { gap };
        let stride = line + gap;
        let fenced = Fenced::new((stride * ysize).saturating_sub(if ysize > 0 { gap } else { 0 }));
        let place = |y: usize| if upwards { ysize - 1 - y } else { y } * stride;
        for (y, row) in rows(like).enumerate() {
            fenced.start().add(place(y)).copy_from(row.as_ptr(), row.len());
        }
        ImagingDelete(like);
        buffer.buf = if ysize > 0 { fenced.start().add(place(0)).cast() } else { fenced.start().cast() };
        buffer.has_suboffsets = 0;
        buffer.suboffsets = [-1; 3];
        buffer.strides[0] = if upwards { -(stride as isize) } else { stride as isize };
        buffer.strides[1] = mode.pixel_size() as isize;
        buffer.read_only = c_int::from(read_only);
        if read_only {
            fenced.close_for_writing();
        }
        let fenced = Box::into_raw(Box::new(fenced));
        let image = ImagingNewFromBuffer(mode as ModeID, &buffer, Some(release), fenced.cast());
        if image.is_null() {
            release(fenced.cast());
        }
        image
    }
}
