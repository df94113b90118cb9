//! Drawing on images.

use crate::draw::{self, Canvas, Outline};
use crate::error::Result;
use crate::image::{Image, ImageMut, ImageRef, LazyMut};
use crate::paste::{self, Region};

/// Draws shapes on an image, as Pillow's `ImageDraw` does. Made by [`Image::draw`] and [`ImageMut::draw`].
///
/// A point is `[x, y]`, the pixel in column x and row y, and may lie anywhere: what is outside the image is not drawn.
///
/// The ink, which is 0 at first, has the bytes of a pixel as it lies in memory, but the low byte first for 16-bit pixels of
/// either order. It replaces pixels, or is [blended](Self::blend) with them.
///
/// ```
/// use Imaging::{Image, Mode};
///
/// let mut image = Image::new(Mode::RGB, 100, 50)?;
/// image.draw()?.ink([255, 255, 255, 255]).rectangle([0, 0, 99, 49])?;
/// image.draw()?.ink([200, 0, 0, 128]).blend(true).polygon(&[[10, 40], [50, 5], [90, 40]])?;
/// image.draw()?.width(3).line(&[[10, 40], [50, 5], [90, 40]])?;
/// assert_eq!(image.view()?.row(30)[200..203], [227, 127, 127]);
/// assert_eq!(image.view()?.row(6)[200..203], [0, 0, 0]);
/// # Ok::<(), Imaging::Error>(())
/// ```
#[derive(Debug)]
pub struct Draw<'a> {
    image: LazyMut<'a>,
    ink: [u8; 4],
    is_blended: bool,
    width: i32,
}

impl Image {
    /// Draws on the image. An error if it is read-only, or if its rows are not what its mode needs.
    pub fn draw(&mut self) -> Result<Draw<'_>> {
        Ok(self.view_mut()?.draw())
    }
}

impl<'a> ImageMut<'a> {
    /// Draws on the image of the view.
    pub fn draw(self) -> Draw<'a> {
        Draw { image: self.into(), ink: [0; 4], is_blended: false, width: 1 }
    }
}

/// How shapes are drawn.
impl Draw<'_> {
    /// Sets the ink. Pixels of one or two bytes take the first ones.
    pub fn ink(&mut self, ink: [u8; 4]) -> &mut Self {
        self.ink = ink;
        self
    }

    /// Sets whether the ink is blended with pixels of four bytes, in any mode: the fourth byte of the ink is the opacity for
    /// the three others, and the fourth byte of a pixel stays. Has no effect on other pixels, and on [`bitmap`](Self::bitmap).
    pub fn blend(&mut self, is_blended: bool) -> &mut Self {
        self.is_blended = is_blended;
        self
    }

    /// Sets the width of lines and borders in pixels, which is 1 at first.
    pub fn width(&mut self, width: i32) -> &mut Self {
        self.width = width;
        self
    }
}

