//! Round trips through files in memory, samples of every precision, and the grid of tiles.

use std::io::{Cursor, Read, Seek, SeekFrom, Write};

use super::samples::Plane;
use super::{DecoderContext, EncoderContext, Jpeg2KDecoder, Jpeg2KEncoder};
use crate::abi::IMAGING_CODEC_END;
use crate::codec::call::{Call, Decoder, Encoded, Encoder};
use crate::codec::fault::{Fault, Result};
use crate::codec::io::CodecFile;
use crate::codec::tests::{Rows, state_of};
use crate::codec::tile::{TileMut, TileRef};
use crate::external::openjpeg::Component;
use crate::mode::Mode;

const J2K: i32 = 0;
const JP2: i32 = 2;

/// A file in memory, of which this many writes succeed.
struct File {
    data: Cursor<Vec<u8>>,
    writes: usize,
}

impl File {
    fn new(data: Vec<u8>) -> Self {
        Self { data: Cursor::new(data), writes: usize::MAX }
    }
}

impl CodecFile for File {
    fn read(&mut self, dest: &mut [u8]) -> Result<usize> {
        self.data.read(dest).map_err(|_| Fault::Unknown)
    }

    fn write(&mut self, src: &[u8]) -> Result<()> {
        self.writes = self.writes.checked_sub(1).ok_or(Fault::Unknown)?;
        self.data.write_all(src).map_err(|_| Fault::Unknown)
    }

    fn seek(&mut self, position: SeekFrom) -> Result<()> {
        self.data.seek(position).map(drop).map_err(|_| Fault::Unknown)
    }

    fn tell(&mut self) -> Result<i64> {
        Ok(self.data.position() as i64)
    }
}

fn image(mode: Mode, (width, height): (usize, usize)) -> Rows {
    let mut image = Rows::new(mode.pixel_size(), width, height);
    image.format.mode = mode.id();
    for (y, row) in image.rows.iter_mut().enumerate() {
        row.iter_mut().enumerate().for_each(|(x, byte)| *byte = (x * 7 + y * 13 + x * y) as u8);
    }
    image
}

fn encode_to(file: &mut File, image: &mut Rows, context: &mut EncoderContext) -> Result<Encoded> {
    let mut state = state_of(image, 0, 0);
    let tile: &mut dyn TileRef = image;
    let mut call = Call { state: &mut state, context, line: &mut [], tile, file };
    Jpeg2KEncoder::encode(&mut call, &mut [])
}

fn encode(image: &mut Rows, mut context: EncoderContext) -> Result<Vec<u8>> {
    let mut file = File::new(Vec::new());
    encode_to(&mut file, image, &mut context).map(|_| file.data.into_inner())
}

fn decode(image: &mut Rows, mut context: DecoderContext, data: Vec<u8>) -> Result<()> {
    let mut state = state_of(image, 0, 0);
    let tile: &mut dyn TileMut = image;
    let mut file = File::new(data);
    let mut call = Call { state: &mut state, context: &mut context, line: &mut [], tile, file: &mut file };
    Jpeg2KDecoder::decode(&mut call, &[])?;
    assert_eq!(state.errcode, IMAGING_CODEC_END);
    Ok(())
}

fn options(format: i32) -> DecoderContext {
    DecoderContext { format, length: -1, ..Default::default() }
}

#[test]
fn files_without_loss_decode_to_the_same_pixels() {
    for (mode, alpha) in [(Mode::L, None), (Mode::RGB, Some(255)), (Mode::RGBA, None), (Mode::I16, None)] {
        for format in [J2K, JP2] {
            let mut original = image(mode, (37, 22));
            let file = encode(&mut original, EncoderContext { format, ..Default::default() }).unwrap();
            let mut decoded = image(mode, (37, 22));
            decoded.rows.iter_mut().for_each(|row| row.fill(0xa5));
            decode(&mut decoded, options(format), file).unwrap();
            if let Some(alpha) = alpha {
                original.rows.iter_mut().flat_map(|row| row.chunks_mut(4)).for_each(|pixel| pixel[3] = alpha);
            }
            assert_eq!(decoded.rows, original.rows);
        }
    }
}

#[test]
fn tiles_lie_anywhere_on_the_grid() {
    let tiled = |format| EncoderContext {
        format,
        offset: (5, 9),
        tile_offset: (3, 4),
        tile_size: (8, 11),
        ..Default::default()
    };
    let mut original = image(Mode::RGBA, (37, 22));
    let file = encode(&mut original, tiled(J2K)).unwrap();
    let mut decoded = image(Mode::RGBA, (37, 22));
    decoded.rows.iter_mut().for_each(|row| row.fill(0));
    decode(&mut decoded, options(J2K), file).unwrap();
    assert_eq!(decoded.rows, original.rows);
}

