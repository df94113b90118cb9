//! Parallel loops over the rows or columns of an image.
//!
//! An operation states its estimated cost per row and passes a closure that computes a chunk of rows. The loop uses one thread
//! for each [`MIN_COST_PER_THREAD`] of the total cost, a threshold that [`feedback`] may raise, and at most [`num_threads`]: the
//! calling thread, and workers of the [`pool`]. A thread that has finished a chunk takes the next one. Chunks have two sizes, a
//! coarse form of guided self-scheduling (OpenMP's `schedule(guided)`):
//!
//! ```text
//! three threads   | large chunk    | large chunk    | large chunk    |small|small|small|
//! rows            0                                                3/4                 1
//! ```
//!
//! The large chunks keep the number of borders low, where filters compute rows twice; the small ones bound how long the
//! other threads wait for one that was preempted. Chunks are split off the mutable view itself
//! ([`ImageMut::split_at_row`]), so the borrow checker proves that threads write to different rows.
//!
//! The result never depends on the number of threads.

use std::ops::Range;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use super::nontemporal::{MAX_INPUTS, StorePolicy};
use super::{feedback, pool};
use crate::error::{Error, Result};
use crate::image::{ImageMut, ImageRef};
use crate::process::load::at_load;
use crate::process::{Mutex, environment, thread, warn};

/// The lowest cost for which another thread pays off; the unit is about one arithmetic operation on a byte. Handing less to
/// a worker takes longer than computing it, even while that worker spins. Fuzzing multithreads its small images, too.
const MIN_COST_PER_THREAD: usize = if cfg!(fuzzing) { 1 << 10 } else { 1 << 19 };

/// The highest number of threads that can be set.
const MAX_THREADS: usize = 1024;

/// The number of threads for parallel loops; 0 until it is first needed.
static NUM_THREADS: AtomicUsize = AtomicUsize::new(0);

/// Returns the number of threads for parallel loops, the calling thread included.
pub fn num_threads() -> usize {
    match NUM_THREADS.load(Relaxed) {
        0 => init_num_threads(),
        count => count,
    }
}

/// Sets the number of threads to `IMAGING_NUM_THREADS`, or else to the number of available processors.
#[cold]
fn init_num_threads() -> usize {
    let variable = environment::variable(c"IMAGING_NUM_THREADS");
    let parsed = variable.and_then(|text| parse_num_threads(text.to_str().ok()?));
    let count = parsed.unwrap_or_else(available_processors);
    match NUM_THREADS.compare_exchange(0, count, Relaxed, Relaxed) {
        Ok(_) => {
            if let (Some(text), None) = (variable, parsed) {
                warn(format_args!(
                    "IMAGING_NUM_THREADS={}: must be a number from 1 to {MAX_THREADS}; {count} will be used",
                    environment::shown(text)
                ));
            }
            count
        }
        Err(set_meanwhile) => set_meanwhile,
    }
}

/// Returns the number of processors in the current CPU affinity mask, limited to the cgroup's CPU quota at load time.
fn available_processors() -> usize {
    let affinity = rustix::thread::sched_getaffinity(None).map_or(1, |processors| processors.count() as usize);
    affinity.min(QUOTA.load(Relaxed)).clamp(1, MAX_THREADS)
}

/// The CPU quota when the library was loaded. Reading it opens files and allocates, which fails later on in a process that
/// has entered a sandbox or run out of memory.
static QUOTA: AtomicUsize = AtomicUsize::new(usize::MAX);

extern "C" fn read_quota() {
    if let Ok(available) = std::thread::available_parallelism() {
        QUOTA.store(available.get(), Relaxed);
    }
}
at_load!(read_quota);

/// Parses a number of threads from 1 to [`MAX_THREADS`].
fn parse_num_threads(text: &str) -> Option<usize> {
    text.trim().parse().ok().filter(|count| (1..=MAX_THREADS).contains(count))
}

/// Sets the number of threads for parallel loops that start from now on.
pub fn set_num_threads(count: i32) -> Result<()> {
    let count = usize::try_from(count).ok().filter(|count| (1..=MAX_THREADS).contains(count));
    let count = count.ok_or(Error::Value("number of threads must be from 1 to 1024"))?;
    NUM_THREADS.store(count, Relaxed);
    thread::set_allowed(count > 1);
    pool::set_limit(count - 1);
    Ok(())
}

/// Calls `work` on chunks of rows that together are the image. `cost` is the estimated cost of a row. `work` gets the
/// number of the chunk's first row, and the chunk.
pub fn for_rows(image: ImageMut<'_>, cost: usize, work: impl Fn(usize, ImageMut<'_>) + Sync) {
    let result = try_for_rows(image, cost, |first_row, chunk| {
        work(first_row, chunk);
        Ok(())
    });
    result.expect("this work does not fail");
}

