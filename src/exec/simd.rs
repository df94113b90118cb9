//! The instructions that the processor has, found once.
//!
//! Kernels are compiled for each [`Level`] and chosen at run time. `IMAGING_SIMD` can ask for a lower one, so that every
//! level can be tested on one machine.

use std::sync::atomic::{AtomicU8, Ordering::Relaxed};

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
    /// x86-64 with AVX-512 for bytes and words, with byte permutations (VBMI) and products of bytes (VNNI).
    Avx512 = 4,
}

impl Level {
    /// Every level, the lowest first.
    pub const ALL: [Self; 4] = [Self::Generic, Self::Sse41, Self::Avx2, Self::Avx512];

    /// What `IMAGING_SIMD` calls it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Generic => "generic",
            Self::Sse41 => "sse4.1",
            Self::Avx2 => "avx2",
            Self::Avx512 => "avx512",
        }
    }
}

/// The level that was chosen; 0 until it is.
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

/// Chooses the level.
#[cold]
fn first_level() -> Level {
    let level = choose(std::env::var("IMAGING_SIMD").ok().as_deref());
    CHOSEN.store(level as u8, Relaxed);
    level
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
                _ => generic $(::<$($generic),+>)? ($($arg),*),
            }
        }
    )+};
}
pub(crate) use for_each_level;

/// The highest level that the processor has, or the one that was asked for if that is not higher.
fn choose(asked: Option<&str>) -> Level {
    let best = detect();
    let Some(asked) = asked else { return best };
    match Level::ALL.into_iter().find(|level| level.name() == asked) {
        Some(level) if level <= best => level,
        Some(_) => {
            eprintln!("libImaging: IMAGING_SIMD={asked}: this processor has no more than {}", best.name());
            best
        }
        None => {
            eprintln!("libImaging: IMAGING_SIMD={asked}: must be generic, sse4.1, avx2 or avx512");
            best
        }
    }
}

/// The highest level that the processor has.
#[cfg(target_arch = "x86_64")]
pub fn detect() -> Level {
    macro_rules! has {
        ($($feature:tt)*) => { $(is_x86_feature_detected!($feature))&&* };
    }
    if has!("avx512f" "avx512bw" "avx512vl" "avx512dq" "avx512vbmi" "avx512vnni" "avx2" "bmi2") {
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
    fn what_is_asked_for_is_had_if_the_processor_has_it() {
        assert_eq!(choose(None), detect());
        assert_eq!(choose(Some("generic")), Level::Generic);
        assert_eq!(choose(Some("nonsense")), detect());
        for level in Level::ALL {
            assert_eq!(choose(Some(level.name())), level.min(detect()));
        }
    }
}
