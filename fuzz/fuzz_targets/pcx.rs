//! Decodes PCX from any bytes.

#![no_main]

#[path = "codec/mod.rs"]
mod codec;

use std::ffi::c_int;

use codec::{Decoder, Options, unpackers};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|task: codec::Task| {
    let decoder = Decoder {
        function: codec::ImagingPcxDecode,
        unpackers: &unpackers(&[
            ("1", "1"),
            ("L", "L"),
            ("P", "P"),
            ("RGB", "RGB;L"),
            ("P", "P;2L"),
            ("P", "P;4L"),
            ("P", "P;4"),
        ]),
        options: |unpacker, [padding, ..]| {
            // Room for planes of bits, whose rounding up the check of the line does not know.
            let plane = 1 + c_int::from(padding % 4);
            Options {
                bytes: if padding < 128 { 0 } else { 96 * (unpacker.bits + 7) / 8 + plane },
                ..Options::default()
            }
        },
    };
    task.run::<()>(&decoder);
});
