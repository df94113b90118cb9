//! Resampling keeps only the rows between its two passes that it needs at a time.

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use Imaging::resample::{Filter, Plan};
use Imaging::{Image, Mode};

/// An allocator that counts the bytes in use. The pixels of images are not allocated by Rust.
struct CountingAllocator;

static IN_USE: AtomicUsize = AtomicUsize::new(0);
static PEAK: AtomicUsize = AtomicUsize::new(0);

// SAFETY: every call is passed on to the system's allocator unchanged.
unsafe impl GlobalAlloc for CountingAllocator {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        PEAK.fetch_max(IN_USE.fetch_add(layout.size(), Relaxed) + layout.size(), Relaxed);
        // SAFETY: `GlobalAlloc::alloc` has the same contract, which its caller keeps.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        IN_USE.fetch_sub(layout.size(), Relaxed);
        // SAFETY: `pointer` came from `alloc` with this layout, by the contract of `GlobalAlloc::dealloc`, so from `System`.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: CountingAllocator = CountingAllocator;

/// Returns the most bytes that resampling needs besides the two images.
fn peak_bytes(input: (usize, usize), output: (usize, usize)) -> Result<usize, Imaging::Error> {
    let (image, mut out) = (Image::new(Mode::L, input.0, input.1)?, Image::new(Mode::L, output.0, output.1)?);
    let area = [0.0, 0.0, input.0 as f32, input.1 as f32];
    let plan = Plan::new(Mode::L, input, output, Filter::Bicubic, area)?.expect("another size");
    PEAK.store(IN_USE.load(Relaxed), Relaxed);
    let before = IN_USE.load(Relaxed);
    plan.resample(out.view_mut()?, &image.view()?)?;
    Ok(PEAK.load(Relaxed) - before)
}

#[test]
fn a_tall_image_needs_coefficients_and_a_few_rows() -> Result<(), Imaging::Error> {
    const WIDTH: usize = 4000;
    const HEIGHT: usize = 20_000;
    // Horizontal pass first, enlarging and shrinking, and vertical pass first. A row between the passes has up to 4000 bytes.
    for output in [(WIDTH - 1, HEIGHT + 1), (WIDTH / 4, HEIGHT / 4), (WIDTH - 1, HEIGHT / 4)] {
        let bytes = peak_bytes((WIDTH, HEIGHT), output)?;
        let coefficients = 200 * (output.0 + output.1) + 20 * (WIDTH + HEIGHT);
        assert!(bytes < coefficients + 100 * WIDTH, "{output:?}: {bytes} bytes");
        assert!(bytes < WIDTH * HEIGHT / 8);
    }
    Ok(())
}
