//! Encodes images of any bytes with each encoder.

#![no_main]

#[path = "codec/mod.rs"]
mod codec;

use std::ffi::c_int;

use codec::{Encoder, Options, Words, ZipState, packers};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (u8, codec::Task)| {
    let (number, task) = input;
    match number % 7 {
        0 => task.encode(&Encoder {
            function: codec::ImagingBcnEncode,
            packers: &packers(&[("L", "L"), ("LA", "LA"), ("RGB", "RGB"), ("RGBA", "RGBA"), ("I;16", "I;16")]),
            options: |_, free| Options::<()> { state: i32::from(free[0] % 7), ..Options::default() },
        }),
        1 => task.encode(&Encoder {
            function: codec::ImagingEpsEncode,
            packers: &packers(&[("L", "L"), ("LA", "LA"), ("RGB", "RGB"), ("CMYK", "CMYK"), ("I;16", "I;16")]),
            options: |_, _| Options::<()>::default(),
        }),
        2 => task.encode(&Encoder {
            function: codec::ImagingGifEncode,
            packers: &packers(&[("L", "L"), ("P", "P"), ("1", "1"), ("RGB", "RGB")]),
            options: |_, free| {
                let context = Words::<8209>::of(&[(free[0] % 32).into(), (free[1] % 2).into()]);
                Options { context, ..Options::default() }
            },
        }),
        3 => task.encode(&Encoder {
            function: codec::ImagingPcxEncode,
            packers: &packers(&[("1", "1"), ("L", "L"), ("P", "P"), ("RGB", "RGB;L")]),
            options: |_, _| Options::<()>::default(),
        }),
        4 => task.encode(&Encoder {
            function: codec::ImagingTgaRleEncode,
            packers: &packers(&[("L", "L"), ("LA", "LA"), ("P", "P"), ("RGB", "BGR"), ("RGBA", "BGRA")]),
            options: |_, _| Options::<()>::default(),
        }),
        5 => task.encode(&Encoder {
            function: codec::ImagingXbmEncode,
            packers: &packers(&[("1", "1;R"), ("1", "1"), ("L", "L")]),
            options: |_, _| Options::<()>::default(),
        }),
        _ => task.encode(&Encoder {
            function: codec::ImagingZipEncode,
            packers: &packers(&[("1", "1"), ("L", "L"), ("P", "P;4"), ("LA", "LA"), ("RGB", "RGB"), ("RGBA", "RGBA")]),
            options: |_, [mode, level, strategy, optimize]| Options {
                context: ZipState {
                    mode: (mode % 4).into(),
                    optimize: (optimize % 2).into(),
                    compress_level: c_int::from(level % 11) - 1,
                    compress_type: c_int::from(strategy % 6) - 1,
                    ..ZipState::default()
                },
                cleanup: Some(codec::ImagingZipEncodeCleanup),
                ..Options::default()
            },
        }),
    }
});
