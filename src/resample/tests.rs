//! Kernels for every ISA give the scalar code's result.

use proptest::prelude::*;

use super::*;
use crate::image::Image;
use crate::testing_random::bytes;

const FILTERS: [Filter; 7] = [
    Filter::Box,
    Filter::Bilinear,
    Filter::Hamming,
    Filter::Bicubic,
    Filter::Lanczos,
    Filter::Mks2013,
    Filter::Mks2021,
];

const MODES: [Mode; 8] = [Mode::L, Mode::LA, Mode::RGB, Mode::RGBA, Mode::I, Mode::F, Mode::I16, Mode::I16N];

/// Makes an image of noise. Floats include infinities; NaN results from them.
fn noise(mode: Mode, (xsize, ysize): (usize, usize), seed: u32) -> Result<Image> {
    let mut image = Image::new(mode, xsize, ysize)?;
    let mut random = bytes(seed);
    for row in image.view_mut()?.rows_mut() {
        row.iter_mut().zip(&mut random).for_each(|(out, byte)| *out = byte);
        if mode == Mode::F {
            for value in row.as_chunks_mut::<4>().0 {
                // One of 256 has the largest exponent.
                let bits = u32::from_ne_bytes(*value);
                *value = if bits >> 24 == 0 { f32::INFINITY } else { (bits as i32 >> 8) as f32 }.to_ne_bytes();
            }
        }
    }
    Ok(image)
}

fn resampled(isa: Isa, plan: &Plan, input: &Image, size: (usize, usize)) -> Result<Vec<Vec<u8>>> {
    let mut out = noise(input.view()?.mode(), size, 1)?;
    plan.resample_with(isa, out.view_mut()?, &input.view()?)?;
    Ok(out.view()?.rows().map(<[u8]>::to_vec).collect())
}

/// Sides shorter than a vector, about as long, and longer.
fn side() -> impl Strategy<Value = usize> {
    prop_oneof![1..20usize, 1..100usize, 200..400usize]
}

proptest! {
    #[test]
    fn isas_agree(
        mode in prop::sample::select(MODES.to_vec()),
        input in (side(), side()),
        output in (side(), side()),
        filter in prop::sample::select(FILTERS.to_vec()),
        (left, top) in prop_oneof![Just((0.0f32, 0.0f32)), (0.0f32..0.9, 0.0f32..0.9)],
        (right, bottom) in prop_oneof![Just((1.0f32, 1.0f32)), (0.0f32..1.0, 0.0f32..1.0)],
        seed: u32,
    ) {
        prop_assume!(left < right && top < bottom);
        let (xsize, ysize) = (input.0 as f32, input.1 as f32);
        let area = [left * xsize, top * ysize, right * xsize, bottom * ysize];
        let Some(plan) = Plan::new(mode, input, output, filter, area)? else { return Ok(()) };
        let image = noise(mode, input, seed)?;
        let expected = resampled(Isa::Generic, &plan, &image, output)?;
        for isa in Isa::available() {
            let rows = resampled(isa, &plan, &image, output)?;
            // Any NaN equals any other.
            let are_same = |(row, expected): (&Vec<u8>, &Vec<u8>)| {
                row == expected || mode == Mode::F && are_same_floats(row, expected)
            };
            let same = rows.iter().zip(&expected).all(are_same);
            prop_assert!(same, "{}", isa.name());
        }
    }
}

/// Asserts that every ISA resamples an image as the scalar code does.
fn assert_same(image: &Image, size: (usize, usize), filter: Filter) -> Result<()> {
    let (mode, input) = (image.view()?.mode(), (image.view()?.xsize(), image.view()?.ysize()));
    let plan = Plan::new(mode, input, size, filter, [0.0, 0.0, input.0 as f32, input.1 as f32])?.expect("another size");
    let expected = resampled(Isa::Generic, &plan, image, size)?;
    for isa in Isa::available() {
        let same = resampled(isa, &plan, image, size)? == expected;
        assert!(same, "{} {} {filter:?} {input:?} {size:?}", isa.name(), mode.name());
    }
    Ok(())
}

/// Rows longer than a transposed tile, and enough of them for the search for common factors.
#[test]
fn isas_agree_on_long_rows() -> Result<()> {
    for mode in [Mode::L, Mode::LA, Mode::RGB, Mode::RGBA] {
        let image = noise(mode, (2600, 131), 7)?;
        for (filter, width) in
            [(Filter::Box, 325), (Filter::Bilinear, 1709), (Filter::Bicubic, 325), (Filter::Lanczos, 157)]
        {
            assert_same(&image, (width, 3), filter)?;
        }
    }
    Ok(())
}

/// Scales at which the coefficients of all output pixels, or of most, are small multiples of a factor.
#[test]
fn isas_agree_on_integral_scales() -> Result<()> {
    for mode in [Mode::L, Mode::LA, Mode::RGB, Mode::RGBA] {
        for scale in [2, 3, 4, 5, 8, 16] {
            for output in [8, 13] {
                // With one pixel more, no two output pixels have the same coefficients.
                for more in 0..2 {
                    let image = noise(mode, (output * scale + more, 192), scale as u32)?;
                    assert_same(&image, (output, 192), Filter::Box)?;
                    assert_same(&image, (output, 192), Filter::Bilinear)?;
                }
            }
        }
    }
    Ok(())
}

/// Makes an image of white and black stripes.
fn striped(mode: Mode, size: (usize, usize), white: impl Fn(usize, usize) -> bool) -> Result<Image> {
    let mut image = Image::new(mode, size.0, size.1)?;
    let bytes = image.view()?.row(0).len() / size.0;
    for (y, row) in image.view_mut()?.rows_mut().enumerate() {
        for (x, pixel) in row.chunks_exact_mut(bytes).enumerate() {
            pixel.fill(if white(x, y) { 255 } else { 0 });
        }
    }
    Ok(image)
}

/// The largest and the least sums: white under positive coefficients and black under negative ones, or the other way
/// round.
#[test]
fn isas_agree_on_extreme_sums() -> Result<()> {
    for filter in [Filter::Box, Filter::Bilinear, Filter::Bicubic, Filter::Lanczos, Filter::Mks2021] {
        for (mode, scale) in [(Mode::L, 2), (Mode::L, 8), (Mode::RGB, 3), (Mode::RGB, 8), (Mode::RGBA, 5)] {
            for first in 0..2 * scale {
                let vertical = striped(mode, (9 * scale, 193), |x, _| (x + first) / scale % 2 == 0)?;
                assert_same(&vertical, (9, 193), filter)?;
                let horizontal = striped(mode, (260, 9 * scale), |_, y| (y + first) / scale % 2 == 0)?;
                assert_same(&horizontal, (260, 9), filter)?;
            }
        }
    }
    Ok(())
}

fn are_same_floats(a: &[u8], b: &[u8]) -> bool {
    let floats = |row: &[u8]| row.as_chunks::<4>().0.iter().map(|bytes| f32::from_ne_bytes(*bytes)).collect::<Vec<_>>();
    floats(a).iter().zip(floats(b)).all(|(a, b)| a.to_bits() == b.to_bits() || a.is_nan() && b.is_nan())
}
