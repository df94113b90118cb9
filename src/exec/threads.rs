//! The threads that work is split over: one pool for the whole process.
//!
//! Work is split only where it is worth it, by rows, and on whichever threads are free: nested and concurrent calls share
//! the pool. What comes out never depends on how many there are. A process may fork: the child makes a pool of its own
//! when it first needs one.

use std::sync::Once;
use std::sync::atomic::{AtomicPtr, AtomicUsize, Ordering};

use rayon::{ThreadPool, ThreadPoolBuilder};

use crate::error::{Error, Result};
use crate::image::ImageMut;

/// The least work, about one for an arithmetic operation on a byte, that a thread is woken for: less takes less time
/// than waking it.
const WORTHWHILE: usize = 1 << 19;

/// How many threads are to be used; 0 until it is known.
static COUNT: AtomicUsize = AtomicUsize::new(0);

/// The pool; NULL until one is needed. A pool that was replaced is never freed, since others may be using it.
static POOL: AtomicPtr<ThreadPool> = AtomicPtr::new(std::ptr::null_mut());

/// How many threads work is split over.
pub fn count() -> usize {
    match COUNT.load(Ordering::Relaxed) {
        0 => {
            let count = initial(std::env::var("IMAGING_NUM_THREADS").ok().as_deref());
            COUNT.store(count, Ordering::Relaxed);
            count
        }
        count => count,
    }
}

/// What the environment asks for, or one for each processor that there is for us.
fn initial(asked: Option<&str>) -> usize {
    let available = std::thread::available_parallelism().map_or(1, usize::from);
    let Some(asked) = asked else { return available };
    match asked.trim().parse() {
        Ok(count) if (1..=MOST).contains(&count) => count,
        _ => {
            eprintln!(
                "libImaging: IMAGING_NUM_THREADS={asked}: must be a number from 1 to {MOST}; {available} are used"
            );
            available
        }
    }
}

/// The most threads that may be asked for.
const MOST: usize = 1024;

/// Sets how many threads work is split over. Work that is under way goes on as it began.
pub fn set_count(count: i32) -> Result<()> {
    let count = usize::try_from(count).ok().filter(|count| (1..=MOST).contains(count));
    COUNT.store(count.ok_or(Error::Value("number of threads must be from 1 to 1024"))?, Ordering::Relaxed);
    POOL.store(std::ptr::null_mut(), Ordering::Release);
    Ok(())
}

/// The pool, where there is one to be had: without threads work is done where it is.
fn pool() -> Option<&'static ThreadPool> {
    static FORK_HANDLER: Once = Once::new();
    let pool = POOL.load(Ordering::Acquire);
    if !pool.is_null() {
        // SAFETY: a pool that was stored is never freed.
        return Some(unsafe { &*pool });
    }
    // SAFETY: the handler only stores a pointer.
    FORK_HANDLER.call_once(|| unsafe {
        libc::pthread_atfork(None, None, Some(forget));
    });
    let made = ThreadPoolBuilder::new().num_threads(count()).thread_name(|n| format!("imaging-{n}")).build().ok()?;
    let made = Box::into_raw(Box::new(made));
    match POOL.compare_exchange(std::ptr::null_mut(), made, Ordering::AcqRel, Ordering::Acquire) {
        // SAFETY: stored, and so never freed.
        Ok(_) => Some(unsafe { &*made }),
        Err(other) => {
            // SAFETY: nobody else has seen ours; the other one was stored.
            unsafe {
                drop(Box::from_raw(made));
                Some(&*other)
            }
        }
    }
}

/// In a child process the parent's threads are not there.
extern "C" fn forget() {
    POOL.store(std::ptr::null_mut(), Ordering::Release);
}

/// Does `work` on all rows of an image, of which each costs about `cost` operations: whole where that is little, else in
/// bands of rows on several threads. `work` gets a band and the number of its first row.
pub fn for_rows(image: ImageMut<'_>, cost: usize, work: impl Fn(usize, ImageMut<'_>) + Sync) {
    let done = try_for_rows(image, cost, |first, band| {
        work(first, band);
        Ok(())
    });
    done.expect("this work does not fail");
}

