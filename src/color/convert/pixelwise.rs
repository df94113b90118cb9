//! The macro that makes a line conversion of a one-pixel function.

/// Declares line conversions: `Name(input pixel, 4 => 2) { output pixel }` for pixels of 4 and of 2 bytes.
///
/// Kernels are named after the sizes: `avx2: kernel`, and `avx512: kernel` where AVX-512 has its own. A kernel converts
/// whole vectors of pixels and returns their count.
macro_rules! pixelwise {
    ($(
        $(#[$meta:meta])*
        $name:ident(
            $pixel:pat_param, $input:literal => $output:literal $(, avx2: $avx2:path $(, avx512: $avx512:path)?)?
        ) $convert:block
    )+) => {$(
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
                    avx2: $avx2,
                    avx512: $crate::color::convert::pixelwise::avx512_kernel!($avx2 $(, $avx512)?),
                };
            )?
        }
    )+};
}
pub(super) use pixelwise;

/// The kernel for AVX-512: its own, or else that of AVX2.
#[cfg(target_arch = "x86_64")]
macro_rules! avx512_kernel {
    ($avx2:path) => {
        |isa, out, input| $avx2(isa.avx2(), out, input)
    };
    ($avx2:path, $avx512:path) => {
        $avx512
    };
}
#[cfg(target_arch = "x86_64")]
pub(super) use avx512_kernel;
