//! Planar lines: the values of one band for all pixels, then those of the next band.
//!
//! Raw modes with `;L` (line-interleaved): `R R R … G G G … B B B …`.

use super::conversion::LineConversion;

/// Interleaves `N` planes to pixels of 4 bytes. `PLANES` has the plane of each byte as a hexadecimal digit, the first on
/// the left; `f` is the constant 255.
pub struct FromPlanar<const N: usize, const PLANES: u16>;

impl<const N: usize, const PLANES: u16> LineConversion for FromPlanar<N, PLANES> {
    fn input_bytes(pixels: usize) -> usize {
        pixels * N
    }

    fn output_bytes(pixels: usize) -> usize {
        pixels * 4
    }

    #[inline(always)]
    fn convert(out: &mut [u8], input: &[u8], pixels: usize) {
        let plane = |byte: usize| match PLANES >> (12 - 4 * byte) & 0xf {
            0xf => None,
            plane => Some(&input[plane as usize * pixels..][..pixels]),
        };
        let planes: [_; 4] = std::array::from_fn(plane);
        for (x, out) in out.as_chunks_mut::<4>().0.iter_mut().enumerate().take(pixels) {
            for (out, plane) in out.iter_mut().zip(planes) {
                *out = plane.map_or(255, |plane| plane[x]);
            }
        }
    }
}

/// Separates pixels of 4 bytes into `N` planes. `BANDS` has the byte of each plane as a hexadecimal digit, the last on the
/// right.
pub struct ToPlanar<const N: usize, const BANDS: u16>;

impl<const N: usize, const BANDS: u16> LineConversion for ToPlanar<N, BANDS> {
    fn input_bytes(pixels: usize) -> usize {
        pixels * 4
    }

    fn output_bytes(pixels: usize) -> usize {
        pixels * N
    }

    #[inline(always)]
    fn convert(out: &mut [u8], input: &[u8], pixels: usize) {
        // In blocks that stay in the first-level cache from one plane to the next.
        const BLOCK: usize = 512;
        for (block, input) in input.chunks(4 * BLOCK).enumerate() {
            for plane in 0..N {
                let shift = 8 * u32::from(BANDS >> (4 * (N - 1 - plane)) & 0xf);
                let out = &mut out[plane * pixels + block * BLOCK..][..input.len() / 4];
                for (out, pixel) in out.iter_mut().zip(input.as_chunks::<4>().0) {
                    *out = (u32::from_le_bytes(*pixel) >> shift) as u8;
                }
            }
        }
    }
}
