//! Calls decoders and encoders as C programs do: for any rectangle of any image, in pieces of any size. Each piece and each
//! line buffer is an allocation of its own, so that the address sanitizer sees a byte that is read or written beside it.

#![allow(dead_code)] // each target uses a part

pub mod file;

use std::ffi::{c_char, c_int, c_void};

use Imaging::abi::ext::ImagingCodecIO;
use Imaging::abi::{IMAGING_CODEC_END, ImagingCodecStateInstance};
use Imaging::raw::{TableEntry, packers, unpackers as all_unpackers};
use Imaging::{Image, Mode};
use libfuzzer_sys::arbitrary::{self, Arbitrary};

/// A decoder's C function.
pub type DecodeFn = unsafe extern "C" fn(*mut c_void, *mut ImagingCodecStateInstance, *mut u8, isize) -> c_int;
/// An encoder's C function.
pub type EncodeFn = unsafe extern "C" fn(*mut c_void, *mut ImagingCodecStateInstance, *mut u8, c_int) -> c_int;

/// Declares the C functions.
macro_rules! declare {
    (decoders: $($decoder:ident),+; encoders: $($encoder:ident),+;) => {
        unsafe extern "C" {
            $(pub fn $decoder(
                im: *mut c_void,
                state: *mut ImagingCodecStateInstance,
                buffer: *mut u8,
                bytes: isize,
            ) -> c_int;)+
            $(pub fn $encoder(
                im: *mut c_void,
                state: *mut ImagingCodecStateInstance,
                buffer: *mut u8,
                bytes: c_int,
            ) -> c_int;)+
            #[cfg(feature = "jpeg")]
            pub fn ImagingJpegDecode(
                im: *mut c_void,
                state: *mut ImagingCodecStateInstance,
                buffer: *mut u8,
                bytes: isize,
            ) -> c_int;
            #[cfg(feature = "jpeg")]
            pub fn ImagingJpegDecodeCleanup(state: *mut ImagingCodecStateInstance);
            #[cfg(feature = "jpeg")]
            pub fn ImagingJpegEncode(
                im: *mut c_void,
                state: *mut ImagingCodecStateInstance,
                buffer: *mut u8,
                bytes: c_int,
            ) -> c_int;
            #[cfg(feature = "jpeg")]
            pub fn ImagingJpegEncodeCleanup(state: *mut ImagingCodecStateInstance);
            pub fn findRawModeID(name: *const c_char) -> c_int;
            pub fn ImagingZipDecodeCleanup(state: *mut ImagingCodecStateInstance);
            pub fn ImagingZipEncodeCleanup(state: *mut ImagingCodecStateInstance);
            pub fn ImagingSetCodecIO(state: *mut ImagingCodecStateInstance, io: *const ImagingCodecIO);
        }
    };
}

declare! {
    decoders:
        ImagingBcnDecode, ImagingBitDecode, ImagingFliDecode, ImagingGifDecode, ImagingHexDecode, ImagingMspDecode,
        ImagingPackbitsDecode, ImagingPcdDecode, ImagingPcxDecode, ImagingSgiRleDecode, ImagingSunRleDecode,
        ImagingTgaRleDecode, ImagingXbmDecode, ImagingZipDecode;
    encoders:
        ImagingBcnEncode, ImagingEpsEncode, ImagingGifEncode, ImagingPcxEncode, ImagingTgaRleEncode, ImagingXbmEncode,
        ImagingZipEncode;
}

/// `ZIPSTATE`.
#[derive(Default)]
#[repr(C, align(8))]
pub struct ZipState {
    pub mode: c_int,
    pub optimize: c_int,
    pub compress_level: c_int,
    pub compress_type: c_int,
    /// The dictionary, its size, and what the codec keeps.
    pub own: [u64; 23],
    pub prefix: c_int,
    pub interlaced: c_int,
    pub pass: c_int,
    pub padding: c_int,
}

/// The fields of a state that a codec's options set. 0 leaves a field as it is.
#[derive(Default)]
pub struct Options<C = ()> {
    pub count: c_int,
    pub state: c_int,
    pub bits: c_int,
    pub bytes: c_int,
    pub planes: c_int,
    pub context: C,
    /// Frees what the codec keeps.
    pub cleanup: Option<unsafe extern "C" fn(*mut ImagingCodecStateInstance)>,
}

/// The context of a codec: a struct of this many `int`.
pub struct Words<const WORDS: usize>(pub [c_int; WORDS]);

impl<const WORDS: usize> Default for Words<WORDS> {
    fn default() -> Self {
        Self([0; WORDS])
    }
}

impl<const WORDS: usize> Words<WORDS> {
    /// Returns a context with options in its first words.
    pub fn of(options: &[c_int]) -> Self {
        let mut words = Self::default();
        words.0[..options.len()].copy_from_slice(options);
        words
    }
}

