//! The raw codec with lengths around `INT_MAX`.

use memmap2::MmapOptions;

use super::decode::RawState;
use super::{RawDecoder, RawEncoder};
use crate::abi::ImagingCodecStateInstance;
use crate::codec::call::{Call, Decoded, Decoder, Encoded, Encoder};
use crate::codec::fault::{Fault, Result};
use crate::codec::io::NoFile;
use crate::codec::tile::{ImageFormat, TileMut, TileRef};
use crate::raw::Shuffler;

/// A tile of any size without pixels: counts the lines that are converted.
struct Lines {
    count: std::cell::Cell<usize>,
    /// Whether lines fit the image.
    fit: bool,
}

impl Lines {
    fn new(fit: bool) -> Self {
        Self { count: 0.into(), fit }
    }

    fn next(&self) -> Result<()> {
        self.count.set(self.count.get() + 1);
        if self.fit { Ok(()) } else { Err(Fault::Config) }
    }
}

impl TileRef for Lines {
    fn format(&self) -> Result<ImageFormat> {
        Err(Fault::Config)
    }

    fn row(&self, _y: i32) -> Result<&[u8]> {
        Err(Fault::Config)
    }

    fn image_row(&self, _y: i32) -> Result<&[u8]> {
        Err(Fault::Config)
    }

    fn pack(&self, _y: i32, _line: &mut [u8]) -> Result<()> {
        self.next()
    }
}

impl TileMut for Lines {
    fn format(&self) -> Result<ImageFormat> {
        Err(Fault::Config)
    }

    fn row_mut(&mut self, _y: i32) -> Result<&mut [u8]> {
        Err(Fault::Config)
    }

    fn image_row_mut(&mut self, _y: i32) -> Result<&mut [u8]> {
        Err(Fault::Config)
    }

    fn image_rows_mut(&mut self, _ys: [i32; 4]) -> Result<[&mut [u8]; 4]> {
        Err(Fault::Config)
    }

    fn unpacker(&self) -> Option<&'static Shuffler> {
        None
    }

    fn unpack(&mut self, _y: i32, _line: &[u8]) -> Result<()> {
        self.next()
    }

    fn unpack_to_image_row(&mut self, _y: i32, _line: &[u8]) -> Result<()> {
        self.next()
    }

    fn unpack_columns(
        &mut self,
        _y: i32,
        _columns: (usize, usize),
        _: &[u8],
        _bits: usize,
        _count: usize,
    ) -> Result<()> {
        Err(Fault::Config)
    }

    fn unpack_run(&mut self, _: (i32, i32), _: &[u8], _: i32, _: Option<&'static Shuffler>) -> Result<()> {
        Err(Fault::Config)
    }
}

/// Returns a state before its first call.
fn state(xsize: i32, ysize: i32, bits: i32) -> ImagingCodecStateInstance {
    ImagingCodecStateInstance {
        count: 0,
        state: 0,
        errcode: 0,
        x: 0,
        y: 0,
        ystep: 0,
        xsize,
        ysize,
        xoff: 0,
        yoff: 0,
        shuffle: None,
        bits,
        bytes: 0,
        planes: 0,
        buffer: std::ptr::null_mut(),
        context: std::ptr::null_mut(),
        fd: std::ptr::null_mut(),
    }
}

/// Maps 9 GiB of zeros, which take no memory until they are written to.
fn zeros() -> memmap2::MmapMut {
    MmapOptions::new().len(9 << 30).no_reserve_swap().map_anon().expect("address space")
}

/// Decodes zeros in calls of `calls` bytes. Returns the result of each call, `None` for the end, and the number of lines.
fn decoded(state: &mut ImagingCodecStateInstance, stride: i32, calls: &[usize]) -> Result<(Vec<Option<usize>>, usize)> {
    let (zeros, mut tile) = (zeros(), Lines::new(true));
    let mut raw = RawState { stride, skip: 0 };
    let mut results = Vec::new();
    for bytes in calls {
        let tile: &mut dyn TileMut = &mut tile;
        let mut call = Call { state: &mut *state, context: &mut raw, line: &mut [], tile, file: &mut NoFile };
        results.push(match RawDecoder::decode(&mut call, &zeros[..*bytes])? {
            Decoded::Consumed(bytes) => Some(bytes),
            Decoded::Complete => None,
        });
    }
    Ok((results, tile.count.get()))
}

