//! PBM, PGM and PPM files, as the Netpbm project defines them: six formats, a magic number each. And PFM files of one band
//! (`Pf`): floats from the bottom row up, whose byte order is the sign of a scale in the header.

mod read;
mod write;

pub use read::open;
pub use write::save;

#[cfg(test)]
mod tests;
