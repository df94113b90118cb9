//! Generates the C headers, and passes the linker options that `rustc` has not: the shared library's name, and the weak
//! symbols that it exports. Compiles the C code that calls external libraries.
//!
//! `IMAGING_WRITE_HEADERS=1` writes the headers to `include/libImaging/`; otherwise they are in the build directory only.

use std::env;
use std::error::Error;
use std::fs;
use std::path::PathBuf;

#[path = "build/external.rs"]
mod external;
#[path = "build/headers.rs"]
mod headers;
#[allow(dead_code)] // only the names are used here
#[path = "src/mode.rs"]
mod mode;

/// The weak symbols, which `src/host/stub.rs` defines in assembly. `rustc` does not know that they must be exported.
const WEAK_SYMBOLS: [&str; 10] = [
    "ImagingError_MemoryError",
    "ImagingError_ModeError",
    "ImagingError_Mismatch",
    "ImagingError_ValueError",
    "ImagingError_OSError",
    "ImagingError_InternalError",
    "ImagingSectionEnter",
    "ImagingSectionLeave",
    "ImagingJpegVersion",
    "ImagingZipVersion",
];

fn main() -> Result<(), Box<dyn Error>> {
    let root = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?);
    let out = PathBuf::from(env::var("OUT_DIR")?);

    println!("cargo::rerun-if-env-changed=IMAGING_WRITE_HEADERS");
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=build/external.rs");
    println!("cargo::rerun-if-changed=build/headers.rs");
    println!("cargo::rerun-if-changed=src/mode.rs");
    let write = env::var_os("IMAGING_WRITE_HEADERS").is_some_and(|value| value != "0");
    for header in &headers::HEADERS {
        for source in header.sources() {
            println!("cargo::rerun-if-changed={source}");
        }
        let name = format!("{}.h", header.name);
        let text = header.generate(&root)?;
        fs::write(out.join(&name), &text)?;
        if write {
            fs::write(root.join("include/libImaging").join(&name), &text)?;
        }
    }

    external::compile()?;

    if env::var("CARGO_CFG_TARGET_OS")? == "linux" {
        println!("cargo::rustc-cdylib-link-arg=-Wl,-soname,libImaging.so.{}", env::var("CARGO_PKG_VERSION_MAJOR")?);
        let script = out.join("weak-symbols.map");
        fs::write(&script, format!("{{ global: {}; }};\n", WEAK_SYMBOLS.join("; ")))?;
        println!("cargo::rustc-cdylib-link-arg=-Wl,--version-script={}", script.display());
        // `dlclose` must not unmap the code of running threads: workers, or callers on other threads.
        println!("cargo::rustc-cdylib-link-arg=-Wl,-z,nodelete");
    }
    Ok(())
}
