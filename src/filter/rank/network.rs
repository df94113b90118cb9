//! Selection networks: fixed sequences of minima and maxima that bring the value at a rank to a known place.
//!
//! A network has no branches, so a row of pixels goes through it in vectors: each step takes the minimum and the maximum of
//! two rows of values, element by element.
//!
//! ```text
//! rows y .. y + size        columns sorted                  windows merged
//! r0: ─────────────         s0: ──min──────────             s0[x], s0[x+1], …, s0[x+size-1]
//! r1: ─────────────   ──►   s1: ───────────────   ──►       s1[x], s1[x+1], …                 ──►   value at the rank
//! r2: ─────────────         s2: ──max──────────             s2[x], …
//! ```
//!
//! The columns are sorted first: neighbouring windows share them, so that is done once for `size` windows. The `size` sorted
//! columns of a window are then merged two by two with Batcher's odd-even merge (Knuth, The Art of Computer Programming,
//! 5.3.4), for any lengths. The network is built as a graph of minima and maxima, of which only those are kept that the
//! value at the rank depends on: for the median of 5 by 5 about 100 of them, for the minimum 8.

use arrayvec::ArrayVec;
use bytemuck::{AnyBitPattern, NoUninit, Pod};

use crate::error::{Error, Result};
use crate::exec::parallel;
use crate::image::{ImageMut, ImageRef};
use crate::memory::heap::try_vec;
use crate::simd::isa::multiversion;

/// The largest size of a filter with a network.
const MAX_SIZE: usize = 15;

/// A pixel type, and the type that sorts like it in vectors.
pub trait Pixel: AnyBitPattern + NoUninit {
    /// An integer that sorts like the pixel.
    type Key: Key;

    /// Returns the key of a pixel.
    fn to_key(self) -> Self::Key;

    /// Returns the pixel with a key.
    fn from_key(key: Self::Key) -> Self;
}

/// A value that has vectors with a minimum and a maximum.
pub trait Key: Pod + Ord + Send + Sync {
    /// The elements that go through the network together: the buffers of a network stay in the caches.
    const BLOCK: usize;

    /// The largest size of a filter with a network: for larger ones, the other methods take less time.
    const MAX_SIZE: usize;
}

impl Key for u8 {
    const BLOCK: usize = 512;
    const MAX_SIZE: usize = 9;
}

impl Key for i32 {
    const BLOCK: usize = 128;
    const MAX_SIZE: usize = MAX_SIZE;
}

impl Pixel for u8 {
    type Key = u8;

    #[inline(always)]
    fn to_key(self) -> u8 {
        self
    }

    #[inline(always)]
    fn from_key(key: u8) -> u8 {
        key
    }
}

impl Pixel for i32 {
    type Key = i32;

    #[inline(always)]
    fn to_key(self) -> i32 {
        self
    }

    #[inline(always)]
    fn from_key(key: i32) -> i32 {
        key
    }
}

/// The bits of a float sort like it once those of negative numbers, but the sign, are inverted.
impl Pixel for f32 {
    type Key = i32;

    #[inline(always)]
    fn to_key(self) -> i32 {
        let bits = self.to_bits().cast_signed();
        bits ^ ((bits >> 31) & i32::MAX)
    }

    #[inline(always)]
    fn from_key(key: i32) -> f32 {
        f32::from_bits((key ^ ((key >> 31) & i32::MAX)).cast_unsigned())
    }
}

/// Returns whether the floats of an image have one order: no NaN, and no negative zero, which equals zero.
pub fn has_total_order(image: &ImageRef<'_>) -> bool {
    image.bytes() == 0
        || (0..image.ysize()).all(|y| {
            let pixels = image.pixels::<f32>(y);
            !pixels.iter().fold(false, |found, pixel| found | pixel.is_nan() | (pixel.to_bits() == 1 << 31))
        })
}

/// The elements of a column buffer behind a block: the width of a window, in whole vectors.
const MARGIN: usize = 32;

