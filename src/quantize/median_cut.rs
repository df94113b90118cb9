//! Median cut (Heckbert, "Color Image Quantization for Frame Buffer Display", 1982): the box of colours with the most pixels
//! is split at the median of its longest side, until there are enough boxes.
//!
//! The reference keeps at most 65,536 colours: while there are more, another low bit of each band is dropped. Cells of 8 × 8
//! × 8 colours are at most 32,768, so three bits are the most. The sides of a box are weighted as in luma. A split puts equal values
//! of its axis on the same side, so it depends on the colours of the box alone, and not on the order of the reference's
//! sorted lists: a box is a range of one array, split by a histogram of the axis. What does depend on an order is which of
//! two equally large boxes is split first: that is the order of the reference's binary heap.

use std::ops::Range;

use super::colours::Colours;
use super::key::{self, CELL_COLOURS};
use crate::error::{Error, Result};
use crate::memory::heap::try_vec;

/// The most groups that are made boxes of.
const MAX_GROUPS: usize = 65536;

/// The weights of a box's sides.
const WEIGHTS: [u32; 3] = [77, 150, 29];

/// Returns the number of boxes, at most `length`, and the number of each colour's box. There is at least one colour.
#[inline(never)] // a stack frame of its own: a thread's stack may be small
pub fn boxes(colours: &Colours, length: usize) -> Result<(usize, Vec<u8>)> {
    let (mut groups, mut numbers) = (Vec::new(), try_vec(0, colours.len())?);
    let bits = (0..3).find(|bits| count_groups(colours, *bits) <= MAX_GROUPS).unwrap_or(3);
    groups.try_reserve_exact(count_groups(colours, bits)).map_err(|_| Error::Memory)?;
    for_groups(colours, bits, |n, number, is_new| {
        let colour = colours.colours[n];
        if is_new {
            groups.push(Group { rgb: colour.rgb.map(|value| value >> bits), count: 0, number });
        }
        groups[number as usize].count += colour.count;
        numbers[n] = number;
    });
    let starts = cut(&mut groups, length)?;
    let mut box_of_group = try_vec(0u8, groups.len())?;
    let ends = starts.iter().skip(1).copied().chain([groups.len()]);
    for ((n, start), end) in (0..=u8::MAX).zip(&starts).zip(ends) {
        groups[*start..end].iter().for_each(|group| box_of_group[group.number as usize] = n);
    }
    let mut box_of_colour = try_vec(0, colours.len())?;
    for (out, number) in box_of_colour.iter_mut().zip(&numbers) {
        *out = box_of_group[*number as usize];
    }
    Ok((starts.len(), box_of_colour))
}

/// The colours that are equal but for the low bits of their bands.
#[derive(Clone, Copy)]
struct Group {
    /// The upper bits of each band.
    rgb: [u8; 4],
    count: u32,
    number: u32,
}

/// Calls `work` with the number of each colour, that of its group, and whether it is the first one of the group.
fn for_groups(colours: &Colours, bits: u32, mut work: impl FnMut(usize, u32, bool)) {
    if bits == 0 {
        (0..colours.len()).for_each(|n| work(n, n as u32, true));
        return;
    }
    let mut groups = 0;
    for (_, range) in colours.cells() {
        // The groups of a cell, by the keys of their first colours.
        let mut known = [u32::MAX; CELL_COLOURS];
        for n in range {
            let first = colours.colours[n].rgb.map(|value| value >> bits << bits);
            let group = &mut known[key::split(key::key(first)).1];
            let is_new = *group == u32::MAX;
            if is_new {
                *group = groups;
                groups += 1;
            }
            work(n, *group, is_new);
        }
    }
}

fn count_groups(colours: &Colours, bits: u32) -> usize {
    let mut groups = 0;
    for_groups(colours, bits, |_, _, is_new| groups += usize::from(is_new));
    groups
}

/// A box: a range of the groups.
#[derive(Clone)]
struct ColourBox {
    groups: Range<usize>,
    pixels: u32,
}

