//! Interleaves planes.

use crate::simd::isa::multiversion;

/// Interleaves `bands` planes, one behind the other, to pixels.
pub fn interleave<const ATOM: usize>(pixels: &mut [[u8; ATOM]], planes: &[[u8; ATOM]], bands: usize) {
    let xsize = planes.len() / bands;
    // The unpacked image of three or four bands of bytes is most of all SGI files.
    match (bands, ATOM) {
        (3, 1) => interleave_3(pixels.as_flattened_mut(), planes.as_flattened()),
        (4, 1) => interleave_4(pixels.as_flattened_mut(), planes.as_flattened()),
        _ => {
            for (band, plane) in planes.chunks_exact(xsize.max(1)).enumerate() {
                for (pixel, atom) in pixels.chunks_exact_mut(bands).zip(plane) {
                    pixel[band] = *atom;
                }
            }
        }
    }
}

multiversion! {
    /// Interleaves three planes of bytes.
    fn interleave_3(pixels: &mut [u8], planes: &[u8]) {
        let (r, rest) = planes.split_at(planes.len() / 3);
        let (g, b) = rest.split_at(r.len());
        for (((pixel, r), g), b) in pixels.as_chunks_mut::<3>().0.iter_mut().zip(r).zip(g).zip(b) {
            *pixel = [*r, *g, *b];
        }
    }

    /// Interleaves four planes of bytes.
    fn interleave_4(pixels: &mut [u8], planes: &[u8]) {
        let (r, rest) = planes.split_at(planes.len() / 4);
        let (g, rest) = rest.split_at(r.len());
        let (b, a) = rest.split_at(r.len());
        for ((((pixel, r), g), b), a) in pixels.as_chunks_mut::<4>().0.iter_mut().zip(r).zip(g).zip(b).zip(a) {
            *pixel = [*r, *g, *b, *a];
        }
    }
}
