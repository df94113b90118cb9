//! Decodes frames of FLI and FLC animations from any bytes.

#![no_main]

#[path = "codec/mod.rs"]
mod codec;

use codec::{Decoder, Options, unpackers};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|task: codec::Task| {
    let decoder = Decoder {
        function: codec::ImagingFliDecode,
        unpackers: &unpackers(&[("P", "P"), ("L", "L"), ("RGB", "RGB")]),
        options: |_, _| Options::default(),
    };
    // A chunk may read what is behind its frame, as far as the piece goes.
    task.run_in_pieces::<()>(&decoder);
});