/// Shapes.
impl Draw<'_> {
    /// Draws points.
    ///
    /// ```
    /// use Imaging::{Image, Mode};
    ///
    /// let mut image = Image::new(Mode::L, 4, 1)?;
    /// image.draw()?.ink([7, 0, 0, 0]).point(&[[0, 0], [2, 0], [-1, 5]])?;
    /// assert_eq!(image.view()?.row(0), [7, 0, 7, 0]);
    /// # Ok::<(), Imaging::Error>(())
    /// ```
    pub fn point(&mut self, points: &[[i32; 2]]) -> Result<&mut Self> {
        self.canvas()?.points(points.iter().map(|[x, y]| (*x, *y)));
        Ok(self)
    }

    /// Draws the lines between successive points, both ends included. Those that are wider than a pixel are rectangles.
    ///
    /// ```
    /// use Imaging::{Image, Mode};
    ///
    /// let mut image = Image::new(Mode::L, 4, 2)?;
    /// image.draw()?.ink([7, 0, 0, 0]).line(&[[0, 0], [2, 0], [3, 1]])?;
    /// assert_eq!(image.view()?.rows().flatten().copied().collect::<Vec<_>>(), [7, 7, 7, 0, 0, 0, 0, 7]);
    /// # Ok::<(), Imaging::Error>(())
    /// ```
    pub fn line(&mut self, points: &[[i32; 2]]) -> Result<&mut Self> {
        let width = self.width;
        draw::polyline(&mut self.canvas()?, points, width)?;
        Ok(self)
    }

    /// Fills the rectangle with the corners `[x0, y0, x1, y1]`, which it includes. Draws nothing if `x0 > x1`.
    pub fn rectangle(&mut self, corners: [i32; 4]) -> Result<&mut Self> {
        draw::fill_rectangle(&mut self.canvas()?, corners);
        Ok(self)
    }

    /// Draws the border of a rectangle, towards its inside.
    ///
    /// ```
    /// use Imaging::{Image, Mode};
    ///
    /// let mut image = Image::new(Mode::L, 5, 4)?;
    /// image.draw()?.ink([7, 0, 0, 0]).rectangle_border([0, 0, 4, 3])?;
    /// assert_eq!(image.view()?.row(1), [7, 0, 0, 0, 7]);
    /// # Ok::<(), Imaging::Error>(())
    /// ```
    pub fn rectangle_border(&mut self, corners: [i32; 4]) -> Result<&mut Self> {
        let width = self.width;
        draw::draw_border(&mut self.canvas()?, corners, width);
        Ok(self)
    }

    /// Fills the ellipse that is inscribed in a box `[x0, y0, x1, y1]`, which includes (x1, y1). A box of one pixel stays empty.
    ///
    /// This and the methods below draw nothing in a box that is inside out. An error if one of its sides is longer than
    /// `i32::MAX`.
    ///
    /// ```
    /// use Imaging::{Image, Mode};
    ///
    /// let mut image = Image::new(Mode::L, 6, 4)?;
    /// image.draw()?.ink([7, 0, 0, 0]).ellipse([0, 0, 5, 3])?;
    /// assert_eq!(image.view()?.row(0), [0, 7, 7, 7, 7, 0]);
    /// assert_eq!(image.view()?.row(1), [7, 7, 7, 7, 7, 7]);
    /// # Ok::<(), Imaging::Error>(())
    /// ```
    pub fn ellipse(&mut self, bounds: [i32; 4]) -> Result<&mut Self> {
        draw::ellipse(&mut self.canvas()?, bounds, true, 0)?;
        Ok(self)
    }

    /// Draws the outline of an ellipse, towards its inside. A width below 1 draws nothing.
    pub fn ellipse_border(&mut self, bounds: [i32; 4]) -> Result<&mut Self> {
        let width = self.width;
        draw::ellipse(&mut self.canvas()?, bounds, false, width)?;
        Ok(self)
    }

    /// Draws the part of an ellipse's outline from the angle `start` clockwise to `end`, in degrees from the right. From 360° on
    /// it is the whole outline.
    ///
    /// ```
    /// use Imaging::{Image, Mode};
    ///
    /// let mut image = Image::new(Mode::L, 5, 5)?;
    /// image.draw()?.ink([7, 0, 0, 0]).arc([0, 0, 4, 4], 0.0, 90.0)?;
    /// assert_eq!(image.view()?.row(4), [0, 0, 7, 7, 0]);
    /// # Ok::<(), Imaging::Error>(())
    /// ```
    pub fn arc(&mut self, bounds: [i32; 4], start: f32, end: f32) -> Result<&mut Self> {
        let width = self.width;
        draw::arc(&mut self.canvas()?, bounds, [start, end], width)?;
        Ok(self)
    }

    /// Fills what an [`arc`](Self::arc) and the line between its ends enclose.
    pub fn chord(&mut self, bounds: [i32; 4], start: f32, end: f32) -> Result<&mut Self> {
        draw::chord(&mut self.canvas()?, bounds, [start, end], true, 0)?;
        Ok(self)
    }

    /// Draws an [`arc`](Self::arc) and the line between its ends.
    pub fn chord_border(&mut self, bounds: [i32; 4], start: f32, end: f32) -> Result<&mut Self> {
        let width = self.width;
        draw::chord(&mut self.canvas()?, bounds, [start, end], false, width)?;
        Ok(self)
    }

    /// Fills what an [`arc`](Self::arc) and the lines between its ends and the centre enclose.
    pub fn pieslice(&mut self, bounds: [i32; 4], start: f32, end: f32) -> Result<&mut Self> {
        draw::pieslice(&mut self.canvas()?, bounds, [start, end], true, 0)?;
        Ok(self)
    }

    /// Draws an [`arc`](Self::arc) and the lines between its ends and the centre.
    pub fn pieslice_border(&mut self, bounds: [i32; 4], start: f32, end: f32) -> Result<&mut Self> {
        let width = self.width;
        draw::pieslice(&mut self.canvas()?, bounds, [start, end], false, width)?;
        Ok(self)
    }

    /// Fills a polygon by the even-odd rule, its edges included.
    pub fn polygon(&mut self, vertices: &[[i32; 2]]) -> Result<&mut Self> {
        draw::fill_polygon(&mut self.canvas()?, vertices, None)?;
        Ok(self)
    }

    /// Fills a polygon where `mask` is not 0. An error if the mask has pixels of several bytes. Beyond its borders it is 0.
    pub fn polygon_masked(&mut self, vertices: &[[i32; 2]], mask: &ImageRef<'_>) -> Result<&mut Self> {
        draw::check_mask(mask)?;
        draw::fill_polygon(&mut self.canvas()?, vertices, Some(mask))?;
        Ok(self)
    }

    /// Draws the edges of a polygon as lines.
    pub fn polygon_border(&mut self, vertices: &[[i32; 2]]) -> Result<&mut Self> {
        let width = self.width;
        draw::draw_polygon(&mut self.canvas()?, vertices, width, None)?;
        Ok(self)
    }

    /// Draws the edges of a polygon as lines: where `mask` is not 0, unless their width is 1.
    pub fn polygon_border_masked(&mut self, vertices: &[[i32; 2]], mask: &ImageRef<'_>) -> Result<&mut Self> {
        draw::check_mask(mask)?;
        let width = self.width;
        draw::draw_polygon(&mut self.canvas()?, vertices, width, Some(mask))?;
        Ok(self)
    }

    /// Fills with ink through a bitmap whose top left corner is at `[x, y]`: a mask as for
    /// [`fill_region_masked`](Image::fill_region_masked).
    ///
    /// ```
    /// use Imaging::{Image, Mode};
    ///
    /// let (mut image, mut bitmap) = (Image::new(Mode::L, 4, 1)?, Image::new(Mode::One, 2, 1)?);
    /// bitmap.draw()?.ink([255, 0, 0, 0]).point(&[[1, 0]])?;
    /// image.draw()?.ink([7, 0, 0, 0]).bitmap([1, 0], &bitmap.view()?)?;
    /// assert_eq!(image.view()?.row(0), [0, 0, 7, 0]);
    /// # Ok::<(), Imaging::Error>(())
    /// ```
    pub fn bitmap(&mut self, [x, y]: [i32; 2], bitmap: &ImageRef<'_>) -> Result<&mut Self> {
        let [x, y] = [x, y].map(i64::from);
        let rows = 0..self.image.ysize();
        let (out, ink) = (self.image.rows_mut(rows)?, self.ink);
        let bounds = [x, y, x + bitmap.xsize() as i64, y + bitmap.ysize() as i64];
        if let Some(region) = Region::new(bounds, (out.xsize(), out.ysize())) {
            paste::fill_region(out, ink, Some(bitmap), region)?;
        }
        Ok(self)
    }

    /// Fills what an outline encloses, by the even-odd rule. Its paths need not be closed.
    ///
    /// ```
    /// use Imaging::draw::Outline;
    /// use Imaging::{Image, Mode};
    ///
    /// let mut outline = Outline::new();
    /// outline.move_to(1.0, 1.0);
    /// outline.curve([1.0, 9.0, 20.0, 9.0, 20.0, 1.0])?;
    /// outline.close()?;
    /// let mut image = Image::new(Mode::L, 22, 10)?;
    /// image.draw()?.ink([7, 0, 0, 0]).outline(&outline)?;
    /// assert_eq!(image.view()?.row(3)[9..12], [7, 7, 7]);
    /// # Ok::<(), Imaging::Error>(())
    /// ```
    pub fn outline(&mut self, outline: &Outline) -> Result<&mut Self> {
        draw::fill_outline(&mut self.canvas()?, outline)?;
        Ok(self)
    }

    fn canvas(&mut self) -> Result<Canvas<'_>> {
        let ink = &self.ink[..self.image.mode().pixel_size()];
        Canvas::new(self.image.reborrow(), ink, self.is_blended)
    }
}
