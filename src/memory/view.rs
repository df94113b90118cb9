//! Views: images whose rows are parts of another's.
//!
//! A view of a view keeps the image that the rows belong to, and not the view between: so a chain of views of any length
//! is deleted without recursion, and no view keeps another alive.

use super::{Raw, extended, instance, palette};
use crate::error::{Error, Result};

/// The image that the rows belong to: kept alive as long as the view.
pub struct View(Raw);

impl View {
    /// The image that the rows belong to.
    pub fn parent(&self) -> Raw {
        self.0
    }
}

impl Drop for View {
    fn drop(&mut self) {
        // SAFETY: the view owns a count of its parent, and gives it up here.
        unsafe { instance::delete(self.0) };
    }
}

/// Makes an image of the pixels from (x0, y0) to before (x1, y1) of another, in the same memory.
///
/// # Safety
///
/// `parent` points to a live image whose rows are what it says.
pub unsafe fn new(parent: Raw, [x0, y0, x1, y1]: [i32; 4]) -> Result<Raw> {
    // SAFETY: as the caller promises; only read here.
    let whole = unsafe { parent.as_ref() };
    if x0 < 0 || y0 < 0 || x1 < x0 || y1 < y0 || x1 > whole.xsize || y1 > whole.ysize {
        return Err(Error::Value("box is not within the image"));
    }
    // SAFETY: the parent is live by this function's contract; a view's own parent lives as long as the view.
    let root = unsafe { extended::keeper::<View>(parent) }.map_or(parent, View::parent);
    // SAFETY: an image's palette is NULL or live.
    let colours = unsafe { whole.palette.as_ref() }.map(palette::duplicate).transpose()?;
    let keep = || {
        // SAFETY: the root is live; the view gives up its count when it is dropped.
        unsafe { instance::retain(root) };
        View(root)
    };
    let im = extended::new(whole.mode, x1 - x0, y1 - y0, keep).inspect_err(|_| {
        if let Some(colours) = colours {
            // SAFETY: made above, and nobody else has seen it.
            unsafe { palette::delete(colours.as_ptr()) };
        }
    })?;
    // SAFETY: the view was made just now, with a row for each of the parent's in the box, which has its columns too.
    unsafe {
        let view = &mut *im.as_ptr();
        if let Some(colours) = colours {
            palette::delete(std::mem::replace(&mut view.palette, colours.as_ptr()));
        }
        view.read_only = whole.read_only;
        // Rows without pixels stay NULL: there may be billions of them.
        let rows = if view.linesize == 0 { 0 } else { view.ysize as usize };
        for y in 0..rows {
            let row = *whole.image.add(y0 as usize + y);
            let shift = if row.is_null() { 0 } else { x0 as usize * whole.pixelsize as usize };
            view.image.add(y).write(row.add(shift));
        }
    }
    Ok(im)
}
