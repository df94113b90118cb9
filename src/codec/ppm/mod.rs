//! PBM, PGM and PPM files, as the Netpbm project defines them: six formats, a magic number each.

mod read;
mod write;

pub use read::open;
pub use write::save;

#[cfg(test)]
mod tests;
