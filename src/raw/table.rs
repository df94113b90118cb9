//! The tables of packers and unpackers, and the search in them.

use std::ffi::{CStr, c_int};

use super::conversion::LineConversion;
use super::shuffler::Shuffler;
use crate::image::shuffler::ShufflerFn;
use crate::mode::{Mode, RAW_MODES};

/// A table entry: the shuffler between a mode and a raw mode.
#[derive(Clone, Copy)]
pub struct TableEntry {
    /// The mode.
    pub mode: Mode,
    /// The name of the raw mode.
    pub raw_mode: &'static CStr,
    /// The number of the raw mode.
    pub raw_mode_id: c_int,
    /// Bits of a pixel in the file.
    pub bits: c_int,
    /// The conversion.
    pub shuffler: Shuffler,
}

impl TableEntry {
    /// Returns an entry for the conversion `C`.
    pub const fn new<C: LineConversion>(mode: Mode, raw_mode: &'static CStr, bits: c_int) -> Self {
        Self { mode, raw_mode, raw_mode_id: raw_mode_id(raw_mode), bits, shuffler: Shuffler::of::<C>() }
    }

    /// Finds the entry for a mode and a raw mode, given by their numbers.
    pub fn find(table: &'static [Self], mode: c_int, raw_mode: c_int) -> Option<&'static Self> {
        table.iter().find(|entry| entry.mode.id() == mode && entry.raw_mode_id == raw_mode)
    }
}

/// Finds shufflers by their C functions: the state of a codec names only the function.
pub struct ShufflerIndex<const N: usize> {
    table: &'static [TableEntry; N],
    /// The C functions of the table in an array of their own, because a codec searches them in every call.
    functions: [ShufflerFn; N],
}

impl<const N: usize> ShufflerIndex<N> {
    /// Returns the index of a table.
    pub const fn of(table: &'static [TableEntry; N]) -> Self {
        let mut functions = [table[0].shuffler.entry; N];
        let mut n = 0;
        while n < N {
            functions[n] = table[n].shuffler.entry;
            n += 1;
        }
        Self { table, functions }
    }

    /// Returns the shuffler whose C function is `function`; `None` for a function that is not in the table. The linker may
    /// have merged functions; their shufflers differ in nothing but the address.
    pub fn find(&self, function: ShufflerFn) -> Option<&'static Shuffler> {
        let index = self.functions.iter().position(|other| std::ptr::fn_addr_eq(*other, function))?;
        Some(&self.table[index].shuffler)
    }
}

/// Returns the number of a raw mode. An unknown name does not compile.
const fn raw_mode_id(name: &'static CStr) -> c_int {
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
