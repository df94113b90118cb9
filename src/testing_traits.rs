//! Assertions on the traits of types, for tests.

/// Whether a type implements a trait. An inherent constant takes precedence over a trait's, and exists only if the bound
/// holds.
macro_rules! implements {
    ($type:ty: $bound:path) => {{
        #[allow(dead_code)]
        trait Fallback {
            const IMPLEMENTS: bool = false;
        }
        impl<T> Fallback for T {}
        #[allow(dead_code)]
        struct Probe<T>(std::marker::PhantomData<T>);
        #[allow(dead_code)]
        impl<T: $bound> Probe<T> {
            const IMPLEMENTS: bool = true;
        }
        Probe::<$type>::IMPLEMENTS
    }};
}
pub(crate) use implements;
