//! The two passes, for a band of output rows.

use super::coefficients::Coefficients;
use super::kernels::Kind;
use super::ring::Ring;
use crate::error::{Error, Result};
use crate::image::{ImageMut, ImageRef};

/// What the passes do.
pub struct Passes<K: Kind> {
    /// Along x, where anything changes.
    pub horizontal: Option<Coefficients<K::Weight>>,
    /// Along y, where anything changes.
    pub vertical: Option<Coefficients<K::Weight>>,
    /// Whether the vertical pass is the first.
    pub vertical_first: bool,
}

impl<K: Kind> Passes<K> {
    /// About how many operations an output row takes.
    pub fn cost(&self, input: &ImageRef<'_>, out: &ImageMut<'_>) -> usize {
        let taps = |pass: &Option<Coefficients<_>>| pass.as_ref().map_or(0, Coefficients::most);
        let rows = input.ysize().div_ceil(out.ysize()).max(1);
        let (along_x, along_y) = (taps(&self.horizontal) * out.xsize(), taps(&self.vertical));
        K::BYTES
            * match self.vertical_first {
                true => along_y * input.xsize() + along_x,
                false => along_x * rows + along_y * out.xsize(),
            }
    }

    /// Makes the rows of `band`, which begins at row `first` of the outcome.
    pub fn run(&self, first: usize, band: ImageMut<'_>, input: &ImageRef<'_>) -> Result<()> {
        match (&self.horizontal, &self.vertical) {
            (Some(horizontal), Some(vertical)) if self.vertical_first => {
                self.vertical_then_horizontal(first, band, input, horizontal, vertical)
            }
            (Some(horizontal), Some(vertical)) => {
                self.horizontal_then_vertical(first, band, input, horizontal, vertical)
            }
            (Some(horizontal), None) => {
                self.horizontal_alone(first, band, input, horizontal);
                Ok(())
            }
            (None, Some(vertical)) => self.vertical_alone(first, band, input, vertical),
            (None, None) => Ok(()),
        }
    }

    fn horizontal_alone(
        &self,
        first: usize,
        mut band: ImageMut<'_>,
        input: &ImageRef<'_>,
        horizontal: &Coefficients<K::Weight>,
    ) {
        for (y, row) in band.rows_mut().enumerate() {
            K::horizontal(row, input.row(first + y), horizontal);
        }
    }

    fn vertical_alone(
        &self,
        first: usize,
        mut band: ImageMut<'_>,
        input: &ImageRef<'_>,
        vertical: &Coefficients<K::Weight>,
    ) -> Result<()> {
        for (y, row) in band.rows_mut().enumerate() {
            combine::<K>(row, first + y, vertical, |y| input.row(y))?;
        }
        Ok(())
    }

    fn horizontal_then_vertical(
        &self,
        first: usize,
        mut band: ImageMut<'_>,
        input: &ImageRef<'_>,
        horizontal: &Coefficients<K::Weight>,
        vertical: &Coefficients<K::Weight>,
    ) -> Result<()> {
        let mut ring = Ring::new(vertical.most(), band.xsize() * K::BYTES)?;
        for (y, row) in band.rows_mut().enumerate() {
            let taps = vertical.taps(first + y);
            ring.hold(taps.start..taps.start + taps.count, |y, row| K::horizontal(row, input.row(y), horizontal));
            combine::<K>(row, first + y, vertical, |y| ring.row(y))?;
        }
        Ok(())
    }

    fn vertical_then_horizontal(
        &self,
        first: usize,
        mut band: ImageMut<'_>,
        input: &ImageRef<'_>,
        horizontal: &Coefficients<K::Weight>,
        vertical: &Coefficients<K::Weight>,
    ) -> Result<()> {
        let mut between = Ring::new(1, input.xsize() * K::BYTES)?;
        for (y, row) in band.rows_mut().enumerate() {
            let mut made = Ok(());
            between.hold(y..y + 1, |_, between| {
                made = combine::<K>(between, first + y, vertical, |y| input.row(y));
            });
            made?;
            K::horizontal(row, between.row(y), horizontal);
        }
        Ok(())
    }
}

/// Makes an output row of the rows that it covers.
fn combine<'a, K: Kind>(
    out: &mut [u8],
    y: usize,
    vertical: &Coefficients<K::Weight>,
    row: impl Fn(usize) -> &'a [u8],
) -> Result<()> {
    let taps = vertical.taps(y);
    let mut rows = Vec::new();
    rows.try_reserve_exact(taps.count).map_err(|_| Error::Memory)?;
    rows.extend((taps.start..taps.start + taps.count).map(row));
    K::vertical(out, &rows, vertical.weights(y));
    Ok(())
}
