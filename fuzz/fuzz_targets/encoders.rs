//! Encodes images of any bytes with each encoder.

#![no_main]

#[path = "codec/mod.rs"]
mod codec;

use codec::{Encoder, Options, packers};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (u8, codec::Task)| {
    let (number, task) = input;
    match number % 1 {
        _ => task.encode(&Encoder {
            function: codec::ImagingTgaRleEncode,
            packers: &packers(&[("L", "L"), ("LA", "LA"), ("P", "P"), ("RGB", "BGR"), ("RGBA", "BGRA")]),
            options: |_, _| Options::<()>::default(),
        }),
    }
});
