//! The probe sequences of the reference's hash table.
//!
//! The table has a power of two of slots, more than colours were asked for. A colour's search starts at the complement of its
//! low bits and proceeds by steps that double in a Galois field.

/// Terms of the polynomials by which the table of each power of two, from 4 on, steps through its slots.
const POLYNOMIALS: [u32; 29] =
    [3, 3, 3, 5, 3, 3, 29, 17, 9, 5, 83, 27, 43, 3, 45, 9, 39, 39, 9, 5, 3, 33, 27, 9, 71, 39, 9, 5, 83];

/// The steps through a table.
#[derive(Clone, Copy)]
pub struct Probing {
    /// The table's last slot.
    mask: u32,
    polynomial: u32,
}

/// A position in a search.
#[derive(Clone, Copy, Default)]
pub struct Position {
    /// The slot to look at.
    pub slot: u32,
    /// The step to the next one, never 0.
    pub step: u32,
}

impl Probing {
    /// Returns the steps through the table for a number of colours; `None` where the reference has no table as large as that.
    pub fn new(max_colors: usize) -> Option<Self> {
        let sizes = (2..).map(|bits| 1usize << bits);
        let (size, polynomial) = sizes.zip(POLYNOMIALS).find(|(size, _)| *size > max_colors)?;
        Some(Self { mask: size as u32 - 1, polynomial })
    }

    /// Returns the number of slots.
    pub fn size(self) -> usize {
        self.mask as usize + 1
    }

    /// Returns where the search for a colour starts.
    #[inline(always)]
    pub fn start(self, color: u32) -> Position {
        let step = (color ^ (color >> 3)) & self.mask;
        Position { slot: !color & self.mask, step: if step == 0 { self.mask } else { step } }
    }

    /// Returns where a search proceeds.
    #[inline(always)]
    pub fn next(self, at: Position) -> Position {
        let (slot, step) = ((at.slot + at.step) & self.mask, at.step << 1);
        Position { slot, step: if step > self.mask { step ^ self.polynomial } else { step } }
    }

    /// Returns the bits of a colour that decide its search.
    pub fn path(self, color: u32) -> u32 {
        color & (self.mask | self.mask << 3)
    }
}
