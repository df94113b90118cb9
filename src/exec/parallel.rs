//! On how many threads work is done, and how it is split over them.
//!
//! Work is split only where it is worth it, by rows, and on whichever threads of the [`pool`] are free. What comes out
//! never depends on how many there are.

use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use super::nontemporal::StorePolicy;
use super::{feedback, pool};
use crate::error::{Error, Result};
use crate::image::{ImageMut, ImageRef};
use crate::process::load::at_load;
use crate::process::{Mutex, environment, warn};

/// The least work, about one for an arithmetic operation on a byte, that another thread is given: less takes less time than
/// to give it, even where that thread looks out for work. Fuzzing splits the small images that it works on, too.
const WORTHWHILE: usize = if cfg!(fuzzing) { 1 << 10 } else { 1 << 19 };

/// The most threads that may be asked for.
const MOST: usize = 1024;

/// How many threads are to be used; 0 until it is known.
static COUNT: AtomicUsize = AtomicUsize::new(0);

/// How many threads work is split over.
pub fn num_threads() -> usize {
    match COUNT.load(Relaxed) {
        0 => first_count(),
        count => count,
    }
}

/// What the environment asks for, or one for each processor that the process may use.
#[cold]
fn first_count() -> usize {
    let asked = environment::variable(c"IMAGING_NUM_THREADS");
    let number = asked.and_then(|asked| number(asked.to_str().ok()?));
    let count = number.unwrap_or_else(processors);
    match COUNT.compare_exchange(0, count, Relaxed, Relaxed) {
        Ok(_) => {
            if let (Some(asked), None) = (asked, number) {
                warn(format_args!(
                    "IMAGING_NUM_THREADS={}: must be a number from 1 to {MOST}; {count} will be used",
                    environment::shown(asked)
                ));
            }
            count
        }
        Err(other) => other,
    }
}

/// How many processors the process may use: its affinity at this time, and no more than the quota of its control group
/// allowed when the library was loaded.
fn processors() -> usize {
    let affine = rustix::thread::sched_getaffinity(None).map_or(1, |processors| processors.count() as usize);
    affine.min(QUOTA.load(Relaxed)).clamp(1, MOST)
}

/// How many processors were available at load: finding that out reads files and allocates, which a process that has put
/// itself into a sandbox, or has no memory left, can no longer do.
static QUOTA: AtomicUsize = AtomicUsize::new(usize::MAX);

extern "C" fn read_quota() {
    if let Ok(available) = std::thread::available_parallelism() {
        QUOTA.store(available.get(), Relaxed);
    }
}
at_load!(read_quota);

/// A number of threads that may be asked for.
fn number(text: &str) -> Option<usize> {
    text.trim().parse().ok().filter(|count| (1..=MOST).contains(count))
}

/// Sets how many threads work is split over. Work that is under way goes on as it began.
pub fn set_num_threads(count: i32) -> Result<()> {
    let count = usize::try_from(count).ok().filter(|count| (1..=MOST).contains(count));
    let count = count.ok_or(Error::Value("number of threads must be from 1 to 1024"))?;
    COUNT.store(count, Relaxed);
    pool::set_limit(count - 1);
    Ok(())
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

/// Makes all rows of an image anew, of others, each of which costs about `cost` operations, as [`for_rows`] works on them.
/// `make` gets the number of a row, and room for it, all of which it writes and whose bytes it must not rely on.
pub fn write_rows(image: ImageMut<'_>, inputs: &[&ImageRef<'_>], cost: usize, make: impl Fn(usize, &mut [u8]) + Sync) {
    // What takes longer than memory does has it done meanwhile, the ordinary way.
    let only_moves = cost <= image.xsize() * image.mode().pixel_size() / 4;
    let policy = if only_moves { StorePolicy::for_image(&image, inputs) } else { StorePolicy::Temporal };
    for_rows(image, cost, |first, mut band| {
        policy.write_rows(band.rows_mut().enumerate(), |y, row| make(first + y, row));
    });
}

/// About what a row of an image costs where pixels only move.
pub fn copy_cost(image: &ImageMut<'_>) -> usize {
    image.xsize() * image.mode().pixel_size() / 8
}

/// Copies all rows of an image from where in the input `source` says, by the number of each.
pub fn copy_rows<'a>(image: ImageMut<'_>, input: &ImageRef<'_>, source: impl Fn(usize) -> &'a [u8] + Sync) {
    let (policy, cost) = (StorePolicy::for_image(&image, &[input]), copy_cost(&image));
    for_rows(image, cost, |first, mut band| {
        policy.copy_rows(band.rows_mut().enumerate(), |y| source(first + y));
    });
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
    let rows = images.iter().map(ImageMut::ysize).min().unwrap_or(0);
    in_bands(images, rows, cost, split_rows, work)
}

/// As [`try_for_rows`], for columns: in bands of whole strips of `strip` columns, of which each costs about `cost`
/// operations.
pub fn try_for_columns<'a>(
    image: ImageMut<'a>,
    strip: usize,
    cost: usize,
    work: impl Fn(usize, ImageMut<'a>) -> Result<()> + Sync,
) -> Result<()> {
    let strips = image.xsize().div_ceil(strip);
    let split = |image: ImageMut<'a>, strips| image.split_at_column(strips * strip);
    in_bands(image, strips, cost, split, |first, band| work(first * strip, band))
}