/// Writes all rows of an image that is computed from `inputs`, by non-temporal stores where they are faster. `cost` is the
/// estimated cost of a row. `write` gets a row's number and a buffer for the row, whose contents are undefined and which it
/// fills completely.
pub fn write_rows(image: ImageMut<'_>, inputs: &[&ImageRef<'_>], cost: usize, write: impl Fn(usize, &mut [u8]) + Sync) {
    // Computation that takes longer than the memory accesses hides them, so ordinary stores do. They do, too, where more is
    // read than written.
    let reads_more = inputs.iter().map(|input| input.bytes()).sum::<usize>() > image.bytes();
    let is_memory_bound = cost <= image.xsize() * image.mode().pixel_size() / 4 && !reads_more;
    let policy = if is_memory_bound { StorePolicy::for_image(&image, inputs) } else { StorePolicy::Temporal };
    let height = image.ysize();
    for_rows(image, cost, |first_row, mut chunk| {
        let next = |y: usize| {
            let same_height = inputs.iter().filter(|input| input.ysize() == height).take(MAX_INPUTS);
            same_height.map(|input| input.row((first_row + y + 1).min(height - 1))).collect()
        };
        policy.write_rows_from(chunk.rows_mut().enumerate(), |y, row| write(first_row + y, row), next);
    });
}

/// Returns the estimated cost of copying a row of an image.
pub fn copy_cost(image: &ImageMut<'_>) -> usize {
    image.xsize() * image.mode().pixel_size() / 8
}

/// Copies all rows of an image from `input`. `source` returns the input row for each row number.
pub fn copy_rows<'a>(image: ImageMut<'_>, input: &ImageRef<'_>, source: impl Fn(usize) -> &'a [u8] + Sync) {
    let (policy, cost) = (StorePolicy::for_image(&image, &[input]), copy_cost(&image));
    for_rows(image, cost, |first_row, mut chunk| {
        policy.copy_rows(chunk.rows_mut().enumerate(), |y| source(first_row + y));
    });
}

/// Copies all rows of an image from two parts of rows of `input` each, which `source` returns for each row number.
pub fn copy_parts<'a>(image: ImageMut<'_>, input: &ImageRef<'_>, source: impl Fn(usize) -> [&'a [u8]; 2] + Sync) {
    let (policy, cost) = (StorePolicy::for_image(&image, &[input]), copy_cost(&image));
    for_rows(image, cost, |first_row, mut chunk| {
        policy.copy_parts(chunk.rows_mut().enumerate(), |y| source(first_row + y));
    });
}

