//! The headers in `include/` are those that the sources give.

use std::fs;
use std::path::Path;

/// Compares a committed header with the one that this build has generated.
fn assert_fresh(name: &str) {
    let committed = Path::new(env!("CARGO_MANIFEST_DIR")).join("include/libImaging").join(name);
    let generated = Path::new(env!("OUT_DIR")).join(name);
    let read = |path: &Path| fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    assert!(
        read(&committed) == read(&generated),
        "include/libImaging/{name} is stale: run `make header` and commit it"
    );
}

#[test]
fn imaging_is_fresh() {
    assert_fresh("Imaging.h");
}

#[test]
fn imaging_ext_is_fresh() {
    assert_fresh("ImagingExt.h");
}

#[test]
fn mode_is_fresh() {
    assert_fresh("Mode.h");
}
