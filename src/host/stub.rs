//! Stubs in assembly: symbols that jump to a Rust function.
//!
//! They do two things that Rust cannot express. [`weak_symbols!`] defines *weak* symbols: a program that defines such a
//! symbol itself, and links this library statically or dynamically, has its own called instead. And a stub can pass the
//! *caller's address* to the Rust function: the return address of the call, which lies in the module that calls.
//!
//! A stub leaves the stack and all argument registers as they are, except that the caller's address is put into the
//! register of a further argument. So the Rust function returns straight to the caller.

/// The instruction that loads the return address into the register of the argument with this index; none without an index.
#[cfg(target_arch = "x86_64")]
macro_rules! load_caller {
    () => {
        ""
    };
    (0) => {
        "mov rdi, [rsp]"
    };
    (1) => {
        "mov rsi, [rsp]"
    };
}
#[cfg(target_arch = "aarch64")]
macro_rules! load_caller {
    () => {
        ""
    };
    (0) => {
        "mov x0, x30"
    };
    (1) => {
        "mov x1, x30"
    };
}
pub(crate) use load_caller;

/// The instruction that jumps to the Rust function.
#[cfg(target_arch = "x86_64")]
macro_rules! jump {
    () => {
        "jmp {function}"
    };
}
#[cfg(target_arch = "aarch64")]
macro_rules! jump {
    () => {
        "b {function}"
    };
}
pub(crate) use jump;

/// Defines weak symbols that jump to functions. `"name" => function` passes all arguments on; `"name" => [caller 0]
/// function` is for symbols without arguments and passes the caller's address as the only one.
macro_rules! weak_symbols {
    ($($symbol:literal => $([caller $index:tt])? $function:path;)+) => {
        $(std::arch::global_asm!(
            concat!(".weak ", $symbol),
            concat!(".type ", $symbol, ", @function"),
            concat!($symbol, ":"),
            $crate::host::stub::load_caller!($($index)?),
            $crate::host::stub::jump!(),
            concat!(".size ", $symbol, ", . - ", $symbol),
            function = sym $function,
        );)+
    };
}
pub(crate) use weak_symbols;

/// The body of a naked function with `index` arguments: jumps to a function that takes the same arguments and the caller's
/// address after them.
macro_rules! jump_with_caller {
    ($index:tt => $function:path) => {
        std::arch::naked_asm!(
            $crate::host::stub::load_caller!($index),
            $crate::host::stub::jump!(),
            function = sym $function,
        )
    };
}
pub(crate) use jump_with_caller;
