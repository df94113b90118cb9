//! Encodes JPEG 2000 with any options, and decodes the changed file, or any bytes, through callbacks that read pieces of any
//! length.

#![no_main]

#[path = "codec/file.rs"]
mod file;

use std::ffi::{c_char, c_int, c_void};

use Imaging::abi::ext::ImagingCodecIO;
use Imaging::abi::{IMAGING_CODEC_END, ImagingCodecStateInstance};
use Imaging::{Image, Mode};
use file::File;
use libfuzzer_sys::arbitrary::{self, Arbitrary};
use libfuzzer_sys::fuzz_target;

type State = ImagingCodecStateInstance;

unsafe extern "C" {
    fn ImagingJpeg2KDecode(im: *mut c_void, state: *mut State, buffer: *mut u8, bytes: isize) -> c_int;
    fn ImagingJpeg2KDecodeCleanup(state: *mut State);
    fn ImagingJpeg2KEncode(im: *mut c_void, state: *mut State, buffer: *mut u8, bytes: c_int) -> c_int;
    fn ImagingJpeg2KEncodeCleanup(state: *mut State);
    fn ImagingSetCodecIO(state: *mut State, io: *const ImagingCodecIO);
}

/// `JPEG2KDECODESTATE`.
#[repr(C)]
struct DecodeState {
    fd: c_int,
    pfile: *mut c_void,
    length: i64,
    format: c_int,
    reduce: c_int,
    layers: c_int,
    error_msg: *const c_char,
}

/// `JPEG2KENCODESTATE`.
#[repr(C)]
struct EncodeState {
    fd: c_int,
    pfile: *mut c_void,
    format: c_int,
    offset: [c_int; 2],
    tile_offset: [c_int; 2],
    tile_size: [c_int; 2],
    quality_is_in_db: c_int,
    quality_layers: *mut c_void,
    num_resolutions: c_int,
    block_size: [c_int; 2],
    precinct_size: [c_int; 2],
    irreversible: c_int,
    mct: c_char,
    sgnd: c_int,
    progression: c_int,
    cinema_mode: c_int,
    error_msg: *const c_char,
    comment: *mut c_char,
    plt: c_int,
}

/// What the fuzzer chooses.
#[derive(Arbitrary, Debug)]
struct Task<'a> {
    mode: u8,
    out: u8,
    size: (u8, u8),
    is_code_stream: bool,
    offset: [u8; 2],
    tile_back: [u8; 2],
    tile_size: [u8; 2],
    resolutions: i8,
    /// Logarithms of the sizes of blocks and precincts.
    block: [u8; 2],
    precinct: [u8; 2],
    irreversible: bool,
    mct: u8,
    is_signed: bool,
    progression: u8,
    cinema: u8,
    plt: bool,
    /// An option as no binding sets it.
    wrong: Option<(u8, i32)>,
    reduce: u8,
    layers: u8,
    piece: u16,
    /// Whether the length of the file is told, and how wrong it is.
    length: Option<i16>,
    changes: Vec<(u16, u8)>,
    /// Decoded instead of the encoded file if there are many bytes.
    bytes: &'a [u8],
}

fn image(mode: Mode, size: (usize, usize)) -> *mut c_void {
    let mut image = Image::new(mode, size.0, size.1).expect("small");
    for (y, row) in image.view_mut().expect("whole").rows_mut().enumerate() {
        row.iter_mut().enumerate().for_each(|(x, byte)| *byte = (x * y + x / 3) as u8);
    }
    image.into_raw().cast()
}

/// Calls a codec that uses its file itself.
fn call<C>(file: &mut File, context: &mut C, codec: impl FnOnce(&mut State) -> c_int) -> c_int {
    let io = file.io();
    // SAFETY: a state is numbers and pointers, which may be NULL; the callbacks live as long as the call.
    unsafe {
        let mut state: State = std::mem::zeroed();
        state.context = std::ptr::from_mut(context).cast();
        ImagingSetCodecIO(&mut state, &io);
        assert_eq!(codec(&mut state), -1);
        assert!(state.errcode != 0 && state.errcode <= IMAGING_CODEC_END);
        state.errcode
    }
}

