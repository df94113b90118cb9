//! The 216-colour web-safe palette (`ImagingPaletteNewBrowser`).

use crate::abi::ImagingPaletteInstance;

/// The entry of the first colour. Those before it are left to the system.
const FIRST: usize = 10;

/// Writes the 6 × 6 × 6 web-safe colours, of which blue varies slowest, to the entries from 10 on.
pub fn fill_web_safe(palette: &mut ImagingPaletteInstance) {
    let steps = || (0..=255u8).step_by(51);
    let colours = steps().flat_map(|b| steps().flat_map(move |g| steps().map(move |r| [r, g, b])));
    let entries = &mut palette.palette.as_chunks_mut::<4>().0[FIRST..];
    let mut size = FIRST;
    for (entry, [r, g, b]) in entries.iter_mut().zip(colours) {
        entry[..3].copy_from_slice(&[r, g, b]);
        size += 1;
    }
    palette.size = size as i32;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::memory::palette::Palette;
    use crate::mode::Mode;

    #[test]
    fn the_web_safe_palette_has_216_colours() {
        let mut palette = Palette::new(Mode::RGB).expect("small");
        fill_web_safe(&mut palette);
        assert_eq!(palette.size, 226);
        assert_eq!(palette.palette[40..44], [0, 0, 0, 255]);
        assert_eq!(palette.palette[225 * 4..226 * 4], [255, 255, 255, 255]);
        assert_eq!(palette.palette[11 * 4..11 * 4 + 3], [51, 0, 0]);
    }
}
