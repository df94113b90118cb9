//! Decodes bit fields from any bytes.

#![no_main]

#[path = "codec/mod.rs"]
mod codec;

use std::ffi::{c_int, c_ulong};

use codec::{Decoder, Options, unpackers};
use libfuzzer_sys::fuzz_target;

/// `BITSTATE` of the C header.
#[repr(C)]
#[derive(Default)]
struct BitState {
    bits: c_int,
    pad: c_int,
    fill: c_int,
    sign: c_int,
    lutsize: c_ulong,
    lut: usize,
    mask: c_ulong,
    signmask: c_ulong,
    bitbuffer: c_ulong,
    bitcount: c_int,
}

static TABLE: [f32; 9] = [0.5; 9];

fuzz_target!(|task: codec::Task| {
    let decoder = Decoder {
        function: codec::ImagingBitDecode,
        unpackers: &unpackers(&[("F", "F"), ("I", "I")]),
        options: |_, [bits, order, size, count]| Options {
            context: BitState {
                bits: c_int::from(bits % 34),
                pad: c_int::from(order >> 4 & 8),
                fill: c_int::from(order & 3),
                sign: c_int::from(order >> 2 & 1),
                lutsize: c_ulong::from(size % 10),
                lut: (&raw const TABLE).addr() * usize::from(size < 200),
                bitcount: if count < 250 { 0 } else { c_int::from(count.cast_signed()) * 7 },
                ..BitState::default()
            },
            ..Options::default()
        },
    };
    task.run(&decoder);
});
