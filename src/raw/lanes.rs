//! Swizzles as data: the source of each byte (lane) of an output pixel.

/// The source of a byte of the output pixel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LaneSource {
    /// A byte of the input pixel, by its index.
    Lane(u8),
    /// A byte of the input pixel with all bits inverted.
    Inverted(u8),
    /// A byte of the input pixel with its most significant bit inverted: converts between signed and offset binary.
    SignFlipped(u8),
    /// A byte of the input pixel with its bits in reverse order.
    BitReversed(u8),
    /// A constant.
    Constant(u8),
}

/// A swizzle: converts pixels of `input` bytes to pixels of `output` bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LanePattern {
    /// Bytes of an input pixel.
    pub input: usize,
    /// Bytes of an output pixel, at most 4.
    pub output: usize,
    /// The sources of the output bytes; only the first `output` count.
    pub lanes: [LaneSource; 4],
}

impl LaneSource {
    /// Returns the output byte. `lane` returns bytes of the input pixel by their index.
    #[inline(always)]
    pub(super) fn byte(self, lane: impl Fn(u8) -> u8) -> u8 {
        match self {
            Self::Lane(index) => lane(index),
            Self::Inverted(index) => !lane(index),
            Self::SignFlipped(index) => lane(index) ^ 0x80,
            Self::BitReversed(index) => lane(index).reverse_bits(),
            Self::Constant(value) => value,
        }
    }
}

impl LanePattern {
    /// Encodes sources as an integer, which can be a const generic argument: 16 bits a lane, the first in the lowest.
    pub const fn encode(lanes: &[LaneSource]) -> u64 {
        let mut code = 0;
        let mut n = 0;
        while n < lanes.len() {
            let (kind, value) = match lanes[n] {
                LaneSource::Lane(index) => (0, index),
                LaneSource::Inverted(index) => (1, index),
                LaneSource::SignFlipped(index) => (2, index),
                LaneSource::BitReversed(index) => (3, index),
                LaneSource::Constant(value) => (4, value),
            };
            code |= (kind << 8 | value as u64) << (16 * n);
            n += 1;
        }
        code
    }

    /// Decodes what [`encode`](Self::encode) returned.
    pub(super) const fn decode(input: usize, output: usize, code: u64) -> Self {
        let mut lanes = [LaneSource::Constant(0); 4];
        let mut n = 0;
        while n < output {
            let value = (code >> (16 * n)) as u8;
            lanes[n] = match code >> (16 * n + 8) & 0xff {
                0 => LaneSource::Lane(value),
                1 => LaneSource::Inverted(value),
                2 => LaneSource::SignFlipped(value),
                3 => LaneSource::BitReversed(value),
                _ => LaneSource::Constant(value),
            };
            n += 1;
        }
        Self { input, output, lanes }
    }

    /// Whether a lane is bit-reversed: a byte shuffle cannot do that.
    pub(super) const fn has_bit_reversal(&self) -> bool {
        let mut n = 0;
        while n < self.output {
            if matches!(self.lanes[n], LaneSource::BitReversed(_)) {
                return true;
            }
            n += 1;
        }
        false
    }
}