/// Filters an image.
pub fn filter<P: Pixel>(out: ImageMut<'_>, image: &ImageRef<'_>, size: usize, rank: usize) -> Result<()> {
    let network = Network::new(size, rank)?;
    let cost = (network.columns.steps.len() + network.windows.steps.len()) * size_of::<P>() * out.xsize() / 4;
    parallel::try_for_rows(out, cost, |first, mut chunk| {
        let mut buffers = Buffers::<P::Key>::new(&network)?;
        for y in 0..chunk.ysize() {
            let rows: ArrayVec<&[P], MAX_SIZE> = (0..size).map(|row| image.pixels(first + y + row)).collect();
            for (block, out) in chunk.pixels_mut::<P>(y).chunks_mut(P::Key::BLOCK).enumerate() {
                buffers.filter_block(out, &rows, block * P::Key::BLOCK);
            }
        }
        Ok(())
    })
}

/// A value of the graph.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Node(usize);

/// How a value is computed.
#[derive(Clone, Copy)]
enum Operation {
    /// It is an input.
    Input,
    Min(Node, Node),
    Max(Node, Node),
}

/// A graph of minima and maxima of inputs.
struct Graph {
    operations: Vec<Operation>,
}

impl Graph {
    fn new(inputs: usize) -> Result<Self> {
        Ok(Self { operations: try_vec(Operation::Input, inputs)? })
    }

    fn push(&mut self, operation: Operation) -> Result<Node> {
        self.operations.try_reserve(1).map_err(|_| Error::Memory)?;
        self.operations.push(operation);
        Ok(Node(self.operations.len() - 1))
    }

    /// Sorts values by merging sorted halves.
    fn sort(&mut self, values: &[Node]) -> Result<Vec<Node>> {
        if values.len() <= 1 {
            return concat([values]);
        }
        let (first, second) = values.split_at(values.len() / 2);
        let (first, second) = (self.sort(first)?, self.sort(second)?);
        self.merge(&first, &second)
    }

    /// Merges two sorted sequences: their even elements, and their odd ones, and then neighbours.
    fn merge(&mut self, first: &[Node], second: &[Node]) -> Result<Vec<Node>> {
        if first.is_empty() || second.is_empty() {
            return concat([first, second]);
        }
        if let ([first], [second]) = (first, second) {
            let min = self.push(Operation::Min(*first, *second))?;
            return concat([&[min], &[self.push(Operation::Max(*first, *second))?]]);
        }
        let even = self.merge(&every_other(first, 0)?, &every_other(second, 0)?)?;
        let odd = self.merge(&every_other(first, 1)?, &every_other(second, 1)?)?;
        let mut merged = concat([&even[..1]])?;
        merged.try_reserve_exact(even.len() + odd.len()).map_err(|_| Error::Memory)?;
        let pairs = odd.len().min(even.len() - 1);
        for (odd, even) in odd.iter().zip(&even[1..]) {
            merged.push(self.push(Operation::Min(*odd, *even))?);
            merged.push(self.push(Operation::Max(*odd, *even))?);
        }
        merged.extend(odd[pairs..].iter().chain(&even[1 + pairs..]));
        Ok(merged)
    }

    /// Lists the steps that some values depend on, with a place for each value. Inputs have the first places.
    fn schedule(&self, inputs: usize, outputs: &[Node]) -> Result<Program> {
        let mut is_needed = try_vec(false, self.operations.len())?;
        outputs.iter().for_each(|output| is_needed[output.0] = true);
        let mut last_use = try_vec(0, self.operations.len())?;
        for n in (0..self.operations.len()).rev() {
            if let (true, Operation::Min(a, b) | Operation::Max(a, b)) = (is_needed[n], self.operations[n]) {
                for operand in [a.0, b.0] {
                    is_needed[operand] = true;
                    last_use[operand] = last_use[operand].max(n);
                }
            }
        }
        outputs.iter().for_each(|output| last_use[output.0] = usize::MAX);
        let mut places = try_vec(0, self.operations.len())?;
        (0..inputs).for_each(|n| places[n] = n);
        let (mut free, mut count, mut steps) = (Vec::new(), inputs, Vec::new());
        free.try_reserve_exact(self.operations.len()).map_err(|_| Error::Memory)?;
        steps.try_reserve_exact(self.operations.len()).map_err(|_| Error::Memory)?;
        for n in inputs..self.operations.len() {
            let (a, b, is_max) = match self.operations[n] {
                Operation::Min(a, b) if is_needed[n] => (a.0, b.0, false),
                Operation::Max(a, b) if is_needed[n] => (a.0, b.0, true),
                _ => continue,
            };
            let operands = [places[a], places[b]];
            places[n] = free.pop().unwrap_or_else(|| {
                count += 1;
                count - 1
            });
            // An operand that is not used again leaves its place to later results: a result's own place is never that of an
            // operand. Inputs keep theirs.
            for operand in [a, b] {
                if last_use[operand] == n && operand >= inputs {
                    free.push(places[operand]);
                }
            }
            steps.push(Step { operands, out: places[n], is_max });
        }
        let mut outputs_at = try_vec(0, outputs.len())?;
        outputs_at.iter_mut().zip(outputs).for_each(|(place, output)| *place = places[output.0]);
        Ok(Program { steps, places: count, outputs: outputs_at })
    }
}

