//! What BC6H and BC7 have in common: partitions, indices and weights.

use super::block::Pixel;

/// The 16 pixels of a block: an element of a vector for each.
pub type Pixels<T> = [T; 16];

/// Partitions into two subsets: a bit for each pixel.
const PAIRS: [u16; 64] = [
    0xcccc, 0x8888, 0xeeee, 0xecc8, 0xc880, 0xfeec, 0xfec8, 0xec80, 0xc800, 0xffec, 0xfe80, 0xe800, 0xffe8, 0xff00,
    0xfff0, 0xf000, 0xf710, 0x008e, 0x7100, 0x08ce, 0x008c, 0x7310, 0x3100, 0x8cce, 0x088c, 0x3110, 0x6666, 0x366c,
    0x17e8, 0x0ff0, 0x718e, 0x399c, 0xaaaa, 0xf0f0, 0x5a5a, 0x33cc, 0x3c3c, 0x55aa, 0x9696, 0xa55a, 0x73ce, 0x13c8,
    0x324c, 0x3bdc, 0x6996, 0xc33c, 0x9966, 0x0660, 0x0272, 0x04e4, 0x4e40, 0x2720, 0xc936, 0x936c, 0x39c6, 0x639c,
    0x9336, 0x9cc6, 0x817e, 0xe718, 0xccf0, 0x0fcc, 0x7744, 0xee22,
];

/// Partitions into three subsets: two bits for each pixel.
const TRIPLES: [u32; 64] = [
    0xaa685050, 0x6a5a5040, 0x5a5a4200, 0x5450a0a8, 0xa5a50000, 0xa0a05050, 0x5555a0a0, 0x5a5a5050, 0xaa550000,
    0xaa555500, 0xaaaa5500, 0x90909090, 0x94949494, 0xa4a4a4a4, 0xa9a59450, 0x2a0a4250, 0xa5945040, 0x0a425054,
    0xa5a5a500, 0x55a0a0a0, 0xa8a85454, 0x6a6a4040, 0xa4a45000, 0x1a1a0500, 0x0050a4a4, 0xaaa59090, 0x14696914,
    0x69691400, 0xa08585a0, 0xaa821414, 0x50a4a450, 0x6a5a0200, 0xa9a58000, 0x5090a0a8, 0xa8a09050, 0x24242424,
    0x00aa5500, 0x24924924, 0x24499224, 0x50a50a50, 0x500aa550, 0xaaaa4444, 0x66660000, 0xa5a0a5a0, 0x50a050a0,
    0x69286928, 0x44aaaa44, 0x66666600, 0xaa444444, 0x54a854a8, 0x95809580, 0x96969600, 0xa85454a8, 0x80959580,
    0xaa141414, 0x96960000, 0xaaaa1414, 0xa05050a0, 0xa0a5a5a0, 0x96000000, 0x40804080, 0xa9a8a9a8, 0xaaaaaa44,
    0x2a4a5254,
];

/// The anchors of [`PAIRS`]: the pixel of the second subset whose index has a bit less.
const PAIR_ANCHORS: [u8; 64] = [
    15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 2, 8, 2, 2, 8, 8, 15, 2, 8, 2, 2, 8, 8, 2, 2,
    15, 15, 6, 8, 2, 8, 15, 15, 2, 8, 2, 2, 2, 15, 15, 6, 6, 2, 6, 8, 15, 15, 2, 2, 15, 15, 15, 15, 15, 2, 2, 15,
];

/// The anchors of [`TRIPLES`]: the pixels of the second and third subset whose indices have a bit less, in the upper and lower
/// four bits.
const TRIPLE_ANCHORS: [u8; 64] = [
    0x3f, 0x38, 0xf8, 0xf3, 0x8f, 0x3f, 0xf3, 0xf8, 0x8f, 0x8f, 0x6f, 0x6f, 0x6f, 0x5f, 0x3f, 0x38, 0x3f, 0x38, 0x8f,
    0xf3, 0x3f, 0x38, 0x6f, 0xa8, 0x53, 0x8f, 0x86, 0x6a, 0x8f, 0x5f, 0xfa, 0xf8, 0x8f, 0xf3, 0x3f, 0x5a, 0x6a, 0xa8,
    0x89, 0xfa, 0xf6, 0x3f, 0xf8, 0x5f, 0xf3, 0xf6, 0xf6, 0xf8, 0x3f, 0xf3, 0x5f, 0x5f, 0x5f, 0x8f, 0x5f, 0xaf, 0x5f,
    0xaf, 0x8f, 0xdf, 0xf3, 0xcf, 0x3f, 0x38,
];

/// A partition of a block into subsets.
#[derive(Clone, Copy)]
pub struct Partition {
    /// The subset of each pixel, two bits each.
    subsets: u32,
    /// The anchors behind pixel 0, in ascending order.
    anchors: [u8; 2],
}

/// The partitions into two subsets.
pub static TWO_SUBSETS: [Partition; 64] = {
    let mut partitions = [Partition { subsets: 0, anchors: [0; 2] }; 64];
    let mut n = 0;
    while n < 64 {
        let mut pixel = 0;
        while pixel < 16 {
            partitions[n].subsets |= (PAIRS[n] as u32 >> pixel & 1) << (2 * pixel);
            pixel += 1;
        }
        partitions[n].anchors[0] = PAIR_ANCHORS[n];
        n += 1;
    }
    partitions
};