/// A decoder, and how its states are made.
pub struct Decoder<'a, C = ()> {
    pub function: DecodeFn,
    /// The pairs of mode and raw mode.
    pub unpackers: &'a [&'static TableEntry],
    /// Returns the options for an unpacker and four free bytes.
    pub options: fn(&TableEntry, [u8; 4]) -> Options<C>,
}

/// An encoder, and how its states are made.
pub struct Encoder<'a, C = ()> {
    pub function: EncodeFn,
    /// The pairs of mode and raw mode.
    pub packers: &'a [&'static TableEntry],
    /// Returns the options for a packer and four free bytes.
    pub options: fn(&TableEntry, [u8; 4]) -> Options<C>,
}

/// Returns the unpackers of these modes and raw modes.
pub fn unpackers(pairs: &[(&str, &str)]) -> Vec<&'static TableEntry> {
    pairs.iter().map(|pair| find(&all_unpackers::UNPACKERS, *pair)).collect()
}

/// Returns the packers of these modes and raw modes.
pub fn packers(pairs: &[(&str, &str)]) -> Vec<&'static TableEntry> {
    pairs.iter().map(|pair| find(&packers::PACKERS, *pair)).collect()
}

fn find(table: &'static [TableEntry], (mode, raw_mode): (&str, &str)) -> &'static TableEntry {
    let is_it = |entry: &&TableEntry| entry.mode.name() == mode && entry.raw_mode.to_str() == Ok(raw_mode);
    table.iter().find(is_it).expect("a pair of the table")
}

/// What the fuzzer chooses.
#[derive(Arbitrary, Debug)]
pub struct Task<'a> {
    pair: u8,
    size: (u8, u8),
    offset: (u8, u8),
    margins: (u8, u8),
    free: [u8; 4],
    is_bottom_up: bool,
    /// Further changes to the state, as a careless program makes them.
    wrong: Option<(u8, i32)>,
    pieces: Vec<u16>,
    file: &'a [u8],
}

