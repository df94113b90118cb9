//! Arguments from the fuzzer's bytes: mostly valid ones.

use std::ffi::c_int;

/// The bytes that are left, followed by zeros.
pub struct Bytes<'a>(pub &'a [u8]);

impl Bytes<'_> {
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn byte(&mut self) -> u8 {
        let Some((first, rest)) = self.0.split_first() else { return 0 };
        self.0 = rest;
        *first
    }

    pub fn below(&mut self, limit: usize) -> usize {
        usize::from(self.byte()) % limit
    }

    pub fn flag(&mut self) -> bool {
        self.byte() & 1 == 1
    }

    /// Returns the width or height of an image: mostly up to 70, sometimes a few hundred, rarely an invalid one.
    pub fn side(&mut self) -> c_int {
        match self.byte() {
            255 => -1,
            large @ 245..255 => 200 + 50 * (c_int::from(large) - 245),
            small => c_int::from(small) % 71,
        }
    }

    /// Returns a coordinate: mostly near the image, rarely the largest or smallest number.
    pub fn coordinate(&mut self) -> c_int {
        match self.byte() {
            255 => c_int::MAX,
            254 => c_int::MIN,
            near => c_int::from(near) % 110 - 20,
        }
    }

    /// Returns a number that is mostly small.
    pub fn number(&mut self) -> c_int {
        match self.byte() {
            255 => c_int::MAX,
            254 => c_int::MIN,
            250..254 => 1000,
            small => c_int::from(small) % 16 - 2,
        }
    }

    /// Returns a float: mostly a multiple of 1/4, sometimes any.
    pub fn float(&mut self) -> f64 {
        match self.byte() {
            255 => f64::NAN,
            254 => f64::INFINITY,
            253 => f64::NEG_INFINITY,
            252 => 1e300,
            251 => -1e10,
            250 => 1e-310,
            240..250 => {
                f64::from(f32::from_bits(u32::from_le_bytes([self.byte(), self.byte(), self.byte(), self.byte()])))
            }
            quarters => f64::from(quarters) / 4.0 - 20.0 + f64::from(self.byte()) / 1000.0,
        }
    }
}