/// The first rows of images, and the others.
fn split_rows<const N: usize>(images: [ImageMut<'_>; N], rows: usize) -> ([ImageMut<'_>; N], [ImageMut<'_>; N]) {
    let mut lower = [const { None }; N];
    let mut rest = lower.iter_mut();
    let upper = images.map(|image| {
        let (upper, lower) = image.split_at_row(rows);
        *rest.next().expect("as many") = Some(lower);
        upper
    });
    (upper, lower.map(|image| image.expect("split above")))
}

/// What is still to be done of something, from where on, and what went wrong first, counted from the top.
struct Rest<T> {
    whole: Option<T>,
    first: usize,
    error: Option<(usize, Error)>,
}

/// Does `work` on something of that many rows (or strips), of which each costs about `cost` operations: in bands, which
/// `split` cuts off it for whichever thread comes next.
fn in_bands<T: Send>(
    whole: T,
    rows: usize,
    cost: usize,
    split: impl Fn(T, usize) -> (T, T) + Sync,
    work: impl Fn(usize, T) -> Result<()> + Sync,
) -> Result<()> {
    let threads_at = |level: u32| ((rows.saturating_mul(cost) / WORTHWHILE) >> level).min(num_threads()).min(rows);
    let level = feedback::level(|level| threads_at(level) > 1);
    let threads = threads_at(level);
    if threads <= 1 {
        return work(0, whole);
    }
    // A large band for each thread, and of the rest a small one for each, so that one that is held up does not hold up all.
    let (large, small) = ((3 * rows).div_ceil(4 * threads), rows.div_ceil(4 * threads));
    let rest = Mutex::new(Rest { whole: Some(whole), first: 0, error: None });
    let next = || {
        let mut rest = rest.lock();
        let (whole, first) = (rest.whole.take()?, rest.first);
        let band = if first < large * threads { large } else { small };
        if rows - first <= band {
            return Some((first, whole));
        }
        let (upper, lower) = split(whole, band);
        (rest.whole, rest.first) = (Some(lower), first + band);
        Some((first, upper))
    };
    let outcome = pool::run(threads - 1, &|| {
        while let Some((first, band)) = next() {
            if let Err(error) = work(first, band) {
                let mut rest = rest.lock();
                if rest.error.as_ref().is_none_or(|(other, _)| first < *other) {
                    rest.error = Some((first, error));
                }
            }
        }
    });
    feedback::report(level, outcome);
    let error = rest.lock().error.take();
    error.map_or(Ok(()), |(_, error)| Err(error))
}

#[cfg(test)]
mod tests {
    use std::panic::{AssertUnwindSafe, catch_unwind};

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
            let done = try_for_columns(image.view_mut().expect("new"), strip, cost, |first, mut band| {
                for row in band.rows_mut() {
                    for (x, pixel) in row.as_chunks_mut::<4>().0.iter_mut().enumerate() {
                        pixel.iter_mut().for_each(|byte| *byte += (first + x) as u8);
                    }
                }
                Ok(())
            });
            assert_eq!(done, Ok(()));
            for row in image.view().expect("whole").rows() {
                assert!(row.as_chunks().0.iter().enumerate().all(|(x, pixel)| *pixel == [x as u8; 4]));
            }
        }
    }

    #[test]
    fn the_error_is_that_of_the_upmost_band() {
        let mut image = Image::new(Mode::L, 1, 64).expect("small");
        let done = try_for_rows(image.view_mut().expect("new"), 1 << 20, |first, band| match first + band.ysize() {
            64 => Err(Error::Value("last")),
            _ if first == 0 => Ok(()),
            _ => Err(Error::Memory),
        });
        assert!(
            matches!(done, Err(Error::Memory | Error::Value("last")))
                && (num_threads() < 2 || done == Err(Error::Memory))
        );
    }

    #[test]
    fn work_may_be_split_within_work() {
        let mut image = Image::new(Mode::L, 2, 100).expect("small");
        for_rows(image.view_mut().expect("new"), 1 << 20, |_, band| {
            for_rows(band, 1 << 20, |_, mut band| band.rows_mut().for_each(|row| row.fill(row[0] + 1)));
        });
        assert!(image.view().expect("whole").rows().all(|row| row == [1, 1]));
    }

    #[test]
    fn a_panic_is_the_callers() {
        for row in [0, 99, 199] {
            let mut image = Image::new(Mode::L, 1, 200).expect("small");
            let view = image.view_mut().expect("new");
            let done = catch_unwind(AssertUnwindSafe(|| {
                for_rows(view, 1 << 20, |first, band| assert!(!(first..first + band.ysize()).contains(&row)));
            }));
            assert!(done.is_err(), "row {row}");
        }
        every_row_is_worked_on_once();
    }

    #[test]
    fn nonsense_is_no_number() {
        for nonsense in ["0", "-3", "abc", "", "1025", "99999", "2.5", "99999999999999999999"] {
            assert_eq!(number(nonsense), None);
        }
        assert_eq!(number(" 3 "), Some(3));
        assert!(set_num_threads(0).is_err() && set_num_threads(-1).is_err() && set_num_threads(1025).is_err());
    }
}