#[test]
fn options_that_do_not_fit_are_an_error() {
    let refused = |context| encode(&mut image(Mode::L, (9, 9)), context).unwrap_err();
    let with_tiles = |offset, tile_offset, tile_size| {
        refused(EncoderContext { offset, tile_offset, tile_size, ..Default::default() })
    };
    assert_eq!(with_tiles((0, 0), (0, 0), (-1, 4)), Fault::Config);
    assert_eq!(with_tiles((8, 8), (4, 4), (4, 4)), Fault::Config);
    assert_eq!(with_tiles((0, 0), (1, 0), (4, 4)), Fault::Config);
    assert_eq!(with_tiles((-1, 0), (0, 0), (0, 0)), Fault::Config);
    assert_eq!(with_tiles((i32::MAX, 0), (0, 0), (0, 0)), Fault::Broken);
    // Offsets need tiles: the image is cut into tiles from the grid's origin.
    assert_eq!(with_tiles((5, 0), (0, 0), (0, 0)), Fault::Broken);
    assert_eq!(with_tiles((9, 9), (0, 0), (0, 0)), Fault::Broken);
    assert_eq!(with_tiles((0, 0), (0, 0), (i32::MAX, i32::MAX)), Fault::Broken);
    assert_eq!(refused(EncoderContext { progression: 5, ..Default::default() }), Fault::Config);
    assert_eq!(refused(EncoderContext { cinema: -1, ..Default::default() }), Fault::Config);
    assert_eq!(refused(EncoderContext { comment: Some(vec![]), ..Default::default() }), Fault::Config);
    assert_eq!(refused(EncoderContext { resolutions: 34, ..Default::default() }), Fault::Broken);
    assert_eq!(refused(EncoderContext { block: (5, 5), ..Default::default() }), Fault::Broken);
    assert_eq!(refused(EncoderContext { format: 77, ..Default::default() }), Fault::Broken);
}

#[test]
fn files_that_fail_are_an_error() {
    for writes in 0..4 {
        let mut file = File { writes, ..File::new(Vec::new()) };
        let mut context = EncoderContext { format: JP2, ..Default::default() };
        assert_eq!(encode_to(&mut file, &mut image(Mode::L, (9, 9)), &mut context), Err(Fault::Broken));
    }
    let file = encode(&mut image(Mode::L, (9, 9)), EncoderContext { format: JP2, ..Default::default() }).unwrap();
    let mut out = image(Mode::L, (9, 9));
    for length in 0..60 {
        assert_eq!(decode(&mut out, options(JP2), file[..length].to_vec()), Err(Fault::Broken));
        // OpenJPEG must not see more bytes than it was told.
        let told = DecoderContext { length: length as i64, ..options(JP2) };
        assert_eq!(decode(&mut out, told, file.clone()), Err(Fault::Broken));
    }
}

#[test]
fn states_of_images_that_do_not_fit_are_an_error() {
    let file = encode(&mut image(Mode::L, (9, 9)), EncoderContext { format: J2K, ..Default::default() }).unwrap();
    for (mode, size) in [(Mode::L, (8, 9)), (Mode::L, (9, 8)), (Mode::LA, (9, 9)), (Mode::F, (9, 9))] {
        assert_eq!(decode(&mut image(mode, size), options(J2K), file.clone()), Err(Fault::Broken));
    }
    let with_input = DecoderContext { has_input: true, ..options(J2K) };
    assert_eq!(decode(&mut image(Mode::L, (9, 9)), with_input, file), Err(Fault::Broken));
    for mode in [Mode::P, Mode::One, Mode::RGBX] {
        assert_eq!(encode(&mut image(mode, (9, 9)), EncoderContext::default()), Err(Fault::Broken));
    }
    assert_eq!(encode(&mut image(Mode::L, (0, 9)), EncoderContext::default()), Err(Fault::Broken));
}

/// Converts a row of one component.
fn converted<const N: usize>(precision: u32, is_signed: bool, data: &[u8], dx: u32) -> [u8; N] {
    let component = Component { dx, dy: 1, precision, is_signed: is_signed.into() };
    let components = [component, Component::default(), Component::default(), Component::default()];
    let [plane] = Plane::of_tile(&components, (N, 1), data).unwrap();
    let mut out = [0; N];
    plane.convert(0, &mut out).unwrap();
    out
}

#[test]
fn samples_become_bytes() {
    assert_eq!(converted(8, false, &[0, 7, 255], 1), [0, 7, 255]);
    assert_eq!(converted(1, false, &[0, 1], 1), [0, 128]);
    assert_eq!(converted(4, false, &[0, 1, 15], 1), [0, 16, 240]);
    // Two's complement.
    assert_eq!(converted(8, true, &[0x80, 0xff, 0, 0x7f], 1), [0, 127, 128, 255]);
    // Rounded, and wrapping above the largest value.
    let words: Vec<u8> = [0u16, 127, 128, 0xfeff, 0xffff].iter().flat_map(|word| word.to_ne_bytes()).collect();
    assert_eq!(converted(16, false, &words, 1), [0, 0, 1, 255, 0]);
    let longs: Vec<u8> = [0u32, 1 << 16, 0xff << 16].iter().flat_map(|long| long.to_ne_bytes()).collect();
    assert_eq!(converted(24, false, &longs, 1), [0, 1, 255]);
    assert_eq!(converted(31, false, &[0xff, 0xff, 0xff, 0xff], 1), [0]);
}

#[test]
fn samples_of_subsampled_components_are_repeated() {
    assert_eq!(converted(8, false, &[1, 2, 3], 2), [1, 1, 2, 2, 3]);
    assert_eq!(converted(8, false, &[1, 2], 3), [1, 1, 1, 2]);
    let component = Component { dx: 2, dy: 2, precision: 8, is_signed: 0 };
    let data = [1, 2, 3, 4, 5, 6, 7, 8];
    let planes = Plane::of_tile::<2>(&[component; 4], (5, 4), &data).unwrap();
    let row = |plane: &Plane<'_>, y| {
        let mut out = [0u8; 5];
        plane.convert(y, &mut out).map(|()| out)
    };
    // Rows have 5 / 2 samples, for the reference: the last one is the next row's.
    assert_eq!(row(&planes[0], 1), Ok([1, 1, 2, 2, 3]));
    assert_eq!(row(&planes[0], 2), Ok([3, 3, 4, 4, 5]));
    assert_eq!(row(&planes[1], 1), Ok([5, 5, 6, 6, 7]));
    assert_eq!(row(&planes[1], 3), Err(Fault::Broken));
}