fn concat<const N: usize>(parts: [&[Node]; N]) -> Result<Vec<Node>> {
    let mut all = Vec::new();
    all.try_reserve_exact(parts.iter().map(|part| part.len()).sum()).map_err(|_| Error::Memory)?;
    parts.into_iter().for_each(|part| all.extend_from_slice(part));
    Ok(all)
}

fn every_other(values: &[Node], first: usize) -> Result<Vec<Node>> {
    let mut others = try_vec(Node(0), (values.len() + 1 - first) / 2)?;
    others.iter_mut().zip(values.iter().skip(first).step_by(2)).for_each(|(other, value)| *other = *value);
    Ok(others)
}

/// A minimum or a maximum of two places, written to a third one.
#[derive(Clone, Copy)]
struct Step {
    operands: [usize; 2],
    out: usize,
    is_max: bool,
}

/// The steps of a graph.
struct Program {
    steps: Vec<Step>,
    /// The number of places, the inputs' included.
    places: usize,
    outputs: Vec<usize>,
}

/// The network of a filter.
struct Network {
    size: usize,
    /// Sorts the columns of a window: `size` inputs and outputs.
    columns: Program,
    /// Merges the sorted columns: input `k * size + c` is row `k` of column `c`.
    windows: Program,
}

impl Network {
    fn new(size: usize, rank: usize) -> Result<Self> {
        // High ranks are low ones in the reverse order, for which merging is pruned to fewer steps.
        let last = size * size - 1;
        if rank > last / 2 {
            let mut network = Self::new(size, last - rank)?;
            let steps = network.columns.steps.iter_mut().chain(&mut network.windows.steps);
            steps.for_each(|step| step.is_max = !step.is_max);
            return Ok(network);
        }
        let mut windows = Graph::new(size * size)?;
        let mut sorted = Vec::new();
        sorted.try_reserve_exact(size).map_err(|_| Error::Memory)?;
        for column in 0..size {
            let mut nodes = try_vec(Node(0), size)?;
            nodes.iter_mut().enumerate().for_each(|(row, node)| *node = Node(row * size + column));
            sorted.push(nodes);
        }
        while sorted.len() > 1 {
            // The two shortest: a balanced tree.
            let (first, second) = (sorted.remove(0), sorted.remove(0));
            let merged = windows.merge(&first, &second)?;
            sorted.push(merged);
        }
        let windows = windows.schedule(size * size, &[sorted[0][rank]])?;

        let mut columns = Graph::new(size)?;
        let mut inputs = try_vec(Node(0), size)?;
        inputs.iter_mut().enumerate().for_each(|(n, node)| *node = Node(n));
        let outputs = columns.sort(&inputs)?;
        let columns = columns.schedule(size, &outputs)?;
        Ok(Self { size, columns, windows })
    }
}

/// The buffers of a network, and its steps as offsets into them. The columns are first, then the windows:
///
/// ```text
/// | column place 0 | column place 1 | … | window place 0 | window place 1 | …
///   BLOCK + MARGIN                        BLOCK
/// ```
///
/// Element `x` of window input `(row, column)` is element `x + column` of a sorted column.
struct Buffers<T> {
    elements: Vec<T>,
    columns: Vec<Step>,
    windows: Vec<Step>,
    /// The offset of the values at the rank.
    result: usize,
    size: usize,
}

impl<T: Key> Buffers<T> {
    fn new(network: &Network) -> Result<Self> {
        let (size, inputs) = (network.size, network.size * network.size);
        let column = |place: usize| place * (T::BLOCK + MARGIN);
        let first = column(network.columns.places);
        let window = |place: usize| match place.checked_sub(inputs) {
            Some(place) => first + place * T::BLOCK,
            None => column(network.columns.outputs[place / size]) + place % size,
        };
        let count = first + (network.windows.places - inputs) * T::BLOCK;
        Ok(Self {
            elements: try_vec(T::zeroed(), count)?,
            columns: offsets(&network.columns.steps, column)?,
            windows: offsets(&network.windows.steps, window)?,
            result: window(network.windows.outputs[0]),
            size,
        })
    }

