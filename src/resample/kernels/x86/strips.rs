//! AVX2 and AVX-512: eight rows at once, turned on their side.

use std::arch::x86_64::*;
use std::mem::MaybeUninit;

use super::super::pieces::GROUP;
use super::super::strips::{BATCH, Batch, Column, ROWS, Strips};
use super::Next;
use crate::resample::coefficients::{HALF, PRECISION};

/// Vectors that a strip has room for.
const ROOM: usize = 512;

/// Eight vectors: one of each row, or one of each place.
type Square = [__m256i; 8];

/// Vectors of a group: of pixels of one byte, and of those of four bytes, of which three are bands, or all.
const ONE: usize = 1;
const THREE: usize = 3;
pub const FOUR: usize = 4;

/// Bytes of a pixel.
const fn bytes(vectors: usize) -> usize {
    if vectors == ONE { 1 } else { 4 }
}

/// Groups that are turned at once.
const fn unit(vectors: usize) -> usize {
    if vectors == ONE { 8 } else { 1 }
}

/// Groups that a strip has room for, wherever they begin.
pub const fn room(vectors: usize) -> usize {
    ROOM / vectors / unit(vectors) * unit(vectors) - 2 * unit(vectors)
}

/// Places of 16 bytes of four by four to be turned.
#[inline]
#[target_feature(enable = "avx2")]
pub fn four_by_four() -> __m256i {
    _mm256_broadcastsi128_si256(_mm_setr_epi8(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15))
}

/// 16 bytes from either place.
#[inline]
#[target_feature(enable = "avx2")]
unsafe fn both(low: *const u8, high: *const u8) -> __m256i {
    // SAFETY: the caller has as many there.
    unsafe {
        _mm256_inserti128_si256::<1>(_mm256_castsi128_si256(_mm_loadu_si128(low.cast())), _mm_loadu_si128(high.cast()))
    }
}

/// Eight vectors of 32 bits, turned.
#[inline]
#[target_feature(enable = "avx2")]
fn turned(rows: Square) -> Square {
    let [a, b, c, d, e, f, g, h] = rows;
    let (ab, cd) = (_mm256_unpacklo_epi32(a, b), _mm256_unpacklo_epi32(c, d));
    let (ef, gh) = (_mm256_unpacklo_epi32(e, f), _mm256_unpacklo_epi32(g, h));
    let (ab_high, cd_high) = (_mm256_unpackhi_epi32(a, b), _mm256_unpackhi_epi32(c, d));
    let (ef_high, gh_high) = (_mm256_unpackhi_epi32(e, f), _mm256_unpackhi_epi32(g, h));
    let first = [
        _mm256_unpacklo_epi64(ab, cd),
        _mm256_unpackhi_epi64(ab, cd),
        _mm256_unpacklo_epi64(ab_high, cd_high),
        _mm256_unpackhi_epi64(ab_high, cd_high),
    ];
    let last = [
        _mm256_unpacklo_epi64(ef, gh),
        _mm256_unpackhi_epi64(ef, gh),
        _mm256_unpacklo_epi64(ef_high, gh_high),
        _mm256_unpackhi_epi64(ef_high, gh_high),
    ];
    let mut out = [_mm256_setzero_si256(); 8];
    for place in 0..4 {
        out[place] = _mm256_permute2x128_si256::<0x20>(first[place], last[place]);
        out[place + 4] = _mm256_permute2x128_si256::<0x31>(first[place], last[place]);
    }
    out
}

/// Turns a unit of pixels of one byte: four of a row stand beside the same ones of the others.
///
/// # Safety
///
/// The rows have 32 bytes, and the strip as many vectors as groups are turned at once.
#[inline]
#[target_feature(enable = "avx2")]
unsafe fn turn_one(rows: &[*const u8; ROWS], strip: *mut __m256i) {
    // SAFETY: as the caller promises.
    unsafe {
        let mut vectors = [_mm256_setzero_si256(); 8];
        for (vector, row) in vectors.iter_mut().zip(rows) {
            *vector = _mm256_loadu_si256(row.cast());
        }
        for (place, vector) in turned(vectors).into_iter().enumerate() {
            strip.add(place).write(vector);
        }
    }
}

