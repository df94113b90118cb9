//! Neighbourhood filters: convolution, box and Gaussian blur, unsharp masking; and the borders that they need.
//!
//! | operation | method | Pillow |
//! | --- | --- | --- |
//! | [`convolve`] | 3 × 3 and 5 × 5 kernels in floats, or in integers where these give the same bytes | `Filter.c` |
//! | [`box_blur`] | running sums, whose time does not depend on the radius; three taps for small radii | `BoxBlur.c` |
//! | [`gaussian_blur`] | several box blurs of a fractional radius | `BoxBlur.c` |
//! | [`unsharp_mask`] | the difference to a Gaussian blur | `UnsharpMask.c` |
//! | [`expand`] | repeats the pixels at the edges | `Filter.c` |

mod box_blur;
mod convolve;
mod expand;
mod gaussian_blur;
mod mode_filter;
mod rank;
mod unsharp_mask;

pub use box_blur::box_blur;
pub use convolve::{convolve, kernel_size};
pub use expand::{expand, expanded_size};
pub use gaussian_blur::gaussian_blur;
pub use mode_filter::{check_mode_filter, mode_filter};
pub use rank::RankFilter;
pub use unsharp_mask::unsharp_mask;
