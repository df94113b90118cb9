//! Lines in planes: first all of one band, then all of the next.

use super::shuffle::Shuffle;

/// Planes become pixels of four bytes. `PLANES` has the number of the plane for each byte, in hexadecimal digits from
/// the left; `f` stands for 255.
pub struct FromPlanes<const N: usize, const PLANES: u16>;

impl<const N: usize, const PLANES: u16> Shuffle for FromPlanes<N, PLANES> {
    fn input(pixels: usize) -> usize {
        pixels * N
    }

    fn output(pixels: usize) -> usize {
        pixels * 4
    }

    #[inline(always)]
    fn shuffle(out: &mut [u8], input: &[u8], pixels: usize) {
        let plane = |place: usize| match PLANES >> (12 - 4 * place) & 0xf {
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

/// Bytes of pixels of four become planes: those that `BANDS` has in hexadecimal digits, the last on the right.
pub struct ToPlanes<const N: usize, const BANDS: u16>;

impl<const N: usize, const BANDS: u16> Shuffle for ToPlanes<N, BANDS> {
    fn input(pixels: usize) -> usize {
        pixels * 4
    }

    fn output(pixels: usize) -> usize {
        pixels * N
    }

    #[inline(always)]
    fn shuffle(out: &mut [u8], input: &[u8], pixels: usize) {
        // Piece by piece, so that what one plane has read is still at hand for the next.
        const PIECE: usize = 512;
        for (piece, input) in input.chunks(4 * PIECE).enumerate() {
            for number in 0..N {
                let shift = 8 * u32::from(BANDS >> (4 * (N - 1 - number)) & 0xf);
                let out = &mut out[number * pixels + piece * PIECE..][..input.len() / 4];
                for (out, pixel) in out.iter_mut().zip(input.as_chunks::<4>().0) {
                    *out = (u32::from_le_bytes(*pixel) >> shift) as u8;
                }
            }
        }
    }
}
