//! Decodes PackBits from any bytes.

#![no_main]

#[path = "codec/mod.rs"]
mod codec;

use codec::{Decoder, Options, unpackers};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|task: codec::Task| {
    let decoder = Decoder {
        function: codec::ImagingPackbitsDecode,
        unpackers: &unpackers(&[
            ("1", "1"),
            ("L", "L"),
            ("LA", "LA"),
            ("P", "P;4"),
            ("RGB", "RGB"),
            ("RGB", "R"),
            ("CMYK", "CMYK"),
        ]),
        options: |_, _| Options::default(),
    };
    task.run::<()>(&decoder);
});