/// Does `work` on the rows of several images of one height as [`for_rows`] does on those of one: it gets the same rows of
/// each.
pub fn for_rows_of<const N: usize>(
    images: [ImageMut<'_>; N],
    cost: usize,
    work: impl Fn(usize, [ImageMut<'_>; N]) + Sync,
) {
    let done = try_for_rows_of(images, cost, |first, bands| {
        work(first, bands);
        Ok(())
    });
    done.expect("this work does not fail");
}

/// Does `work`, which may fail, as [`for_rows`] does. The error is that of the upmost band that has one.
pub fn try_for_rows(
    image: ImageMut<'_>,
    cost: usize,
    work: impl Fn(usize, ImageMut<'_>) -> Result<()> + Sync,
) -> Result<()> {
    try_for_rows_of([image], cost, |first, [band]| work(first, band))
}

fn try_for_rows_of<const N: usize>(
    images: [ImageMut<'_>; N],
    cost: usize,
    work: impl Fn(usize, [ImageMut<'_>; N]) -> Result<()> + Sync,
) -> Result<()> {
    let rows = rows_of(&images);
    let parts = (rows.saturating_mul(cost) / WORTHWHILE).min(count()).min(rows);
    match if parts > 1 { pool() } else { None } {
        // Twice as many bands as threads, so that one that is held up does not hold up all.
        Some(pool) => pool.install(|| split(0, images, rows.div_ceil(2 * parts), &work)),
        None => work(0, images),
    }
}

/// As [`for_rows`], for columns: in bands of whole strips of `strip` columns, of which each costs about `cost` operations.
pub fn for_columns<'a>(image: ImageMut<'a>, strip: usize, cost: usize, work: impl Fn(usize, ImageMut<'a>) + Sync) {
    let strips = image.xsize().div_ceil(strip);
    let parts = (strips.saturating_mul(cost) / WORTHWHILE).min(count()).min(strips);
    match if parts > 1 { pool() } else { None } {
        Some(pool) => pool.install(|| split_columns(0, image, strip, strips.div_ceil(2 * parts), &work)),
        None => work(0, image),
    }
}

/// Splits an image in two until bands have no more than `most` strips.
fn split_columns<'a>(
    first: usize,
    image: ImageMut<'a>,
    strip: usize,
    most: usize,
    work: &(impl Fn(usize, ImageMut<'a>) + Sync),
) {
    let strips = image.xsize().div_ceil(strip);
    if strips <= most {
        return work(first, image);
    }
    let middle = strips / 2 * strip;
    let (left, right) = image.split_at_column(middle);
    rayon::join(
        || split_columns(first, left, strip, most, work),
        || split_columns(first + middle, right, strip, most, work),
    );
}

/// How many rows images have that all have as many.
fn rows_of(images: &[ImageMut<'_>]) -> usize {
    images.iter().map(ImageMut::ysize).min().unwrap_or(0)
}

/// Splits images in two until bands have no more than `most` rows.
fn split<const N: usize>(
    first: usize,
    images: [ImageMut<'_>; N],
    most: usize,
    work: &(impl Fn(usize, [ImageMut<'_>; N]) -> Result<()> + Sync),
) -> Result<()> {
    let rows = rows_of(&images);
    if rows <= most {
        return work(first, images);
    }
    let middle = rows / 2;
    let mut lower = [const { None }; N];
    let mut rest = lower.iter_mut();
    let upper = images.map(|image| {
        let (upper, lower) = image.split_at_row(middle);
        *rest.next().expect("as many") = Some(lower);
        upper
    });
    let lower = lower.map(|image| image.expect("split above"));
    let (upper, lower) = rayon::join(|| split(first, upper, most, work), || split(first + middle, lower, most, work));
    upper.and(lower)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::image::Image;
    use crate::mode::Mode;

    #[test]
    fn every_row_is_worked_on_once() {
        for (rows, cost) in [(0, 1), (1, 1 << 30), (1000, 1), (1000, 1 << 20)] {
            let mut image = Image::new(Mode::L, 3, rows).expect("small");
            for_rows(image.view_mut().expect("new"), cost, |first, mut band| {
                for (y, row) in band.rows_mut().enumerate() {
                    row.iter_mut().for_each(|pixel| *pixel += (first + y) as u8);
                }
            });
            for (y, row) in image.view().expect("whole").rows().enumerate() {
                assert_eq!(row, [y as u8; 3]);
            }
        }
    }

    #[test]
    fn every_column_is_worked_on_once() {
        for (columns, strip, cost) in [(0, 16, 1), (1, 64, 1 << 30), (1000, 16, 1), (1000, 64, 1 << 20)] {
            let mut image = Image::new(Mode::RGB, columns, 3).expect("small");
            for_columns(image.view_mut().expect("new"), strip, cost, |first, mut band| {
                for row in band.rows_mut() {
                    for (x, pixel) in row.as_chunks_mut::<4>().0.iter_mut().enumerate() {
                        pixel.iter_mut().for_each(|byte| *byte += (first + x) as u8);
                    }
                }
            });
            for row in image.view().expect("whole").rows() {
                assert!(row.as_chunks().0.iter().enumerate().all(|(x, pixel)| *pixel == [x as u8; 4]));
            }
        }
    }

    #[test]
    fn nonsense_leaves_the_default() {
        let default = initial(None);
        for nonsense in ["0", "-3", "abc", "", "1025"] {
            assert_eq!(initial(Some(nonsense)), default);
        }
        assert_eq!(initial(Some(" 3 ")), 3);
        assert!(set_count(0).is_err() && set_count(-1).is_err() && set_count(1025).is_err());
    }
}