/// Turns four pixels of three bands: those of the fourth row, and of the last, stand behind those of the three before it.
///
/// # Safety
///
/// The rows have 16 bytes, and the strip three vectors.
#[inline]
#[target_feature(enable = "avx2")]
unsafe fn turn_three(rows: &[*const u8; ROWS], strip: *mut __m256i) {
    // SAFETY: as the caller promises.
    unsafe {
        let bands = |row: usize| _mm256_shuffle_epi8(both(rows[row], rows[row + 4]), four_by_four());
        let fourth = bands(3);
        let fourth = [
            _mm256_shuffle_epi32::<0b00_00_00_00>(fourth),
            _mm256_shuffle_epi32::<0b01_00_00_00>(fourth),
            _mm256_shuffle_epi32::<0b10_00_00_00>(fourth),
        ];
        for (row, fourth) in fourth.into_iter().enumerate() {
            strip.add(row).write(_mm256_blend_epi32::<0b1000_1000>(bands(row), fourth));
        }
    }
}

/// Turns four pixels of four bands.
///
/// # Safety
///
/// The rows have 16 bytes, and the strip four vectors.
#[inline]
#[target_feature(enable = "avx2")]
unsafe fn turn_four(rows: &[*const u8; ROWS], strip: *mut __m256i) {
    for row in 0..4 {
        // SAFETY: as the caller promises.
        unsafe { strip.add(row).write(_mm256_shuffle_epi8(both(rows[row], rows[row + 4]), four_by_four())) };
    }
}

/// Turns some units.
///
/// # Safety
///
/// The rows have as many, and the strip has room for them.
#[inline]
#[target_feature(enable = "avx2")]
unsafe fn turn<const VECTORS: usize>(rows: &[*const u8; ROWS], strip: *mut __m256i, units: usize) {
    for number in 0..units {
        // SAFETY: as the caller promises.
        unsafe {
            let rows = rows.map(|row| row.add(number * unit(VECTORS) * GROUP * bytes(VECTORS)));
            let strip = strip.add(number * unit(VECTORS) * VECTORS);
            match VECTORS {
                ONE => turn_one(&rows, strip),
                THREE => turn_three(&rows, strip),
                _ => turn_four(&rows, strip),
            }
        }
    }
}

/// Makes rows, up to [`ROWS`]: by weights in digits, or in words.
pub fn across<const DIGITS: bool, const VECTORS: usize, const OUTPUTS: usize>(
    outs: &mut [&mut [u8]],
    inputs: &[&[u8]],
    strips: &Strips<OUTPUTS>,
    kept: [u8; 4],
) {
    const { assert!(OUTPUTS * bytes(VECTORS) == 4) };
    let lengths = (bytes(VECTORS) * strips.output(), bytes(VECTORS) * strips.input());
    assert!((1..=ROWS).contains(&outs.len()) && outs.len() == inputs.len());
    assert!(outs.iter().all(|out| out.len() == lengths.0) && inputs.iter().all(|input| input.len() == lengths.1));
    let kept = i32::from_ne_bytes(kept);
    // SAFETY: such tables are made where the processor has the instructions; the rows' lengths are checked.
    unsafe {
        match DIGITS {
            true => across_avx512::<VECTORS, OUTPUTS>(outs, inputs, strips, kept),
            false => across_avx2::<VECTORS, OUTPUTS>(outs, inputs, strips, kept),
        }
    }
}

/// Some groups of the rows, turned.
struct Strip<'a, const VECTORS: usize> {
    vectors: [MaybeUninit<__m256i>; ROOM],
    /// Which groups are there.
    first: usize,
    end: usize,
    /// The rows, the last of them for those that there are not.
    rows: [&'a [u8]; ROWS],
}

