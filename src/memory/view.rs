//! Views: images whose rows are parts of the rows of another image, their parent.
//!
//! The parent of a view's view is the image that owns the rows, not the view between them. So a chain of views of any
//! length is deleted without recursion, and no view keeps another alive.

use super::instance::{SharedInstance, UniqueInstance};
use super::palette::Palette;
use super::{backing, raw::Raw};
use crate::error::{Error, Result};

/// The backing object of a view: an owner of its parent.
pub struct View(SharedInstance);

impl View {
    /// The image that owns the rows.
    pub fn parent(&self) -> Raw<'_> {
        self.0.as_raw()
    }
}

/// Creates an image of the pixels from (x0, y0) to before (x1, y1) of another, in the same memory.
///
/// # Safety
///
/// The two images share pixels: as long as both live, pixels that one writes are not used through the other in any way
/// that Rust's rules for `&` and `&mut` forbid.
pub unsafe fn new(parent: Raw<'_>, [x0, y0, x1, y1]: [i32; 4]) -> Result<UniqueInstance> {
    if x0 < 0 || y0 < 0 || x1 < x0 || y1 < y0 || x1 > parent.xsize() || y1 > parent.ysize() {
        return Err(Error::Value("box is not within the image"));
    }
    let root = backing::get::<View>(parent).map_or(parent, View::parent);
    // SAFETY: an image's palette is NULL or live, by the contract of `Raw::new`.
    let palette = unsafe { parent.palette().as_ref() }.map(Palette::copy_of).transpose()?;
    let mut im = backing::new(parent.mode(), x1 - x0, y1 - y0, || View(SharedInstance::retain(root)))?;
    if let Some(palette) = palette {
        // SAFETY: the image was created above, so nobody uses its palette.
        unsafe { palette.give_to(im.as_raw()) };
    }
    // SAFETY: the image was created above, and nobody else has seen it. Its rows are within those of the parent, whose box
    // was checked, and live as long as the backing object.
    let view = unsafe { im.fields_mut() };
    view.read_only = parent.read_only();
    // Rows without pixels stay NULL: there may be billions of them.
    let rows = if view.linesize == 0 { 0 } else { view.ysize as usize };
    for y in 0..rows {
        let row = parent.row(y0 as usize + y);
        let offset = if row.is_null() { 0 } else { x0 as usize * parent.pixelsize() as usize };
        // SAFETY: the row table has `ysize` entries; the parent's row has `x1` pixels at least.
        unsafe { view.image.add(y).write(row.add(offset)) };
    }
    Ok(im)
}
