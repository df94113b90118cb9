//! Passes the version of the measured crate to the program.

use std::fs;

fn main() {
    let lock = fs::read_to_string("Cargo.lock").expect("cargo has written it");
    let after = lock.split("name = \"fast_image_resize\"\nversion = \"").nth(1).expect("it is a dependency");
    let version = after.split('"').next().unwrap_or_default();
    println!("cargo::rustc-env=FAST_IMAGE_RESIZE_VERSION={version}");
    println!("cargo::rerun-if-changed=Cargo.lock");
}
