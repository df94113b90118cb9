//! Constructors and destructors: functions that the dynamic loader calls, for the shared library as for a program or plugin
//! that the static library is linked into.

/// Registers an `extern "C" fn()` that the loader calls when the library is loaded.
macro_rules! at_load {
    ($function:path) => {
        const _: () = {
            // SAFETY: the section holds pointers to functions, which the loader calls once each. It passes arguments in
            // registers, which a function without parameters ignores.
            #[used]
            #[unsafe(link_section = ".init_array")]
            static ENTRY: extern "C" fn() = $function;
        };
    };
}
pub(crate) use at_load;

/// Registers an `extern "C" fn()` that the loader calls when the library is unloaded, or the process exits.
macro_rules! at_unload {
    ($function:path) => {
        const _: () = {
            // SAFETY: the section holds pointers to functions, which the loader calls once each. It passes arguments in
            // registers, which a function without parameters ignores.
            #[used]
            #[unsafe(link_section = ".fini_array")]
            static ENTRY: extern "C" fn() = $function;
        };
    };
}
pub(crate) use at_unload;
