//! Functions that the dynamic loader calls: constructors and destructors of the library, or of the program or plugin that
//! it is linked into.

/// Has the loader call an `extern "C" fn()` when the library is loaded.
macro_rules! at_load {
    ($function:path) => {
        const _: () = {
            // SAFETY: the loader calls the functions of this section once each, and this one takes nothing.
            #[used]
            #[unsafe(link_section = ".init_array")]
            static ENTRY: extern "C" fn() = $function;
        };
    };
}
pub(crate) use at_load;

/// Has the loader call an `extern "C" fn()` when the library is unloaded, or the process exits.
macro_rules! at_unload {
    ($function:path) => {
        const _: () = {
            // SAFETY: the loader calls the functions of this section once each, and this one takes nothing.
            #[used]
            #[unsafe(link_section = ".fini_array")]
            static ENTRY: extern "C" fn() = $function;
        };
    };
}
pub(crate) use at_unload;