const INT_MAX: usize = i32::MAX as usize;

#[test]
fn a_buffer_with_all_lines_may_exceed_int_max() {
    for (xsize, ysize, bits) in [(26755, 26755, 24), (46341, 46341, 8), (32768, 32768, 32), (65536, 65536, 16)] {
        let bytes = xsize as usize * ysize as usize * bits as usize / 8;
        assert!(bytes > INT_MAX);
        for ystep in [1, -1] {
            for extra in [0, 1, 100_000] {
                let mut state = ImagingCodecStateInstance { ystep, ..state(xsize, ysize, bits) };
                assert_eq!(decoded(&mut state, 0, &[bytes + extra]), Ok((vec![None], ysize as usize)));
            }
        }
    }
}

#[test]
fn an_incomplete_buffer_is_consumed_up_to_int_max() {
    let line = 30_000usize;
    let whole = INT_MAX / line * line;
    let calls = [3 << 30, (3 << 30) - whole + 7, line];
    let rest = calls[1] / line * line;
    let lines = (whole + rest) / line + 1;
    let mut state = state(10_000, lines as i32, 24);
    assert_eq!(decoded(&mut state, 0, &calls), Ok((vec![Some(whole), Some(rest), None], lines)));
}

#[test]
fn gaps_count_towards_int_max() {
    // The last line has no gap behind it, and a call may begin with a gap.
    let (stride, lines) = (1 << 20, 4096usize);
    let all = (lines - 1) * (1 << 20) + 100;
    let mut whole = state(100, lines as i32, 8);
    assert_eq!(decoded(&mut whole, stride, &[all]), Ok((vec![None], lines)));
    let mut one_less = state(100, lines as i32, 8);
    let consumed = (INT_MAX - 100) / (1 << 20) * (1 << 20) + 100;
    let (results, _) = decoded(&mut one_less, stride, &[all - 1]).expect("valid");
    assert_eq!(results, [Some(consumed)]);
    let mut in_two = state(100, lines as i32, 8);
    assert_eq!(decoded(&mut in_two, stride, &[100, all - 100]), Ok((vec![Some(100), None], lines)));
}

#[test]
fn lines_longer_than_int_max_are_refused() {
    for (xsize, bits) in [(i32::MAX, 9), (1 << 28, 64), (1 << 30, 24)] {
        let mut state = state(xsize, 3, bits);
        assert_eq!(decoded(&mut state, 0, &[1 << 32]), Err(Fault::Config));
    }
}

#[test]
fn a_line_that_does_not_fit_is_an_error() {
    let (mut tile, mut buffer) = (Lines::new(false), [7; 100]);
    let mut decoding = state(4, 3, 8);
    let (output, raw): (&mut dyn TileMut, _) = (&mut tile, &mut RawState::default());
    let mut call = Call { state: &mut decoding, context: raw, line: &mut [], tile: output, file: &mut NoFile };
    assert_eq!(RawDecoder::decode(&mut call, &[0; 100]), Err(Fault::Config));
    let mut encoding = ImagingCodecStateInstance { bytes: 4, ..state(4, 3, 8) };
    let input: &mut dyn TileRef = &mut tile;
    let mut call = Call { state: &mut encoding, context: &mut (), line: &mut [], tile: input, file: &mut NoFile };
    assert_eq!(RawEncoder::encode(&mut call, &mut buffer), Err(Fault::Config));
    assert_eq!((tile.count.get(), buffer), (2, [7; 100]));
}

#[test]
fn images_larger_than_int_max_are_encoded_in_steps() {
    let mut state = ImagingCodecStateInstance { bytes: 3 * 26755, ..state(26755, 26755, 24) };
    // A buffer of some lines.
    let mut buffer = vec![0; 65536 * 64];
    let (mut total, mut tile, mut is_last) = (0, Lines::new(true), false);
    while !is_last {
        let input: &mut dyn TileRef = &mut tile;
        let mut call = Call { state: &mut state, context: &mut (), line: &mut [], tile: input, file: &mut NoFile };
        let encoded = RawEncoder::encode(&mut call, &mut buffer).expect("a valid state");
        let (Encoded::Written(bytes) | Encoded::Last(bytes)) = encoded else { panic!("a buffer of some lines") };
        (total, is_last) = (total + bytes, matches!(encoded, Encoded::Last(_)));
    }
    assert_eq!((total, tile.count.get()), (3 * 26755 * 26755, 26755));
}
