//! ISA tokens come from detection alone: outside `isa.rs` there is no safe way to make one.

#[cfg(target_arch = "x86_64")]
mod x86 {
    use bytemuck::{AnyBitPattern, Zeroable};

    use super::constructors::*;
    use crate::simd::isa::*;
    use crate::testing_traits::implements;

    /// Compiles only while the tokens' constructors are private to `isa.rs`: a visible one would make the name of the
    /// function ambiguous, since both are imported by a glob.
    #[test]
    fn constructors_are_private() {
        assert_eq!([Sse41(), Avx2(), Avx512()], ["private"; 3]);
    }

    #[test]
    fn tokens_do_not_come_from_bytes_or_defaults() {
        assert!(!implements!(Sse41: Default) && !implements!(Avx2: Default) && !implements!(Avx512: Default));
        assert!(!implements!(Sse41: Zeroable) && !implements!(Avx2: Zeroable) && !implements!(Avx512: Zeroable));
        assert!(!implements!(Isa: AnyBitPattern) && !implements!(Isa: Default));
    }
}

/// Functions with the names of the tokens.
#[cfg(target_arch = "x86_64")]
#[allow(non_snake_case)]
mod constructors {
    pub fn Sse41() -> &'static str {
        "private"
    }

    pub fn Avx2() -> &'static str {
        "private"
    }

    pub fn Avx512() -> &'static str {
        "private"
    }
}