    /// Filters up to [`Key::BLOCK`] pixels. Their windows start at column `first` of `rows`.
    fn filter_block<P: Pixel<Key = T>>(&mut self, out: &mut [P], rows: &[&[P]], first: usize) {
        let columns = out.len() + self.size - 1;
        for (buffer, row) in self.elements.chunks_exact_mut(T::BLOCK + MARGIN).zip(rows) {
            for (key, pixel) in buffer.iter_mut().zip(&row[first..first + columns]) {
                *key = pixel.to_key();
            }
        }
        run(&self.columns, &mut self.elements, T::BLOCK + MARGIN);
        run(&self.windows, &mut self.elements, T::BLOCK);
        for (out, key) in out.iter_mut().zip(&self.elements[self.result..]) {
            *out = P::from_key(*key);
        }
    }
}

/// Turns places into offsets.
fn offsets(steps: &[Step], offset: impl Fn(usize) -> usize) -> Result<Vec<Step>> {
    let mut offsets = try_vec(Step { operands: [0; 2], out: 0, is_max: false }, steps.len())?;
    for (with_offsets, step) in offsets.iter_mut().zip(steps) {
        *with_offsets = Step { operands: step.operands.map(&offset), out: offset(step.out), is_max: step.is_max };
    }
    Ok(offsets)
}

multiversion! {
    /// Runs steps on `length` elements each. No step's output overlaps its operands.
    fn run<T: Key>(steps: &[Step], elements: &mut [T], length: usize) {
        for step in steps {
            let (before, rest) = elements.split_at_mut(step.out);
            let (out, after) = rest.split_at_mut(length);
            let operand = |offset: usize| match offset.checked_sub(step.out) {
                None => &before[offset..][..length],
                Some(behind) => &after[behind - length..][..length],
            };
            let (a, b) = (operand(step.operands[0]), operand(step.operands[1]));
            if step.is_max {
                for n in 0..length {
                    out[n] = a[n].max(b[n]);
                }
            } else {
                for n in 0..length {
                    out[n] = a[n].min(b[n]);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Runs a program on single values.
    fn run(program: &Program, inputs: &[u32]) -> Vec<u32> {
        let mut places = inputs.to_vec();
        places.resize(program.places, 0);
        for step in &program.steps {
            let [a, b] = step.operands.map(|place| places[place]);
            places[step.out] = if step.is_max { a.max(b) } else { a.min(b) };
        }
        program.outputs.iter().map(|place| places[*place]).collect()
    }

    #[test]
    fn networks_select_every_rank() {
        for size in [3, 5, 7, 9, 11, 15] {
            for rank in (0..size * size).step_by(if size <= 9 { 1 } else { 16 }) {
                let network = Network::new(size, rank).expect("small");
                for seed in 0..4u32 {
                    let values: Vec<u32> = (0..(size * size) as u32)
                        .map(|n| (n ^ seed << 8).wrapping_mul(0x9e37_79b1) >> (26 + seed))
                        .collect();
                    let mut sorted = values.clone();
                    sorted.sort_unstable();
                    let mut inputs = vec![0; size * size];
                    for column in 0..size {
                        let column_values: Vec<u32> = (0..size).map(|row| values[row * size + column]).collect();
                        for (row, value) in run(&network.columns, &column_values).into_iter().enumerate() {
                            inputs[row * size + column] = value;
                        }
                    }
                    assert_eq!(run(&network.windows, &inputs), [sorted[rank]], "{size} {rank}");
                }
            }
        }
    }

    #[test]
    fn networks_are_pruned() {
        let steps = |size, rank| Network::new(size, rank).expect("small").windows.steps.len();
        assert_eq!([steps(3, 0), steps(5, 24)], [2, 4]);
        assert!(steps(5, 12) <= 124 && steps(9, 40) <= 802);
    }

    #[test]
    fn keys_sort_like_floats() {
        let values = [f32::NEG_INFINITY, -1e30, -2.5, -1e-40, 0.0, 1e-40, 1.0, 3e38, f32::INFINITY];
        assert!(values.is_sorted_by_key(|value| value.to_key()));
        assert!(values.iter().all(|value| f32::from_key(value.to_key()) == *value));
    }
}
