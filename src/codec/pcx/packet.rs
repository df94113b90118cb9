//! Runs.

/// The bits of a byte that begins a run.
pub const RUN: u8 = 0xc0;
/// The most bytes of a run.
pub const LONGEST: u8 = !RUN;

/// A run that is not written yet.
#[derive(Clone, Copy)]
pub struct Run {
    /// 0 after a longest run was written.
    pub length: u8,
    pub value: u8,
}

impl Run {
    /// Whether it takes two bytes.
    fn is_long(self) -> bool {
        self.length != 1 || self.value >= RUN
    }

    /// Returns the number of bytes that it takes.
    pub fn bytes(self) -> usize {
        if self.length == 0 { 0 } else { 1 + usize::from(self.is_long()) }
    }

    /// Writes the run to the start of `output`.
    pub fn write(self, output: &mut [u8]) {
        match self.bytes() {
            0 => {}
            1 => output[0] = self.value,
            _ => output[..2].copy_from_slice(&[RUN | self.length, self.value]),
        }
    }
}
