//! Inverts all bits, those of padding bytes and of wide pixels, too.

use crate::exec::parallel;
use crate::image::{ImageMut, ImageRef};
use crate::simd::isa::multiversion;

/// Inverts the bits of all pixels. `out` has the same mode and size.
pub fn negative(out: ImageMut<'_>, input: &ImageRef<'_>) {
    let cost = parallel::copy_cost(&out);
    parallel::write_rows(out, &[input], cost, |y, out| invert(out, input.row(y)));
}

multiversion! {
    fn invert(out: &mut [u8], input: &[u8]) {
        for (out, value) in out.iter_mut().zip(input) {
            *out = !value;
        }
    }
}
