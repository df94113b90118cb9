//! Resizing keeps no more rows between its two passes than it needs at once.

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use Imaging::resample::{Filter, Plan};
use Imaging::{Image, Mode};

/// Counts what Rust allocates; images are not among it.
struct Counting;

static NOW: AtomicUsize = AtomicUsize::new(0);
static MOST: AtomicUsize = AtomicUsize::new(0);

// SAFETY: the system's allocator does the work.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        MOST.fetch_max(NOW.fetch_add(layout.size(), Relaxed) + layout.size(), Relaxed);
        // SAFETY: as the caller promises.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        NOW.fetch_sub(layout.size(), Relaxed);
        // SAFETY: as the caller promises.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// The most memory that resizing takes besides the two images.
fn extra(input: (usize, usize), output: (usize, usize)) -> Result<usize, Imaging::Error> {
    let (image, mut out) = (Image::new(Mode::L, input.0, input.1)?, Image::new(Mode::L, output.0, output.1)?);
    let area = [0.0, 0.0, input.0 as f32, input.1 as f32];
    let plan = Plan::new(Mode::L, input, output, Filter::Bicubic, area)?.expect("there is something to do");
    MOST.store(NOW.load(Relaxed), Relaxed);
    let before = NOW.load(Relaxed);
    plan.resample(out.view_mut()?, &image.view()?)?;
    Ok(MOST.load(Relaxed) - before)
}

#[test]
fn a_tall_image_needs_weights_and_a_few_rows() -> Result<(), Imaging::Error> {
    const WIDE: usize = 4000;
    const TALL: usize = 20_000;
    // Along x first, enlarging and shrinking, and along y first. What is between would have 4000 bytes a row.
    for output in [(WIDE - 1, TALL + 1), (WIDE / 4, TALL / 4), (WIDE - 1, TALL / 4)] {
        let extra = extra((WIDE, TALL), output)?;
        let weights = 200 * (output.0 + output.1) + 20 * (WIDE + TALL);
        assert!(extra < weights + 100 * WIDE, "{output:?}: {extra} bytes");
        assert!(extra < WIDE * TALL / 8);
    }
    Ok(())
}
