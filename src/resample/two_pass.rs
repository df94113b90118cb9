//! The two passes, for a band of output rows.

use arrayvec::ArrayVec;

use super::coefficients::Coefficients;
use super::format::{Kind, ROWS, Scratch};
use crate::error::{Error, Result};
use crate::exec::nontemporal::StorePolicy;
use crate::image::ring::Ring;
use crate::image::{ImageMut, ImageRef};
use crate::simd::isa::Isa;

/// The pass along x.
pub struct Across<'a, K: Kind> {
    coefficients: &'a Coefficients<K::Weight>,
    prepared: K::Across,
}

impl<'a, K: Kind> Across<'a, K> {
    /// For rows of so many pixels, and so many of them.
    pub fn new(coefficients: &'a Coefficients<K::Weight>, size: (usize, usize), isa: Isa) -> Result<Self> {
        Ok(Self { prepared: K::across(coefficients, size, isa)?, coefficients })
    }

    /// What a thread needs to make rows.
    fn scratch(&self) -> Result<Scratch> {
        K::scratch(&self.prepared)
    }

    /// Makes rows of as many.
    fn make(&self, outs: &mut [&mut [u8]], inputs: &[&[u8]], scratch: &mut Scratch) {
        K::horizontal(outs, inputs, self.coefficients, &self.prepared, scratch);
    }
}

/// The pass along y.
pub struct Down<'a, K: Kind> {
    coefficients: &'a Coefficients<K::Weight>,
    prepared: K::Down,
}

impl<'a, K: Kind> Down<'a, K> {
    /// For rows of so many pixels.
    pub fn new(coefficients: &'a Coefficients<K::Weight>, width: usize, isa: Isa) -> Result<Self> {
        Ok(Self { prepared: K::down(coefficients, width, isa)?, coefficients })
    }

    /// Makes row `y` of those that it covers.
    fn make<'r>(&self, out: &mut [u8], y: usize, row: impl Fn(usize) -> &'r [u8]) -> Result<()> {
        let taps = self.coefficients.taps(y);
        let rows = (taps.start..taps.start + taps.count).map(row);
        if taps.count <= FEW {
            // Listed where they stay: a list that is collected is moved, place by place.
            let mut few = ArrayVec::<_, FEW>::new();
            few.extend(rows);
            K::vertical(out, &few, y, self.coefficients, &self.prepared);
        } else {
            let mut all = Vec::new();
            all.try_reserve_exact(taps.count).map_err(|_| Error::Memory)?;
            all.extend(rows);
            K::vertical(out, &all, y, self.coefficients, &self.prepared);
        }
        Ok(())
    }
}

/// So many rows need no memory of their own to be listed in.
const FEW: usize = 16;

/// What the passes do.
pub struct Passes<'a, K: Kind> {
    /// Along x, where anything changes.
    pub across: Option<Across<'a, K>>,
    /// Along y, where anything changes.
    pub down: Option<Down<'a, K>>,
    /// Whether the pass along y is the first.
    pub down_first: bool,
    /// How the outcome is written, where the pass along y is the last.
    pub policy: StorePolicy,
}

impl<K: Kind> Passes<'_, K> {
    /// About how many operations an output row takes.
    pub fn cost(&self, input: &ImageRef<'_>, out: &ImageMut<'_>) -> usize {
        let along_x = self.across.as_ref().map_or(0, |across| across.coefficients.most()) * out.xsize();
        let along_y = self.down.as_ref().map_or(0, |down| down.coefficients.most());
        let rows = input.ysize().div_ceil(out.ysize()).max(1);
        K::BYTES
            * match self.down_first {
                true => along_y * input.xsize() + along_x,
                false => along_x * rows + along_y * out.xsize(),
            }
    }

    /// Makes the rows of `band`, which begins at row `first` of the outcome.
    pub fn run(&self, first: usize, band: ImageMut<'_>, input: &ImageRef<'_>) -> Result<()> {
        match (&self.across, &self.down) {
            (Some(across), Some(down)) if self.down_first => down_then_across(across, down, first, band, input),
            (Some(across), Some(down)) => across_then_down(across, down, first, band, input, self.policy),
            (Some(across), None) => across_alone(across, first, band, input),
            (None, Some(down)) => down_alone(down, first, band, input, self.policy),
            (None, None) => Ok(()),
        }
    }
}

