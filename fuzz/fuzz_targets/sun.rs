//! Decodes run-length encoded Sun raster data from any bytes.

#![no_main]

#[path = "codec/mod.rs"]
mod codec;

use codec::{Decoder, Options, unpackers};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|task: codec::Task| {
    let decoder = Decoder {
        function: codec::ImagingSunRleDecode,
        unpackers: &unpackers(&[("1", "1;I"), ("L", "L"), ("P", "P"), ("P", "P;4"), ("RGB", "BGR"), ("RGB", "BGRX")]),
        options: |_, _| Options::default(),
    };
    task.run::<()>(&decoder);
});
