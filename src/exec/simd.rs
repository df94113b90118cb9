//! The instructions that the processor has, found once.
//!
//! Kernels are compiled for each [`Level`] and chosen at run time. `IMAGING_SIMD` can ask for a lower one, so that every
//! level can be tested on one machine.

use std::ffi::CStr;
use std::sync::atomic::{AtomicU8, Ordering::Relaxed};

use crate::process::{environment, warn};

/// A set of instructions; each has those of the ones before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Level {
    /// What every processor of this architecture has.
    Generic = 1,
    /// x86-64 with SSE4.1 (and SSSE3).
    Sse41 = 2,
    /// x86-64 with AVX2.
    Avx2 = 3,
    /// x86-64 with AVX-512 for bytes and words, with byte permutations (VBMI), products of bytes (VNNI) and
    /// leading zeros (CD).
    Avx512 = 4,
}

impl Level {
    /// Every level, the lowest first.
    pub const ALL: [Self; 4] = [Self::Generic, Self::Sse41, Self::Avx2, Self::Avx512];

    /// What `IMAGING_SIMD` calls it, for C.
    pub fn c_name(self) -> &'static CStr {
        match self {
            Self::Generic => c"generic",
            Self::Sse41 => c"sse4.1",
            Self::Avx2 => c"avx2",
            Self::Avx512 => c"avx512",
        }
    }

    /// What `IMAGING_SIMD` calls it.
    pub fn name(self) -> &'static str {
        self.c_name().to_str().expect("names are ASCII")
    }

    /// The level that `IMAGING_SIMD` calls so.
    fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|level| level.name() == name)
    }
}

/// The level that kernels are chosen by, as a number; 0 until it is known.
static CHOSEN: AtomicU8 = AtomicU8::new(0);

/// The level that kernels are chosen by.
#[inline]
pub fn level() -> Level {
    match CHOSEN.load(Relaxed) {
        1 => Level::Generic,
        2 => Level::Sse41,
        3 => Level::Avx2,
        4 => Level::Avx512,
        _ => first_level(),
    }
}

/// What the environment asks for, or the highest level that there is.
#[cold]
fn first_level() -> Level {
    let (asked, best) = (environment::variable(c"IMAGING_SIMD"), detect());
    let named = asked.and_then(|asked| Level::named(asked.to_str().ok()?));
    let level = named.unwrap_or(best).min(best);
    // Others may be here at the same time, and find the same.
    if CHOSEN.swap(level as u8, Relaxed) == 0
        && let Some(asked) = asked
    {
        let (asked, used) = (environment::shown(asked), level.name());
        match named {
            None => {
                warn(format_args!("IMAGING_SIMD={asked}: must be generic, sse4.1, avx2 or avx512; {used} will be used"))
            }
            Some(named) if named > best => {
                warn(format_args!("IMAGING_SIMD={asked}: this processor has no more than {used}"));
            }
            Some(_) => {}
        }
    }
    level
}

/// Chooses kernels by another level from now on. Returns whether the processor has it.
#[cfg(fuzzing)]
pub fn set_level(level: Level) -> bool {
    let there = level <= detect();
    if there {
        CHOSEN.store(level as u8, Relaxed);
    }
    there
}

/// Compiles functions for every level, from one body each, and calls the one for the level that was chosen. The body is
/// plain code that the compiler vectorises; what it calls must be inlined into it.
macro_rules! for_each_level {
    ($(
        $(#[$meta:meta])*
        $vis:vis fn $name:ident $(<$($generic:ident $(: $bound:path)?),+>)? ($($arg:ident: $type:ty),* $(,)?) $(-> $result:ty)? $body:block
    )+) => {$(
        $(#[$meta])*
        #[allow(unsafe_code)] // calls of functions that were compiled for instructions which are there
        $vis fn $name $(<$($generic $(: $bound)?),+>)? ($($arg: $type),*) $(-> $result)? {
            #[inline(always)]
            fn generic $(<$($generic $(: $bound)?),+>)? ($($arg: $type),*) $(-> $result)? $body

            // Not part of the function that chooses: that one would need the stack of this one beside that of any other.
            #[inline(never)]
            fn baseline $(<$($generic $(: $bound)?),+>)? ($($arg: $type),*) $(-> $result)? {
                generic $(::<$($generic),+>)? ($($arg),*)
            }

            #[cfg(target_arch = "x86_64")]
            #[target_feature(enable = "sse4.1,ssse3")]
            fn sse41 $(<$($generic $(: $bound)?),+>)? ($($arg: $type),*) $(-> $result)? {
                generic $(::<$($generic),+>)? ($($arg),*)
            }

            #[cfg(target_arch = "x86_64")]
            #[target_feature(enable = "avx2,bmi2")]
            fn avx2 $(<$($generic $(: $bound)?),+>)? ($($arg: $type),*) $(-> $result)? {
                generic $(::<$($generic),+>)? ($($arg),*)
            }

            #[cfg(target_arch = "x86_64")]
            #[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx512vbmi,avx512vnni,avx2,bmi2")]
            fn avx512 $(<$($generic $(: $bound)?),+>)? ($($arg: $type),*) $(-> $result)? {
                generic $(::<$($generic),+>)? ($($arg),*)
            }

            match $crate::exec::simd::level() {
                #[cfg(target_arch = "x86_64")]
                // SAFETY: the level is one that was detected, or a lower one.
                $crate::exec::simd::Level::Avx512 => unsafe { avx512 $(::<$($generic),+>)? ($($arg),*) },
                #[cfg(target_arch = "x86_64")]
                // SAFETY: as above.
                $crate::exec::simd::Level::Avx2 => unsafe { avx2 $(::<$($generic),+>)? ($($arg),*) },
                #[cfg(target_arch = "x86_64")]
                // SAFETY: as above.
                $crate::exec::simd::Level::Sse41 => unsafe { sse41 $(::<$($generic),+>)? ($($arg),*) },
                _ => baseline $(::<$($generic),+>)? ($($arg),*),
            }
        }
    )+};
}
pub(crate) use for_each_level;

/// The highest level that the processor has.
#[cfg(target_arch = "x86_64")]
pub fn detect() -> Level {
    macro_rules! has {
        ($($feature:tt)*) => { $(is_x86_feature_detected!($feature))&&* };
    }
    if has!("avx512f" "avx512bw" "avx512cd" "avx512vl" "avx512dq" "avx512vbmi" "avx512vnni" "avx2" "bmi2") {
        Level::Avx512
    } else if has!("avx2" "bmi2") {
        Level::Avx2
    } else if has!("sse4.1" "ssse3") {
        Level::Sse41
    } else {
        Level::Generic
    }
}

/// The highest level that the processor has.
#[cfg(not(target_arch = "x86_64"))]
pub fn detect() -> Level {
    Level::Generic
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_level_has_a_name() {
        for level in Level::ALL {
            assert_eq!(Level::named(level.name()), Some(level));
        }
        assert_eq!(Level::named("nonsense"), None);
        assert_eq!(Level::named(""), None);
    }

    #[test]
    fn no_level_is_above_what_the_processor_has() {
        assert!(level() <= detect());
    }
}
