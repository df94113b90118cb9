//! Decodes SGI files of any bytes, through callbacks that read pieces of any length.

#![no_main]

#[path = "codec/mod.rs"]
mod codec;

use codec::file::File;
use codec::unpackers;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (codec::Task, u16, bool)| {
    let (task, piece, is_wide) = input;
    let pairs = [
        ("L", "L"),
        ("L", "L;16B"),
        ("RGB", "RGB"),
        ("RGB", "RGB;16B"),
        ("RGBA", "RGBA"),
        ("RGBA", "RGBA;16B"),
        ("LA", "LA"),
    ];
    // The decoder does not look into the header.
    let data = [&[0; 512][..], task.file()].concat();
    let mut file = File::new(data, piece);
    task.decode_file(&unpackers(&pairs), if is_wide { 2 } else { 1 }, &file.io());
});
