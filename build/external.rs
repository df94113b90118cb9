//! Compiles the C code that calls external libraries, with the headers that `pkg-config` finds.

use std::env;
use std::error::Error;

/// An external library.
struct Library {
    /// The cargo feature.
    feature: &'static str,
    /// Its name for `pkg-config`.
    package: &'static str,
    /// The folder with the code that calls it.
    folder: &'static str,
}

const LIBRARIES: [Library; 3] = [
    Library { feature: "jpeg", package: "libjpeg", folder: "jpeg" },
    Library { feature: "jpeg2000", package: "libopenjp2", folder: "openjpeg" },
    Library { feature: "tiff", package: "libtiff-4", folder: "tiff" },
];

fn has_feature(name: &str) -> bool {
    env::var_os(format!("CARGO_FEATURE_{}", name.to_uppercase().replace('-', "_"))).is_some()
}

/// Compiles the code for the libraries whose features are chosen.
pub fn compile() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=src/external");
    println!("cargo::rerun-if-changed=include/libImaging");
    let libraries: Vec<_> = LIBRARIES.iter().filter(|library| has_feature(library.feature)).collect();
    if libraries.is_empty() {
        return Ok(());
    }
    let links = has_feature("link-codecs");
    let mut build = cc::Build::new();
    build.std("gnu11").include("include").warnings(true).extra_warnings(true);
    // Only this library calls these functions.
    build.flag("-fvisibility=hidden").file("src/external/library.c");
    if links {
        build.define("IMAGING_LINK_CODECS", None);
    }
    for library in libraries {
        let found = pkg_config::Config::new().cargo_metadata(false).probe(library.package).map_err(|error| {
            format!("the feature `{}` needs the library {} with its headers: {error}", library.feature, library.package)
        })?;
        build.includes(&found.include_paths);
        let folder = format!("src/external/{}", library.folder);
        for file in std::fs::read_dir(&folder)? {
            let path = file?.path();
            if path.extension().is_some_and(|extension| extension == "c") {
                build.file(path);
            }
        }
        if links {
            found.link_paths.iter().for_each(|path| println!("cargo::rustc-link-search={}", path.display()));
            found.libs.iter().for_each(|name| println!("cargo::rustc-link-lib={name}"));
        }
    }
    build.try_compile("imaging_external")?;
    Ok(())
}
