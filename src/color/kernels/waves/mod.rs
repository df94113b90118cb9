//! Several lines dithered at once, as a wave: each line is two pixels behind the one above it, so that all that comes from
//! there is known. The pixels of a line have to wait for each other; those of a wave do not.
//!
//! Lines are dithered in *steps*: in step `n`, line `k` is at its pixel `n - 2 * k`, as long as it has one.

pub mod avx2;
pub mod sse2;

use std::ops::Range;

/// How many lines an image must have, so that waves are worth it.
pub const FEWEST: usize = 4;

/// How many steps `LINES` lines of so many pixels take. In the last one it becomes known what goes down to the last pixel.
pub const fn steps<const LINES: usize>(pixels: usize) -> usize {
    pixels + 2 * (LINES - 1) + 1
}

/// Pixels of a line in blocks: what lies along lines goes to where it lies along steps, and back, a block of all lines at a
/// time, so that it is still in a near cache for the next line.
pub fn blocks(pixels: usize) -> impl Iterator<Item = Range<usize>> {
    const PIXELS: usize = 128;
    (0..pixels).step_by(PIXELS).map(move |start| start..pixels.min(start + PIXELS))
}

/// The steps in which all of `lines` lines have a pixel.
fn whole_steps(pixels: usize, lines: usize) -> Range<usize> {
    2 * lines.saturating_sub(1)..pixels
}

/// Whether a line has a pixel in a step.
fn is_there(step: usize, line: usize, pixels: usize, lines: usize) -> bool {
    line < lines && step.wrapping_sub(2 * line) < pixels
}

/// A palette, as waves ask for its colours.
pub trait Palette {
    /// The number of the nearest colour of a cell: the upper six bits of red, of green and of blue, from the lowest on.
    fn nearest(&mut self, cell: usize) -> u8;

    /// The colour of a number: 16 bits for each band, from the lowest on.
    fn colour(&self, index: u8) -> i64;
}

/// How `LINES` lines of colours are dithered, as [`avx2::dither_colours`] does it.
pub type DitherColours<const LINES: usize, P> =
    fn(&[[[u8; 4]; LINES]], &mut [[u8; LINES]], &mut [[i16; 4]], usize, &mut P);

/// What has gone down from lines of colours, of which some may have ended: there the reference mixes up the bands, and all
/// three get something of blue. `last` is what was still to go down there, and `before` what was missing last.
fn ended<const LINES: usize>(
    mut down: [[i16; 4]; LINES],
    last: [[i16; 4]; LINES],
    before: [[i16; 4]; LINES],
    has_ended: impl Fn(usize) -> bool,
) -> [[i16; 4]; LINES] {
    for line in (0..LINES).filter(|line| has_ended(*line)) {
        let [below, before] = [last[line][2], before[line][2]];
        down[line] = [below, before, before, 0];
    }
    down
}

/// Makes what is missing of the values of a vector, from the instructions for it.
macro_rules! missing {
    ($feature:literal, $vector:ident, $none:ident, $all:ident, $add:ident, $sub:ident, $least:ident, $most:ident,
     $left:ident, $right:ident, $right_signed:ident) => {
        /// What is missing of values, on its way to those around: in sixteenths, but for what it was `before`.
        #[derive(Clone, Copy)]
        struct Missing {
            right: $vector,
            down: $vector,
            before: $vector,
        }

        impl Missing {
            /// Nothing.
            #[inline]
            #[target_feature(enable = $feature)]
            fn none() -> Self {
                let none = $none();
                Self { right: none, down: none, before: none }
            }

            /// Values with what comes to them from the left and from above, from 0 to 255.
            #[inline]
            #[target_feature(enable = $feature)]
            fn wanted(&self, values: $vector, above: $vector) -> $vector {
                let sum = $add(self.right, above);
                // What is behind the point is lost, of negative numbers too: 15 more of those.
                let more = $right::<12>($right_signed::<15>(sum));
                let wanted = $add(values, $right_signed::<4>($add(sum, more)));
                $most($least(wanted, $all(255)), $none())
            }

            /// Spreads what is missing now. Returns all that has come to the values below the ones before.
            #[inline]
            #[target_feature(enable = $feature)]
            fn spread(&mut self, missing: $vector) -> $vector {
                let three = $add(missing, $add(missing, missing));
                let five = $add(missing, $left::<2>(missing));
                let below = $add(three, self.down);
                self.right = $sub($left::<3>(missing), missing);
                self.down = $add(five, self.before);
                self.before = missing;
                below
            }
        }
    };
}
use missing;
