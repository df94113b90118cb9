//! Decodes the compressed rows of PNG from any bytes.

#![no_main]

#[path = "codec/mod.rs"]
mod codec;

use codec::{Decoder, Options, ZipState, unpackers};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|task: codec::Task| {
    let decoder = Decoder {
        function: codec::ImagingZipDecode,
        unpackers: &unpackers(&[
            ("1", "1"),
            ("L", "L;2"),
            ("L", "L"),
            ("P", "P;4"),
            ("LA", "LA"),
            ("RGB", "RGB"),
            ("RGBA", "RGBA"),
            ("RGBA", "RGBA;16B"),
            ("I;16", "I;16B"),
        ]),
        options: |_, [mode, interlaced, ..]| Options {
            context: ZipState { mode: (mode % 4).into(), interlaced: (interlaced % 2).into(), ..ZipState::default() },
            cleanup: Some(codec::ImagingZipDecodeCleanup),
            ..Options::default()
        },
    };
    // In an invalid stream, the inflater may see the fault before it has the last byte of a row, or with the next piece.
    task.run_in_pieces(&decoder);
});
