//! Encodes TIFF with any tags, and decodes the changed file, or any bytes, to an image of the page's or of another size.

#![no_main]

use std::ffi::{c_char, c_int, c_void};
use std::ptr::{NonNull, null_mut};

use Imaging::abi::{IMAGING_CODEC_END, ImagingCodecStateInstance};
use Imaging::raw::{TableEntry, packers, unpackers};
use Imaging::{Image, Mode};
use libfuzzer_sys::arbitrary::{self, Arbitrary};
use libfuzzer_sys::fuzz_target;

type State = ImagingCodecStateInstance;

unsafe extern "C" {
    fn ImagingLibTiffInit(state: *mut State, fp: c_int, offset: u32) -> c_int;
    fn ImagingLibTiffDecode(im: *mut c_void, state: *mut State, buffer: *mut u8, bytes: isize) -> c_int;
    fn ImagingLibTiffEncodeInit(state: *mut State, filename: *const c_char, fp: c_int) -> c_int;
    fn ImagingLibTiffSetField(state: *mut State, tag: u32, ...) -> c_int;
    fn ImagingLibTiffMergeFieldInfo(state: *mut State, field_type: c_int, key: c_int, is_var_length: c_int) -> c_int;
    fn ImagingLibTiffEncode(im: *mut c_void, state: *mut State, buffer: *mut u8, bytes: c_int) -> c_int;
    fn ImagingLibTiffEncodeCleanup(state: *mut State);
}

/// `TIFFSTATE`.
type Context = [u64; 7];

/// Pairs of a mode and a raw mode, which are unpacked and packed, with the bits and the number of samples.
const PAIRS: [(&str, &str, c_int, c_int); 12] = [
    ("1", "1", 1, 1),
    ("L", "L", 8, 1),
    ("LA", "LA", 8, 2),
    ("P", "P", 8, 1),
    ("P", "P;4", 4, 1),
    ("I;16", "I;16", 16, 1),
    ("F", "F;32F", 32, 1),
    ("RGB", "RGB", 8, 3),
    ("RGB", "RGBX", 8, 4),
    ("RGBA", "RGBA", 8, 4),
    ("CMYK", "CMYK", 8, 4),
    ("LAB", "LAB", 8, 3),
];

const COMPRESSIONS: [c_int; 14] = [1, 2, 3, 4, 5, 7, 8, 32773, 32946, 34676, 34925, 50000, 50001, 32809];

/// Raw modes beside those of the pairs, for planes of 16 bits and others.
const UNPACKED: [(&str, &str); 5] =
    [("RGB", "RGB;16N"), ("RGBA", "RGBA;16N"), ("RGBA", "RGBa"), ("L", "L;2"), ("I", "I;32S")];

#[derive(Arbitrary, Debug)]
struct Task<'a> {
    pair: u8,
    decoded_pair: u8,
    size: (u8, u8),
    other_size: Option<(u8, u8)>,
    compression: u8,
    photometric: u8,
    rows: u8,
    planar: u8,
    predictor: u8,
    fill_order: u8,
    sample_format: u8,
    /// A tag with a number as its value.
    tag: Option<(u8, u16)>,
    is_custom: bool,
    directory: Option<u16>,
    /// A number of the state, as a careless program sets it.
    wrong: Option<(u8, i16)>,
    piece: u16,
    changes: Vec<(u16, u8)>,
    /// Decoded instead of the encoded file, if there are many bytes.
    bytes: &'a [u8],
}

