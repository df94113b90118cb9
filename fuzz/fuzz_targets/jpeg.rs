//! Decodes JPEG from any bytes, and encodes pixels with any options.

#![no_main]

#[path = "codec/mod.rs"]
mod codec;

use std::ffi::c_int;

use Imaging::raw::TableEntry;
use codec::{Decoder, Encoder, Options, packers, unpackers};
use libfuzzer_sys::fuzz_target;

/// More than the context of the decoder or of the encoder, with the structs of the JPEG library.
#[repr(C, align(8))]
struct Context([c_int; 512]);

impl Default for Context {
    fn default() -> Self {
        Self([0; 512])
    }
}

/// Returns the number of a pair's raw mode.
fn raw_mode(pair: &TableEntry) -> c_int {
    // SAFETY: the name is a C string.
    unsafe { codec::findRawModeID(pair.raw_mode.as_ptr()) }
}

/// `JPEGSTATE`.
fn decoder_options(pair: &TableEntry, [file, scale, draft, _]: [u8; 4]) -> Options<Context> {
    let files = [c"", c"", c"L", c"RGB", c"CMYK", c"YCbCr", c"YCbCrK"];
    let mut context = Context::default();
    // SAFETY: the name is a C string.
    context.0[0] = unsafe { codec::findRawModeID(files[usize::from(file) % files.len()].as_ptr()) };
    context.0[1] = raw_mode(pair);
    context.0[2] = (draft % 2).into();
    context.0[3] = [1, 1, 2, 4, 8, 0][usize::from(scale) % 6];
    Options { context, cleanup: Some(codec::ImagingJpegDecodeCleanup), ..Options::default() }
}

/// `JPEGENCODERSTATE`.
fn encoder_options(pair: &TableEntry, [quality, flags, more, restart]: [u8; 4]) -> Options<Context> {
    let bit = |bits: u8, bit: u8| c_int::from(bits >> bit & 1);
    let mut context = Context::default();
    context.0[..12].copy_from_slice(&[
        c_int::from(quality % 103) - 1,
        bit(flags, 0),
        c_int::from(more % 8) * 20,
        bit(flags, 1),
        bit(flags, 2),
        c_int::from(flags >> 3 & 3),
        bit(flags, 5) * 72,
        bit(flags, 5) * 96,
        c_int::from(more >> 3 & 3) - 1,
        c_int::from(restart % 16),
        c_int::from(restart / 16 % 4),
        raw_mode(pair),
    ]);
    Options { context, cleanup: Some(codec::ImagingJpegEncodeCleanup), ..Options::default() }
}

fuzz_target!(|input: (bool, codec::Task)| {
    let (encodes, task) = input;
    if encodes {
        let pairs =
            [("L", "L"), ("RGB", "RGBX"), ("RGB", "RGB"), ("YCbCr", "YCbCr"), ("CMYK", "CMYK;I"), ("RGBX", "RGBX")];
        task.encode(&Encoder {
            function: codec::ImagingJpegEncode,
            packers: &packers(&pairs),
            options: encoder_options,
        });
    } else {
        let pairs =
            [("L", "L"), ("RGB", "RGBX"), ("RGB", "RGB"), ("YCbCr", "YCbCr"), ("CMYK", "CMYK;I"), ("RGBA", "RGBA")];
        let decoder =
            Decoder { function: codec::ImagingJpegDecode, unpackers: &unpackers(&pairs), options: decoder_options };
        // What is behind the last row is read as far as it has come, and a fault there is an error.
        task.run_in_pieces(&decoder);
    }
});