/// The partitions into three subsets.
pub static THREE_SUBSETS: [Partition; 64] = {
    let mut partitions = [Partition { subsets: 0, anchors: [0; 2] }; 64];
    let mut n = 0;
    while n < 64 {
        let (a, b) = (TRIPLE_ANCHORS[n] >> 4, TRIPLE_ANCHORS[n] & 0xf);
        partitions[n] = Partition { subsets: TRIPLES[n], anchors: if a < b { [a, b] } else { [b, a] } };
        n += 1;
    }
    partitions
};

impl Partition {
    /// A block of a single subset.
    pub const WHOLE: Self = Self { subsets: 0, anchors: [0; 2] };

    /// Selects the value of each pixel's subset.
    #[inline(always)]
    pub fn select<const SUBSETS: usize>(self, values: [Pixel; 3]) -> Pixels<Pixel> {
        let mut selected = [values[0]; 16];
        if SUBSETS > 1 {
            for (n, lane) in selected.iter_mut().enumerate() {
                let subset = self.subsets >> (2 * n);
                // Masks, since LLVM would load from a table.
                let second = 0u32.wrapping_sub(subset & 1);
                let third = if SUBSETS > 2 { 0u32.wrapping_sub(subset >> 1 & 1) } else { 0 };
                *lane = values[0] & !(second | third) | values[1] & second | values[2] & third;
            }
        }
        selected
    }

    /// Expands the indices of the pixels, `BITS` bits each. The highest bit of an anchor's index is 0, and not stored.
    #[inline(always)]
    pub fn indices<const BITS: usize, const SUBSETS: usize>(self, bits: u64) -> Pixels<u32> {
        let mut bits = insert_zero(bits, BITS - 1);
        for anchor in &self.anchors[..SUBSETS - 1] {
            bits = insert_zero(bits, usize::from(*anchor) * BITS + BITS - 1);
        }
        // Halves of 32 bits at most: shifts of 64 bits take twice as many vectors.
        let (low, high) = (bits as u32, (bits >> (8 * BITS)) as u32);
        let mut indices = [0; 16];
        for n in 0..8 {
            indices[n] = low >> (n * BITS) & ((1 << BITS) - 1);
            indices[n + 8] = high >> (n * BITS) & ((1 << BITS) - 1);
        }
        indices
    }
}

/// Inserts a bit that is 0.
#[inline(always)]
fn insert_zero(bits: u64, position: usize) -> u64 {
    let below = (1u64 << position) - 1;
    bits & below | (bits & !below) << 1
}

/// Returns the weights of the second endpoint, of 64, for indices of `BITS` bits.
///
/// The tables of the specification are `64 · index / (2^BITS - 1)`, rounded.
#[inline(always)]
pub fn weights<const BITS: usize>(indices: Pixels<u32>) -> Pixels<u32> {
    let mut weights = [0; 16];
    for (weight, index) in weights.iter_mut().zip(indices) {
        *weight = (index * ((64 << 16) / ((1 << BITS) - 1)) + (1 << 15)) >> 16;
    }
    weights
}

/// Returns `count` bits of a block, from bit `first` on.
#[inline(always)]
pub fn field(block: u128, first: usize, count: usize) -> u32 {
    (block >> first) as u32 & ((1 << count) - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_are_those_of_the_specification() {
        let first = |count: u32| std::array::from_fn(|n| n as u32 % count);
        assert_eq!(weights::<2>(first(4))[..4], [0, 21, 43, 64]);
        assert_eq!(weights::<3>(first(8))[..8], [0, 9, 18, 27, 37, 46, 55, 64]);
        assert_eq!(weights::<4>(first(16)), [0, 4, 9, 13, 17, 21, 26, 30, 34, 38, 43, 47, 51, 55, 60, 64]);
    }

    #[test]
    fn anchors_are_of_their_subsets() {
        for n in 0..64 {
            assert_eq!(PAIRS[n] >> PAIR_ANCHORS[n] & 1, 1);
            let anchors = [TRIPLE_ANCHORS[n] >> 4, TRIPLE_ANCHORS[n] & 0xf];
            assert_eq!(anchors.map(|pixel| TRIPLES[n] >> (2 * pixel) & 3), [1, 2]);
        }
    }

    #[test]
    fn every_subset_gets_its_value() {
        for (partition, subsets) in TWO_SUBSETS.iter().map(|p| (p, 2)).chain(THREE_SUBSETS.iter().map(|p| (p, 3))) {
            let selected =
                if subsets == 2 { partition.select::<2>([5, 6, 7]) } else { partition.select::<3>([5, 6, 7]) };
            assert!((0..16).all(|n| selected[n] == 5 + (partition.subsets >> (2 * n) & 3)));
        }
    }

    #[test]
    fn anchors_lack_a_bit() {
        // All bits that there are: 16 indices of 3 bits, less one for each of three subsets.
        for partition in &THREE_SUBSETS {
            let indices = partition.indices::<3, 3>((1 << 45) - 1);
            for (pixel, index) in indices.iter().enumerate() {
                let is_anchor = pixel == 0 || partition.anchors.contains(&(pixel as u8));
                assert_eq!(*index, if is_anchor { 3 } else { 7 });
            }
        }
    }
}
