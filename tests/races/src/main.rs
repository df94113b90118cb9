//! Everything that several threads may do at once, for the thread sanitizer to watch. It ends the process with a status of
//! its own when it has seen a race.
//!
//!     races storm     what is allowed: no race
//!     races caught    one thread writes to an image that another one resizes: a race, or the sanitizer sees nothing

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

/// Large enough for several threads.
const SIDE: c_int = 500;
const SMALL: c_int = 120;
const ROUNDS: c_int = 12;

/// Deletes an image that must have been made.
unsafe fn delete(im: Handle) {
    assert!(!im.is_null());
    // SAFETY: the caller's image.
    unsafe { ImagingDelete(im) };
}

unsafe fn resize(im: Handle, side: c_int) {
    let whole = [0.0, 0.0, SIDE as f32, SIDE as f32];
    // SAFETY: the caller's image, of that size.
    unsafe { delete(ImagingResample(im, side, side, IMAGING_TRANSFORM_LANCZOS, whole.as_ptr())) };
}

/// Operations on an image that nobody writes to.
unsafe fn read(source: Handle, round: c_int) {
    // SAFETY: the caller's image, of the side SIDE; the others are made here.
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

/// Small images, whose blocks go out of the pool and back.
unsafe fn make(round: c_int) {
    for size in 1..40 {
        // SAFETY: nobody else knows the image.
        unsafe {
            let image = ImagingNew(Mode::RGB as ModeID, size + round, size);
            **(*image).image = 1;
            delete(image);
        }
    }
}

/// Every knob that may be turned while others work.
unsafe fn turn_knobs(round: c_int) {
    // SAFETY: the default arena lives as long as the process.
    unsafe {
        let arena = &raw mut ImagingDefaultArena;
        assert_eq!(ImagingMemorySetBlocksMax(arena, round % 9), 1);
        ImagingMemoryClearCache(arena, round % 4);
        ImagingMemorySetBlockAllocator(arena, c_int::from(round % 5 == 0));
        assert_eq!(ImagingSetNumThreads(1 + round % 5), 1);
        assert!(ImagingGetNumThreads() > 0);
    }
}

/// What a thread is to do.
struct Task {
    work: fn(Handle, &AtomicBool),
    image: Handle,
    done: *const AtomicBool,
}

extern "C" fn perform(task: *mut c_void) -> *mut c_void {
    // SAFETY: `start` was given a task that lives until `wait` comes back, and so do the image and the flag in it.
    unsafe {
        let task = &*task.cast::<Task>();
        (task.work)(task.image, &*task.done);
    }
    null_mut()
}

/// Starts a thread. The C library's own, which the sanitizer knows: Rust's library is compiled without it.
unsafe fn start(task: &Task) -> libc::pthread_t {
    let mut thread = 0;
    // SAFETY: as the caller promises, the task lives until the thread has been waited for.
    let made = unsafe { libc::pthread_create(&mut thread, null(), perform, (&raw const *task).cast_mut().cast()) };
    assert_eq!(made, 0);
    thread
}

unsafe fn wait(thread: libc::pthread_t) {
    // SAFETY: the caller's thread, which nobody has waited for.
    assert_eq!(unsafe { libc::pthread_join(thread, null_mut()) }, 0);
}

fn storm(image: Handle) {
    let done = AtomicBool::new(false);
    let task = |work| Task { work, image, done: &done };
    // SAFETY, of the three: nobody writes to the image, images that are made are not shared, and knobs may be turned.
    let readers = task(|image, _| (0..ROUNDS).for_each(|round| unsafe { read(image, round) }));
    let makers = task(|_, _| (0..10 * ROUNDS).for_each(|round| unsafe { make(round % 20) }));
    let turner = task(|_, done| {
        (0..).take_while(|_| !done.load(Relaxed)).for_each(|round| unsafe { turn_knobs(round) });
    });
    // SAFETY: all threads are waited for, and nobody writes to the image.
    unsafe {
        let workers = [&readers, &readers, &readers, &makers, &makers, &makers].map(|task| start(task));
        let turner = start(&turner);
        workers.into_iter().for_each(|worker| wait(worker));
        done.store(true, Relaxed);
        wait(turner);
    }
}

fn caught(image: Handle) {
    let done = AtomicBool::new(false);
    let task = |work| Task { work, image, done: &done };
    // SAFETY, of both: the image lives. That one writes where the other reads is what is to be seen.
    let writer = task(|image, _| (0..SIDE as usize).for_each(|y| unsafe { **(*image).image.add(y) = 1 }));
    let reader = task(|image, _| unsafe { resize(image, SMALL) });
    // SAFETY: all threads are waited for.
    unsafe { [&writer, &reader].map(|task| start(task)).into_iter().for_each(|thread| wait(thread)) };
}

fn main() {
    // SAFETY: a size that can be; nobody else uses the arena yet.
    let source = unsafe {
        ImagingDefaultArena.block_size = 4096;
        ImagingSetNumThreads(4);
        ImagingNew(Mode::RGB as ModeID, SIDE, SIDE)
    };
    match std::env::args().nth(1).as_deref() {
        Some("storm") => storm(source),
        Some("caught") => caught(source),
        _ => panic!("storm or caught"),
    }
    // SAFETY: all threads have come back.
    unsafe { delete(source) };
}
