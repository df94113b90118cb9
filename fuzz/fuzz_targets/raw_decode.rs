//! Calls the raw decoder and encoder as C programs do: for any rectangle of any image, in pieces of any size. Each piece
//! is an allocation of its own, so that the address sanitizer sees a byte that is read or written beside it.

#![no_main]

use std::ffi::{c_int, c_void};

use Imaging::abi::{IMAGING_CODEC_CONFIG, IMAGING_CODEC_END, ImagingCodecStateInstance};
use Imaging::raw::{TableEntry, packers, unpackers};
use Imaging::{Image, Mode};
use libfuzzer_sys::arbitrary::{self, Arbitrary};
use libfuzzer_sys::fuzz_target;

unsafe extern "C" {
    fn ImagingRawDecode(im: *mut c_void, state: *mut ImagingCodecStateInstance, buffer: *mut u8, bytes: isize)
    -> c_int;
    fn ImagingRawEncode(im: *mut c_void, state: *mut ImagingCodecStateInstance, buffer: *mut u8, bytes: c_int)
    -> c_int;
}

/// `RAWSTATE` of the C header.
#[repr(C)]
struct RawState {
    stride: c_int,
    skip: c_int,
}

/// A number that is small in most cases.
#[derive(Arbitrary, Clone, Copy, Debug)]
enum Number {
    Small(u8),
    Near(i8),
    Any(i32),
}

impl Number {
    fn get(self) -> c_int {
        match self {
            Self::Small(number) => c_int::from(number % 40),
            Self::Near(number) => c_int::from(number),
            Self::Any(number) => number,
        }
    }
}

#[derive(Arbitrary, Debug)]
struct Task<'a> {
    pair: u16,
    size: (u8, u8),
    rectangle: [Number; 4],
    ystep: Number,
    stride: Number,
    pieces: Vec<u16>,
    file: &'a [u8],
}

