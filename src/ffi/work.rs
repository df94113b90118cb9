//! Operations called: as one long row where the image is small, and told to the host where the work is long.

use crate::host::section_for;
use crate::image::{ImageMut, ImageRef, flatten};

/// Does work that looks at single pixels, wherever they are. All images have one size.
pub fn on_pixels<'a, 'b, R, const N: usize, const M: usize>(
    out: [ImageMut<'a>; N],
    input: [ImageRef<'b>; M],
    work: impl FnOnce([ImageMut<'a>; N], [ImageRef<'b>; M]) -> R,
) -> R {
    let written = out.iter().map(ImageMut::bytes).sum::<usize>();
    let read = input.iter().map(ImageRef::bytes).sum::<usize>();
    let (out, input) = flatten(out, input);
    section_for(written + read, || work(out, input))
}

/// Does work whose length is that of moving all pixels of its outcome: nothing where that has none.
pub fn on_rows<'a>(out: ImageMut<'a>, input: &ImageRef<'_>, work: impl FnOnce(ImageMut<'a>, &ImageRef<'_>)) {
    if out.bytes() > 0 {
        section_for(2 * out.bytes(), || work(out, input));
    }
}
