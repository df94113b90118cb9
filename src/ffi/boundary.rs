//! The panic boundary: errors and panics of exported functions end here.
//!
//! A panic is a bug in this library. Its text becomes an error for the caller, and nothing is printed: the caller's
//! standard error may be a protocol, a terminal in raw mode or closed. The standard library's panic hook would print the
//! text, so the first call of a C function replaces the hook. It belongs to the copy of the standard library that is
//! linked into this library: a Rust program that depends on the crate, and calls no C function of it, keeps its own hook.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind, set_hook};
use std::sync::atomic::{AtomicBool, Ordering};

use crate::error::{Error, Result, detail};
use crate::host;
use crate::process::Mutex;
use crate::process::atfork::atfork;

/// Whether the hook is installed.
static IS_SILENT: AtomicBool = AtomicBool::new(false);

/// Held while the hook is being installed, and by `fork`: `set_hook` takes a lock of the standard library, which a child
/// process would find locked for ever if its parent forked meanwhile.
static INSTALLATION: Mutex<()> = Mutex::new(());

atfork!(INSTALLATION);

/// Runs the body of an exported function. Raises an error or a panic with the host, and returns `failure` then.
pub fn guard<R: Copy>(failure: R, body: impl FnOnce() -> Result<R>) -> R {
    // The error is kept beside the result. A `Result` would be stored in parts and loaded as a whole, which has to wait for the
    // stores: that is as long as a small call takes.
    let mut fault = None;
    let result = catch(|| {
        body().unwrap_or_else(|error| {
            fault = Some(error);
            failure
        })
    });
    let result = result.unwrap_or_else(|panic| {
        fault = Some(panic);
        failure
    });
    if let Some(error) = fault {
        host::raise(&error);
    }
    result
}

/// Runs `work` and turns a panic into an error.
///
/// Without a panic this costs one atomic load. It takes no lock and uses no thread-local variable, whose memory the dynamic
/// linker might have to allocate.
pub fn catch<R>(work: impl FnOnce() -> R) -> Result<R> {
    if !IS_SILENT.load(Ordering::Acquire) {
        install_hook();
    }
    catch_unwind(AssertUnwindSafe(work)).map_err(|panic| Error::Internal(detail(text(&*panic))))
}

/// Replaces the panic hook by one that does nothing. Does not allocate, since the closure has no captures.
#[cold]
fn install_hook() {
    let _installation = INSTALLATION.lock();
    if !IS_SILENT.load(Ordering::Acquire) {
        set_hook(Box::new(|_| {}));
        IS_SILENT.store(true, Ordering::Release);
    }
}

/// Returns the message of a panic.
fn text(panic: &(dyn Any + Send)) -> &str {
    match (panic.downcast_ref::<&str>(), panic.downcast_ref::<String>()) {
        (Some(text), _) => text,
        (_, Some(text)) => text,
        _ => "panic",
    }
}

#[cfg(test)]
mod tests {
    use std::ffi::CStr;
    use std::process::Command;

    use super::*;
    use crate::host::last_error;

    /// Set in the child process of a test.
    const IN_CHILD: &str = "IMAGING_TEST_OF_PANICS";

    /// Runs a test of this module in a child process and returns its standard error.
    fn standard_error_of(test: &str) -> String {
        let program = std::env::current_exe().expect("the test's own path is known");
        let mut child = Command::new(program);
        child.args(["--exact", "--nocapture", &format!("ffi::boundary::tests::{test}")]).env(IN_CHILD, "1");
        let output = child.output().expect("it runs once already");
        assert!(output.status.success(), "{output:?}");
        assert!(String::from_utf8_lossy(&output.stdout).contains("1 passed"), "{output:?}");
        String::from_utf8(output.stderr).expect("text")
    }

    #[test]
    fn a_panic_becomes_an_error_and_prints_nothing() {
        const FORMATTED: &str = "internal error: row 7 of an image of 5 rows";
        if std::env::var_os(IN_CHILD).is_none() {
            assert_eq!(standard_error_of("a_panic_becomes_an_error_and_prints_nothing"), "");
            return;
        }
        type Work = fn() -> Result<i32>;
        let work: [Work; 3] = [
            || panic!("a text"),
            || panic!("row {} of an image of {} rows", std::hint::black_box(7), 5),
            || std::panic::panic_any(5),
        ];
        for (work, expected) in work.into_iter().zip(["internal error: a text", FORMATTED, "internal error: panic"]) {
            assert_eq!(guard(-1, work), -1);
            // SAFETY: `last_error::get` returns a C string that is valid until this thread's next error.
            let text = unsafe { CStr::from_ptr(last_error::get().1) };
            assert_eq!(text.to_str(), Ok(expected));
        }
    }

    /// The test harness's own hook prints, like that of any Rust program.
    #[test]
    fn the_hook_of_a_rust_program_stays_until_a_c_function_is_called() {
        const TEXT: &str = "printed by the program's hook";
        if std::env::var_os(IN_CHILD).is_none() {
            let printed = standard_error_of("the_hook_of_a_rust_program_stays_until_a_c_function_is_called");
            assert_eq!(printed.matches(TEXT).count(), 1, "{printed}");
            return;
        }
        let image = crate::Image::new(crate::Mode::L, 5, 5).expect("small");
        image.resize(3, 3, crate::Filter::Box).expect("small");
        assert!(catch_unwind(|| panic!("{TEXT}")).is_err());
        assert_eq!(guard(0, || Ok(1)), 1);
        assert!(catch_unwind(|| panic!("{TEXT}")).is_err());
    }
}
