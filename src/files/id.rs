//! The identity of files.

use rustix::fs::Stat;

/// The identity of a file, independent of its names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FileId {
    device: u64,
    inode: u64,
}

impl FileId {
    /// Returns the identity of the file that `stat` describes.
    pub(super) fn of(stat: &Stat) -> Self {
        #[allow(clippy::unnecessary_cast)] // the types of the fields differ between architectures
        Self { device: stat.st_dev as u64, inode: stat.st_ino as u64 }
    }
}
