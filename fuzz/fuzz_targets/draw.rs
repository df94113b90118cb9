//! Draws shapes from any bytes, and checks them by a second way: on rows of the image that are drawn alone. A shape is clipped
//! to an image of some rows then, so its pixels must be those of the whole image.

#![no_main]

use Imaging::draw::{Canvas, Outline, draw_border, draw_polygon, fill_outline, fill_polygon, fill_rectangle, line, wide_line};
use Imaging::{Image, Mode, Result};
use libfuzzer_sys::{Corpus, fuzz_target};

/// The bytes that a shape is made of. Zeros follow the last one.
struct Bytes<'a>(&'a [u8]);

impl Bytes<'_> {
    fn take<const N: usize>(&mut self) -> [u8; N] {
        let (start, rest) = self.0.split_at(self.0.len().min(N));
        self.0 = rest;
        let mut bytes = [0; N];
        bytes[..start.len()].copy_from_slice(start);
        bytes
    }

    fn byte(&mut self) -> u8 {
        self.take::<1>()[0]
    }

    /// A coordinate: mostly near the image, or any.
    fn coordinate(&mut self) -> i32 {
        match self.byte() {
            254 => i32::from(i16::from_le_bytes(self.take())),
            255 => i32::from_le_bytes(self.take()),
            byte => i32::from(byte) - 90,
        }
    }

    fn point(&mut self) -> [i32; 2] {
        [self.coordinate(), self.coordinate()]
    }

    fn points(&mut self) -> Vec<[i32; 2]> {
        (0..self.byte() % 40).map(|_| self.point()).collect()
    }

    fn number(&mut self) -> f32 {
        match self.byte() {
            255 => f32::from_le_bytes(self.take()),
            byte => f32::from(byte) / 2.0 - 20.0,
        }
    }
}

fn outline(bytes: &mut Bytes<'_>) -> Result<Outline> {
    let mut outline = Outline::new();
    for _ in 0..bytes.byte() % 12 {
        match bytes.byte() % 5 {
            0 => outline.move_to(bytes.number(), bytes.number()),
            1 | 2 => outline.line(bytes.number(), bytes.number())?,
            3 => outline.curve([(); 6].map(|()| bytes.number()))?,
            _ => outline.transform([(); 6].map(|()| f64::from(bytes.number()))),
        }
    }
    outline.close()?;
    Ok(outline)
}

/// Draws a shape, and reads the same bytes each time.
fn draw(canvas: &mut Canvas<'_>, mask: &Image, mut bytes: Bytes<'_>) -> Result<()> {
    let mask = mask.view()?;
    let mask = (bytes.byte() % 2 == 1).then_some(&mask);
    let width = bytes.coordinate();
    match bytes.byte() % 8 {
        0 => canvas.points((0..9).map(|_| (bytes.coordinate(), bytes.coordinate()))),
        1 => line(canvas, bytes.point(), bytes.point()),
        2 => wide_line(canvas, bytes.point(), bytes.point(), width, mask)?,
        3 => fill_rectangle(canvas, [(); 4].map(|()| bytes.coordinate())),
        4 => draw_border(canvas, [(); 4].map(|()| bytes.coordinate()), width),
        5 => fill_polygon(canvas, &bytes.points(), mask)?,
        6 => draw_polygon(canvas, &bytes.points(), width, mask)?,
        _ => fill_outline(canvas, &outline(&mut bytes)?)?,
    }
    Ok(())
}

fn check(bytes: &[u8]) -> Result<()> {
    let mut head = Bytes(bytes);
    let mode = Mode::ALL[usize::from(head.byte()) % Mode::ALL.len()];
    let (xsize, ysize, split) = (usize::from(head.byte() % 100), usize::from(head.byte() % 100), head.byte());
    let (ink, blend) = (head.take::<4>(), head.byte() % 2 == 1);
    let (mut whole, mut parts) = (Image::new(mode, xsize, ysize)?, Image::new(mode, xsize, ysize)?);
    let mut mask = Image::new(Mode::L, xsize, ysize)?;
    for image in [&mut whole, &mut parts, &mut mask] {
        let mut value = 7u8;
        for byte in image.view_mut()?.rows_mut().flatten() {
            value = value.wrapping_mul(29).wrapping_add(101);
            *byte = if value % 3 == 0 { 0 } else { value };
        }
    }
    let ink = &ink[..mode.pixel_size()];
    draw(&mut Canvas::new(whole.view_mut()?, ink, blend)?, &mask, Bytes(head.0))?;
    let split = usize::from(split) % (ysize + 1);
    let mut canvas = Canvas::new(parts.view_mut()?, ink, blend)?;
    for rows in [0..split, split..ysize] {
        draw(&mut canvas.part(rows)?, &mask, Bytes(head.0))?;
    }
    assert!(whole.view()?.rows().eq(parts.view()?.rows()));
    Ok(())
}

fuzz_target!(|bytes: &[u8]| -> Corpus {
    check(bytes).expect("there is memory, and the ink fits");
    Corpus::Keep
});
