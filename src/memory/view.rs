//! Views: images whose rows are parts of another's.

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
    // SAFETY: an image's palette is NULL or live.
    let colours = unsafe { whole.palette.as_ref() }.map(palette::duplicate).transpose()?;
    let keep = || {
        // SAFETY: the parent is live; the view gives up its count when it is dropped.
        unsafe { instance::retain(parent) };
        View(parent)
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
        for y in 0..view.ysize as usize {
            let row = *whole.image.add(y0 as usize + y);
            let shift = if row.is_null() { 0 } else { x0 as usize * whole.pixelsize as usize };
            view.image.add(y).write(row.add(shift));
        }
    }
    Ok(im)
}