fn entry(table: &'static [TableEntry], mode: &str, raw_mode: &str) -> &'static TableEntry {
    let is_it = |entry: &&TableEntry| entry.mode.name() == mode && entry.raw_mode.to_str() == Ok(raw_mode);
    table.iter().find(is_it).expect("a pair of the table")
}

fn sides(size: (u8, u8)) -> (usize, usize) {
    (usize::from(size.0 % 64) + 1, usize::from(size.1 % 64) + 1)
}

fn image(mode: Mode, size: (usize, usize)) -> *mut c_void {
    let mut image = Image::new(mode, size.0, size.1).expect("small");
    for (y, row) in image.view_mut().expect("whole").rows_mut().enumerate() {
        row.iter_mut().enumerate().for_each(|(x, byte)| *byte = (x * y / 3 + x) as u8);
    }
    image.into_raw().cast()
}

/// Deletes an image that [`image`] has made.
fn delete(im: *mut c_void) {
    // SAFETY: `into_raw` has given the ownership of this image away.
    drop(unsafe { Image::from_raw(NonNull::new(im).expect("not null").cast()) });
}

fn state(entry: &TableEntry, size: (usize, usize), context: &mut Context) -> State {
    let bytes = (size.0 * entry.bits as usize).div_ceil(8);
    State {
        count: 0,
        state: 0,
        errcode: 0,
        x: 0,
        y: 0,
        ystep: 1,
        xsize: size.0 as c_int,
        ysize: size.1 as c_int,
        xoff: 0,
        yoff: 0,
        shuffle: Some(entry.shuffler.entry),
        bits: entry.bits,
        bytes: bytes as c_int,
        planes: 0,
        // SAFETY: `calloc` takes any size.
        buffer: unsafe { libc::calloc(1, bytes) }.cast(),
        context: std::ptr::from_mut(context).cast(),
        fd: null_mut(),
    }
}

impl Task<'_> {
    fn encode(&self) -> Vec<u8> {
        let (mode, raw_mode, bits, samples) = PAIRS[usize::from(self.pair) % PAIRS.len()];
        let entry = entry(&packers::PACKERS, mode, raw_mode);
        let (size, mut context) = (sides(self.size), Context::default());
        let (im, mut state) = (image(entry.mode, size), state(entry, size, &mut context));
        let compression = COMPRESSIONS[usize::from(self.compression) % COMPRESSIONS.len()];
        let or = |value: u8, usual: c_int| if value > 200 { (value % 12).into() } else { usual };
        let usual = if samples < 3 { 1 } else { 2 };
        let mut file = Vec::new();
        // SAFETY: the image is live, the state's packer is the library's, and all these tags have one number.
        unsafe {
            let mut is_set = ImagingLibTiffEncodeInit(&mut state, c"a name".as_ptr(), 0) != 0;
            for (tag, value) in [
                (256, size.0 as c_int),
                (257, size.1 as c_int),
                (258, or(self.tag.map_or(0, |tag| tag.0), bits)),
                (259, compression),
                (262, or(self.photometric, usual)),
                (277, samples),
                (278, c_int::from(self.rows % 80) + 1),
                (284, or(self.planar, 1)),
                (266, or(self.fill_order, 1)),
                (317, or(self.predictor, 1)),
                (339, or(self.sample_format, if mode == "F" { 3 } else { 1 })),
            ] {
                is_set = ImagingLibTiffSetField(&mut state, tag, value) != 0 && is_set;
            }
            if let Some((tag, value)) = self.tag {
                let tags = [254, 256, 257, 263, 277, 322, 323, 65537, 65538, 65557, 32996, 296];
                ImagingLibTiffSetField(&mut state, tags[usize::from(tag) % tags.len()], c_int::from(value));
            }
            if self.is_custom {
                let numbers = [1_u16, 2, 3];
                ImagingLibTiffMergeFieldInfo(&mut state, 3, 40_000, 1);
                ImagingLibTiffSetField(&mut state, 40_000, 3 as c_int, numbers.as_ptr());
            }
            while is_set {
                let mut buffer = vec![0x5a; usize::from(self.piece) + 1].into_boxed_slice();
                let made = ImagingLibTiffEncode(im, &mut state, buffer.as_mut_ptr(), buffer.len() as c_int);
                assert!(made <= buffer.len() as c_int && state.errcode <= IMAGING_CODEC_END);
                file.extend_from_slice(&buffer[..usize::try_from(made).unwrap_or(0)]);
                if made < 0 || state.errcode != 0 {
                    break;
                }
            }
            ImagingLibTiffEncodeCleanup(&mut state);
            libc::free(state.buffer.cast());
        }
        delete(im);
        file
    }

    fn decode(&self, file: Vec<u8>) {
        let index = usize::from(self.decoded_pair) % (PAIRS.len() + UNPACKED.len());
        let (mode, raw_mode) =
            if index < PAIRS.len() { (PAIRS[index].0, PAIRS[index].1) } else { UNPACKED[index - PAIRS.len()] };
        let entry = entry(&unpackers::UNPACKERS, mode, raw_mode);
        let (size, mut context) = (sides(self.other_size.unwrap_or(self.size)), Context::default());
        let (im, mut state) = (image(entry.mode, size), state(entry, size, &mut context));
        if let Some((field, value)) = self.wrong {
            let fields = [&mut state.y, &mut state.xoff, &mut state.yoff, &mut state.bits, &mut state.xsize];
            let index = usize::from(field) % fields.len();
            *fields.into_iter().nth(index).expect("an index below the length") = value.into();
        }
        let mut file = file.into_boxed_slice();
        // SAFETY: the image is live, the state's unpacker is the library's, and the buffer has this length.
        unsafe {
            ImagingLibTiffInit(&mut state, 0, self.directory.map_or(0, u32::from));
            assert_eq!(ImagingLibTiffDecode(im, &mut state, file.as_mut_ptr(), file.len() as isize), -1);
            assert!(state.errcode <= 0);
            libc::free(state.buffer.cast());
        }
        delete(im);
    }
}

fuzz_target!(|task: Task| {
    let mut file = if task.bytes.len() > 40 { task.bytes.to_vec() } else { task.encode() };
    if let Some(last) = file.len().checked_sub(1) {
        for (place, value) in &task.changes {
            // The directory is at the end.
            let place = usize::from(*place);
            let place = if value % 3 == 0 { place.min(last) } else { last - place % 300.min(last + 1) };
            file[place] = *value;
        }
    }
    task.decode(file);
});
