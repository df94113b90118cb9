//! Colours of 16 bits: five of red in the highest, six of green, five of blue.

/// Returns red, green and blue, 0 to 255. The upper bits of a channel are repeated in the lower ones, so that the extremes
/// are 0 and 255.
#[inline(always)]
pub fn expand(color: u32) -> [u32; 3] {
    let (r, g, b) = (color >> 11, color >> 5 & 0x3f, color & 0x1f);
    [r << 3 | r >> 2, g << 2 | g >> 4, b << 3 | b >> 2]
}

/// Returns the colour with the upper bits of a pixel's channels.
#[inline(always)]
pub fn truncate(pixel: u32) -> u32 {
    pixel << 8 & 0xf800 | pixel >> 5 & 0x07e0 | pixel >> 19 & 0x001f
}
