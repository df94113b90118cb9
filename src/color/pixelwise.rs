//! How conversions of single pixels are written down.

/// Makes shuffles of functions from the bytes of a pixel to those of another:
/// `Name([before, ...], 4 => 2) { [behind, ...] }`, or `(..., 4 => 4, kernel in pixels, divide)` where rooms in `kernels` have
/// one, the first for AVX2 and the second for AVX-512.
macro_rules! pixelwise {
    ($($(#[$meta:meta])* $name:ident($pixel:pat_param, $input:literal => $output:literal $(, $kernel:ident in $avx2:ident, $avx512:ident)?) $convert:block)+) => {$(
        $(#[$meta])*
        pub struct $name;

        impl $crate::raw::LineConversion for $name {
            fn input_bytes(pixels: usize) -> usize {
                pixels * $input
            }

            fn output_bytes(pixels: usize) -> usize {
                pixels * $output
            }

            #[inline(always)]
            fn convert(out: &mut [u8], input: &[u8], _pixels: usize) {
                for (out, input) in out.as_chunks_mut::<$output>().0.iter_mut().zip(input.as_chunks::<$input>().0) {
                    let $pixel: [u8; $input] = *input;
                    *out = $convert;
                }
            }

            $(
                #[cfg(target_arch = "x86_64")]
                const KERNEL: $crate::raw::Kernel = $crate::raw::Kernel::Vectors {
                    avx2: $crate::color::kernels::$avx2::$kernel,
                    avx512: $crate::color::kernels::$avx512::$kernel,
                };
            )?
        }
    )+};
}
pub(super) use pixelwise;
