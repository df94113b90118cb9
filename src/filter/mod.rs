//! What becomes of a pixel by those around it: convolved, blurred, sharpened; and borders for such filters.

mod box_blur;
mod convolve;
mod expand;
mod kernels;
mod mode_filter;
mod rank;
mod tile;
mod unsharp_mask;

pub use box_blur::{box_blur, gaussian_blur};
pub use convolve::{convolve, kernel_size};
pub use expand::{expand, expanded_size};
pub use mode_filter::{check_mode_filter, mode_filter};
pub use rank::RankFilter;
pub use unsharp_mask::unsharp_mask;
