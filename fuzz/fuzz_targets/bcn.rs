//! Decodes block-compressed textures from any bytes.

#![no_main]

#[path = "codec/mod.rs"]
mod codec;

use std::ffi::{CStr, c_char};

use codec::{Decoder, Options, unpackers};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|task: codec::Task| {
    const NAMES: [&CStr; 4] = [c"", c"BC5S", c"BC6HS", c"BC6H"];
    let decoder = Decoder {
        function: codec::ImagingBcnDecode,
        unpackers: &unpackers(&[("RGBA", "RGBA"), ("RGB", "RGB"), ("L", "L"), ("I;16", "I;16")]),
        // The context is a `BCNSTATE`.
        options: |_, free| Options {
            cleanup: None,
            count: 0,
            state: i32::from(free[0] % 9),
            bits: 0,
            bytes: 0,
            planes: 0,
            context: NAMES[usize::from(free[1]) % NAMES.len()].as_ptr(),
        },
    };
    task.run::<*const c_char>(&decoder);
});
