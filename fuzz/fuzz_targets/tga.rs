//! Decodes run-length encoded TGA from any bytes.

#![no_main]

#[path = "codec/mod.rs"]
mod codec;

use codec::{Decoder, Options, unpackers};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|task: codec::Task| {
    let decoder = Decoder {
        function: codec::ImagingTgaRleDecode,
        unpackers: &unpackers(&[
            ("L", "L"),
            ("LA", "LA"),
            ("P", "P"),
            ("RGB", "BGR"),
            ("RGBA", "BGRA"),
            ("RGB", "BGR;15"),
        ]),
        options: |unpacker, _| Options { count: (unpacker.bits + 7) / 8, ..Options::default() },
    };
    task.run::<()>(&decoder);
});
