//! Plain loops, compiled for every ISA.

use super::super::coefficients::Coefficients;
use super::super::format::GROUP_ROWS;
use super::value::Value;
use crate::simd::isa::multiversion;

multiversion! {
    /// Resamples a row.
    pub fn horizontal_1<V: Value>(out: &mut [u8], input: &[u8], coefficients: &Coefficients<f64>) {
        let input: &[V::Stored] = bytemuck::cast_slice(input);
        for (x, out) in bytemuck::cast_slice_mut::<u8, V::Stored>(out).iter_mut().enumerate() {
            let values = &input[coefficients.bounds(x).start..];
            let products = values.iter().zip(coefficients.of(x)).map(|(value, k)| V::read(*value) * k);
            [*out] = V::convert([products.fold(0.0, |sum, product| sum + product)]);
        }
    }

    /// Resamples four rows: their sums do not wait for one another.
    pub fn horizontal_4<V: Value>(
        outs: &mut [&mut [u8]; GROUP_ROWS],
        inputs: &[&[u8]; GROUP_ROWS],
        coefficients: &Coefficients<f64>,
    ) {
        let inputs: [&[V::Stored]; GROUP_ROWS] = inputs.map(bytemuck::cast_slice);
        for x in 0..coefficients.len() {
            let (bounds, k) = (coefficients.bounds(x), coefficients.of(x));
            let values = inputs.map(|input| &input[bounds.start..][..k.len()]);
            let mut sums = [0.0; GROUP_ROWS];
            for (tap, k) in k.iter().enumerate() {
                for (sum, values) in sums.iter_mut().zip(values) {
                    *sum += V::read(values[tap]) * k;
                }
            }
            for (out, value) in outs.iter_mut().zip(V::convert(sums)) {
                bytemuck::cast_slice_mut::<u8, V::Stored>(out)[x] = value;
            }
        }
    }

    /// Computes an output row from its taps.
    pub fn vertical<V: Value>(out: &mut [u8], taps: &[&[u8]], coefficients: &[f64]) {
        const BLOCK: usize = 32;
        let (blocks, rest) = bytemuck::cast_slice_mut::<u8, V::Stored>(out).as_chunks_mut::<BLOCK>();
        for (block, out) in blocks.iter_mut().enumerate() {
            let mut sums = [0.0; BLOCK];
            for (tap, k) in taps.iter().zip(coefficients) {
                let values = &bytemuck::cast_slice::<u8, V::Stored>(tap).as_chunks::<BLOCK>().0[block];
                for (sum, value) in sums.iter_mut().zip(values) {
                    *sum += V::read(*value) * k;
                }
            }
            *out = V::convert(sums);
        }
        for (x, out) in rest.iter_mut().enumerate() {
            let values = taps.iter().map(|tap| bytemuck::cast_slice::<u8, V::Stored>(tap)[blocks.len() * BLOCK + x]);
            let products = values.zip(coefficients).map(|(value, k)| V::read(value) * k);
            [*out] = V::convert([products.fold(0.0, |sum, product| sum + product)]);
        }
    }
}
