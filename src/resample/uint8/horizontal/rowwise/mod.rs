//! Weights and the kernels that read them.

#[cfg(target_arch = "x86_64")]
pub mod avx2;
pub mod table;