impl Task<'_> {
    /// Makes an image whose pixels show whether they were written.
    fn image(&self, mode: Mode) -> Image {
        let side = |size: u8, offset: u8, margin: u8| usize::from(size % 96 + 1 + offset % 4 + margin % 4);
        let (xsize, ysize) =
            (side(self.size.0, self.offset.0, self.margins.0), side(self.size.1, self.offset.1, self.margins.1));
        let mut image = Image::new(mode, xsize, ysize).expect("small");
        image.view_mut().expect("whole").rows_mut().for_each(|row| row.fill(0xa5));
        image
    }

    /// Makes a state as Pillow's bindings do, without its buffer.
    fn state<C>(&self, pair: &TableEntry, options: &mut Options<C>) -> ImagingCodecStateInstance {
        let or = |option: c_int, default: c_int| if option == 0 { default } else { option };
        let xsize = c_int::from(self.size.0 % 96) + 1;
        let (bits, planes) = (or(options.bits, pair.bits), options.planes);
        let bytes = if planes > 0 { planes * ((xsize + 7) / 8) } else { (bits * xsize + 7) / 8 };
        let mut state = ImagingCodecStateInstance {
            count: options.count,
            state: options.state,
            errcode: 0,
            x: 0,
            y: 0,
            ystep: if self.is_bottom_up { -1 } else { 1 },
            xsize,
            ysize: c_int::from(self.size.1 % 96) + 1,
            xoff: c_int::from(self.offset.0 % 4),
            yoff: c_int::from(self.offset.1 % 4),
            shuffle: Some(pair.shuffler.entry),
            bits,
            bytes: or(options.bytes, bytes),
            planes,
            buffer: std::ptr::null_mut(),
            context: (&raw mut options.context).cast(),
            fd: std::ptr::null_mut(),
        };
        if let Some((field, value)) = self.wrong {
            let fields = [
                &mut state.count,
                &mut state.state,
                &mut state.x,
                &mut state.y,
                &mut state.ystep,
                &mut state.xsize,
                &mut state.ysize,
                &mut state.xoff,
                &mut state.yoff,
                &mut state.bits,
            ];
            let index = usize::from(field) % fields.len();
            *fields.into_iter().nth(index).expect("an index below the length") = value;
        }
        state
    }

    /// Returns the lengths of the pieces, which are not all 0.
    fn pieces(&self) -> impl Iterator<Item = usize> {
        let pieces = if self.pieces.iter().all(|piece| *piece == 0) { &[4096][..] } else { &self.pieces };
        pieces.iter().cycle().map(|piece| usize::from(*piece))
    }

    /// Decodes in pieces and at once: the results must be equal.
    pub fn run<C>(&self, decoder: &Decoder<C>) {
        let in_pieces = self.decode(decoder, self.pieces());
        let at_once = self.decode(decoder, std::iter::repeat(self.file.len()));
        assert_eq!(in_pieces.1, at_once.1, "the error depends on the pieces");
        let rows = |image: &Image| image.view().expect("whole").rows().flatten().copied().collect::<Vec<_>>();
        assert!(rows(&in_pieces.0) == rows(&at_once.0), "the result depends on the pieces");
    }

    /// Decodes in pieces, for decoders whose result depends on them.
    pub fn run_in_pieces<C>(&self, decoder: &Decoder<C>) {
        self.decode(decoder, self.pieces());
    }

    /// Decodes until the end of the file or of the image. Returns the image and the error.
    fn decode<C>(&self, decoder: &Decoder<C>, pieces: impl Iterator<Item = usize>) -> (Image, c_int) {
        let pair = decoder.unpackers[usize::from(self.pair) % decoder.unpackers.len()];
        let image = self.image(pair.mode).into_raw();
        let mut options = (decoder.options)(pair, self.free);
        let mut state = self.state(pair, &mut options);
        let mut line = vec![0; state.bytes.max(0) as usize].into_boxed_slice();
        state.buffer = line.as_mut_ptr();
        let (mut begin, mut end, mut stalled) = (0, 0, 0);
        for piece in pieces {
            let is_last = end == self.file.len();
            end = (end + piece).min(self.file.len());
            let mut buffer: Box<[u8]> = self.file[begin..end].into();
            // SAFETY: the image is live, the state's shuffler is one of the library's, and the buffers have these lengths.
            let used =
                unsafe { (decoder.function)(image.cast(), &mut state, buffer.as_mut_ptr(), buffer.len() as isize) };
            assert!(used <= buffer.len() as c_int);
            assert_eq!(&*buffer, &self.file[begin..end], "a decoder only reads");
            begin += usize::try_from(used).unwrap_or(0);
            // A GIF decoder returns behind an end code, of which a byte may have eight.
            stalled = if is_last && used == 0 { stalled + 1 } else { 0 };
            if used < 0 || stalled > 8 {
                break;
            }
        }
        if let Some(cleanup) = options.cleanup {
            // SAFETY: the state and its context are those of the calls.
            unsafe { cleanup(&mut state) };
        }
        // SAFETY: `into_raw` has given the ownership of this image away.
        (unsafe { Image::from_raw(std::ptr::NonNull::new(image).expect("not null")) }, state.errcode)
    }

    /// Returns the bytes that are not chosen otherwise.
    pub fn file(&self) -> &[u8] {
        self.file
    }

    /// Decodes a file with the SGI decoder, in one call.
    pub fn decode_file(&self, unpackers: &[&'static TableEntry], atom: c_int, io: &ImagingCodecIO) {
        let pair = unpackers[usize::from(self.pair) % unpackers.len()];
        let image = self.image(pair.mode).into_raw();
        let mut options = Options { context: [atom, 0, 0, 0], ..Options::default() };
        let mut state = self.state(pair, &mut options);
        // SAFETY: the image is live, the state's shuffler is one of the library's, its context begins with the atom's size,
        // and the callbacks live as long as the call.
        let image = unsafe {
            ImagingSetCodecIO(&mut state, io);
            let result = ImagingSgiRleDecode(image.cast(), &mut state, std::ptr::null_mut(), 0);
            assert!((-1..=0).contains(&result) && (result == 0 || state.errcode < 0));
            Image::from_raw(std::ptr::NonNull::new(image).expect("not null"))
        };
        image.view().expect("whole");
    }

    /// Encodes an image of the file's bytes into buffers of the pieces' lengths.
    pub fn encode<C>(&self, encoder: &Encoder<C>) {
        let pair = encoder.packers[usize::from(self.pair) % encoder.packers.len()];
        let mut image = self.image(pair.mode);
        let bytes = self.file.iter().cycle().copied().chain(std::iter::repeat(0));
        for (byte, value) in image.view_mut().expect("whole").rows_mut().flatten().zip(bytes) {
            *byte = value;
        }
        let before: Vec<u8> = image.view().expect("whole").rows().flatten().copied().collect();
        let raw = image.into_raw();
        let mut options = (encoder.options)(pair, self.free);
        let mut state = self.state(pair, &mut options);
        let mut line = vec![0; state.bytes.max(0) as usize].into_boxed_slice();
        state.buffer = line.as_mut_ptr();
        for piece in self.pieces().take(10_000) {
            let mut buffer = vec![0x5a; piece].into_boxed_slice();
            // SAFETY: the image is live, the state's shuffler is one of the library's, and the buffers have these lengths.
            let made = unsafe { (encoder.function)(raw.cast(), &mut state, buffer.as_mut_ptr(), piece as c_int) };
            assert!(made <= piece as c_int);
            if made < 0 || state.errcode != 0 {
                assert!(state.errcode <= IMAGING_CODEC_END && state.errcode != 0);
                break;
            }
        }
        if let Some(cleanup) = options.cleanup {
            // SAFETY: the state and its context are those of the calls.
            unsafe { cleanup(&mut state) };
        }
        // SAFETY: `into_raw` has given the ownership of this image away.
        let image = unsafe { Image::from_raw(std::ptr::NonNull::new(raw).expect("not null")) };
        assert!(image.view().expect("whole").rows().flatten().eq(&before), "an encoder only reads");
    }
}