/// Calls `work` on chunks of the same rows of several images of one height; see [`for_rows`].
pub fn for_rows_of<const N: usize>(
    images: [ImageMut<'_>; N],
    cost: usize,
    work: impl Fn(usize, [ImageMut<'_>; N]) + Sync,
) {
    let result = try_for_rows_of(images, cost, |first_row, chunks| {
        work(first_row, chunks);
        Ok(())
    });
    result.expect("this work does not fail");
}

/// Calls `work`, which may fail, on chunks of rows; see [`for_rows`]. Returns the error of the topmost chunk that failed.
pub fn try_for_rows(
    image: ImageMut<'_>,
    cost: usize,
    work: impl Fn(usize, ImageMut<'_>) -> Result<()> + Sync,
) -> Result<()> {
    try_for_rows_of([image], cost, |first_row, [chunk]| work(first_row, chunk))
}

fn try_for_rows_of<const N: usize>(
    images: [ImageMut<'_>; N],
    cost: usize,
    work: impl Fn(usize, [ImageMut<'_>; N]) -> Result<()> + Sync,
) -> Result<()> {
    let rows = images.iter().map(ImageMut::ysize).min().unwrap_or(0);
    for_chunks(images, rows, cost, split_at_row, work)
}

/// Calls `work`, which may fail, on chunks of columns, whose widths are multiples of `width` but for the last. `cost` is the
/// estimated cost of `width` columns. `work` gets the number of the chunk's first column, and the chunk.
pub fn try_for_columns<'a>(
    image: ImageMut<'a>,
    width: usize,
    cost: usize,
    work: impl Fn(usize, ImageMut<'a>) -> Result<()> + Sync,
) -> Result<()> {
    let count = image.xsize().div_ceil(width);
    let split = |image: ImageMut<'a>, count| image.split_at_column(count * width);
    for_chunks(image, count, cost, split, |first, chunk| work(first * width, chunk))
}

/// Combines the results of chunks of rows, for images that are only read. `cost` is the estimated cost of a row. `work` computes
/// the result of a range of rows, and `combine` adds it to the `total` of others: in any order, which must not matter.
pub fn reduce_rows<T: Send>(
    rows: usize,
    cost: usize,
    total: T,
    work: impl Fn(Range<usize>) -> T + Sync,
    combine: impl Fn(&mut T, T) + Sync,
) -> T {
    let total = Mutex::new(total);
    let split = |rows: Range<usize>, count| {
        let middle = rows.start + count;
        (rows.start..middle, middle..rows.end)
    };
    let result = for_chunks(0..rows, rows, cost, split, |_, rows| {
        let part = work(rows);
        combine(&mut total.lock(), part);
        Ok(())
    });
    result.expect("this work does not fail");
    total.into_inner()
}

/// Calls `work`, which may fail, on parts of a slice that together are the slice. `cost` is the estimated cost of an item.
/// `work` gets the number of the part's first item, and the part.
pub fn try_for_items<T: Send>(
    items: &mut [T],
    cost: usize,
    work: impl Fn(usize, &mut [T]) -> Result<()> + Sync,
) -> Result<()> {
    let length = items.len();
    for_chunks(items, length, cost, <[T]>::split_at_mut, work)
}

/// Calls `work` on all groups of `length` items of a slice. `cost` is the estimated cost of a group. `work` gets the number of a
/// group, and the group.
pub fn for_groups<'a, T: Send>(items: &'a mut [T], length: usize, cost: usize, work: impl Fn(usize, &mut [T]) + Sync) {
    let count = items.len() / length;
    let split = |items: &'a mut [T], count: usize| items.split_at_mut(count * length);
    let result = for_chunks(items, count, cost, split, |first, chunk| {
        for (index, group) in chunk.chunks_exact_mut(length).enumerate() {
            work(first + index, group);
        }
        Ok(())
    });
    result.expect("this work does not fail");
}

/// Splits each of several images at row `y`.
fn split_at_row<const N: usize>(images: [ImageMut<'_>; N], y: usize) -> ([ImageMut<'_>; N], [ImageMut<'_>; N]) {
    let mut lower = [const { None }; N];
    let mut slots = lower.iter_mut();
    let upper = images.map(|image| {
        let (upper, lower) = image.split_at_row(y);
        *slots.next().expect("one slot per image") = Some(lower);
        upper
    });
    (upper, lower.map(|image| image.expect("every slot was filled")))
}

/// The part of an image that no thread has taken yet.
struct Remainder<T> {
    image: Option<T>,
    /// The number of its first row, or group of columns.
    first: usize,
    /// The error of the topmost chunk that failed, and where that chunk starts.
    error: Option<(usize, Error)>,
}

/// Calls `work` on chunks of an image, or of several: on one thread, or on as many as the cost justifies. The image
/// consists of `units` rows, or groups of columns, each of the estimated cost `cost`; `split` splits off the first ones.
fn for_chunks<T: Send>(
    image: T,
    units: usize,
    cost: usize,
    split: impl Fn(T, usize) -> (T, T) + Sync,
    work: impl Fn(usize, T) -> Result<()> + Sync,
) -> Result<()> {
    let threads_under = |backoff: u32| {
        let worthwhile = (units.saturating_mul(cost) / MIN_COST_PER_THREAD) >> backoff;
        worthwhile.min(num_threads()).min(units)
    };
    let backoff = feedback::backoff(|backoff| threads_under(backoff) > 1);
    let threads = threads_under(backoff);
    if threads <= 1 {
        return work(0, image);
    }
    let (large, small) = ((3 * units).div_ceil(4 * threads), units.div_ceil(4 * threads));
    // Not the standard library's mutex: the thread sanitizer does not see its slow path, which is compiled without it.
    let remainder = Mutex::new(Remainder { image: Some(image), first: 0, error: None });
    let next_chunk = || {
        let mut remainder = remainder.lock();
        let (image, first) = (remainder.image.take()?, remainder.first);
        let size = if first < large * threads { large } else { small };
        if units - first <= size {
            return Some((first, image));
        }
        let (chunk, rest) = split(image, size);
        (remainder.image, remainder.first) = (Some(rest), first + size);
        Some((first, chunk))
    };
    let outcome = pool::run(threads - 1, &|| {
        while let Some((first, chunk)) = next_chunk() {
            if let Err(error) = work(first, chunk) {
                let mut remainder = remainder.lock();
                if remainder.error.as_ref().is_none_or(|(topmost, _)| first < *topmost) {
                    remainder.error = Some((first, error));
                }
            }
        }
    });
    feedback::report(backoff, outcome);
    let error = remainder.lock().error.take();
    error.map_or(Ok(()), |(_, error)| Err(error))
}

#[cfg(test)]
mod tests {
    use std::panic::{AssertUnwindSafe, catch_unwind};

    use super::*;
    use crate::image::Image;
    use crate::mode::Mode;

    #[test]
    fn every_row_is_visited_once() {
        for (rows, cost) in [(0, 1), (1, 1 << 30), (1000, 1), (1000, 1 << 20)] {
            let mut image = Image::new(Mode::L, 3, rows).expect("small");
            for_rows(image.view_mut().expect("new"), cost, |first, mut chunk| {
                for (y, row) in chunk.rows_mut().enumerate() {
                    row.iter_mut().for_each(|pixel| *pixel += (first + y) as u8);
                }
            });
            for (y, row) in image.view().expect("whole").rows().enumerate() {
                assert_eq!(row, [y as u8; 3]);
            }
        }
    }

    #[test]
    fn every_column_is_visited_once() {
        for (columns, width, cost) in [(0, 16, 1), (1, 64, 1 << 30), (1000, 16, 1), (1000, 64, 1 << 20)] {
            let mut image = Image::new(Mode::RGB, columns, 3).expect("small");
            let result = try_for_columns(image.view_mut().expect("new"), width, cost, |first, mut chunk| {
                for row in chunk.rows_mut() {
                    for (x, pixel) in row.as_chunks_mut::<4>().0.iter_mut().enumerate() {
                        pixel.iter_mut().for_each(|byte| *byte += (first + x) as u8);
                    }
                }
                Ok(())
            });
            assert_eq!(result, Ok(()));
            for row in image.view().expect("whole").rows() {
                assert!(row.as_chunks().0.iter().enumerate().all(|(x, pixel)| *pixel == [x as u8; 4]));
            }
        }
    }

    #[test]
    fn the_error_of_the_topmost_chunk_is_returned() {
        let mut image = Image::new(Mode::L, 1, 64).expect("small");
        let result =
            try_for_rows(image.view_mut().expect("new"), 1 << 20, |first, chunk| match first + chunk.ysize() {
                64 => Err(Error::Value("last")),
                _ if first == 0 => Ok(()),
                _ => Err(Error::Memory),
            });
        assert!(
            matches!(result, Err(Error::Memory | Error::Value("last")))
                && (num_threads() < 2 || result == Err(Error::Memory))
        );
    }

    #[test]
    fn every_row_is_reduced_once() {
        for (rows, cost) in [(0, 1), (1, 1 << 30), (1000, 1), (1000, 1 << 20)] {
            let sum = reduce_rows(rows, cost, 0, |rows| rows.sum::<usize>(), |total, part| *total += part);
            assert_eq!(sum, (0..rows).sum::<usize>());
        }
    }

    #[test]
    fn every_item_is_visited_once() {
        for (length, cost) in [(0, 1), (1, 1 << 30), (1000, 1), (1000, 1 << 20)] {
            let mut items = vec![0; length];
            let result = try_for_items(&mut items, cost, |first, part| {
                part.iter_mut().enumerate().for_each(|(n, item)| *item += first + n);
                Ok(())
            });
            assert_eq!(result, Ok(()));
            assert!(items.iter().enumerate().all(|(n, item)| *item == n));
        }
    }

    #[test]
    fn parallel_loops_nest() {
        let mut image = Image::new(Mode::L, 2, 100).expect("small");
        for_rows(image.view_mut().expect("new"), 1 << 20, |_, chunk| {
            for_rows(chunk, 1 << 20, |_, mut chunk| chunk.rows_mut().for_each(|row| row.fill(row[0] + 1)));
        });
        assert!(image.view().expect("whole").rows().all(|row| row == [1, 1]));
    }

    #[test]
    fn a_panic_reaches_the_caller() {
        for row in [0, 99, 199] {
            let mut image = Image::new(Mode::L, 1, 200).expect("small");
            let view = image.view_mut().expect("new");
            let result = catch_unwind(AssertUnwindSafe(|| {
                for_rows(view, 1 << 20, |first, chunk| assert!(!(first..first + chunk.ysize()).contains(&row)));
            }));
            assert!(result.is_err(), "row {row}");
        }
        every_row_is_visited_once();
    }

    #[test]
    fn invalid_numbers_of_threads_are_refused() {
        for text in ["0", "-3", "abc", "", "1025", "99999", "2.5", "99999999999999999999"] {
            assert_eq!(parse_num_threads(text), None);
        }
        assert_eq!(parse_num_threads(" 3 "), Some(3));
        assert!(set_num_threads(0).is_err() && set_num_threads(-1).is_err() && set_num_threads(1025).is_err());
    }
}
