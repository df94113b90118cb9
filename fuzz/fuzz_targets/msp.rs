//! Decodes the rows of Microsoft Paint from any bytes.

#![no_main]

#[path = "codec/mod.rs"]
mod codec;

use codec::{Decoder, Options, unpackers};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|task: codec::Task| {
    let decoder = Decoder {
        function: codec::ImagingMspDecode,
        unpackers: &unpackers(&[("1", "1"), ("L", "L")]),
        options: |_, _| Options::default(),
    };
    task.run::<()>(&decoder);
});
