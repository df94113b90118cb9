//! How a shuffle becomes an entry of a table.

use std::ffi::{CStr, c_int};

use super::kernels;
use super::shuffle::{Kernel, Shuffle};
use crate::image::shuffler::{self, RowConversion, ShufflerFn};
use crate::mode::{Mode, RAW_MODES};
use crate::simd::isa;

/// A shuffle, for Rust and for C.
#[derive(Clone, Copy)]
pub struct Shuffler {
    /// Bytes that so many pixels have before.
    pub input: fn(usize) -> usize,
    /// Bytes that so many pixels have behind.
    pub output: fn(usize) -> usize,
    /// Converts so many pixels: [`Shuffle::shuffle`], with the instructions that the processor has.
    pub line: fn(&mut [u8], &[u8], usize),
    /// The same for C: see `ImagingShuffler`.
    pub entry: ShufflerFn,
    /// Whether nothing changes: the file may be the memory.
    pub same: bool,
    /// `line` with the instructions of a level, which the processor must have.
    #[cfg(test)]
    pub line_at: fn(isa::Isa, &mut [u8], &[u8], usize),
}

impl Shuffler {
    /// The shuffle `S`.
    pub const fn of<S: Shuffle>() -> Self {
        Self {
            input: S::input,
            output: S::output,
            line: best::<S>,
            entry: shuffler::shuffler::<Line<S>>,
            same: matches!(S::KERNEL, Kernel::Same),
            #[cfg(test)]
            line_at: kernels::shuffle::<S>,
        }
    }
}

impl Shuffler {
    /// Whether a line of `pixels` pixels stays within `input` bytes that are read and `output` bytes that are written.
    pub fn fits(&self, pixels: usize, input: usize, output: usize) -> bool {
        (self.input)(pixels) <= input && (self.output)(pixels) <= output
    }
}

/// Converts a line with the best instructions that there are.
fn best<S: Shuffle>(out: &mut [u8], input: &[u8], pixels: usize) {
    // To copy bytes takes no longer without: memcpy has its own.
    if let Kernel::Same = S::KERNEL {
        return S::shuffle(out, input, pixels);
    }
    kernels::shuffle::<S>(isa::current(), out, input, pixels);
}

/// A shuffle as the lines of C programs see it.
struct Line<S>(std::marker::PhantomData<S>);

impl<S: Shuffle> RowConversion for Line<S> {
    fn input_bytes(pixels: usize) -> usize {
        S::input(pixels)
    }

    fn output_bytes(pixels: usize) -> usize {
        S::output(pixels)
    }

    fn convert(out: &mut [u8], input: &[u8], pixels: usize) {
        best::<S>(out, input, pixels);
    }
}

/// An entry of a table: a mode, a raw mode, how many bits a pixel has in the file, and the way between them.
#[derive(Clone, Copy)]
pub struct Pair {
    /// The mode.
    pub mode: Mode,
    /// The raw mode's name.
    pub raw_mode: &'static CStr,
    /// The raw mode's number.
    pub raw_mode_id: c_int,
    /// Bits of a pixel in the file.
    pub bits: c_int,
    /// The way.
    pub shuffler: Shuffler,
}

impl Pair {
    /// An entry for the shuffle `S`.
    pub const fn new<S: Shuffle>(mode: Mode, raw_mode: &'static CStr, bits: c_int) -> Self {
        Self { mode, raw_mode, raw_mode_id: number(raw_mode), bits, shuffler: Shuffler::of::<S>() }
    }

    /// The entry for a mode and a raw mode by their numbers.
    pub fn find(table: &'static [Self], mode: c_int, raw_mode: c_int) -> Option<&'static Self> {
        table.iter().find(|pair| pair.mode.id() == mode && pair.raw_mode_id == raw_mode)
    }
}

/// Finds the shuffler behind a C function, for codecs, whose state names only the function.
pub struct Index<const N: usize> {
    pairs: &'static [Pair; N],
    /// The C functions of the pairs. Apart from these: a codec searches the list in every call.
    entries: [ShufflerFn; N],
}

impl<const N: usize> Index<N> {
    /// The index of a table.
    pub const fn of(pairs: &'static [Pair; N]) -> Self {
        let mut entries = [pairs[0].shuffler.entry; N];
        let mut n = 0;
        while n < N {
            entries[n] = pairs[n].shuffler.entry;
            n += 1;
        }
        Self { pairs, entries }
    }

    /// The shuffler whose C function is `entry`; `None` where the function is not of this table. Functions that the
    /// compiler made one are alike in all that counts here.
    pub fn find(&self, entry: ShufflerFn) -> Option<&'static Shuffler> {
        let place = self.entries.iter().position(|other| std::ptr::fn_addr_eq(*other, entry))?;
        Some(&self.pairs[place].shuffler)
    }
}

/// The number of a raw mode. A name that there is not does not compile.
const fn number(name: &'static CStr) -> c_int {
    let mut id = 0;
    loop {
        if equal(RAW_MODES[id].to_bytes(), name.to_bytes()) {
            return id as c_int;
        }
        id += 1;
    }
}

const fn equal(a: &[u8], b: &[u8]) -> bool {
    let mut n = 0;
    while n < a.len() && n < b.len() && a[n] == b[n] {
        n += 1;
    }
    n == a.len() && n == b.len()
}