fn across_alone<K: Kind>(
    across: &Across<'_, K>,
    first: usize,
    mut band: ImageMut<'_>,
    input: &ImageRef<'_>,
) -> Result<()> {
    let (mut rows, mut scratch) = (band.rows_mut().enumerate(), across.scratch()?);
    loop {
        let (mut outs, inputs): (ArrayVec<_, ROWS>, ArrayVec<_, ROWS>) =
            rows.by_ref().take(ROWS).map(|(y, row)| (row, input.row(first + y))).unzip();
        if outs.is_empty() {
            return Ok(());
        }
        across.make(&mut outs, &inputs, &mut scratch);
    }
}

/// Makes rows one by one, until one fails.
fn try_make(
    mut band: ImageMut<'_>,
    policy: StorePolicy,
    mut make: impl FnMut(usize, &mut [u8]) -> Result<()>,
) -> Result<()> {
    let mut made = Ok(());
    policy.write_rows(band.rows_mut().enumerate(), |y, row| {
        if made.is_ok() {
            made = make(y, row);
        }
    });
    made
}

fn down_alone<K: Kind>(
    down: &Down<'_, K>,
    first: usize,
    band: ImageMut<'_>,
    input: &ImageRef<'_>,
    policy: StorePolicy,
) -> Result<()> {
    try_make(band, policy, |y, row| down.make(row, first + y, |y| input.row(y)))
}

fn across_then_down<K: Kind>(
    across: &Across<'_, K>,
    down: &Down<'_, K>,
    first: usize,
    band: ImageMut<'_>,
    input: &ImageRef<'_>,
    policy: StorePolicy,
) -> Result<()> {
    let mut ring = Ring::<ROWS>::new(down.coefficients.most(), band.xsize() * K::BYTES)?;
    let last = down.coefficients.taps(first + band.ysize() - 1);
    let mut scratch = across.scratch()?;
    try_make(band, policy, |y, row| {
        let taps = down.coefficients.taps(first + y);
        ring.ensure(taps.start..taps.start + taps.count, last.start + last.count, |y, rows| {
            let inputs: ArrayVec<_, ROWS> = (y..y + rows.len()).map(|y| input.row(y)).collect();
            across.make(rows, &inputs, &mut scratch);
        });
        down.make(row, first + y, |y| ring.row(y))
    })
}

fn down_then_across<K: Kind>(
    across: &Across<'_, K>,
    down: &Down<'_, K>,
    first: usize,
    mut band: ImageMut<'_>,
    input: &ImageRef<'_>,
) -> Result<()> {
    let mut between = Ring::<ROWS>::new(ROWS, input.xsize() * K::BYTES)?;
    let end = band.ysize();
    let mut scratch = across.scratch()?;
    let mut rows = band.rows_mut();
    for start in (0..end).step_by(ROWS) {
        let count = ROWS.min(end - start);
        let mut made = Ok(());
        between.ensure(start..start + count, end, |start, rows| {
            made = rows
                .iter_mut()
                .enumerate()
                .try_for_each(|(y, row)| down.make(row, first + start + y, |y| input.row(y)));
        });
        made?;
        let mut outs: ArrayVec<_, ROWS> = rows.by_ref().take(ROWS).collect();
        let inputs: ArrayVec<_, ROWS> = (start..start + count).map(|y| between.row(y)).collect();
        across.make(&mut outs, &inputs, &mut scratch);
    }
    Ok(())
}