impl<const VECTORS: usize> Strip<'_, VECTORS> {
    /// Has the groups of a batch be there, and those that are there already stay.
    ///
    /// # Safety
    ///
    /// The batches follow each other as those of a table do.
    #[inline]
    #[target_feature(enable = "avx2")]
    unsafe fn hold(&mut self, batch: &Batch) {
        let unit = unit(VECTORS);
        if self.end <= batch.first {
            self.first = batch.first / unit * unit;
            self.end = self.first;
        } else if batch.end.next_multiple_of(unit) - self.first > ROOM / VECTORS {
            let first = batch.first / unit * unit;
            self.vectors.copy_within((first - self.first) * VECTORS..(self.end - self.first) * VECTORS, 0);
            self.first = first;
        }
        let (bytes, place) = (unit * GROUP * bytes(VECTORS), (self.end - self.first) * VECTORS);
        let units = (batch.end.max(self.end) - self.end).div_ceil(unit);
        let start = self.end / unit * bytes;
        let whole = units.min((self.rows[0].len().max(start) - start) / bytes);
        self.end += units * unit;
        // SAFETY: a table's batches fit into the room, and so many whole units are within the rows.
        unsafe {
            let strip = self.vectors.as_mut_ptr().add(place).cast();
            turn::<VECTORS>(&self.rows.map(|row| row.as_ptr().wrapping_add(start)), strip, whole);
            if whole < units {
                self.turn_last(start + whole * bytes, strip.add(whole * unit * VECTORS));
            }
        }
    }

    /// Turns the last unit, where it is not whole: behind the end of the rows there are zeros.
    ///
    /// # Safety
    ///
    /// There is room for it.
    #[cold]
    #[inline(never)]
    #[target_feature(enable = "avx2")]
    unsafe fn turn_last(&self, start: usize, strip: *mut __m256i) {
        let mut last = [[0; 32]; ROWS];
        for (last, row) in last.iter_mut().zip(self.rows) {
            last[..row.len() - start].copy_from_slice(&row[start..]);
        }
        // SAFETY: there are as many bytes.
        unsafe { turn::<VECTORS>(&last.each_ref().map(|last| last.as_ptr()), strip, 1) };
    }

    /// Where the first group of the rows would be.
    #[inline(always)]
    fn base(&self) -> *const [__m256i; VECTORS] {
        self.vectors.as_ptr().cast::<[__m256i; VECTORS]>().wrapping_sub(self.first)
    }
}

/// Where the groups of a column's output pixels are.
#[inline(always)]
fn places<const VECTORS: usize, const OUTPUTS: usize>(
    base: *const [__m256i; VECTORS],
    column: &Column<OUTPUTS>,
) -> [*const [__m256i; VECTORS]; OUTPUTS] {
    let mut places = [base; OUTPUTS];
    for (place, start) in places.iter_mut().zip(column.starts) {
        *place = base.wrapping_add(start);
    }
    places
}

/// Sums times a factor, and half of the last place.
#[inline]
#[target_feature(enable = "avx2")]
fn multiplied<const VECTORS: usize>(sums: &mut [__m256i; VECTORS], factor: i32) {
    let factor = _mm256_set1_epi32(factor);
    for sum in sums {
        *sum = _mm256_add_epi32(_mm256_mullo_epi32(*sum, factor), _mm256_set1_epi32(HALF));
    }
}

/// Sums of products with bytes.
///
/// # Safety
///
/// There are vectors for each weight.
#[inline]
#[target_feature(enable = "avx2")]
unsafe fn by_bytes<const VECTORS: usize, const OUTPUTS: usize>(
    vectors: [*const [__m256i; VECTORS]; OUTPUTS],
    weights: &[i32],
    column: &Column<OUTPUTS>,
) -> [[__m256i; VECTORS]; OUTPUTS] {
    let mut all = [[_mm256_setzero_si256(); VECTORS]; OUTPUTS];
    for group in 0..column.groups {
        for (output, sums) in all.iter_mut().enumerate() {
            // SAFETY: as the caller promises.
            let (pixels, bytes) =
                unsafe { (*vectors[output].add(group), *weights.get_unchecked(OUTPUTS * group + output)) };
            let weights = _mm256_set1_epi32(bytes);
            for (sum, pixels) in sums.iter_mut().zip(pixels) {
                *sum = _mm256_add_epi16(*sum, _mm256_maddubs_epi16(pixels, weights));
            }
        }
    }
    for (sums, factor) in all.iter_mut().zip(column.factors) {
        for sum in &mut *sums {
            *sum = _mm256_madd_epi16(*sum, _mm256_set1_epi16(1));
        }
        multiplied(sums, factor);
    }
    all
}

