//! Decodes GIF image data from any bytes.

#![no_main]

#[path = "codec/mod.rs"]
mod codec;

use codec::{Decoder, Options, Words, unpackers};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|task: codec::Task| {
    let decoder = Decoder {
        function: codec::ImagingGifDecode,
        unpackers: &unpackers(&[("L", "L"), ("P", "P"), ("1", "1"), ("RGB", "RGB")]),
        options: |_, free| {
            let transparency = if free[2] % 2 == 0 { -1 } else { (free[3] % 4).into() };
            let context = Words::of(&[(free[0] % 14).into(), (free[1] % 2).into(), transparency]);
            Options { context, ..Options::default() }
        },
    };
    task.run::<Words<4112>>(&decoder);
});
