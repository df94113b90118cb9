//! What a shuffle is, and which kernels there may be for it.

/// A conversion of a line of pixels.
pub trait Shuffle: 'static {
    /// Bytes that so many pixels have before.
    fn input(pixels: usize) -> usize;

    /// Bytes that so many pixels have behind.
    fn output(pixels: usize) -> usize;

    /// Converts `pixels` pixels; both slices have just the bytes of those. What a shuffle does not write (three bands of
    /// four, say) stays.
    ///
    /// Always inlined, so that it is compiled anew for each set of instructions.
    fn shuffle(out: &mut [u8], input: &[u8], pixels: usize);

    /// What the shuffle does, for the kernels that are written by hand.
    const KERNEL: Kernel = Kernel::Compiled;
}

/// Which kernels there are for a shuffle.
#[derive(Clone, Copy)]
pub enum Kernel {
    /// None are needed: the bytes are copied as they are.
    Same,
    /// Those that the compiler makes of it.
    Compiled,
    /// Permutations of bytes.
    Pick(Pick),
    /// Bits spread to bytes: the lowest bit is the first if `reversed`; a byte is `scale` where its bit is not `inverted`.
    FromBits {
        /// The lowest bit is the first.
        reversed: bool,
        /// Bytes are set where bits are not.
        inverted: bool,
        /// What a byte is that is set.
        scale: u8,
    },
    /// Written out for a level: converts as many pixels as it can, from the first on, and says how many.
    #[cfg(target_arch = "x86_64")]
    Vectors {
        /// With AVX2.
        avx2: fn(&mut [u8], &[u8]) -> usize,
        /// With AVX-512.
        avx512: fn(&mut [u8], &[u8]) -> usize,
    },
    /// Bits collected from bytes that are not 0, or that are if `inverted`.
    ToBits {
        /// The lowest bit is the first.
        reversed: bool,
        /// Bits are set where bytes are not.
        inverted: bool,
    },
}

/// One byte of the outcome.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Byte {
    /// That byte of the pixel, as it is.
    Of(u8),
    /// That byte with all bits inverted.
    Not(u8),
    /// That byte with the upper bit inverted: signed for unsigned.
    Signed(u8),
    /// That byte with its bits in reverse order.
    Reversed(u8),
    /// Always this.
    Always(u8),
}

/// What is picked: from pixels of `input` bytes, pixels of `output` bytes.
#[derive(Clone, Copy, Debug)]
pub struct Pick {
    /// Bytes that a pixel has before.
    pub input: usize,
    /// Bytes that a pixel has behind.
    pub output: usize,
    /// What they are, the first `output` of these.
    pub bytes: [Byte; 4],
}

impl Pick {
    /// Packs what is picked into a number: the only way in which a type can carry it.
    pub const fn code(bytes: &[Byte]) -> u64 {
        let mut code = 0;
        let mut n = 0;
        while n < bytes.len() {
            let (kind, value) = match bytes[n] {
                Byte::Of(place) => (0, place),
                Byte::Not(place) => (1, place),
                Byte::Signed(place) => (2, place),
                Byte::Reversed(place) => (3, place),
                Byte::Always(value) => (4, value),
            };
            code |= (kind << 8 | value as u64) << (16 * n);
            n += 1;
        }
        code
    }

    /// Unpacks what [`code`](Self::code) has packed.
    pub(super) const fn decode(input: usize, output: usize, code: u64) -> Self {
        let mut bytes = [Byte::Always(0); 4];
        let mut n = 0;
        while n < output {
            let value = (code >> (16 * n)) as u8;
            bytes[n] = match code >> (16 * n + 8) & 0xff {
                0 => Byte::Of(value),
                1 => Byte::Not(value),
                2 => Byte::Signed(value),
                3 => Byte::Reversed(value),
                _ => Byte::Always(value),
            };
            n += 1;
        }
        Self { input, output, bytes }
    }

    /// Permutations can do it, unless bits within a byte change their places.
    pub(super) const fn kernel(self) -> Kernel {
        let mut n = 0;
        while n < self.output {
            if matches!(self.bytes[n], Byte::Reversed(_)) {
                return Kernel::Compiled;
            }
            n += 1;
        }
        Kernel::Pick(self)
    }
}
