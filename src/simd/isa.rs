//! The instruction set (ISA) that kernels are chosen by, detected once at run time.
//!
//! Each ISA that has kernels of its own is a zero-size token: [`Sse41`], [`Avx2`], [`Avx512`]. Only detection creates
//! tokens, so code that holds one may run that ISA's kernels, and a table made for a kernel stores the token that the kernel
//! needs. [`Isa`] is the token that this process dispatches on.
//!
//! There are two ways to write a kernel:
//!
//! - [`multiversion!`] compiles one plain body for every ISA and dispatches on [`current`]: for loops that LLVM vectorises.
//! - [`entry!`] makes a safe function of one written with intrinsics. The function takes the token as its first argument.
//!
//! A new ISA is an entry in [`isas!`], its features in [`target_features!`], and a function and an arm in [`multiversion!`].
//! ISAs are alternatives, not an order: ask for the one that a kernel needs ([`Isa::avx2`]), since NEON is neither more nor
//! less than AVX2.

use std::ffi::CStr;
use std::fmt;
use std::sync::atomic::{AtomicU8, Ordering::Relaxed};

use crate::process::{environment, warn};

/// Declares the tokens and [`Isa`] from one list, the most capable last.
macro_rules! isas {
    ($(
        $(#[doc = $doc:literal])+
        #[cfg($cfg:meta)]
        $token:ident = $name:literal, detected by $is_detected:ident($($feature:tt),+);
    )+) => {
        $(
            $(#[doc = $doc])+
            ///
            /// A value proves that the processor has these instructions.
            #[cfg($cfg)]
            #[derive(Clone, Copy, Debug, PartialEq, Eq)]
            pub struct $token(());
        )+

        /// An instruction set, with the proof that the processor has it.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Isa {
            /// The baseline of the architecture.
            Generic,
            $(
                $(#[doc = $doc])+
                #[cfg($cfg)]
                $token($token),
            )+
        }

        /// What [`CURRENT`] stores for each ISA.
        #[repr(u8)]
        enum Id {
            Undetected,
            Generic,
            $(#[cfg($cfg)] $token,)+
        }

        impl Isa {
            /// The names of this architecture's ISAs, the most capable last.
            const NAMES: &'static [&'static CStr] = &[c"generic", $(#[cfg($cfg)] $name),+];

            /// Detects the ISAs that the processor has, the most capable last.
            pub fn available() -> impl DoubleEndedIterator<Item = Self> {
                let detected = [Some(Self::Generic), $(
                    #[cfg($cfg)]
                    ($(std::arch::$is_detected!($feature))&&+).then_some(Self::$token($token(()))),
                )+];
                detected.into_iter().flatten()
            }

            /// The name that `IMAGING_SIMD` takes, for C.
            pub fn c_name(self) -> &'static CStr {
                match self {
                    Self::Generic => c"generic",
                    $(#[cfg($cfg)] Self::$token(_) => $name,)+
                }
            }

            fn id(self) -> Id {
                match self {
                    Self::Generic => Id::Generic,
                    $(#[cfg($cfg)] Self::$token(_) => Id::$token,)+
                }
            }
        }

        /// Returns the ISA that kernels are chosen by: the most capable one, or the one that `IMAGING_SIMD` names.
        #[inline]
        pub fn current() -> Isa {
            let id = CURRENT.load(Relaxed);
            // Only the ids of detected ISAs are ever stored.
            $(
                #[cfg($cfg)]
                if id == Id::$token as u8 {
                    return Isa::$token($token(()));
                }
            )+
            if id == Id::Generic as u8 { Isa::Generic } else { choose() }
        }
    };
}

isas! {
    /// SSE4.1 and SSSE3.
    #[cfg(target_arch = "x86_64")]
    Sse41 = c"sse4.1", detected by is_x86_feature_detected("sse4.1", "ssse3");

    /// AVX2 and BMI2.
    #[cfg(target_arch = "x86_64")]
    Avx2 = c"avx2", detected by is_x86_feature_detected("avx2", "bmi2");

    /// AVX-512 F, BW, CD, DQ, VL, VBMI and VNNI, and AVX2: Ice Lake, Zen 4 and later.
    #[cfg(target_arch = "x86_64")]
    Avx512 = c"avx512", detected by is_x86_feature_detected(
        "avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl", "avx512vbmi", "avx512vnni", "avx2", "bmi2"
    );
}

/// SSE2, which every x86-64 processor has: a token for kernels that need no detection.
#[cfg(target_arch = "x86_64")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sse2;

/// The [`Id`] of the ISA that kernels are chosen by.
static CURRENT: AtomicU8 = AtomicU8::new(Id::Undetected as u8);

#[cfg(target_arch = "x86_64")]
impl Avx512 {
    /// Returns the token for AVX2, which AVX-512 includes.
    #[inline(always)]
    pub fn avx2(self) -> Avx2 {
        Avx2(())
    }
}

#[cfg(target_arch = "x86_64")]
impl Isa {
    /// Returns the token for AVX2 where this ISA includes it.
    #[inline(always)]
    pub fn avx2(self) -> Option<Avx2> {
        match self {
            Self::Avx2(avx2) => Some(avx2),
            Self::Avx512(avx512) => Some(avx512.avx2()),
            _ => None,
        }
    }

    /// Returns the token for AVX-512 where this ISA is AVX-512.
    #[inline(always)]
    pub fn avx512(self) -> Option<Avx512> {
        match self {
            Self::Avx512(avx512) => Some(avx512),
            _ => None,
        }
    }
}

impl Isa {
    /// Returns the name that `IMAGING_SIMD` takes.
    pub fn name(self) -> &'static str {
        self.c_name().to_str().expect("names are ASCII")
    }
}

/// Detects the processor's ISAs and chooses one of them, once.
#[cold]
fn choose() -> Isa {
    let requested = environment::variable(c"IMAGING_SIMD");
    let named = requested.and_then(|name| Isa::available().find(|isa| isa.c_name() == name));
    let best = Isa::available().next_back().unwrap_or(Isa::Generic);
    let chosen = named.unwrap_or(best);
    // Another thread that is here at the same time chooses the same.
    let is_first = CURRENT.swap(chosen.id() as u8, Relaxed) == Id::Undetected as u8;
    if is_first
        && named.is_none()
        && let Some(name) = requested
    {
        let (shown, used) = (environment::shown(name), chosen.name());
        if Isa::NAMES.contains(&name) {
            warn(format_args!("IMAGING_SIMD={shown}: this processor has no more than {used}"));
        } else {
            warn(format_args!("IMAGING_SIMD={shown}: must be {}; {used} will be used", Alternatives(Isa::NAMES)));
        }
    }
    chosen
}

/// Names in a sentence: "a, b or c".
struct Alternatives(&'static [&'static CStr]);

impl fmt::Display for Alternatives {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (n, name) in self.0.iter().enumerate() {
            let separator = match self.0.len() - n {
                _ if n == 0 => "",
                1 => " or ",
                _ => ", ",
            };
            write!(f, "{separator}{}", name.to_str().unwrap_or_default())?;
        }
        Ok(())
    }
}

/// Dispatches on another ISA from now on, as a token proves that the processor has it.
#[cfg(fuzzing)]
pub fn set_current(isa: Isa) {
    CURRENT.store(isa.id() as u8, Relaxed);
}

/// Compiles a function with the instructions of an ISA. The feature lists stand here alone.
#[cfg(target_arch = "x86_64")]
macro_rules! target_features {
    (Sse2 => $($function:tt)+) => {
        #[target_feature(enable = "sse2")]
        $($function)+
    };
    (Sse41 => $($function:tt)+) => {
        #[target_feature(enable = "sse4.1,ssse3")]
        $($function)+
    };
    (Avx2 => $($function:tt)+) => {
        #[target_feature(enable = "avx2,bmi2")]
        $($function)+
    };
    (Avx512 => $($function:tt)+) => {
        #[target_feature(enable = "avx512f,avx512bw,avx512cd,avx512dq,avx512vl,avx512vbmi,avx512vnni,avx2,bmi2")]
        $($function)+
    };
}
#[cfg(target_arch = "x86_64")]
pub(crate) use target_features;

/// Compiles functions for every ISA, from one body each, and dispatches on [`current`]. The body is plain code that LLVM
/// vectorises; the functions that it calls must be inlined into it.
macro_rules! multiversion {
    ($(
        $(#[$meta:meta])*
        $vis:vis fn $name:ident $(<$($generic:ident $(: $bound:path)?),+>)? ($($arg:ident: $type:ty),* $(,)?) $(-> $result:ty)? $body:block
    )+) => {$(
        $(#[$meta])*
        #[allow(unsafe_code)] // calls of functions that were compiled for a detected ISA
        $vis fn $name $(<$($generic $(: $bound)?),+>)? ($($arg: $type),*) $(-> $result)? {
            #[inline(always)]
            fn body $(<$($generic $(: $bound)?),+>)? ($($arg: $type),*) $(-> $result)? $body

            // Its own function, so that the dispatcher's stack frame does not include this one's.
            #[inline(never)]
            fn generic $(<$($generic $(: $bound)?),+>)? ($($arg: $type),*) $(-> $result)? {
                body $(::<$($generic),+>)? ($($arg),*)
            }

            #[cfg(target_arch = "x86_64")]
            $crate::simd::isa::target_features! { Sse41 =>
                fn sse41 $(<$($generic $(: $bound)?),+>)? ($($arg: $type),*) $(-> $result)? {
                    body $(::<$($generic),+>)? ($($arg),*)
                }
            }

            #[cfg(target_arch = "x86_64")]
            $crate::simd::isa::target_features! { Avx2 =>
                fn avx2 $(<$($generic $(: $bound)?),+>)? ($($arg: $type),*) $(-> $result)? {
                    body $(::<$($generic),+>)? ($($arg),*)
                }
            }

            #[cfg(target_arch = "x86_64")]
            $crate::simd::isa::target_features! { Avx512 =>
                fn avx512 $(<$($generic $(: $bound)?),+>)? ($($arg: $type),*) $(-> $result)? {
                    body $(::<$($generic),+>)? ($($arg),*)
                }
            }

            match $crate::simd::isa::current() {
                #[cfg(target_arch = "x86_64")]
                // SAFETY: the token proves that the processor has AVX-512.
                $crate::simd::isa::Isa::Avx512(_) => unsafe { avx512 $(::<$($generic),+>)? ($($arg),*) },
                #[cfg(target_arch = "x86_64")]
                // SAFETY: the token proves that the processor has AVX2.
                $crate::simd::isa::Isa::Avx2(_) => unsafe { avx2 $(::<$($generic),+>)? ($($arg),*) },
                #[cfg(target_arch = "x86_64")]
                // SAFETY: the token proves that the processor has SSE4.1.
                $crate::simd::isa::Isa::Sse41(_) => unsafe { sse41 $(::<$($generic),+>)? ($($arg),*) },
                $crate::simd::isa::Isa::Generic => generic $(::<$($generic),+>)? ($($arg),*),
            }
        }
    )+};
}
pub(crate) use multiversion;

/// Makes safe functions of kernels that are written with intrinsics:
///
/// ```ignore
/// entry! {
///     /// Premultiplies RGB by alpha.
///     pub fn premultiply(Avx2, out: &mut [[u8; 4]], input: &[[u8; 4]]) = premultiply_avx2;
/// }
/// ```
///
/// `premultiply` takes an [`Avx2`] and the other arguments. The compiler checks that the kernel, a function with
/// `#[target_feature]`, needs no instructions beyond AVX2. Generic functions are declared with what they are called with:
/// `pub fn shuffle[S: Shuffle][S](Avx2, …) = shuffle_avx2::<S>;`. A kernel that hands the token on gets it as its first
/// argument if it is named: `pub fn shuffle(Avx2 as isa, …) = shuffle_avx2;`.
#[cfg(target_arch = "x86_64")]
macro_rules! entry {
    ($(
        $(#[$meta:meta])*
        $vis:vis fn $name:ident $([$($parameters:tt)+][$($arguments:tt)+])? (
            $isa:ident $(as $token:ident)? $(, $arg:ident: $type:ty)* $(,)?
        ) $(-> $result:ty)? = $kernel:path;
    )+) => {$(
        $(#[$meta])*
        #[inline]
        #[allow(unsafe_code)] // a call of a function that was compiled for the token's ISA
        #[allow(clippy::redundant_pattern)] // `isa @ _`: the token may be unnamed
        $vis fn $name $(<$($parameters)+>)? ($($token @)? _: $crate::simd::isa::$isa $(, $arg: $type)*) $(-> $result)? {
            $crate::simd::isa::target_features! { $isa =>
                #[inline]
                fn compiled $(<$($parameters)+>)? (
                    $($token: $crate::simd::isa::$isa,)? $($arg: $type),*
                ) $(-> $result)? {
                    $kernel($($token,)? $($arg),*)
                }
            }
            // SAFETY: the token proves that the processor has the instructions that `compiled` uses.
            unsafe { compiled $(::<$($arguments)+>)? ($($token,)? $($arg),*) }
        }
    )+};
}
#[cfg(target_arch = "x86_64")]
pub(crate) use entry;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_listed() {
        for isa in Isa::available() {
            assert_eq!(Isa::NAMES.iter().filter(|name| **name == isa.c_name()).count(), 1);
        }
    }

    #[test]
    fn the_current_isa_is_available() {
        assert!(Isa::available().any(|isa| isa == current()));
    }

    #[test]
    fn tokens_take_no_space() {
        #[cfg(target_arch = "x86_64")]
        assert_eq!([size_of::<Sse41>(), size_of::<Avx2>(), size_of::<Avx512>()], [0; 3]);
        assert_eq!(size_of::<Isa>(), 1);
    }
}