/// Sorts the groups into at most `length` boxes, one after the other, and returns where each starts.
fn cut(groups: &mut [Group], length: usize) -> Result<Vec<usize>> {
    let whole = ColourBox { groups: 0..groups.len(), pixels: groups.iter().map(|group| group.count).sum() };
    let mut heap = Heap::new(2 * length)?;
    let mut starts = Vec::new();
    starts.try_reserve_exact(length).map_err(|_| Error::Memory)?;
    starts.push(0);
    heap.push(whole);
    while starts.len() < length {
        // Boxes of one colour stay as they are.
        let Some((largest, axis)) = std::iter::from_fn(|| heap.pop()).find_map(|largest| {
            let axis = longest_side(&groups[largest.groups.clone()])?;
            Some((largest, axis))
        }) else {
            break;
        };
        let [left, right] = split(groups, &largest, axis);
        starts.push(right.groups.start);
        heap.push(left);
        heap.push(right);
    }
    starts.sort_unstable();
    Ok(starts)
}

/// Returns the axis along which a box is longest, the first one of several; `None` for a box of one colour.
fn longest_side(groups: &[Group]) -> Option<usize> {
    let (mut low, mut high) = ([u8::MAX; 4], [0; 4]);
    for group in groups {
        for ((low, high), value) in low.iter_mut().zip(&mut high).zip(group.rgb) {
            (*low, *high) = ((*low).min(value), (*high).max(value));
        }
    }
    let lengths = [0, 1, 2].map(|axis| u32::from(high[axis] - low[axis]) * WEIGHTS[axis]);
    let longest = lengths.into_iter().max()?;
    if longest == 0 { None } else { lengths.iter().position(|length| *length == longest) }
}

/// Splits a box of several values along an axis. The left part has the greater values, down to the one at which more than
/// half of the pixels are reached; the right part has at least the least value.
fn split(groups: &mut [Group], whole: &ColourBox, axis: usize) -> [ColourBox; 2] {
    let groups = &mut groups[whole.groups.clone()];
    let mut pixels_of_value = [0u32; 256];
    let mut least = u8::MAX;
    for group in groups.iter() {
        pixels_of_value[usize::from(group.rgb[axis])] += group.count;
        least = least.min(group.rgb[axis]);
    }
    // The values from `first_left` on are left.
    let (mut left_pixels, mut first_left) = (0, u8::MAX);
    for value in (least + 1..=u8::MAX).rev() {
        left_pixels += pixels_of_value[usize::from(value)];
        first_left = value;
        if u64::from(left_pixels) * 2 > u64::from(whole.pixels) {
            break;
        }
    }
    let middle = partition(groups, |group| group.rgb[axis] >= first_left);
    let (start, end) = (whole.groups.start, whole.groups.end);
    [
        ColourBox { groups: start..start + middle, pixels: left_pixels },
        ColourBox { groups: start + middle..end, pixels: whole.pixels - left_pixels },
    ]
}

/// Moves the groups that satisfy a predicate before the others, and returns their number.
fn partition(groups: &mut [Group], is_left: impl Fn(&Group) -> bool) -> usize {
    let mut left = 0;
    for n in 0..groups.len() {
        // Without branches, which would be hard to predict.
        let goes_left = is_left(&groups[n]);
        groups.swap(left, n);
        left += usize::from(goes_left);
    }
    left
}

/// The reference's binary heap, in which the order of equally large boxes depends on the order of all operations.
struct Heap(Vec<ColourBox>);

impl Heap {
    /// Makes an empty heap with room for a number of boxes.
    fn new(capacity: usize) -> Result<Self> {
        let mut boxes = Vec::new();
        boxes.try_reserve_exact(capacity).map_err(|_| Error::Memory)?;
        Ok(Self(boxes))
    }

    fn push(&mut self, new: ColourBox) {
        let boxes = &mut self.0;
        let mut place = boxes.len();
        boxes.push(new.clone());
        while place > 0 {
            let parent = (place - 1) / 2;
            if new.pixels <= boxes[parent].pixels {
                break;
            }
            boxes.swap(place, parent);
            place = parent;
        }
    }

    fn pop(&mut self) -> Option<ColourBox> {
        let last = self.0.pop()?;
        let boxes = &mut self.0;
        let Some(first) = boxes.first_mut() else { return Some(last) };
        let largest = std::mem::replace(first, last.clone());
        let mut place = 0;
        loop {
            let mut child = 2 * place + 1;
            if child >= boxes.len() {
                return Some(largest);
            }
            if child + 1 < boxes.len() && boxes[child].pixels < boxes[child + 1].pixels {
                child += 1;
            }
            if last.pixels > boxes[child].pixels {
                return Some(largest);
            }
            boxes.swap(place, child);
            place = child;
        }
    }
}