/// Pixels in words: the even ones, and the odd ones.
#[inline]
#[target_feature(enable = "avx2")]
pub fn words(pixels: __m256i) -> [__m256i; 2] {
    [_mm256_and_si256(pixels, _mm256_set1_epi16(255)), _mm256_srli_epi16::<8>(pixels)]
}

/// Sums of products with words.
///
/// # Safety
///
/// There are vectors for each group of weights.
#[inline]
#[target_feature(enable = "avx2")]
unsafe fn by_words<const VECTORS: usize, const OUTPUTS: usize>(
    vectors: [*const [__m256i; VECTORS]; OUTPUTS],
    weights: &[i32],
    column: &Column<OUTPUTS>,
) -> [[__m256i; VECTORS]; OUTPUTS] {
    let mut all = [[_mm256_setzero_si256(); VECTORS]; OUTPUTS];
    let weights = weights.as_ptr().cast::<[i32; 2]>();
    for group in 0..column.groups {
        for (output, sums) in all.iter_mut().enumerate() {
            // SAFETY: as the caller promises.
            let (pixels, pieces) = unsafe { (*vectors[output].add(group), *weights.add(OUTPUTS * group + output)) };
            let weights = [_mm256_set1_epi32(pieces[0]), _mm256_set1_epi32(pieces[1])];
            for (sum, pixels) in sums.iter_mut().zip(pixels) {
                let [even, odd] = words(pixels);
                *sum = _mm256_add_epi32(*sum, _mm256_madd_epi16(even, weights[0]));
                *sum = _mm256_add_epi32(*sum, _mm256_madd_epi16(odd, weights[1]));
            }
        }
    }
    for (sums, factor) in all.iter_mut().zip(column.factors) {
        multiplied(sums, factor);
    }
    all
}

/// Sums with those of what is above the words, two of 16 bits for each.
#[inline]
#[target_feature(enable = "avx2")]
pub fn with_above(low: __m256i, high: __m256i) -> __m256i {
    _mm256_add_epi32(low, _mm256_slli_epi32::<16>(_mm256_madd_epi16(high, _mm256_set1_epi16(1))))
}

/// Sums of products with whole weights.
///
/// # Safety
///
/// There are vectors for each group of weights.
#[inline]
#[target_feature(enable = "avx2")]
unsafe fn whole<const VECTORS: usize, const OUTPUTS: usize>(
    vectors: [*const [__m256i; VECTORS]; OUTPUTS],
    weights: &[i32],
    column: &Column<OUTPUTS>,
) -> [[__m256i; VECTORS]; OUTPUTS] {
    let mut low = [[_mm256_set1_epi32(HALF); VECTORS]; OUTPUTS];
    let mut high = [[_mm256_setzero_si256(); VECTORS]; OUTPUTS];
    let weights = weights.as_ptr().cast::<[i32; 3]>();
    for group in 0..column.groups {
        for (output, (low, high)) in low.iter_mut().zip(&mut high).enumerate() {
            // SAFETY: as the caller promises.
            let (pixels, pieces) = unsafe { (*vectors[output].add(group), *weights.add(OUTPUTS * group + output)) };
            let [a, b, c] = pieces;
            let weights = [_mm256_set1_epi32(a), _mm256_set1_epi32(b), _mm256_set1_epi32(c)];
            for ((low, high), pixels) in low.iter_mut().zip(high).zip(pixels) {
                let [even, odd] = words(pixels);
                *low = _mm256_add_epi32(*low, _mm256_madd_epi16(even, weights[0]));
                *low = _mm256_add_epi32(*low, _mm256_madd_epi16(odd, weights[1]));
                *high = _mm256_add_epi16(*high, _mm256_maddubs_epi16(pixels, weights[2]));
            }
        }
    }
    for (low, high) in low.iter_mut().zip(high) {
        for (low, high) in low.iter_mut().zip(high) {
            *low = with_above(*low, high);
        }
    }
    low
}

