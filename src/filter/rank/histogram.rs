//! The histogram of a window of 8-bit pixels, which slides along the row: a column of pixels leaves it and another one enters
//! it for each output pixel (Huang, Yang and Tang 1979). The value at the rank moves little, so it is followed from where it
//! was.

use crate::error::Result;
use crate::exec::parallel;
use crate::image::{ImageMut, ImageRef};

/// Filters an image of 8-bit pixels.
pub fn filter(out: ImageMut<'_>, image: &ImageRef<'_>, size: usize, rank: usize) -> Result<()> {
    let cost = 4 * size * out.xsize();
    parallel::for_rows(out, cost, |first, mut chunk| {
        for (y, out) in chunk.rows_mut().enumerate() {
            filter_row(out, image, first + y, size, rank);
        }
    });
    Ok(())
}

/// The counts of the values in a window, and the value at a rank.
struct Window {
    counts: [u32; 256],
    value: usize,
    /// The number of pixels below `value`.
    below: usize,
}

impl Window {
    fn insert(&mut self, value: u8) {
        self.counts[usize::from(value)] += 1;
        self.below += usize::from(usize::from(value) < self.value);
    }

    fn remove(&mut self, value: u8) {
        self.counts[usize::from(value)] -= 1;
        self.below -= usize::from(usize::from(value) < self.value);
    }

    /// Returns the value at a rank, which is below the number of pixels in the window.
    fn at_rank(&mut self, rank: usize) -> u8 {
        while self.below > rank {
            self.value -= 1;
            self.below -= self.counts[self.value] as usize;
        }
        while self.below + self.counts[self.value] as usize <= rank {
            self.below += self.counts[self.value] as usize;
            self.value += 1;
        }
        self.value as u8
    }
}

fn filter_row(out: &mut [u8], image: &ImageRef<'_>, y: usize, size: usize, rank: usize) {
    let mut window = Window { counts: [0; 256], value: 0, below: 0 };
    for row in y..y + size {
        image.row(row)[..size - 1].iter().for_each(|value| window.insert(*value));
    }
    for (x, out) in out.iter_mut().enumerate() {
        for row in y..y + size {
            window.insert(image.row(row)[x + size - 1]);
        }
        *out = window.at_rank(rank);
        for row in y..y + size {
            window.remove(image.row(row)[x]);
        }
    }
}