impl Task<'_> {
    fn size(&self) -> (usize, usize) {
        (usize::from(self.size.0 % 48) + 1, usize::from(self.size.1 % 48) + 1)
    }

    fn format(&self) -> c_int {
        if self.is_code_stream { 0 } else { 2 }
    }

    /// Encodes an image. Returns the file.
    fn encode(&self) -> Vec<u8> {
        let log = |exponent: u8| if exponent % 12 == 0 { 0 } else { 1 << (exponent % 12) };
        let tile_size = self.tile_size.map(|side| c_int::from(side % 64));
        let offset = self.offset.map(|offset| c_int::from(offset % 32));
        let back = |n: usize| (offset[n] - c_int::from(self.tile_back[n] % 64) % tile_size[n].max(1)).max(0);
        // SAFETY: a context is numbers and pointers, which may be NULL.
        let mut context = EncodeState {
            format: self.format(),
            offset: if tile_size[0] == 0 || tile_size[1] == 0 { [0, 0] } else { offset },
            tile_offset: [back(0), back(1)],
            tile_size,
            num_resolutions: self.resolutions.into(),
            block_size: self.block.map(log),
            precinct_size: self.precinct.map(log),
            irreversible: self.irreversible.into(),
            mct: self.mct as c_char,
            sgnd: self.is_signed.into(),
            progression: (self.progression % 5).into(),
            cinema_mode: if self.cinema > 200 { (self.cinema % 4).into() } else { 0 },
            plt: self.plt.into(),
            ..unsafe { std::mem::zeroed() }
        };
        if let Some((field, value)) = self.wrong {
            let [x, y] = &mut context.offset;
            let [tile_x, tile_y] = &mut context.tile_offset;
            let [width, height] = &mut context.tile_size;
            let fields = [
                &mut context.format,
                x,
                y,
                tile_x,
                tile_y,
                width,
                height,
                &mut context.num_resolutions,
                &mut context.progression,
                &mut context.cinema_mode,
                &mut context.block_size[0],
                &mut context.precinct_size[1],
            ];
            let index = usize::from(field) % fields.len();
            *fields.into_iter().nth(index).expect("an index below the length") = value;
        }
        let modes = [Mode::L, Mode::LA, Mode::RGB, Mode::RGBA, Mode::I16, Mode::YCbCr, Mode::P, Mode::CMYK];
        let im = image(modes[usize::from(self.mode) % modes.len()], self.size());
        let mut file = File::new(Vec::new(), 0);
        // SAFETY: the image is live, and the state is that of the call.
        call(&mut file, &mut context, |state| unsafe {
            let result = ImagingJpeg2KEncode(im, state, std::ptr::null_mut(), 0);
            ImagingJpeg2KEncodeCleanup(state);
            result
        });
        // SAFETY: `into_raw` has given the ownership of this image away.
        drop(unsafe { Image::from_raw(std::ptr::NonNull::new(im).expect("not null").cast()) });
        file.data
    }

    fn decode(&self, data: Vec<u8>) {
        let length = self.length.map_or(-1, |wrong| (data.len() as i64 + i64::from(wrong)).max(-1));
        let mut context = DecodeState {
            fd: -1,
            pfile: std::ptr::null_mut(),
            length,
            format: self.format(),
            reduce: (self.reduce % 8).into(),
            layers: (self.layers % 4).into(),
            error_msg: std::ptr::null(),
        };
        let modes = [
            Mode::L,
            Mode::LA,
            Mode::RGB,
            Mode::RGBA,
            Mode::I16,
            Mode::I16B,
            Mode::P,
            Mode::PA,
            Mode::CMYK,
        ];
        let (width, height) = self.size();
        let reduced = |side: usize| side.div_ceil(1 << context.reduce);
        let im = image(modes[usize::from(self.out) % modes.len()], (reduced(width), reduced(height)));
        let mut file = File::new(data, self.piece);
        // SAFETY: the image is live, and the state is that of the call.
        call(&mut file, &mut context, |state| unsafe {
            let result = ImagingJpeg2KDecode(im, state, std::ptr::null_mut(), 0);
            ImagingJpeg2KDecodeCleanup(state);
            result
        });
        // SAFETY: `into_raw` has given the ownership of this image away.
        drop(unsafe { Image::from_raw(std::ptr::NonNull::new(im).expect("not null").cast()) });
    }
}

fuzz_target!(|task: Task| {
    let mut data = if task.bytes.len() > 40 { task.bytes.to_vec() } else { task.encode() };
    if let Some(last) = data.len().checked_sub(1) {
        for (place, value) in &task.changes {
            // Mostly the header.
            let place = if value % 4 == 0 { usize::from(*place) } else { usize::from(place % 160) };
            data[place.min(last)] = *value;
        }
    }
    task.decode(data);
});