/// Sums as bytes, four of each row: one output pixel, or four of one byte.
#[inline]
#[target_feature(enable = "avx2")]
pub fn narrowed<const VECTORS: usize, const OUTPUTS: usize>(sums: [[__m256i; VECTORS]; OUTPUTS]) -> __m256i {
    let mut values = [_mm256_setzero_si256(); 4];
    for (value, sum) in values.iter_mut().zip(sums.as_flattened()) {
        *value = _mm256_srai_epi32::<{ PRECISION as i32 }>(*sum);
    }
    let [a, b, c, d] = values;
    let bytes = _mm256_packus_epi16(_mm256_packs_epi32(a, b), _mm256_packs_epi32(c, d));
    match VECTORS {
        ONE => _mm256_shuffle_epi8(bytes, four_by_four()),
        THREE => {
            let order = _mm_setr_epi8(0, 1, 2, -1, 4, 5, 6, -1, 8, 9, 10, -1, 3, 7, 11, -1);
            _mm256_shuffle_epi8(bytes, _mm256_broadcastsi128_si256(order))
        }
        _ => bytes,
    }
}

/// The sums of a column's output pixels, by weights in words.
///
/// # Safety
///
/// There are vectors for each group of weights.
#[inline]
#[target_feature(enable = "avx2")]
unsafe fn sums_of_words<const VECTORS: usize, const OUTPUTS: usize>(
    vectors: [*const [__m256i; VECTORS]; OUTPUTS],
    weights: &[i32],
    column: &Column<OUTPUTS>,
) -> [[__m256i; VECTORS]; OUTPUTS] {
    // SAFETY: as the caller promises.
    unsafe {
        match column.pieces {
            1 => by_bytes(vectors, weights, column),
            2 => by_words(vectors, weights, column),
            _ => whole(vectors, weights, column),
        }
    }
}

/// The sums of a column's output pixels, by weights in digits.
///
/// # Safety
///
/// There are vectors for each group of weights.
#[inline]
#[target_feature(enable = "avx2,avx512f,avx512vl,avx512vnni")]
unsafe fn sums_of_digits<const VECTORS: usize, const OUTPUTS: usize>(
    vectors: [*const [__m256i; VECTORS]; OUTPUTS],
    weights: &[i32],
    column: &Column<OUTPUTS>,
) -> [[__m256i; VECTORS]; OUTPUTS] {
    // SAFETY: as the caller promises.
    unsafe {
        match column.pieces {
            1 => by_digits::<1, VECTORS, OUTPUTS>(vectors, weights, column),
            2 => by_digits::<2, VECTORS, OUTPUTS>(vectors, weights, column),
            _ => by_digits::<3, VECTORS, OUTPUTS>(vectors, weights, column),
        }
    }
}

/// Sums of products with so many digits.
///
/// # Safety
///
/// There are vectors for each group of weights.
#[inline]
#[target_feature(enable = "avx2,avx512f,avx512vl,avx512vnni")]
unsafe fn by_digits<const COUNT: usize, const VECTORS: usize, const OUTPUTS: usize>(
    vectors: [*const [__m256i; VECTORS]; OUTPUTS],
    weights: &[i32],
    column: &Column<OUTPUTS>,
) -> [[__m256i; VECTORS]; OUTPUTS] {
    let mut all = [[[_mm256_setzero_si256(); COUNT]; VECTORS]; OUTPUTS];
    let weights = weights.as_ptr().cast::<[i32; COUNT]>();
    for group in 0..column.groups {
        for (output, sums) in all.iter_mut().enumerate() {
            // SAFETY: as the caller promises.
            let (pixels, digits) = unsafe { (*vectors[output].add(group), *weights.add(OUTPUTS * group + output)) };
            for (sums, pixels) in sums.iter_mut().zip(pixels) {
                for (sum, digits) in sums.iter_mut().zip(digits) {
                    *sum = _mm256_dpbusd_epi32(*sum, pixels, _mm256_set1_epi32(digits));
                }
            }
        }
    }
    let mut made = [[_mm256_setzero_si256(); VECTORS]; OUTPUTS];
    for ((made, all), factor) in made.iter_mut().zip(all).zip(column.factors) {
        for (sum, digits) in made.iter_mut().zip(all) {
            for digit in (0..COUNT).rev() {
                *sum = _mm256_add_epi32(_mm256_slli_epi32::<8>(*sum), digits[digit]);
            }
        }
        multiplied(made, factor);
    }
    made
}

