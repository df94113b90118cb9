//! Calls that may run on several threads at once, for the thread sanitizer, which ends the process with a status of its own
//! when it has seen a data race.
//!
//!     races allowed      many threads make all kinds of allowed calls: no race
//!     races forbidden    one thread writes to an image while another resizes it: a race, which the sanitizer must see

use std::ffi::{c_int, c_void};
use std::ptr::{null, null_mut};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use Imaging::Mode;
use Imaging::abi::{IMAGING_TRANSFORM_LANCZOS, Imaging as Handle, ImagingMemoryArenaInstance, ModeID};

unsafe extern "C" {
    static mut ImagingDefaultArena: ImagingMemoryArenaInstance;
    fn ImagingNew(mode: ModeID, xsize: c_int, ysize: c_int) -> Handle;
    fn ImagingNewDirty(mode: ModeID, xsize: c_int, ysize: c_int) -> Handle;
    fn ImagingDelete(im: Handle);
    fn ImagingCopy(im: Handle) -> Handle;
    fn ImagingConvert(out: Handle, im: Handle, mode: ModeID, palette: *mut u8, dither: c_int) -> Handle;
    fn ImagingTranspose(out: Handle, im: Handle) -> Handle;
    fn ImagingSplit(im: Handle, bands: *mut Handle) -> c_int;
    fn ImagingResample(im: Handle, xsize: c_int, ysize: c_int, filter: c_int, r#box: *const f32) -> Handle;
    fn ImagingGaussianBlur(out: Handle, im: Handle, xradius: f32, yradius: f32, passes: c_int) -> Handle;
    fn ImagingMemorySetBlocksMax(arena: *mut ImagingMemoryArenaInstance, blocks_max: c_int) -> c_int;
    fn ImagingMemoryClearCache(arena: *mut ImagingMemoryArenaInstance, left: c_int);
    fn ImagingMemorySetBlockAllocator(arena: *mut ImagingMemoryArenaInstance, on: c_int);
    fn ImagingSetNumThreads(threads: c_int) -> c_int;
    fn ImagingGetNumThreads() -> c_int;
}

/// The side of the shared image, large enough for operations to be multithreaded.
const SIDE: c_int = 500;
/// The side of resized images.
const SMALL: c_int = 120;
const ROUNDS: c_int = 12;

/// Deletes an image. Panics if it is NULL, since a function has failed then.
///
/// # Safety
///
/// No other thread uses the image.
unsafe fn delete(im: Handle) {
    assert!(!im.is_null());
    // SAFETY: the image is not NULL, and no other thread uses it.
    unsafe { ImagingDelete(im) };
}

/// Resizes an image and deletes the result.
///
/// # Safety
///
/// `im` is a live image of the side `SIDE`.
unsafe fn resize(im: Handle, side: c_int) {
    let whole = [0.0, 0.0, SIDE as f32, SIDE as f32];
    // SAFETY: `im` is live and the box lies within it; the result is this function's own.
    unsafe { delete(ImagingResample(im, side, side, IMAGING_TRANSFORM_LANCZOS, whole.as_ptr())) };
}

/// Calls operations that only read an image.
///
/// # Safety
///
/// `source` is a live RGB image of the side `SIDE`, and no thread writes to it.
unsafe fn read(source: Handle, round: c_int) {
    // SAFETY: `source` is only read; the other images are made here, and no other thread knows them.
    unsafe {
        resize(source, SMALL + round);
        let copy = ImagingCopy(source);
        let out = ImagingNewDirty(Mode::RGB as ModeID, SIDE, SIDE);
        assert_eq!(ImagingGaussianBlur(out, copy, 1.5, 2.0, 3), out);
        assert_eq!(ImagingTranspose(copy, out), copy);
        let mut bands = [null_mut(); 4];
        assert_eq!(ImagingSplit(copy, bands.as_mut_ptr()), 0);
        bands[..3].iter().for_each(|band| delete(*band));
        delete(ImagingConvert(null_mut(), copy, Mode::L as ModeID, null_mut(), 0));
        delete(copy);
        delete(out);
    }
}

/// Makes and deletes small images, whose blocks the arena caches.
fn allocate(round: c_int) {
    for size in 1..40 {
        // SAFETY: no other thread knows the image, and its first row has pixels.
        unsafe {
            let image = ImagingNew(Mode::RGB as ModeID, size + round, size);
            **(*image).image = 1;
            delete(image);
        }
    }
}

/// Changes every setting that may be changed while other threads work.
fn configure(round: c_int) {
    // SAFETY: the default arena lives as long as the process, and its functions may be called on any thread.
    unsafe {
        let arena = &raw mut ImagingDefaultArena;
        assert_eq!(ImagingMemorySetBlocksMax(arena, round % 9), 1);
        ImagingMemoryClearCache(arena, round % 4);
        ImagingMemorySetBlockAllocator(arena, c_int::from(round % 5 == 0));
        assert_eq!(ImagingSetNumThreads(1 + round % 5), 1);
        assert!(ImagingGetNumThreads() > 0);
    }
}

/// The function of a thread, and its arguments.
struct Task {
    work: fn(Handle, &AtomicBool),
    image: Handle,
    done: *const AtomicBool,
}

extern "C" fn perform(task: *mut c_void) -> *mut c_void {
    // SAFETY: `start` passes the address of a task that lives until `wait` returns, and so do its image and its flag.
    unsafe {
        let task = &*task.cast::<Task>();
        (task.work)(task.image, &*task.done);
    }
    null_mut()
}

/// Starts a thread by the C library's function, which the sanitizer intercepts; Rust's standard library is compiled without
/// the sanitizer.
///
/// # Safety
///
/// The task and what it points to live until [`wait`] has returned for the thread.
unsafe fn start(task: &Task) -> libc::pthread_t {
    let mut thread = 0;
    // SAFETY: `perform` takes the address of a task, and this one outlives the thread.
    let status = unsafe { libc::pthread_create(&mut thread, null(), perform, (&raw const *task).cast_mut().cast()) };
    assert_eq!(status, 0);
    thread
}

/// Joins a thread.
///
/// # Safety
///
/// `start` has returned the handle, which was not passed to `wait` before.
unsafe fn wait(thread: libc::pthread_t) {
    // SAFETY: a joinable thread, joined once.
    assert_eq!(unsafe { libc::pthread_join(thread, null_mut()) }, 0);
}

fn allowed(image: Handle) {
    let done = AtomicBool::new(false);
    let task = |work| Task { work, image, done: &done };
    // SAFETY: `main` passes a live RGB image of the side `SIDE`, and none of these threads writes to it.
    let reader = task(|image, _| (0..ROUNDS).for_each(|round| unsafe { read(image, round) }));
    let allocator = task(|_, _| (0..10 * ROUNDS).for_each(|round| allocate(round % 20)));
    let configurator = task(|_, done| (0..).take_while(|_| !done.load(Relaxed)).for_each(configure));
    // SAFETY: the tasks live until the end of this function, and each thread is joined here, once.
    unsafe {
        let threads = [&reader, &reader, &reader, &allocator, &allocator, &allocator].map(|task| start(task));
        let configurator = start(&configurator);
        threads.into_iter().for_each(|thread| wait(thread));
        done.store(true, Relaxed);
        wait(configurator);
    }
}

fn forbidden(image: Handle) {
    let done = AtomicBool::new(false);
    let task = |work| Task { work, image, done: &done };
    // SAFETY: the image is live and has `SIDE` rows. The data race with the reader is deliberate.
    let writer = task(|image, _| (0..SIDE as usize).for_each(|y| unsafe { **(*image).image.add(y) = 1 }));
    // SAFETY: a live image of the side `SIDE`.
    let reader = task(|image, _| unsafe { resize(image, SMALL) });
    // SAFETY: the tasks live until the end of this function, and each thread is joined here, once.
    unsafe { [&writer, &reader].map(|task| start(task)).into_iter().for_each(|thread| wait(thread)) };
}

fn main() {
    // SAFETY: no other thread exists yet that could use the arena.
    let source = unsafe {
        ImagingDefaultArena.block_size = 4096;
        ImagingSetNumThreads(4);
        ImagingNew(Mode::RGB as ModeID, SIDE, SIDE)
    };
    match std::env::args().nth(1).as_deref() {
        Some("allowed") => allowed(source),
        Some("forbidden") => forbidden(source),
        _ => panic!("usage: races allowed|forbidden"),
    }
    // SAFETY: all threads are joined.
    unsafe { delete(source) };
}