impl Task<'_> {
    fn pair(&self, table: &'static [TableEntry]) -> &'static TableEntry {
        &table[usize::from(self.pair) % table.len()]
    }

    /// Makes an image whose pixels show whether they were written.
    fn image(&self, mode: Mode) -> Image {
        let (width, height) = self.size;
        let mut image = Image::new(mode, usize::from(width % 64), usize::from(height % 64)).expect("small");
        image.view_mut().expect("whole").rows_mut().for_each(|row| row.fill(0xa5));
        image
    }

    fn state(&self, pair: &TableEntry, context: *mut RawState) -> ImagingCodecStateInstance {
        let [xoff, yoff, xsize, ysize] = self.rectangle.map(Number::get);
        let planes = if matches!(pair.raw_mode.to_bytes(), b"P;2L" | b"P;4L") { pair.bits } else { 0 };
        ImagingCodecStateInstance {
            count: 0,
            state: 0,
            errcode: 0,
            x: 0,
            y: 0,
            ystep: self.ystep.get(),
            xsize,
            ysize,
            xoff,
            yoff,
            shuffle: Some(pair.shuffler.entry),
            bits: pair.bits,
            bytes: 0,
            planes,
            buffer: std::ptr::null_mut(),
            context: context.cast(),
            fd: std::ptr::null_mut(),
        }
    }

    /// Returns the lengths of the pieces, which are not all 0.
    fn pieces(&self) -> impl Iterator<Item = usize> {
        let pieces = if self.pieces.iter().all(|piece| *piece == 0) { &[4096][..] } else { &self.pieces };
        pieces.iter().cycle().map(|piece| usize::from(*piece))
    }

    /// Decodes until the end of the file or the last line. Returns the image and the error.
    fn decode(&self, pieces: impl Iterator<Item = usize>) -> (Image, c_int) {
        let pair = self.pair(&unpackers::UNPACKERS);
        let image = self.image(pair.mode).into_raw();
        let mut context = RawState { stride: self.stride.get(), skip: 0 };
        let mut state = self.state(pair, &raw mut context);
        let (mut begin, mut end) = (0, 0);
        for piece in pieces {
            end = (end + piece).min(self.file.len());
            let mut buffer: Box<[u8]> = self.file[begin..end].into();
            // SAFETY: the image is live, the state's shuffler is one of the library's, and the buffer has this length.
            let used =
                unsafe { ImagingRawDecode(image.cast(), &mut state, buffer.as_mut_ptr(), buffer.len() as isize) };
            assert!(used <= buffer.len() as c_int);
            assert_eq!(&*buffer, &self.file[begin..end], "a decoder only reads");
            begin += usize::try_from(used).unwrap_or(0);
            if used < 0 || end == self.file.len() {
                assert!(matches!(state.errcode, 0 | IMAGING_CODEC_CONFIG));
                break;
            }
            assert_eq!(state.errcode, 0);
        }
        // SAFETY: `into_raw` has given the ownership of this image away.
        (unsafe { Image::from_raw(std::ptr::NonNull::new(image).expect("not null")) }, state.errcode)
    }

    /// Encodes into buffers of the pieces' lengths, until a line does not fit or none is left.
    fn encode(&self) {
        let pair = self.pair(&packers::PACKERS);
        let image = self.image(pair.mode);
        let raw = self.image(pair.mode).into_raw();
        let mut state = self.state(pair, std::ptr::null_mut());
        let line = i64::from(state.xsize) * i64::from(pair.bits) + 7;
        state.bytes = c_int::try_from(line / 8).unwrap_or(c_int::MAX);
        state.count = self.stride.get();
        for piece in self.pieces().take(300) {
            let mut buffer = vec![0x5a; piece].into_boxed_slice();
            // SAFETY: the image is live, the state's shuffler is one of the library's, and the buffer has this length.
            let made = unsafe { ImagingRawEncode(raw.cast(), &mut state, buffer.as_mut_ptr(), piece as c_int) };
            assert!(made <= piece as c_int);
            if made < 0 || (made == 0 && state.bytes > 0) {
                assert_eq!(state.errcode, IMAGING_CODEC_CONFIG);
                break;
            }
            assert!(buffer[made as usize..].iter().all(|byte| *byte == 0x5a));
            if state.errcode != 0 {
                assert_eq!(state.errcode, IMAGING_CODEC_END);
                break;
            }
        }
        // SAFETY: `into_raw` has given the ownership of this image away.
        let raw = unsafe { Image::from_raw(std::ptr::NonNull::new(raw).expect("not null")) };
        assert!(raw.view().expect("whole").rows().eq(image.view().expect("whole").rows()), "an encoder only reads");
    }
}

/// Whether a pixel is within the rectangle, without overflow.
fn within([xoff, yoff, xsize, ysize]: [c_int; 4], x: usize, y: usize) -> bool {
    let (x, y) = (x as i64 - i64::from(xoff), y as i64 - i64::from(yoff));
    (0..i64::from(xsize)).contains(&x) && (0..i64::from(ysize)).contains(&y)
}

fuzz_target!(|task: Task| {
    let (in_pieces, error) = task.decode(task.pieces());
    let (at_once, same_error) = task.decode(std::iter::once(task.file.len()));
    assert_eq!(error, same_error);
    let (in_pieces, at_once) = (in_pieces.view().expect("whole"), at_once.view().expect("whole"));
    assert!(in_pieces.rows().eq(at_once.rows()), "the result depends on the pieces");
    let (size, rectangle) = (at_once.mode().pixel_size(), task.rectangle.map(Number::get));
    for (y, row) in at_once.rows().enumerate() {
        for (x, pixel) in row.chunks_exact(size).enumerate() {
            assert!(
                within(rectangle, x, y) || pixel.iter().all(|byte| *byte == 0xa5),
                "written outside of the rectangle"
            );
        }
    }
    task.encode();
});