/// Where rows begin; those that there are not are the last one, for which the same is made.
fn beginnings(outs: &mut [&mut [u8]]) -> [*mut u8; ROWS] {
    let mut rows = [outs[0].as_mut_ptr(); ROWS];
    for row in 1..ROWS {
        rows[row] = outs.get_mut(row).map_or(rows[row - 1], |out| out.as_mut_ptr());
    }
    rows
}

/// Puts eight output pixels into each row, or 32 of one byte, or as many as it has room for.
///
/// # Safety
///
/// The rows have that length, which is beyond the start.
#[inline]
#[target_feature(enable = "avx2")]
unsafe fn put(outs: &[*mut u8; ROWS], start: usize, length: usize, made: Square) {
    let made = turned(made);
    if length - start >= 32 {
        for (out, made) in outs.iter().zip(made) {
            // SAFETY: there are 32 bytes.
            unsafe { _mm256_storeu_si256(out.add(start).cast(), made) };
        }
        return;
    }
    for (out, made) in outs.iter().zip(made) {
        let mut last = [0u8; 32];
        // SAFETY: there are fewer.
        unsafe {
            _mm256_storeu_si256(last.as_mut_ptr().cast(), made);
            std::ptr::copy_nonoverlapping(last.as_ptr(), out.add(start), length - start);
        }
    }
}

macro_rules! across {
    ($(#[$meta:meta])* $name:ident, $features:literal, $sums:ident) => {
        $(#[$meta])*
        ///
        /// # Safety
        ///
        /// The rows are as long as the table says.
        #[target_feature(enable = $features)]
        unsafe fn $name<const VECTORS: usize, const OUTPUTS: usize>(
            outs: &mut [&mut [u8]],
            inputs: &[&[u8]],
            strips: &Strips<OUTPUTS>,
            kept: i32,
        ) {
            let rows = std::array::from_fn(|row| inputs[row.min(inputs.len() - 1)]);
            let mut strip = Strip::<VECTORS> { vectors: [MaybeUninit::uninit(); ROOM], first: 0, end: 0, rows };
            let (length, outs) = (outs[0].len(), beginnings(outs));
            let kept = _mm256_set1_epi32(kept);
            let mut next = Next::of(inputs);
            for (number, (batch, columns)) in strips.batches().enumerate() {
                next.until(bytes(VECTORS) * GROUP * batch.end, inputs);
                // SAFETY: these are a table's, one after the other.
                unsafe { strip.hold(batch) };
                let base = strip.base();
                let mut made = [_mm256_setzero_si256(); BATCH];
                for (made, column) in made.iter_mut().zip(columns) {
                    // SAFETY: the batch's groups are there.
                    let sums = unsafe { $sums(places(base, column), strips.weights(column), column) };
                    *made = _mm256_and_si256(narrowed(sums), kept);
                }
                // SAFETY: the rows go on there.
                unsafe { put(&outs, 32 * number, length, made) };
            }
        }
    };
}

across! {
    /// Up to eight rows, by weights in words.
    across_avx2, "avx2", sums_of_words
}
across! {
    /// Up to eight rows, by weights in digits.
    across_avx512, "avx2,avx512f,avx512vl,avx512vnni", sums_of_digits
}
